import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { writeCsv } from '../../src/cli/report/reportFiles.ts';
import { syntheticMpan } from '../../src/installation/identifiers.ts';
import { commandLine } from './harness.ts';

const folder = mkdtempSync(join(tmpdir(), 'report-formulas-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a cell that a spreadsheet would compute gets an apostrophe when that is asked for; numbers and words stay', () => {
  const cells = ['=1+1', '+cmd', '-x', '@SUM(A1)', '-12.5', '+3', '2022-01', 'Acme', ''];
  const path = join(folder, 'cells.csv');
  writeCsv(
    path,
    ['cell'],
    cells.map((cell) => [cell]),
    { guardFormulas: true },
  );
  expect(readFileSync(path, 'utf8')).toBe("cell\n'=1+1\n'+cmd\n'-x\n'@SUM(A1)\n-12.5\n+3\n2022-01\nAcme\n\n");
  writeCsv(
    path,
    ['cell'],
    cells.map((cell) => [cell]),
    { guardFormulas: false },
  );
  expect(readFileSync(path, 'utf8')).toBe(`cell\n${cells.join('\n')}\n`);
});

test('the name of a supplier is guarded in a report with --guard-formulas alone', async () => {
  const installations = join(folder, 'i.csv');
  const attempts = join(folder, 'a.csv');
  writeFileSync(
    installations,
    `installation_id,cohort,mpan,esme_dormant,electricity_payment_mode,electricity_supplier\n7,IOC,${syntheticMpan(10, 7)},yes,credit,=1+1\n`,
  );
  const weeks = ['2022-01-03', '2022-01-10', '2022-01-17', '2022-01-24', '2022-01-31', '2022-02-07'];
  writeFileSync(
    attempts,
    `installation_id,at,kind,outcome\n${weeks.map((day) => `7,${day}T10:00:00Z,migration,MA112\n`).join('')}`,
  );
  const args = [
    'report',
    'consultation',
    '--installations',
    installations,
    '--attempts',
    attempts,
    '--as-of',
    '2022-06-30',
  ];
  const firstCell = async (name: string, ...more: readonly string[]) => {
    const out = join(folder, name);
    expect(await commandLine([...args, '--out', out, ...more])).toMatchObject({ code: 0 });
    return readFileSync(out, 'utf8').split('\n')[1]?.split(',')[0];
  };
  expect(await firstCell('plain.csv')).toBe('=1+1');
  expect(await firstCell('guarded.csv', '--guard-formulas')).toBe("'=1+1");
});
