import { maskMeterPoints, type Masking } from './masking.ts';
import type { ColumnType } from './records.ts';

/** A row that was not accepted. It becomes a row of the `refused` record and a line on standard error. */
export interface RefusedRow {
  /** The name that the user gave; `-` is standard input. */
  readonly file: string;
  /**
   * The place in the file. CSV: the line on which the row begins, where the header is line 1. NDJSON: the line.
   * Parquet: the row, from 1. 0 means the whole file.
   */
  readonly line: number;
  /** A column, several columns joined by `+`, or `*` for the whole row. */
  readonly column: string;
  readonly found: string;
  readonly expected: string;
}

export type Refuse = (row: RefusedRow) => void;

/** Thrown for a file that cannot be read beyond some place, because its structure is wrong and not just its rows. */
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
  instants: 'instant',
};

/**
 * The content of a cell, made fit for a log: meter points are masked, control characters are escaped, and the text is
 * shortened.
 */
export function show(found: string, type: ColumnType | undefined = undefined): string {
  if (found === '') return '';
  // The text is masked before it is cut, because a meter point that is cut through is no longer recognised.
  const masked = maskMeterPoints(found.slice(0, MASKED_MAX), (type && MASKING[type]) ?? 'text');
  const shown = masked.length > SHOWN_MAX ? `${masked.slice(0, SHOWN_MAX)}...` : masked;
  // JSON escapes quotes and the control characters below 32. Other characters that a terminal might obey are hidden.
  return JSON.stringify(shown).replace(/[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, '?');
}

/** The number of characters that are searched for meter points. */
const MASKED_MAX = 400;

/** An id in the form that texts may show. An id that is an MPAN is masked. */
export function maskedId(id: string): string {
  return maskMeterPoints(id, 'identifier');
}
