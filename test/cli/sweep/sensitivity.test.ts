import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { commandLine } from '../harness.ts';

const folder = mkdtempSync(join(tmpdir(), 'sensitivity-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const TINY_SCENARIO = 'test/cli/sweep/tinyScenario.yaml';

describe('sensitivity', () => {
  test('sensitivity moves every assumption below a path up and down, and ranks the effects', async () => {
    const args = ['sensitivity', TINY_SCENARIO, '--only', 'changes', '--no-ranges', '--share', '0.5', '--scale', '1', '--replications', '2', '--workers', '1', '--format', 'json', '--outcome', 'migrated/all']; // prettier-ignore
    const { code, out, err } = await commandLine(args);
    expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' });
    const answer = JSON.parse(out) as {
      points: { all: number };
      effects: { factor: string; level: number; rank: number }[];
    };
    expect([...new Set(answer.effects.map(({ factor }) => factor))].toSorted()).toEqual([
      'changes.activeToDormantPerYear',
      'changes.dormantToActivePerYear',
      'changes.paymentModePerYear',
      'changes.replacementPerYear',
      'changes.supplierPerYear',
    ]);
    // The base point, and each number down and up.
    expect(answer.points.all).toBe(11);
    expect(answer.effects.find(({ rank }) => rank === 1)?.factor).toBe('changes.replacementPerYear');
    expect(answer.effects.filter(({ factor }) => factor === 'changes.replacementPerYear').map(({ level }) => level)).toEqual([0.01, 0.03]); // prettier-ignore
  });

  test('sensitivity moves a number to the ends of the range that its mark states', async () => {
    const args = ['sensitivity', TINY_SCENARIO, '--only', 'changes.replacementPerYear', '--replications', '1', '--workers', '1', '--format', 'json', '--outcome', 'migrated/all']; // prettier-ignore
    const { out, err } = await commandLine(args);
    expect((JSON.parse(out) as { effects: { level: number }[] }).effects.map(({ level }) => level)).toEqual([0.006, 0.06]); // prettier-ignore
    expect(err).toContain('1 assumption, 1 of them over the range that its mark states');
  });

  test('sensitivity reports faults of its options', async () => {
    expect(await commandLine(['sensitivity', TINY_SCENARIO, '--share', '2'])).toMatchObject({ code: 1 });
    const { code, err } = await commandLine(['sensitivity', TINY_SCENARIO, '--only', 'nowhere']);
    expect(code).toBe(1);
    expect(err).toContain('expected at least one factor');
  });
});

describe('compare', () => {
  const compare = (...args: string[]) => commandLine(['compare', ...args, '--replications', '3', '--workers', '1']);

  test('compare shows the differences, paired on common dice, and writes a row for each replication', async () => {
    const { code, out } = await compare(TINY_SCENARIO, '--set', 'amendments.clauses.five-retries.shows.atLeast=2', '--out', join(folder, 'pairs.csv'), '--format', 'json'); // prettier-ignore
    expect(code).toBe(0);
    const { paired, rows } = JSON.parse(out) as { paired: boolean; rows: { cohort: string; category: string; a: number; b: number; difference: { value: number } }[] }; // prettier-ignore
    expect(paired).toBe(true);
    const five = rows.find(({ cohort, category }) => cohort === 'all' && category === 'five-retries');
    expect(five?.b).toBeGreaterThan(five?.a as number);
    expect(five?.difference.value).toBeCloseTo((five?.b as number) - (five?.a as number), 9);
    const lines = readFileSync(join(folder, 'pairs.csv'), 'utf8').trim().split('\n');
    expect(lines[0]).toBe('cohort,category,unit,replication,a,b');
    const own = lines.filter((line) => line.startsWith('all,five-retries,installations,')).map((line) => line.split(',').slice(4).map(Number)); // prettier-ignore
    expect(own).toHaveLength(3);
    expect(own.reduce((sum, [, b]) => sum + (b as number), 0) / 3).toBeCloseTo(five?.b as number, 9);
  });

  test('compare writes its page: the origin, a chart, and each number of it in the table', async () => {
    const page = join(folder, 'pages', 'compare.html');
    const { code, out } = await compare(TINY_SCENARIO, '--set', 'amendments.clauses.five-retries.shows.atLeast=2', '--html', page, '--format', 'json'); // prettier-ignore
    expect(code).toBe(0);
    const { provenance } = JSON.parse(out) as { provenance: { command: string; scenarios: { hash: string }[] } };
    expect(provenance.command).toMatch(/^smets1-bench compare \S+ --replications 3 --set \S+$/);
    const text = readFileSync(page, 'utf8');
    for (const { hash } of provenance.scenarios) expect(text).toContain(`#${hash}`);
    expect(text).toContain(provenance.command);
    expect(text).not.toContain('<script');
    const figure = text.slice(text.indexOf('<figure'), text.indexOf('</figure>'));
    const table = figure.slice(figure.indexOf('<details'));
    const values = [...figure.matchAll(/class="value">([^<]*)</g)].map(([, value]) => value as string);
    expect(values.length).toBeGreaterThan(4);
    for (const value of values) expect(table).toContain(`>${value}<`);
  });

  test('the table of compare fits 80 columns', async () => {
    const { out } = await compare(TINY_SCENARIO, '--set', 'amendments.clauses.five-retries.shows.atLeast=2');
    expect(out).toMatch(/^cohort +category +A +B +B - A +90 % interval +runs$/m);
    expect(out.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  test('compare names the page that it cannot write', async () => {
    const { code, err } = await compare(TINY_SCENARIO, TINY_SCENARIO, '--html', join(folder, 'pairs.csv', 'x.html'));
    expect(code).toBe(1);
    expect(err).toMatch(/x\.html: .*file stands where a directory is needed/);
  });

  test('compare finds no difference between a scenario and itself', async () => {
    const { code, out } = await compare(TINY_SCENARIO, TINY_SCENARIO);
    expect(code).toBe(0);
    expect(out).toContain('No volume differs');
  });

  test('compare takes the folder of a run, and uses the dice of that run for the other side', async () => {
    const run = [
      'run',
      TINY_SCENARIO,
      '--seed',
      'other',
      '--replications',
      '2',
      '--workers',
      '1',
      '--out',
      join(folder, 'run'),
    ];
    expect((await commandLine(run)).code).toBe(0);
    const { code, out } = await commandLine(['compare', join(folder, 'run'), TINY_SCENARIO, '--workers', '1']);
    expect(code).toBe(0);
    expect(out).toContain('2 replications on common dice (seed other)');
    expect(out).toContain('No volume differs');
  });

  test('compare refuses sides that it cannot compare', async () => {
    expect((await commandLine(['compare', TINY_SCENARIO])).err).toContain('needs two scenarios');
    writeFileSync(join(folder, 'report.json'), '{"kind":"sweep","format":1}');
    const { code, err } = await commandLine(['compare', folder, TINY_SCENARIO]);
    expect(code).toBe(1);
    expect(err).toContain('expected a run of format');
  });
});
