import type { FileMetaData, RowGroup, SchemaElement } from 'hyparquet';
import { ByteWriter } from 'hyparquet-writer';
import { writeMetadata } from 'hyparquet-writer/src/metadata.js';
import { assert } from '../../assert.ts';
import type { ColumnBatch } from '../record/columnBatch.ts';
import { openOutput, type OpenOutput } from './outputFile.ts';
import { columnBuffer } from '../parquet/parquetColumns.ts';
import { recordOf, type RecordName } from '../record/records.ts';

/** The rows of a row group. The number is fixed, so that the bytes do not depend on how the rows arrive in batches. */
export const ROW_GROUP_ROWS = 131_072;

const MAGIC = 0x31524150; // "PAR1"

export interface ParquetFile {
  /** Appends the first `rows` values of each column. Fails an assertion for a column that the record lacks. */
  append(batch: ColumnBatch): void;
  /** Writes the footer and renames the file to its final name. `sha256` is that of the whole file, in hex. */
  close(): Promise<{ readonly rows: number; readonly sha256: string }>;
  /** Removes what was written. The file never appears under its name. */
  abort(): void;
}

export interface ParquetOptions {
  /** The function that opens the file. The default is `openOutput`. */
  readonly open?: OpenOutput;
  /** The type of ids. `int32`: ids are numbers (simulated). `string`: ids are any text. */
  readonly ids: 'int32' | 'string';
  /** Key-value metadata of the footer. It is written in the order of the keys. */
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Opens a Parquet file of a record for streaming. Memory: one row group of `ROW_GROUP_ROWS` rows, whatever the size of
 * the file. The bytes depend on the rows, `ids` and `metadata` alone.
 * @throws the error of the file system
 */
export function openParquet(path: string, record: RecordName, options: ParquetOptions): ParquetFile {
  const columns = recordOf(record).columns;
  const buffers = columns.map((column) => columnBuffer(column, options.ids, ROW_GROUP_ROWS));
  const names = new Set(columns.map((column) => column.name));
  const file = (options.open ?? openOutput)(path);
  const groups: RowGroup[] = [];
  const out = new ByteWriter(1 << 16);
  out.appendUint32(MAGIC);
  let rows = 0;
  let pending = 0;

  function spill(): void {
    file.write(out.getBytes());
    out.index = 0; // `offset` keeps counting, as the positions in the footer require
  }

  function flushGroup(): void {
    const start = out.offset;
    const chunks = buffers.map((buffer) => buffer.flush(out));
    const bytes = chunks.reduce((sum, chunk) => sum + (chunk.meta_data?.total_uncompressed_size ?? 0n), 0n);
    groups.push({
      columns: chunks,
      total_byte_size: bytes,
      num_rows: BigInt(pending),
      total_compressed_size: BigInt(out.offset - start),
    });
    rows += pending;
    pending = 0;
    spill();
  }

  return {
    append(batch) {
      for (const name in batch.columns) assert(names.has(name), `${record} has no column ${name}`);
      for (let from = 0; from < batch.rows;) {
        const count = Math.min(batch.rows - from, ROW_GROUP_ROWS - pending);
        columns.forEach((column, index) => buffers[index]?.take(batch.columns[column.name], from, count));
        pending += count;
        from += count;
        if (pending === ROW_GROUP_ROWS) flushGroup();
      }
    },
    close() {
      if (pending > 0) flushGroup();
      const root: SchemaElement = { name: record, num_children: columns.length };
      const metadata: FileMetaData = {
        version: 2,
        created_by: 'smets1-bench',
        schema: [root, ...buffers.map((buffer) => buffer.element)],
        num_rows: BigInt(rows),
        row_groups: groups,
        key_value_metadata: Object.keys(options.metadata)
          .sort()
          .map((key) => ({ key, value: options.metadata[key] as string })),
        metadata_length: 0,
      };
      writeMetadata(out, metadata);
      out.appendUint32(MAGIC);
      spill();
      return Promise.resolve({ rows, sha256: file.commit() });
    },
    abort() {
      file.abort();
    },
  };
}
