/** Batches of rows as a file gives them, before any cell is checked. */

/**
 * A text that begins with this is no value of its column, such as half a number where a whole one is due. The check of
 * cells refuses it and shows the rest.
 */
export const NOT_A_VALUE = '\u0000';

/**
 * A column of a batch as a file gives it, before it is checked. `texts`: null and '' are both empty. `codes`: -1 is
 * empty. `numbers`: NaN is empty; instants in seconds.
 */
export type RawColumn =
  | { readonly texts: readonly (string | null)[] }
  | { readonly codes: Int32Array; readonly dictionary: readonly string[] }
  | { readonly numbers: Float64Array };

/** Some rows of a file, by column, in the order of the record's columns; a column that the file lacks is undefined. */
export interface RawBatch {
  readonly rows: number;
  readonly columns: readonly (RawColumn | undefined)[];
  /** Where row i stands: a line number for each, or the number of the first of consecutive rows. */
  readonly lines: Float64Array | number;
}

/** Rows that text readers gather before they hand them on. */
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

  /** `present`: for each column of the record, whether the file has it. */
  constructor(present: readonly boolean[]) {
    this.#present = present;
    this.#columns = present.map(() => []);
  }

  get full(): boolean {
    return this.rows === BATCH_ROWS;
  }

  /** Sets one cell of the row being gathered. */
  set(column: number, text: string | null): void {
    (this.#columns[column] as (string | null)[])[this.rows] = text;
  }

  endRow(line: number): void {
    this.#lines[this.rows] = line;
    this.rows += 1;
  }

  /** Hands the batch on and starts the next. */
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
