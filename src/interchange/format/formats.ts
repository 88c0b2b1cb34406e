import { readCsv, type Source } from './csvReader.ts';
import { readNdjson } from './ndjsonReader.ts';
import { readParquet } from './parquetReader.ts';
import type { RawBatch } from '../record/rawBatch.ts';
import type { Refuse } from '../record/refusal.ts';
import type { RecordSchema } from '../record/records.ts';

export const FORMATS = ['csv', 'ndjson', 'parquet'] as const;
export type Format = (typeof FORMATS)[number];

/** File name endings, in any case, and what they mean. */
const EXTENSIONS: Readonly<Record<string, Format>> = {
  csv: 'csv',
  ndjson: 'ndjson',
  jsonl: 'ndjson',
  parquet: 'parquet',
};

/** The format that a file's name tells; undefined when it tells none. */
export function formatOf(path: string): Format | undefined {
  const dot = path.lastIndexOf('.');
  return dot < 0 ? undefined : EXTENSIONS[path.slice(dot + 1).toLowerCase()];
}

/** An input file: where it lies, what it is called, and how it is read. Can be read more than once. */
export interface Input extends Source {
  readonly format: Format;
}

/** The raw batches of a file. Malformed rows are refused; a structure that cannot be read on throws FileRefused. */
export async function* readRaw(input: Input, record: RecordSchema, refuse: Refuse): AsyncGenerator<RawBatch> {
  if (input.format === 'csv') yield* readCsv(input, record, refuse);
  else if (input.format === 'ndjson') yield* readNdjson(input, record, refuse);
  else yield* readParquet(input, record);
}
