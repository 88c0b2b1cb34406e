import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { KERNEL } from '../../sim/kernel/model/kernelNumber.ts';
import { otherReadings } from '../../sim/calibrate/posterior/readingWeights.ts';
import { areOf } from '../../src/cli/shell/knownRangesFile.ts';
import { knownText, migratedAnywayTable, readingsTable } from '../../src/report/forecast/knownTables.ts';
import { rangeOfRow, TOTAL_LINE, type KnownRanges } from '../../src/report/ranges/knownRanges.ts';
import { wholeNumber } from '../../src/text/numberWords.ts';
import { scenarioAt } from '../sim/scenarios.ts';
import { commandLine } from './harness.ts';

const FILE = 'scenarios/data/various1-ranges.json';
const PRIORS = 'scenarios/priors/various1.yaml';
const known = JSON.parse(readFileSync(FILE, 'utf8')) as KnownRanges;
const folder = mkdtempSync(join(tmpdir(), 'ranges-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the ranges that are kept for the baseline', () => {
  const mend = `They are stale. Make them again: npx ${known.command}`;

  test('they are of the scenario, the priors and the kernel as they stand', () => {
    const { scenario, rules, hash } = scenarioAt('scenarios/various1.yaml');
    expect(known.kernel, mend).toBe(KERNEL);
    expect(known.hash, mend).toBe(hash);
    expect(known.priors.sha256, mend).toBe(createHash('sha256').update(readFileSync(PRIORS)).digest('hex'));
    expect(areOf(known, { name: scenario.name, hash })).toBe(true);
    const weighed = new Set(known.readings.map(({ reading, value }) => `${reading}=${value}`));
    expect([...weighed], mend).toEqual(otherReadings(rules).map(({ reading, value }) => `${reading}=${value}`));
    expect(known.command).toBe(
      `smets1-bench calibrate ranges scenarios/various1.yaml --priors ${PRIORS} --draws ${known.priors.draws} --scale ${known.priors.scale} --replications ${known.replications} --out ${FILE}`,
    );
  });

  test('they are of no other scenario and of no other kernel', () => {
    const { scenario, hash } = scenarioAt('scenarios/various1.yaml', ['process.IOC.daysBetweenAttempts=14']);
    expect(areOf(known, { name: scenario.name, hash })).toBe(false);
    const own = { name: known.scenario, hash: known.hash };
    expect(areOf({ ...known, kernel: known.kernel + 1 }, own)).toBe(false);
  });

  test('they say what README says: readings from 0.42 to 2.01 times, a range of 1,125 to 6,275, a quarter that would have migrated', () => {
    const factor = (reading: string, value: string) =>
      known.readings.find((row) => row.reading === reading && row.value === value && row.line === 'five-retries/all')
        ?.factor;
    const readme = readFileSync('README.md', 'utf8').replaceAll(/\s+/g, ' ');
    const [least, most] = [factor('fiveCounts', 'otherThanMA112AndGT01') ?? 0, factor('mixed', 'anyDormant') ?? 0];
    expect(readme).toContain(`from ${least.toFixed(2)} times (`);
    expect(readme).toContain(`to ${most.toFixed(2)} times (`);
    const range = known.ranges.find(({ line }) => line === 'five-retries/all');
    expect(readme).toContain(
      `18.9 is ${wholeNumber(range?.p05 ?? 0)} to ${wholeNumber(range?.p95 ?? 0)} in nine of ten draws, and ${wholeNumber(range?.p50 ?? 0)} in the middle one`,
    );
    const total = known.ranges.find(({ line }) => line === TOTAL_LINE);
    expect(readme, mend).toContain(`All homes excluded are ${wholeNumber(total?.p05 ?? 0)} to ${wholeNumber(total?.p95 ?? 0)}.`); // prettier-ignore
    // Summed draw by draw, the range is narrower than the sum of the ends of the clauses.
    const ends = (['no-wan-before', 'no-wan-attempting', 'five-retries', 'master-key', 'uneconomic-to-test'] as const).map((category) => rangeOfRow(known, category)); // prettier-ignore
    expect(total?.p95 ?? 0).toBeLessThan(ends.reduce((sum, range) => sum + (range?.p95 ?? 0), 0));
    expect(total?.p05 ?? 0).toBeGreaterThan(ends.reduce((sum, range) => sum + (range?.p05 ?? 0), 0));
    // About half of the homes of 18.9 fail mostly for GT01.
    const fives = known.thresholds.filter((point) => point.category === 'five-retries' && point.clock === 'effect');
    const countOf = (failure: string | null): number => fives.find((point) => point.failure === failure)?.excluded.mean ?? 0; // prettier-ignore
    expect(countOf('GT01') / countOf(null)).toBeGreaterThan(0.4);
    expect(countOf('GT01') / countOf(null)).toBeLessThan(0.6);
    const own = known.thresholds.filter((point) => point.category === 'five-retries' && point.clock === 'effect');
    expect(own.find(({ failure }) => failure === null)?.migrated13?.mean).toBeCloseTo(0.25, 1);
    expect(readingsTable(known).rows.length).toBeGreaterThan(3);
    expect(migratedAnywayTable(known).rows.length).toBeGreaterThan(4);
    for (const { p05, p50, p95 } of known.ranges) expect(p05 <= p50 && p50 <= p95).toBe(true);
  });

  test('the text of the tables names the command that makes them', () => {
    const text = knownText(known, []);
    expect(text.replaceAll(/\s+/g, ' ')).toContain(known.command);
  });

  test('run shows them beside the baseline, within 80 columns, and not beside a change of it', async () => {
    const small = ['run', 'scenarios/various1.yaml', '--replications', '1', '--workers', '1'];
    const html = join(folder, 'run.html');
    const { out } = await commandLine([...small, '--detail', '--html', html]);
    const headline =
      /<section aria-labelledby="headline"[\s\S]*?<\/section>/.exec(readFileSync(html, 'utf8'))?.[0] ?? '';
    expect(headline).toMatch(/<th[^>]*>over the priors</);
    // The range of the first screen stands in the page, in its own words.
    const [, low = 'none', high = 'none'] = /5 failed attempts.*?([\d,]+)-([\d,]+)/.exec(out) ?? [];
    expect(headline).toContain(`${low} to ${high}`);
    const screen = out.slice(0, out.indexOf('\n\nNext'));
    expect(screen).toContain('over priors');
    expect(screen).toContain('x0.4');
    expect(screen).toContain('mostly GT01');
    const first = out.slice(0, out.indexOf('Each published figure'));
    expect(screen).toMatch(/all homes excluded +[\d,]+ +[\d,]+-[\d,]+ /);
    expect(Math.max(...first.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    const changed = await commandLine([...small, '--no-baseline', '--set', 'process.IOC.daysBetweenAttempts=14']);
    expect(changed.out).not.toContain('over priors');
  });
});

describe('calibrate ranges', () => {
  test('a place that cannot be written to, and priors over another scenario, are told before anything is computed', async () => {
    const ranges = (scenario: string, out: string) => commandLine(['calibrate', 'ranges', scenario, '--priors', PRIORS, '--out', out, '--draws', '8', '--workers', '1']); // prettier-ignore
    const nowhere = join(PRIORS, 'ranges.json');
    expect(await ranges('various1', nowhere)).toMatchObject({ code: 1, err: expect.stringMatching(/^--out .*ranges\.json: /) as string }); // prettier-ignore
    const { code, err } = await ranges('null', join(folder, 'other.json'));
    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining(`Is ${PRIORS} over another scenario than null?`) as string }); // prettier-ignore
    expect(err.split('\n').length).toBeLessThan(12);
    expect(readdirSync(folder).filter((name) => name.includes('other'))).toEqual([]);
  });

  test('it writes the ranges, the readings and the thresholds of any scenario, the same for any threads', async () => {
    const scenario = 'scenarios/clause-18-9-five-retries.yaml';
    const priors = join(folder, 'priors.yaml');

    writeFileSync(priors, 'format: 1\nname: one\nparameters:\n  silent: { path: links.wan.silent.classes.dead.share, ratio: 3 }\n'); // prettier-ignore
    const made = async (name: string, workers: string): Promise<KnownRanges> => {
      const out = join(folder, name);
      const answer = await commandLine(['calibrate', 'ranges', scenario, '--priors', priors, '--out', out, '--draws', '8', '--scale', '0.5', '--replications', '1', '--workers', workers]); // prettier-ignore
      expect(answer.code).toBe(0);
      return JSON.parse(readFileSync(out, 'utf8')) as KnownRanges;
    };
    const one = await made('one.json', '1');
    const two = await made('two.json', '2');
    expect({ ...two, command: '' }).toEqual({ ...one, command: '' });
    expect(one.ranges.find(({ line }) => line === 'five-retries/all')?.p95).toBeGreaterThan(0);
    expect(one.readings.length).toBeGreaterThan(10);
    expect(one.thresholds.every(({ isOwn }) => isOwn)).toBe(true);
  });
});
