import { describe, expect, test } from 'vitest';
import {
  bestRound,
  errorsOff,
  fitLines,
  fitVerified,
  isSettled,
  leaveOneOut,
  lineVolumes,
  type FitLine,
  type FitOptions,
  type FitRound,
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
  const lines: FitLine[] = rows.map((row) => ({ ...row, published: volumes.volumes[row.line] as number }));
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
    const farthest = (round: FitRound): number => Math.max(...lines.map((line) => Math.abs(errorsOff(line, round))));
    for (const round of rounds) expect(farthest(best)).toBeLessThanOrEqual(farthest(round));
    const worse = { ...best, volumes: Object.fromEntries(lines.map(({ line, published }) => [line, published * 2])) };
    expect(bestRound(lines, [worse, best, worse])).toBe(best);
  });

  test('a fit without a line has its number at the prior, and fits the others again', async () => {
    const left = await leaveOneOut(lines, fitted, options);
    expect(left.map(({ line }) => line)).toEqual(lines);
    for (const { line, parameters } of left) {
      expect(parameters[line.parameter]).toBe(line.prior);
      const { volumes: without } = await lineVolumes(lines, parameters, options);
      for (const other of lines) {
        const off = Math.abs((without[other.line] as number) / other.published - 1);
        if (other === line) expect(off, other.line).toBeGreaterThan(0.3);
        else expect(off, `${other.line} without ${line.line}`).toBeLessThan(0.04);
      }
    }
  });
});

describe('a fit that is checked', () => {
  const line: FitLine = { line: 'gt01/IOC', category: 'gt01', cohorts: ['IOC'], published: 1000, parameter: 'p', prior: 0.5 }; // prettier-ignore
  /** A line of 1,000 p, off by what its dice make of it, with an error of 10. */
  const toy = (luck: Readonly<Record<string, number>>): { readonly options: FitOptions; readonly asked: string[] } => {
    const asked: string[] = [];
    const count = (_: unknown, { p = 0 }: FitRound['parameters'], seed: string) => {
      asked.push(seed);
      return Promise.resolve({ volumes: { [line.line]: 1000 * p + (luck[seed] ?? 0) }, errors: { [line.line]: 10 } });
    };
    return { options: { ...options, seed: 'fit', rounds: 8, count }, asked };
  };

  test('a fit that other dice confirm ends at once, with one check', async () => {
    const { options: lucky, asked } = toy({ 'fit': 5, 'fit-check-1': -5 });
    const { best, check, rounds } = await fitVerified([line], { p: 0.5 }, lucky);
    expect(best.parameters['p']).toBeCloseTo(0.995, 6);
    expect(check?.seed).toBe('fit-check-1');
    expect(isSettled(line, best, check)).toBe(true);
    expect(rounds.length).toBeLessThan(8);
    expect(asked).toEqual([...rounds.map(() => 'fit'), 'fit-check-1']);
  });

  test('dice that do not confirm it join the fit, and the next check has dice of its own', async () => {
    const { options: unlucky } = toy({ 'fit': 60, 'fit-check-1': -60 });
    const { best, check } = await fitVerified([line], { p: 0.5 }, unlucky);
    expect(best.seeds).toEqual(['fit', 'fit-check-1']);
    expect(best.parameters['p']).toBeCloseTo(1, 6);
    // Twice as many replications: the error is smaller by the root of two.
    expect(best.errors[line.line]).toBeCloseTo(10 / Math.SQRT2, 6);
    expect(check?.seed).toBe('fit-check-2');
    expect(isSettled(line, best, check)).toBe(true);
  });

  test('a fit that runs out of rounds is checked all the same, and is not called settled', async () => {
    const { options: few } = toy({ 'fit-check-1': -200 });
    const { rounds, best, check } = await fitVerified([line], { p: 0.2 }, { ...few, rounds: 2 });
    expect(rounds).toHaveLength(2);
    expect(check?.parameters).toBe(best.parameters);
    expect(isSettled(line, best, check)).toBe(false);
  });

  test('one round fits nothing to its dice and needs no check', async () => {
    const { options: one, asked } = toy({});
    const { best, check } = await fitVerified([line], { p: 1.015 }, { ...one, rounds: 1 });
    expect(check).toBeNull();
    expect(asked).toEqual(['fit']);
    expect(isSettled(line, best, check)).toBe(true);
    expect(isSettled({ ...line, published: 900 }, best, check)).toBe(false);
  });
});
