import { assert } from '../../assert.ts';
import { parseInstant } from '../../time.ts';
import type { ColumnValues } from '../record/columnBatch.ts';
import type { Format } from './formats.ts';
import { openOutput } from './outputFile.ts';
import { openParquet, type ParquetOptions } from './parquetWriter.ts';
import { recordOf, type Column, type RecordName } from '../record/records.ts';

/** The cells of a row as text, in the order of the record's columns. null and '' both mean empty. */
export type Row = readonly (string | null)[];

/** Writes a record row by row. The file appears under its name on `close`, or not at all. */
export interface RowWriter {
  append(row: Row): void;
  /** Completes the file. `sha256` is that of the whole file, in hex. */
  close(): Promise<{ readonly rows: number; readonly sha256: string }>;
  abort(): void;
}

/** The approximate number of characters that are passed to the file at once. */
const CHUNK_CHARACTERS = 1 << 16;

/**
 * Opens a record for writing; `-` is standard output. CSV has a header, LF, and quotes where RFC 4180 requires them.
 * NDJSON has every column in every line, as a text or null. Parquet is as `openParquet` writes it. All three decode to
 * the same rows.
 * @throws the error of the file system
 */
export function openRows(path: string, record: RecordName, format: Format, options: ParquetOptions): RowWriter {
  if (format === 'parquet') return parquetRows(path, record, options);
  const columns = recordOf(record).columns;
  const file = (options.open ?? openOutput)(path);
  const lineOf = format === 'csv' ? csvLine : ndjsonLine(columns);
  let text = format === 'csv' ? csvLine(columns.map((column) => column.name)) : '';
  let rows = 0;
  function spill(): void {
    file.write(Buffer.from(text));
    text = '';
  }
  return {
    append(row) {
      checkRow(row, columns);
      text += lineOf(row);
      rows += 1;
      if (text.length > CHUNK_CHARACTERS) spill();
    },
    async close() {
      spill();
      return { rows, sha256: file.commit() };
    },
    abort: () => file.abort(),
  };
}

function checkRow(row: Row, columns: readonly Column[]): void {
  assert(row.length === columns.length, 'a row has a cell for every column');
  for (const [index, column] of columns.entries()) {
    assert(!column.required || (row[index] ?? '') !== '', `${column.name}: a required cell is empty`);
  }
}

/** One CSV line with its LF. */
export function csvLine(row: Row): string {
  return `${row.map((cell) => csvCell(cell ?? '')).join(',')}\n`;
}

function csvCell(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

function ndjsonLine(columns: readonly Column[]): (row: Row) => string {
  const keys = columns.map((column) => `${JSON.stringify(column.name)}:`);
  return (row) => {
    const cells = row.map(
      (cell, index) => `${keys[index]}${cell === null || cell === '' ? 'null' : JSON.stringify(cell)}`,
    );
    return `{${cells.join(',')}}\n`;
  };
}

/** The rows that are gathered before they go to the Parquet writer. */
const BATCH_ROWS = 4096;

function parquetRows(path: string, record: RecordName, options: ParquetOptions): RowWriter {
  const columns = recordOf(record).columns;
  const file = openParquet(path, record, options);
  let pending: Row[] = [];
  function spill(): void {
    const values = columns.map((column, index) => [column.name, columnValues(column, index, pending, options.ids)]);
    file.append({ rows: pending.length, columns: Object.fromEntries(values) as Record<string, ColumnValues> });
    pending = [];
  }
  return {
    append(row) {
      checkRow(row, columns);
      pending.push([...row]);
      if (pending.length === BATCH_ROWS) spill();
    },
    close() {
      spill();
      return file.close();
    },
    abort: () => file.abort(),
  };
}

function columnValues(column: Column, index: number, rows: readonly Row[], ids: ParquetOptions['ids']): ColumnValues {
  const cells = rows.map((row) => row[index] ?? null);
  if (column.type === 'id' && ids === 'int32') return Int32Array.from(cells, Number);
  if (column.type === 'instant') return Float64Array.from(cells, (cell) => (cell ? (parseInstant(cell) ?? NaN) : NaN));
  if (column.type === 'meterPoint' || column.type === 'count')
    return Float64Array.from(cells, (cell) => (cell ? Number(cell) : NaN));
  return cells;
}
