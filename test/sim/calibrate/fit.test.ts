import { describe, expect, test } from 'vitest';
import {
  bestRound,
  farthestOff,
  fitLines,
  leaveOneOut,
  lineVolumes,
  type FitLine,
  type FitOptions,
} from '../../../sim/calibrate/fit.ts';
import { scenarioAt } from '../scenarios.ts';
import { seedText } from '../../seed.ts';

// The fit is given volumes that the model itself made from known numbers, and has to find the numbers again. That says that the
// secant works and that a line left out is left out; nothing about the published figures.
const SEED = seedText(import.meta.filename, 'fit-test');

/** Enough that a secant over a step of a tenth is not mostly the noise of its counts. */
const SIZES = { 'ioc-dormant': 9000, 'ioc-active': 1500 };
const OTHERS = ['ioc-mixed', 'mds-dormant', 'mds-dormant-silent', 'mds-mixed', 'mds-no-key', 'secure-dormant', 'secure-active', 'secure-mixed']; // prettier-ignore
const SMALL = Object.entries({ ...SIZES, ...Object.fromEntries(OTHERS.map((name) => [name, 1])) }).map(
  ([name, size]) => `populations.${name}.installations=${size}`,
);
const TRUE = { 'links.wan.ioc-dormant.classes.dead.share': 0.08, 'links.han.ioc.classes.notJoined.share': 0.12 };
const [dead, notJoined] = Object.keys(TRUE) as [string, string];

const options: FitOptions = {
  seed: SEED,
  replications: 2,
  workers: 1,
  rounds: 6,
  now: () => 0,
  withParameters: (parameters) =>
    scenarioAt('scenarios/various1.yaml', [
      ...SMALL,
      ...Object.entries(parameters).map(([path, value]) => `${path}=${value}`),
    ]),
};

/** Only who was prepared is ever checked for GT01: the second line feels the first one's number. */
const rows = [
  { line: 'no-wan-before/IOC', category: 'no-wan-before', cohorts: ['IOC'], parameter: dead, prior: 0.4 },
  { line: 'gt01/IOC', category: 'gt01', cohorts: ['IOC'], parameter: notJoined, prior: 0.03 },
] as const;

describe('the fit', async () => {
  const volumes = await lineVolumes(rows, TRUE, options);
  const lines: FitLine[] = rows.map((row) => ({ ...row, published: volumes[row.line] as number }));
  const start = Object.fromEntries(lines.map(({ parameter, prior }) => [parameter, prior]));
  const rounds = await fitLines(lines, start, options);
  const fitted = rounds.at(-1)?.parameters ?? {};

  test('the fit finds the numbers that the volumes were made from', () => {
    for (const [parameter, value] of Object.entries(TRUE)) {
      expect((fitted[parameter] as number) / value, parameter).toBeGreaterThan(0.97);
      expect((fitted[parameter] as number) / value, parameter).toBeLessThan(1.03);
    }
    expect(rounds[0]?.parameters).toEqual(start);
  });

  test('the fit leaves a line alone that is met, and ends when all are met', async () => {
    const met = await fitLines(lines, TRUE, { ...options, rounds: 4 });
    expect(met.map(({ parameters }) => parameters)).toEqual([TRUE]);
    const half: FitLine[] = lines.map((line, i) => (i === 0 ? line : { ...line, published: line.published * 3 }));
    const others = await fitLines(half, TRUE, { ...options, rounds: 4 });
    expect(others).toHaveLength(4);
    // Only who was prepared is checked for GT01: the second line's number does not move the first line.
    for (const { parameters } of others) expect(parameters[dead]).toBe(TRUE[dead as keyof typeof TRUE]);
  });

  test('the best round is the one whose farthest line is nearest, wherever it is in the list', () => {
    const best = bestRound(lines, rounds);
    for (const { volumes } of rounds) {
      expect(farthestOff(lines, best.volumes)).toBeLessThanOrEqual(farthestOff(lines, volumes));
    }
    const worse = { ...best, volumes: Object.fromEntries(lines.map(({ line, published }) => [line, published * 2])) };
    expect(bestRound(lines, [worse, best, worse])).toBe(best);
  });

  test('a fit without a line has its number at the prior, and fits the others again', async () => {
    const left = await leaveOneOut(lines, fitted, options);
    expect(left.map(({ line }) => line)).toEqual(lines);
    for (const { line, parameters } of left) {
      expect(parameters[line.parameter]).toBe(line.prior);
      const without = await lineVolumes(lines, parameters, options);
      for (const other of lines) {
        const off = Math.abs((without[other.line] as number) / other.published - 1);
        if (other === line) expect(off, other.line).toBeGreaterThan(0.3);
        else expect(off, `${other.line} without ${line.line}`).toBeLessThan(0.04);
      }
    }
  });
});
