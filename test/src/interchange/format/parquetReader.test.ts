import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readAttempts } from '../../../../src/interchange/history/recordReaders.ts';
import { readRecord } from '../../../cli/decideHarness.ts';

// Files by another writer (DuckDB 1.x): version 1 and 2 pages; Snappy, GZIP, Brotli; ids as INT32, INT64 and STRING;
// instants as TIMESTAMP with and without a zone, in microseconds, and as texts. All hold the rows of rows.csv.
const FOREIGN = join(import.meta.dirname, 'foreign');
const FILES = readdirSync(FOREIGN).filter((name) => name.endsWith('.parquet'));

describe('Parquet by another writer', () => {
  test('there are files', () => {
    expect(FILES).toHaveLength(3);
  });

  test.each(FILES)('%s holds the rows of rows.csv', async (name) => {
    const wanted = await readRecord(join(FOREIGN, 'rows.csv'), 'attempts', 'csv');
    expect(wanted).toHaveLength(300);
    expect(await readRecord(join(FOREIGN, name), 'attempts', 'parquet')).toEqual(wanted);
    let accepted = 0;
    const input = { path: join(FOREIGN, name), name, format: 'parquet' as const };
    for await (const batch of readAttempts(input, (row) => expect(row).toBeUndefined())) {
      for (const one of batch.accepted) accepted += one;
    }
    expect(accepted).toBe(300);
  });
});
