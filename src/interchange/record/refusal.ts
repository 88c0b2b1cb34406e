import { maskMeterPoints, type Masking } from './masking.ts';
import type { ColumnType } from './records.ts';

/** A row that was not accepted: a row of the `refused` record, and a line on standard error. */
export interface RefusedRow {
  /** As it was named by the user; `-` is standard input. */
  readonly file: string;
  /** CSV: line on which the row begins, the header being 1; NDJSON: line; Parquet: row from 1; 0: the whole file. */
  readonly line: number;
  /** A column, several joined by `+`, or `*` for the whole row. */
  readonly column: string;
  readonly found: string;
  readonly expected: string;
}

export type Refuse = (row: RefusedRow) => void;

/** A file that cannot be read on from some place: not its rows, its structure is wrong. */
export class FileRefused extends Error {
  override name = 'FileRefused';
  readonly row: RefusedRow;
  constructor(row: RefusedRow) {
    super(formatRefusal(row));
    this.row = row;
  }
}

/** One line: `attempts.csv:7: outcome: found "GT 01", expected an error code`. */
export function formatRefusal(row: RefusedRow): string {
  const place = row.line === 0 ? row.file : `${row.file}:${row.line}`;
  const found = row.found === '' ? 'nothing' : row.found;
  return `${place}: ${row.column === '*' ? '' : `${row.column}: `}found ${found}, expected ${row.expected}`;
}

const SHOWN_MAX = 60;

const MASKING: Readonly<Partial<Record<ColumnType, Masking>>> = {
  id: 'identifier',
  subject: 'identifier',
  meterPoint: 'meterPoint',
  instant: 'instant',
};

/** What stood in a cell, fit for a log: meter points masked, control characters escaped, shortened. */
export function show(found: string, type: ColumnType | undefined = undefined): string {
  if (found === '') return '';
  // Masked before it is cut: a meter point that is cut through is no longer recognised.
  const masked = maskMeterPoints(found.slice(0, MASKED_MAX), (type && MASKING[type]) ?? 'text');
  const shown = masked.length > SHOWN_MAX ? `${masked.slice(0, SHOWN_MAX)}...` : masked;
  // JSON escapes quotes and the control characters below 32; the rest that a terminal might obey is hidden.
  return JSON.stringify(shown).replace(/[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, '?');
}

/** Characters that are looked through for meter points. */
const MASKED_MAX = 400;

/** An id as texts may show it: an id that is an MPAN is masked like one. */
export function maskedId(id: string): string {
  return maskMeterPoints(id, 'identifier');
}
