import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { numbersOutsideTables } from '../pageNumbers.ts';
import { CALIBRATION_TABLES } from '../../src/cli/calibrate/calibrationTables.ts';
import { commandLine, type Answer } from './harness.ts';

const folder = mkdtempSync(join(tmpdir(), 'lines-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const priors = file(
  'priors.yaml',
  `format: 1
name: three
parameters:
  silent: { path: links.wan.silent.classes.dead.share, ratio: 3 }
  payment: { path: populations.mds-dormant.gasShare, range: [0.5, 1] }
  unseen: { path: changes.supplierPerYear, range: [0, 0.5] }
`,
);
const lines = file('lines.csv', 'category,cohorts,published,relation\nfive-retries,MOC_Secure,75,predict\n');
const run = (...args: string[]) =>
  commandLine(['calibrate', 'scenarios/clause-18-9-five-retries.yaml', '--priors', priors, '--to', lines, '--draws', '120', '--scale', '1', '--workers', '1', ...args]); // prettier-ignore

describe('calibrate SCENARIO --to LINES', () => {
  test('it says what the lines identify, and what they do not', async () => {
    const { code, out, err } = await run('--format', 'json');
    expect({ code, err: err.replaceAll(/simulating.*\n/g, '') }).toEqual({ code: 0, err: '' });
    const found = JSON.parse(out) as {
      lines: { name: string; low: number; high: number; posterior: { p05: number; p95: number } }[];
      parameters: { name: string; verdict: string; contraction: number; values: { p05: number; p95: number } }[];
    };
    expect(found.lines[0]).toMatchObject({ name: 'five-retries/MOC_Secure', low: 74.5, high: 75.5 });
    expect(found.parameters.map(({ name, verdict }) => [name, verdict])).toEqual([
      ['silent', 'identified'],
      ['payment', 'not identified'],
      ['unseen', 'not identified'],
    ]);
    // 75 of 1,500 and little else: the scenario has 0.05.
    const { p05, p95 } = found.parameters[0]?.values ?? { p05: 0, p95: 0 };
    expect(p05).toBeLessThan(0.05);
    expect(p95).toBeGreaterThan(0.05);
  });

  const out = join(folder, 'tables');
  const html = join(folder, 'lines.html');
  let answer: Answer;
  beforeAll(async () => void (answer = await run('--out', out, '--html', html)));

  test('--html draws the lines and the parameters, with every number of a chart in its table and no folder', () => {
    const page = readFileSync(html, 'utf8');
    expect(numbersOutsideTables(page)).toEqual([]);
    expect(page).toContain('five-retries/MOC_Secure');
    expect(page).toContain('1 of 3 parameters are identified');
    expect(page).not.toContain(folder);
  });

  test('--out writes the tables with their origin, and every table is of its columns', async () => {
    expect(answer.code).toBe(0);
    const manifest = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')) as { command: string; kind: string; files: Record<string, { rows: number }> }; // prettier-ignore
    expect(manifest).toMatchObject({ kind: 'calibration', draws: 120, histories: null });
    expect(manifest.command).not.toContain(folder);
    const counts = Object.fromEntries(Object.entries(manifest.files).map(([name, { rows }]) => [name, rows]));
    expect(counts).toEqual({ 'parameters.csv': 3, 'data.csv': 1, 'draws.csv': 120, 'posterior.csv': 360, 'page.json': 1 }); // prettier-ignore
    for (const [name, columns] of Object.entries(CALIBRATION_TABLES))
      expect(readFileSync(join(out, name), 'utf8').split('\n')[0]).toBe(columns.map((column) => column.name).join(','));
    const weights = readFileSync(join(out, 'draws.csv'), 'utf8').trim().split('\n').slice(1).map((row) => Number(row.split(',')[2])); // prettier-ignore
    expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 9);
    expect((await commandLine(['report', 'html', out, '--out', join(folder, 'page.html')])).code).toBe(0);
    expect(readFileSync(join(folder, 'page.html'), 'utf8')).toContain('five-retries/MOC_Secure');
  });

  test('the text names the lines and the parameters, the most identified first', () => {
    expect(answer.out).toContain('five-retries/MOC_Secure');
    expect(answer.out).toMatch(/^silent .* identified$/m);
    expect(answer.out).toContain('1 of 3 parameters are identified');
  });

  test.each([
    ['category,cohorts,published,relation\n', 'found no line, expected at least one below the header'],
    ['', 'no column category'],
    ['category,cohorts,published,relation\nmaster-key,IOC,75,input\n', 'found only lines whose relation is input'],
    ['category,cohorts,published,relation\nfour-retries,IOC,75,fit\n', 'category four-retries, expected one of'],
    ['category,cohorts,published,relation\nfive-retries,IOC,5,fit\nfive-retries,IOC,6,fit\n', 'five-retries/IOC stands there twice'], // prettier-ignore
    ['category,cohorts,published,relation,low,high\nfive-retries,MOC_Secure,75,fit,80,90\n', 'expected numbers around 75'], // prettier-ignore
    ['category,cohorts,published\nx,IOC,1\n', 'no column relation'],
  ])('%j is refused', async (text, message) => {
    const { code, err } = await run('--to', file('wrong.csv', text));
    expect(code).toBe(1);
    expect(err).toContain(message);
  });

  test('a figure that no draw comes near ends with 4 and says so', async () => {
    const far = file('far.csv', 'category,cohorts,published,relation\nfive-retries,MOC_Secure,9000,fit\n');
    const { code, err } = await run('--to', far, '--draws', '40');
    expect(code).toBe(4);
    expect(err).toContain('no draw of the priors comes near five-retries/MOC_Secure');
  });
});
