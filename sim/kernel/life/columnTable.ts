/**
 * A table of integers that grows, column after column. The file belongs to the subset of TypeScript that is also compiled
 * to WebAssembly (sim/kernel/README.md).
 */
import type { i32 } from '../../../src/numbers.ts';

/** Our choice: most tables of a shard need no more rows, so that they never grow. */
const ROWS_AT_FIRST: i32 = 1024;

/** Rows are added one after the other: `add`, then `put` once for each column, from the first to the last. */
export class ColumnTable {
  /** The rows that are full, or begun. */
  rows: i32 = 0;
  /** A column has room for so many rows, and the columns stand one after the other. */
  capacity: i32 = ROWS_AT_FIRST;
  values: Int32Array;
  readonly columns: i32;
  private next: i32 = 0;

  constructor(columns: i32) {
    this.columns = columns;
    this.values = new Int32Array(columns * ROWS_AT_FIRST);
  }

  /** Begins a row. */
  add(): void {
    if (this.rows === this.capacity) this.grow();
    this.next = this.rows;
    this.rows += 1;
  }

  /** Writes the next column of the row. */
  put(value: i32): void {
    this.values[this.next] = value;
    this.next += this.capacity;
  }

  private grow(): void {
    const capacity = 2 * this.capacity;
    const grown = new Int32Array(this.columns * capacity);
    for (let column: i32 = 0; column < this.columns; column += 1) {
      const from = column * this.capacity;
      const to = column * capacity;
      for (let row: i32 = 0; row < this.rows; row += 1) grown[to + row] = this.values[from + row] as i32;
    }
    this.capacity = capacity;
    this.values = grown;
  }
}
