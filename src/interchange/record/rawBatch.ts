/** Batches of rows as a file gives them, before any cell is checked. */

/**
 * The first character of a text that is no value of its column, such as half a number in a column of whole numbers. The
 * check of cells refuses such a text and shows the rest of it.
 */
export const NOT_A_VALUE = '\u0000';

/**
 * A column of a batch as a file gives it, before it is checked. In `texts`, null and '' both mean empty. In `codes`, -1
 * means empty. In `numbers`, NaN means empty, and instants are in seconds.
 */
export type RawColumn =
  | { readonly texts: readonly (string | null)[] }
  | { readonly codes: Int32Array; readonly dictionary: readonly string[] }
  | { readonly numbers: Float64Array };

/** Some rows of a file, by column, in the order of the record's columns. A column that the file lacks is undefined. */
export interface RawBatch {
  readonly rows: number;
  readonly columns: readonly (RawColumn | undefined)[];
  /** The line number of each row, or the number of the first of consecutive rows. */
  readonly lines: Float64Array | number;
}

/** The rows that text readers gather before they pass them on. */
const BATCH_ROWS = 8192;

export function lineOf(batch: { readonly lines: Float64Array | number }, row: number): number {
  return typeof batch.lines === 'number' ? batch.lines + row : (batch.lines[row] as number);
}

/** Gathers texts by column for the readers of CSV and NDJSON. */
export class TextGatherer {
  readonly #columns: (string | null)[][];
  readonly #present: readonly boolean[];
  readonly #lines = new Float64Array(BATCH_ROWS);
  rows = 0;

  /** `present` tells for each column of the record whether the file has it. */
  constructor(present: readonly boolean[]) {
    this.#present = present;
    this.#columns = present.map(() => []);
  }

  get full(): boolean {
    return this.rows === BATCH_ROWS;
  }

  /** Sets one cell of the current row. */
  set(column: number, text: string | null): void {
    (this.#columns[column] as (string | null)[])[this.rows] = text;
  }

  endRow(line: number): void {
    this.#lines[this.rows] = line;
    this.rows += 1;
  }

  /** Returns the batch and starts the next one. */
  take(): RawBatch {
    const batch: RawBatch = {
      rows: this.rows,
      lines: this.#lines.slice(0, this.rows),
      columns: this.#columns.map((texts, index) => (this.#present[index] ? { texts } : undefined)),
    };
    for (let i = 0; i < this.#columns.length; i += 1) this.#columns[i] = [];
    this.rows = 0;
    return batch;
  }
}
