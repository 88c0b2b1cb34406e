import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { formatOf, type Input } from '../../../../src/interchange/format/formats.ts';
import { readAttempts } from '../../../../src/interchange/history/recordReaders.ts';
import type { RefusedRow } from '../../../../src/interchange/record/refusal.ts';

// `foreign` holds files by DuckDB 1.x (version 1 and 2 pages; Snappy, GZIP, Brotli), `written` those that write.py
// makes with pyarrow 25 and DuckDB 1.5. Each file of a folder holds the rows of its rows.csv.

type Row = Readonly<Record<string, string | number>>;

/** The accepted attempts of a file. Throws on a refused row, and FileRefused as the reader does. */
async function attemptsOf(folder: string, name: string, zoneless: Input['zoneless']): Promise<readonly Row[]> {
  const path = join(import.meta.dirname, folder, name);
  const input: Input = { path, name, format: formatOf(name) ?? 'csv', ...(zoneless && { zoneless }) };
  const refused: RefusedRow[] = [];
  const rows: Row[] = [];
  for await (const batch of readAttempts(input, (row) => refused.push(row))) {
    for (let row = 0; row < batch.rows; row += 1) {
      rows.push({
        id: batch.id[row] as string,
        at: batch.at[row] as number,
        kind: batch.kind[row] as number,
        outcome: batch.outcome[row] as string,
        cause: batch.cause[row] as number,
        table510: batch.table510[row] as number,
      });
    }
  }
  expect(refused).toEqual([]);
  return rows;
}

const FOLDERS = ['foreign', 'written'] as const;
const FILES = FOLDERS.flatMap((folder) =>
  readdirSync(join(import.meta.dirname, folder))
    .filter((name) => name.endsWith('.parquet'))
    .map((name) => [folder, name] as const),
);
const isNaive = (name: string): boolean => name.startsWith('naive-') || name === 'texts-gzip-v2.parquet';

describe('Parquet by other writers', () => {
  test('every folder has its files', () => {
    expect(FILES.filter(([folder]) => folder === 'foreign')).toHaveLength(3);
    expect(FILES.filter(([folder]) => folder === 'written')).toHaveLength(32);
  });

  test.each(FILES)('%s/%s holds the rows of rows.csv', async (folder, name) => {
    const wanted = await attemptsOf(folder, 'rows.csv', undefined);
    expect(wanted.length).toBe(folder === 'foreign' ? 300 : 40);
    expect(await attemptsOf(folder, name, isNaive(name) ? 'utc' : undefined)).toEqual(wanted);
  });

  test.each(FILES.filter(([, name]) => isNaive(name)))(
    '%s/%s has times without a zone and is refused unless the zone is named',
    async (folder, name) => {
      await expect(attemptsOf(folder, name, undefined)).rejects.toThrow(
        /without a time zone, expected .*--times-without-zone utc\|london/,
      );
    },
  );

  test('times without a zone are an hour earlier in summer when they are read as London time', async () => {
    const utc = await attemptsOf('written', 'naive-us.parquet', 'utc');
    const london = await attemptsOf('written', 'naive-us.parquet', 'london');
    const shifts = new Set(utc.map((row, i) => Number(row['at']) - Number(london[i]?.['at'])));
    expect(shifts).toEqual(new Set([0, 3600]));
  });
});
