import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { formatOf, type ColumnNaming, type Format, type Input } from '../../../../src/interchange/format/formats.ts';
import { readAttempts } from '../../../../src/interchange/history/recordReaders.ts';
import { FileRefused, type RefusedRow } from '../../../../src/interchange/record/refusal.ts';

const folder = mkdtempSync(join(tmpdir(), 'text-files-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const CSV = 'installation_id,at,kind,outcome\n7,2021-11-08T09:00:00Z,migration,GT01\n';
const JSON_ROW = { installation_id: '7', at: '2021-11-08T09:00:00Z', kind: 'migration', outcome: 'GT01' };

interface Read {
  readonly ids: readonly string[];
  readonly table510: readonly number[];
  readonly refused: readonly RefusedRow[];
  /** Why the file cannot be read on. */
  readonly file: string | undefined;
}

async function read(bytes: string | Uint8Array, format: Format, more: Partial<Input> = {}): Promise<Read> {
  const path = join(folder, 'file');
  writeFileSync(path, bytes);
  const refused: RefusedRow[] = [];
  const ids: string[] = [];
  const table510: number[] = [];
  let file: string | undefined;
  try {
    for await (const batch of readAttempts({ path, name: 'f', format, ...more }, (row) => refused.push(row))) {
      for (let row = 0; row < batch.rows; row += 1) {
        if (batch.accepted[row] === 0) continue;
        ids.push(batch.id[row] as string);
        table510.push(batch.table510[row] as number);
      }
    }
  } catch (error) {
    if (!(error instanceof FileRefused)) throw error;
    file = error.message;
  }
  return { ids, table510, refused, file };
}

const naming = (ignored: readonly string[], renamed: Readonly<Record<string, string>> = {}): ColumnNaming => ({
  ignored: new Set(ignored),
  renamed: new Map(Object.entries(renamed)),
});

describe('gzip', () => {
  test('gzip is read in CSV and NDJSON, whatever the file name', async () => {
    expect((await read(gzipSync(CSV), 'csv')).ids).toEqual(['7']);
    expect((await read(gzipSync(JSON.stringify(JSON_ROW)), 'ndjson')).ids).toEqual(['7']);
    expect(formatOf('attempts.CSV.gz')).toBe('csv');
    expect(formatOf('attempts.jsonl.GZ')).toBe('ndjson');
  });

  test('gzip that ends too early or is damaged is refused', async () => {
    const whole = gzipSync(CSV.repeat(50));
    const cut = await read(whole.subarray(0, whole.length - 12), 'csv');
    expect(cut.file).toBe('f: found gzip that ends too early or is damaged, expected a whole gzip file');
    const damaged = Uint8Array.from(whole);
    damaged[20] = (damaged[20] as number) ^ 0xff;
    expect((await read(damaged, 'csv')).file).toMatch(/gzip that ends too early or is damaged/);
  });

  test('Parquet inside gzip is refused with the way to mend it', async () => {
    expect((await read(gzipSync('PAR1'), 'parquet')).file).toMatch(/found a gzip file, expected Parquet as it is/);
  });
});

describe('a file is told by its first bytes', () => {
  const utf16 = Buffer.from(`\ufeff${CSV}`, 'utf16le');
  test.each<[string, string | Uint8Array, Format, RegExp]>([
    ['UTF-16 with a mark', utf16, 'csv', /found text in UTF-16, expected UTF-8: .*iconv/],
    ['UTF-16 without a mark', utf16.subarray(2), 'csv', /found text in UTF-16/],
    ['UTF-16 with the high byte first', Buffer.from(utf16).swap16(), 'csv', /found text in UTF-16/],
    ['UTF-16 in gzip', gzipSync(utf16), 'csv', /found text in UTF-16/],
    ['a workbook', Buffer.from('PK\u0003\u0004...'), 'csv', /found a ZIP archive or an Excel workbook/],
    ['Parquet named CSV', 'PAR1....', 'csv', /found a Parquet file, expected text; name the file .parquet/],
    ['zstd', Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0), 'ndjson', /compressed by zstd, expected plain text or gzip/],
    ['JSON named CSV', JSON.stringify(JSON_ROW), 'csv', /found JSON, expected CSV; name the file .ndjson/],
    ['semicolons', CSV.replaceAll(',', ';'), 'csv', /found fields separated by semicolons, expected commas/],
    ['tabs', CSV.replaceAll(',', '\t'), 'csv', /found fields separated by tabs/],
    ['bars', CSV.replaceAll(',', '|'), 'csv', /found fields separated by bars/],
    ['sep=', `sep=,\n${CSV}`, 'csv', /found a line "sep=" before the header/],
  ])('a file is recognised by its first bytes: %s', async (_name, bytes, format, expected) => {
    const { file, ids } = await read(bytes, format);
    expect(file).toMatch(expected);
    expect(ids).toEqual([]);
  });

  test('a list of objects is no NDJSON', async () => {
    const { refused } = await read(JSON.stringify([JSON_ROW]), 'ndjson');
    expect(refused[0]?.expected).toBe('a JSON object on each line, without a list around them');
  });
});

describe('NDJSON', () => {
  test('a key that stands twice is refused, in whatever form', async () => {
    const text = JSON.stringify(JSON_ROW);
    for (const doubled of [
      text.replace('{', '{"outcome":"ok",'),
      text.replace('{', '{"outcome" : "ok" , '),
      text.replace('{', '{"\\u006futcome":"ok",'),
    ]) {
      const { ids, refused } = await read(doubled, 'ndjson');
      expect(ids).toEqual([]);
      expect(refused).toMatchObject([{ line: 1, found: 'a key twice', expected: 'each key once' }]);
    }
  });

  test('texts that look like keys, and keys inside a column that is passed over, are not counted', async () => {
    const row = { ...JSON_ROW, installation_id: '","at":"\\', extra: { at: 1, kind: { at: 2 } } };
    const { ids, refused } = await read(JSON.stringify(row), 'ndjson', { columns: naming(['extra']) });
    expect(refused).toEqual([]);
    expect(ids).toEqual(['","at":"\\']);
  });

  test('true and false stand for yes and no, in columns that have these only', async () => {
    const yes = await read(JSON.stringify({ ...JSON_ROW, table_5_10: true }), 'ndjson');
    expect(yes.table510).toEqual([1]);
    const kind = await read(JSON.stringify({ ...JSON_ROW, kind: true }), 'ndjson');
    expect(kind.refused).toMatchObject([{ column: 'kind', found: 'a boolean' }]);
  });

  test('a whole number beyond 2^53 is refused rather than rounded', async () => {
    const text = JSON.stringify(JSON_ROW).replace('"7"', '1580000000000000001');
    expect((await read(text, 'ndjson')).refused).toMatchObject([{ found: 'a number beyond 2^53' }]);
  });
});

describe('columns of other names', () => {
  const extra = CSV.replace('outcome', 'outcome,note').replace('GT01', 'GT01,x');

  test('columns of other names are refused with both ways to mend them', async () => {
    expect((await read(extra, 'csv')).file).toMatch(/column "note".*--ignore-columns passes over others/);
    const near = CSV.replace('outcome', 'outcomes');
    expect((await read(near, 'csv')).file).toMatch(/outcome\? say --rename-column outcomes=outcome/);
  });

  test('columns of other names are skipped or renamed if the user says so, in every text format', async () => {
    expect((await read(extra, 'csv', { columns: naming(['note']) })).ids).toEqual(['7']);
    const renamed = CSV.replace('installation_id', 'site');
    expect((await read(renamed, 'csv', { columns: naming([], { site: 'installation_id' }) })).ids).toEqual(['7']);
    const json = JSON.stringify({ ...JSON_ROW, note: 1 }).replace('installation_id', 'site');
    const more = { columns: naming(['note'], { site: 'installation_id' }) };
    expect((await read(json, 'ndjson', more)).ids).toEqual(['7']);
  });

  test('two columns that mean the same are refused', async () => {
    const { file } = await read(extra, 'csv', { columns: naming([], { note: 'outcome' }) });
    expect(file).toMatch(/outcome: found the column twice/);
  });

  test('columns that the file lacks come from its folders', async () => {
    const constants = new Map([['kind', 'migration']]);
    const csv = CSV.replace('kind,', '').replace('migration,', '');
    expect((await read(csv, 'csv', { constants })).ids).toEqual(['7']);
    const { kind: _kind, ...rest } = JSON_ROW;
    expect((await read(JSON.stringify(rest), 'ndjson', { constants })).ids).toEqual(['7']);
    expect((await read(csv, 'csv')).file).toMatch(/kind: found no such column/);
  });
});

describe('a choice in other words is refused with the word that is meant', () => {
  test.each([
    ['table_5_10', 'TRUE', 'yes'],
    ['table_5_10', '0', 'no'],
    ['kind', 'Migration', 'migration'],
  ])('a choice in other words is refused with the intended word: %s %s', async (column, text, meant) => {
    const row = { ...JSON_ROW, [column]: text };
    const { refused } = await read(JSON.stringify(row), 'ndjson');
    expect(refused[0]?.expected).toContain(`(${meant}?)`);
  });
});
