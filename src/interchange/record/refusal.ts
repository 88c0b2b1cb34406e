import { isMpan, maskIdentifier } from '../../installation/identifiers.ts';
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

/**
 * What stood in a cell, fit for a log: shortened, control characters escaped, and every run of digits that could be a
 * meter point masked - in any column, for a file with a column too many puts an MPAN anywhere.
 */
export function show(found: string, type: ColumnType | undefined = undefined): string {
  if (found === '') return '';
  const shown = found.length > SHOWN_MAX ? `${found.slice(0, SHOWN_MAX)}...` : found;
  // JSON escapes quotes and C0; the rest that a terminal might obey is hidden.
  return JSON.stringify(mask(shown, type)).replace(/[\u007f-\u009f\u2028\u2029]/g, '?');
}

/** An id as texts may show it: an id that is an MPAN is masked like one. */
export function maskedId(id: string): string {
  return mask(id, 'id');
}

function mask(text: string, type: ColumnType | undefined): string {
  if (type === 'meterPoint') return maskIdentifier(text);
  const identifier = type === 'id' || type === 'subject';
  return text.replace(/\d{6,}/g, (digits) => (identifier && !isMpan(digits) ? digits : maskIdentifier(digits)));
}
