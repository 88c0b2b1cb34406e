import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { commandLine } from './harness.ts';

const folder = mkdtempSync(join(tmpdir(), 'compare-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const MA112 = 'scenarios/clause-18-8-no-wan-attempting.yaml';
const FOUR = ['--set', 'amendments.clauses.no-wan-attempting.shows.atLeast=4'];
const COMMON = ['--replications', '2', '--workers', '1'];

interface Compared {
  readonly months: readonly {
    readonly date: string;
    readonly category: string;
    readonly a: number;
    readonly b: number;
    readonly difference: { readonly value: number; readonly low: number | null };
  }[];
}

describe('compare --monthly', () => {
  test('it compares every month end, and each row is what the two runs say of it', async () => {
    const found = await commandLine(['compare', MA112, ...FOUR, ...COMMON, '--monthly', '--format', 'json']);
    expect(found.code).toBe(0);
    const { months } = JSON.parse(found.out) as Compared;
    const own = await commandLine(['run', MA112, ...COMMON, '--monthly', '--out', join(folder, 'run')]);
    expect(own.code).toBe(0);
    const again = await commandLine(['compare', join(folder, 'run'), MA112, ...FOUR, '--workers', '1', '--monthly', '--format', 'json']); // prettier-ignore
    const ofFolder = (JSON.parse(again.out) as Compared).months;
    const plain = (rows: Compared['months']) => rows.map(({ date, category, a, b }) => ({ date, category, a, b }));
    expect(plain(ofFolder)).toEqual(plain(months));
    for (const { a, b, difference } of months) expect(difference.value).toBeCloseTo(b - a);
    expect(months.filter(({ a, b }) => a > b).length).toBeGreaterThan(5);
    // A folder holds means: its differences have no interval.
    expect(months.some(({ difference }) => difference.low !== null)).toBe(true);
    expect(ofFolder.every(({ difference }) => difference.low === null)).toBe(true);
  });

  test('without it no month stands in the answer', async () => {
    const found = await commandLine(['compare', MA112, ...FOUR, ...COMMON, '--format', 'json']);
    expect(JSON.parse(found.out)).not.toHaveProperty('months');
    expect((await commandLine(['compare', MA112, ...FOUR, ...COMMON])).out).not.toContain('month');
  });
});

describe('run --against', () => {
  test('the other scenario stands beside the run on the same dice', async () => {
    const four = await commandLine(['run', MA112, ...FOUR, ...COMMON]);
    const against = await commandLine(['run', MA112, ...COMMON, '--against', MA112]);
    expect(against.code).toBe(0);
    // The same scenario is no other one: there is nothing to compare.
    expect(against.out).not.toContain('difference');
    const other = await commandLine(['run', MA112, ...COMMON, '--against', 'scenarios/quiet.yaml']);
    expect(other.out).toMatch(/reason +mean +other +difference/);
    expect(other.out.replaceAll('\n', ' ')).toContain('"other" is quiet#');
    expect(four.out).toMatch(/reason +mean +before +change/);
  });

  test('a program is told to use compare, and a scenario that does not exist is named', async () => {
    const json = await commandLine(['run', MA112, '--against', MA112, '--format', 'json']);
    expect(json).toMatchObject({ code: 1, out: '' });
    expect(json.err).toContain('compare A B --format json');
    const missing = await commandLine(['run', MA112, '--against', 'nowhere.yaml']);
    expect(missing.code).toBe(1);
    expect(missing.err).toContain('nowhere.yaml');
  });
});
