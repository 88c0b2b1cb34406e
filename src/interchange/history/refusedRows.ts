import type { Refuse, RefusedRow } from '../record/refusal.ts';
import type { OpenOutput } from '../format/outputFile.ts';
import { openRows, type RowWriter } from '../format/rowWriter.ts';

/**
 * The most refused rows that are held in memory. A file of refused rows is sorted by file and line within blocks of
 * this size.
 */
const SORTED_ROWS_MAX = 100_000;

/** Thrown when the user's limit on refused rows is reached. */
export class TooManyRefused extends Error {
  override name = 'TooManyRefused';
}

export interface RefusedOptions {
  /** The number of rows that are kept for standard error. */
  readonly errorsMax: number;
  /** True if reading ends when that number is reached. */
  readonly stopAtMax: boolean;
  /** The path to which all of them are written (`--keep-going`); undefined if they are not written. */
  readonly path: string | undefined;
  /** The function that opens that file. The default is `openOutput`. */
  readonly open?: OpenOutput;
  /** The names of the input files in order, for sorting. */
  readonly files: readonly string[];
}

/** Gathers refused rows: the first ones for standard error, all of them for `<out>.refused.csv`. */
export class RefusedRows {
  readonly #options: RefusedOptions;
  readonly #writer: RowWriter | undefined;
  #pending: RefusedRow[] = [];
  readonly #first: RefusedRow[] = [];
  count = 0;

  constructor(options: RefusedOptions) {
    this.#options = options;
    this.#writer =
      options.path === undefined
        ? undefined
        : openRows(options.path, 'refused', 'csv', { ...NO_METADATA, ...(options.open && { open: options.open }) });
  }

  /** The first refused rows, in order of file and line. */
  get first(): readonly RefusedRow[] {
    return [...this.#first].sort(this.#order);
  }

  readonly refuse: Refuse = (row) => {
    this.count += 1;
    if (this.#first.length < this.#options.errorsMax) this.#first.push(row);
    if (this.#writer) {
      this.#pending.push(row);
      if (this.#pending.length === SORTED_ROWS_MAX) this.#spill();
    }
    if (this.#options.stopAtMax && this.count >= this.#options.errorsMax) throw new TooManyRefused();
  };

  async close(): Promise<void> {
    this.#spill();
    await this.#writer?.close();
  }

  discard(): void {
    this.#writer?.abort();
  }

  readonly #order = (a: RefusedRow, b: RefusedRow): number =>
    this.#options.files.indexOf(a.file) - this.#options.files.indexOf(b.file) || a.line - b.line;

  #spill(): void {
    for (const row of this.#pending.sort(this.#order)) {
      this.#writer?.append([row.file, String(row.line), row.column, row.found, row.expected]);
    }
    this.#pending = [];
  }
}

const NO_METADATA = { ids: 'string', metadata: {} } as const;
