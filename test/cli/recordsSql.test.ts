// The SQL example of src/docs is run on records that decide wrote, and the machine-readable schema describes them. The
// query is plain SQL: SQLite (of Python) runs it here; DuckDB 1.5.6 gave the same rows by hand, from Parquet.
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { RECORDS } from '../../src/interchange/record/records.ts';
import { decide, freshFolder, readRecord, removeFolders, writeRecords } from './decideHarness.ts';
import { commandLine } from './harness.ts';
import { failedWeeks, house } from './recordRows.ts';

afterAll(removeFolders);

const QUERY = join(import.meta.dirname, '../../src/docs/records.sql');

async function records(): Promise<{ folder: string; files: string[] }> {
  const folder = freshFolder();
  const installations = [house(1), house(2), house(3, { cohort: 'MOC_MDS' }), house(4, { cohort: 'FOC' })];
  const attempts = [1, 2, 3, 4].flatMap((id) => failedWeeks(id));
  return { folder, files: await writeRecords(folder, { installations, attempts, events: [] }) };
}

const SQLITE = `
import csv, json, sqlite3, sys
db = sqlite3.connect(':memory:')
for table, path in (('installations', sys.argv[2]), ('verdicts', sys.argv[3])):
    header, *rows = list(csv.reader(open(path)))
    db.execute('create table %s (%s)' % (table, ', '.join('"%s" text' % name for name in header)))
    db.executemany('insert into %s values (%s)' % (table, ', '.join('?' for _ in header)), rows)
print(json.dumps(db.execute(open(sys.argv[1]).read()).fetchall()))
`;
const hasSqlite = spawnSync('python3', ['-c', 'import sqlite3']).status === 0;
if (!hasSqlite) console.warn('skipped: the SQL example needs python3 with sqlite3');

test.skipIf(!hasSqlite && process.env['CI'] === undefined)(
  'the SQL example counts reported exclusions in effect',
  async () => {
    const { folder, files } = await records();
    await decide(folder, ...files, '--as-of', '2022-06-30');
    const rows = execFileSync('python3', ['-c', SQLITE, QUERY, files[1] as string, join(folder, 'out.csv')]);
    expect(JSON.parse(rows.toString())).toEqual([
      ['no-wan-attempting', 'IOC', 2, 3],
      ['no-wan-attempting', 'MOC_MDS', 1, 3],
    ]);
  },
);

test('the column counted is a number in Parquet, and reads back unchanged', async () => {
  const { folder, files } = await records();
  const out = join(folder, 'verdicts.parquet');
  await decide(folder, ...files, '--as-of', '2022-06-30', '--out', out);
  const { parquetMetadata } = await import('hyparquet');
  const { buffer, byteOffset, byteLength } = readFileSync(out);
  const { schema } = parquetMetadata(buffer.slice(byteOffset, byteOffset + byteLength));
  expect(schema.find(({ name }) => name === 'counted')?.type).toBe('INT64');
  expect((await readRecord(out, 'verdicts', 'parquet')).map((row) => row['counted'])).toEqual(['3', '3', '3']);
});

describe('schema records', () => {
  test('schema records names every column of every record, its choices and which are required', async () => {
    const { out, code } = await commandLine(['schema', 'records']);
    expect(code).toBe(0);
    type Property = { enum?: unknown[]; type: unknown; pattern?: string };
    type Definition = { key: string[]; required: string[]; properties: Record<string, Property> };
    const { $defs } = JSON.parse(out) as { $defs: Record<string, Definition> };
    expect(Object.keys($defs)).toEqual(Object.keys(RECORDS));
    for (const record of Object.values(RECORDS)) {
      const found = $defs[record.name] as Definition;
      expect(Object.keys(found.properties)).toEqual(record.columns.map(({ name }) => name));
      expect(found.required).toEqual(record.columns.filter(({ required }) => required).map(({ name }) => name));
      expect(found.key).toEqual([...record.key]);
    }
    expect($defs['attempts']?.properties['cause']?.enum).toEqual(['device', 'system', null]);
  });

  test('schema records describes the output of decide: each cell matches its pattern', async () => {
    const { folder, files } = await records();
    const out = join(folder, 'v.ndjson');
    await decide(folder, ...files, '--as-of', '2022-06-30', '--out', out);
    const { $defs } = JSON.parse((await commandLine(['schema', 'records'])).out) as {
      $defs: Record<string, { properties: Record<string, { pattern?: string; enum?: unknown[] }> }>;
    };
    const lines = readFileSync(out, 'utf8').trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    for (const line of lines) {
      for (const [name, cell] of Object.entries(JSON.parse(line) as Record<string, string | null>)) {
        const column = $defs['verdicts']?.properties[name];
        if (column?.enum) expect(column.enum).toContain(cell);
        else if (cell !== null) expect(cell).toMatch(new RegExp(column?.pattern ?? ''));
      }
    }
  });
});
