/**
 * A growing list of instants that keeps its memory when it is emptied. This file belongs to the subset of TypeScript
 * that is also compiled to WebAssembly (sim/kernel/README.md).
 */
import type { f64, i32 } from '../../numbers.ts';

export class InstantList {
  /** The storage. Only the first `count` values belong to the list. */
  values: Float64Array = new Float64Array(8);
  count: i32 = 0;

  push(value: f64): void {
    if (this.count === this.values.length) {
      const grown = new Float64Array(2 * this.values.length);
      for (let i: i32 = 0; i < this.count; i += 1) grown[i] = this.values[i] as f64;
      this.values = grown;
    }
    this.values[this.count] = value;
    this.count += 1;
  }

  /** Inserts a value into an ascending list and keeps the list sorted. */
  insert(value: f64): void {
    this.push(value);
    for (let i = this.count - 1; i > 0 && (this.values[i - 1] as f64) > value; i -= 1) {
      this.values[i] = this.values[i - 1] as f64;
      this.values[i - 1] = value;
    }
  }

  /** Makes this list equal to another one. */
  copy(from: InstantList): void {
    this.count = 0;
    for (let i: i32 = 0; i < from.count; i += 1) this.push(from.values[i] as f64);
  }
}
