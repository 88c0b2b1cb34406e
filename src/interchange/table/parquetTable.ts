import type { SchemaElement } from 'hyparquet';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import { assert } from '../../assert.ts';
import { openOutput } from '../format/outputFile.ts';
import { GROUP_ROWS, type TableColumn, type TableFile, type TableValue } from './tableTypes.ts';

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

/** A table as Parquet: row groups of GROUP_ROWS rows, dictionaries and Snappy as the library chooses. */
export function parquetTable(
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
