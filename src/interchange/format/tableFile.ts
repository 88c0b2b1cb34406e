import type { SchemaElement } from 'hyparquet';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import { assert } from '../../assert.ts';
import { formatInstant } from '../../time.ts';
import { openOutput } from './outputFile.ts';
import { csvLine } from './rowWriter.ts';

/** One column of a table of results: in Parquet INT32, DOUBLE, STRING or TIMESTAMP_MILLIS UTC. */
export interface TableColumn {
  readonly name: string;
  readonly type: 'int32' | 'double' | 'text' | 'instant';
  readonly meaning: string;
}

/** A value of a row: instants in seconds since 1970, null for none. */
export type TableValue = number | string | null;

/** A table that is written row by row. It appears under its name on `close`, or not at all. */
export interface TableFile {
  append(row: readonly TableValue[]): void;
  /** `sha256`: of the whole file, hex. */
  close(): { readonly rows: number; readonly sha256: string };
  abort(): void;
}

/** Rows that are held before they are written. Fixed, so that the bytes follow from the rows alone. */
const GROUP_ROWS = 65_536;

/**
 * Opens a table of results, whose columns its caller decides; the records of DESIGN.md 5 go through `openRows` instead.
 * Memory: one row group, whatever the size of the table. The bytes are a function of the rows and the metadata.
 */
export function openTable(
  path: string,
  columns: readonly TableColumn[],
  options: { readonly format: 'csv' | 'parquet'; readonly metadata: Readonly<Record<string, string>> },
): TableFile {
  return options.format === 'csv' ? csvTable(path, columns) : parquetTable(path, columns, options.metadata);
}

function csvTable(path: string, columns: readonly TableColumn[]): TableFile {
  const file = openOutput(path);
  let text = csvLine(columns.map(({ name }) => name));
  let rows = 0;
  const spill = (): void => {
    file.write(Buffer.from(text));
    text = '';
  };
  return {
    append(row) {
      assert(row.length === columns.length, 'a row has a value for every column');
      text += csvLine(row.map((value, i) => cellText(value, columns[i] as TableColumn)));
      rows += 1;
      if (text.length > GROUP_ROWS) spill();
    },
    close() {
      spill();
      return { rows, sha256: file.commit() };
    },
    abort: () => file.abort(),
  };
}

function cellText(value: TableValue, { type }: TableColumn): string {
  if (value === null) return '';
  return type === 'instant' ? formatInstant(value as number) : String(value);
}

const ELEMENTS: Readonly<Record<TableColumn['type'], Omit<SchemaElement, 'name'>>> = {
  int32: { type: 'INT32' },
  double: { type: 'DOUBLE' },
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } },
  instant: {
    type: 'INT64',
    converted_type: 'TIMESTAMP_MILLIS',
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' },
  },
};

function parquetTable(
  path: string,
  columns: readonly TableColumn[],
  metadata: Readonly<Record<string, string>>,
): TableFile {
  const file = openOutput(path);
  const bytes = new ByteWriter(1 << 16);
  const root: SchemaElement = { name: 'table', num_children: columns.length };
  const elements = columns.map(({ name, type }): SchemaElement => ({ name, repetition_type: 'OPTIONAL', ...ELEMENTS[type] })); // prettier-ignore
  const keys = Object.keys(metadata).sort();
  const writer = new ParquetWriter({
    writer: bytes,
    schema: [root, ...elements],
    createdBy: 'smets1-bench',
    kvMetadata: keys.map((key) => ({ key, value: metadata[key] as string })),
  });
  let pending: TableValue[][] = columns.map(() => []);
  let rows = 0;
  const spill = (): void => {
    file.write(bytes.getBytes());
    bytes.index = 0; // `offset` goes on counting, as the positions in the footer need
  };
  const flush = (): void => {
    const columnData = columns.map(({ name, type }, i) => ({
      name,
      data: type === 'instant' ? (pending[i] ?? []).map(milliseconds) : (pending[i] ?? []),
    }));
    void writer.write({ columnData, rowGroupSize: GROUP_ROWS });
    pending = columns.map(() => []);
    spill();
  };
  return {
    append(row) {
      assert(row.length === columns.length, 'a row has a value for every column');
      row.forEach((value, i) => pending[i]?.push(value));
      rows += 1;
      if (rows % GROUP_ROWS === 0) flush();
    },
    close() {
      if (rows % GROUP_ROWS !== 0) flush();
      void writer.finish();
      spill();
      return { rows, sha256: file.commit() };
    },
    abort: () => file.abort(),
  };
}

function milliseconds(value: TableValue): bigint | null {
  return value === null ? null : BigInt((value as number) * 1000);
}
