/** The ended spans of one history. The file is also compiled to WebAssembly (sim/kernel/README.md). */
import type { f64, i32 } from '../../numbers.ts';
import { InstantList } from './instantList.ts';

/** The category, start and end of each ended span, as three lists that keep their memory when they are emptied. */
export class EndedSpans {
  readonly category: InstantList = new InstantList();
  readonly from: InstantList = new InstantList();
  readonly to: InstantList = new InstantList();

  /** How many spans have ended. */
  count(): i32 {
    return this.category.count;
  }

  add(category: i32, from: f64, to: f64): void {
    this.category.push(category);
    this.from.push(from);
    this.to.push(to);
  }

  clear(): void {
    this.category.count = 0;
    this.from.count = 0;
    this.to.count = 0;
  }
}
