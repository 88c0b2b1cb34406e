import { words, type Stream } from './draws.ts';
import { COLUMN_MAX, threefryColumns, type ThreefryColumns } from './threefryColumns.ts';

/** One assembler's work a thread. */
let columns: ThreefryColumns | null = null;

/**
 * The draw that (almost) every installation of a fleet makes of a stream, at one index. `ahead` draws it for a run of
 * installations at once; `take` then only looks it up. Which of the two happened cannot be told from the words.
 */
export class FirstDraw {
  private from = 0;
  private count = 0;
  /** The words of the installations drawn ahead, in their order. */
  readonly first = new Int32Array(COLUMN_MAX);
  readonly second = new Int32Array(COLUMN_MAX);
  private readonly stream: Stream;
  private readonly index: number;

  constructor(stream: Stream, index: number) {
    this.stream = stream;
    this.index = index;
  }

  /** Draws for the installations [from, from + count), at most COLUMN_MAX of them. */
  ahead(from: number, count: number): void {
    columns ??= threefryColumns();
    this.stream.fill(columns, from, this.index, count);
    this.first.set(columns.first);
    this.second.set(columns.second);
    this.from = from;
    this.count = count;
  }

  /** Leaves the two words of an installation in `words`. */
  take(entity: number): void {
    const i = entity - this.from;
    if (i >= 0 && i < this.count) {
      words[0] = this.first[i] as number;
      words[1] = this.second[i] as number;
    } else this.stream.draw(entity, this.index);
  }
}
