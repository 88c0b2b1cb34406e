import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { commandLine } from './harness.ts';

const folder = mkdtempSync(join(tmpdir(), 'backtest-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const HEAD = 'date,cumulative,unit,kind,source\n';

const run = (...args: string[]) =>
  commandLine(['forecast', 'backtest', 'scenarios/various1.yaml', '--draws', '2000', '--workers', '1', ...args]);

test('the public series is forecast from August 2021 on, and shown as it comes', async () => {
  const { code, out } = await run();
  expect(code).toBe(0);
  expect(out).toMatch(/^2021-08-31 .* fitted /m);
  expect(out).toContain('The public rows do not agree');
  expect(out).toMatch(/^2023-01-03 +9\.7 .* (inside|outside) /m);
  expect(out.replaceAll(/\s+/g, ' ')).toMatch(/Of 6 later rows \d lie inside the 90 % range/);
});

test.each([
  ['', 'found no cumulative count of meters; expected rows with a date'],
  ['x,1,meters,a,b\n', 'series.csv: line 2: date x, expected YYYY-MM-DD'],
  ['2021-05-01,many,meters,a,b\n', 'series.csv: line 2: cumulative many, expected a count'],
])('a series of %j is refused with its file and line', async (rows, message) => {
  const series = join(folder, 'series.csv');
  writeFileSync(series, HEAD + rows);
  const { code, err } = await run('--to', series);
  expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining(message) as string });
});

test('what is said of the public rows is not said of a series of somebody else', async () => {
  const series = join(folder, 'own.csv');
  writeFileSync(series, `${HEAD}2021-03-01,3500000,meters,own,own\n2021-06-01,4500000,meters,own,own\n2021-11-01,6200000,meters,own,own\n`); // prettier-ignore
  const sizes = ['ioc-dormant', 'ioc-active', 'secure-dormant', 'secure-active'].flatMap((name) => ['--set', `populations.${name}.installations=100`]); // prettier-ignore
  const { code, out } = await run('--to', series, ...sizes);
  expect(code).toBe(0);
  expect(out).not.toContain('public rows');
});

test.each([
  [['--fit-until', '2021-02-15'], 'found 1 rows of meters from 2021-02-01 to then, expected at least 2'],
  [['--fit-until', '2030-01-01'], 'found no later row to forecast'],
  [['--fit-until', 'August'], 'expected a date YYYY-MM-DD'],
  [['--to', 'scenarios/data/published-volumes.csv'], 'no column date'],
])('%j is refused in words', async (args, message) => {
  const { code, err, out } = await run(...args);
  expect(code).toBe(1);
  expect(err).toContain(message);
  expect(out).toBe('');
});
