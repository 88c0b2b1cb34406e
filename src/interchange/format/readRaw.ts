/** Reads a file of any format in batches of raw rows. */
import type { RawBatch, RawColumn } from '../record/rawBatch.ts';
import type { RecordSchema } from '../record/records.ts';
import type { Refuse } from '../record/refusal.ts';
import { readCsv } from './csvReader.ts';
import type { Input } from './formats.ts';
import { readNdjson } from './ndjsonReader.ts';
import { readParquet } from './parquetReader.ts';

/**
 * The raw batches of a file, with the columns that its folders name. A malformed row is refused.
 * @throws FileRefused for a structure that cannot be read any further
 */
export async function* readRaw(input: Input, record: RecordSchema, refuse: Refuse): AsyncGenerator<RawBatch> {
  for await (const batch of ofFormat(input, record, refuse)) yield withConstants(batch, input, record);
}

function ofFormat(input: Input, record: RecordSchema, refuse: Refuse): AsyncGenerator<RawBatch> | Generator<RawBatch> {
  if (input.format === 'csv') return readCsv(input, record, refuse);
  return input.format === 'ndjson' ? readNdjson(input, record, refuse) : readParquet(input, record);
}

/** A column of the file takes precedence over the name of a folder. */
function withConstants(batch: RawBatch, { constants }: Input, record: RecordSchema): RawBatch {
  if (constants === undefined) return batch;
  const columns = batch.columns.map((raw, index) => {
    const value = constants.get(record.columns[index]?.name ?? '');
    return raw !== undefined || value === undefined || value === null ? raw : constant(value, batch.rows);
  });
  return { ...batch, columns };
}

function constant(value: string, rows: number): RawColumn {
  return { codes: new Int32Array(rows), dictionary: [value] };
}
