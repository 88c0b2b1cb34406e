import { expect, test } from 'vitest';
import { commandLine } from './harness.ts';

const run = (...args: string[]) =>
  commandLine(['forecast', 'backtest', 'scenarios/various1.yaml', '--draws', '2000', '--workers', '1', ...args]);

test('the public series is forecast from August 2021 on, and shown as it comes', async () => {
  const { code, out } = await run();
  expect(code).toBe(0);
  expect(out).toMatch(/^2021-08-31 .* fitted /m);
  expect(out).toMatch(/^2023-01-03 +9\.7 .* (inside|outside) /m);
  expect(out.replaceAll(/\s+/g, ' ')).toMatch(/Of 6 later rows \d lie inside the 90 % range/);
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
