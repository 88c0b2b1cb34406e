import { describe, expect, test } from 'vitest';
import { formatPath, parsePath } from '../../../src/document/path.ts';
import { factorOf, levelsOf, type Factor } from '../../../sim/sweep/factor/factors.ts';
import { expandPath, ownValue } from '../../../sim/sweep/factor/ownValue.ts';
import { betaDistribution, quantileOf } from '../../../sim/sweep/factor/quantiles.ts';
import { followingShares } from '../../../sim/sweep/factor/shareGroups.ts';
import { sweepSchema, type FactorSpec } from '../../../sim/sweep/factor/sweepSchema.ts';
import { scenarioAt } from '../scenarios.ts';

const own = scenarioAt('scenarios/various1.yaml');
const specOf = (spec: object): FactorSpec => sweepSchema.shape.factors.parse({ f: spec })['f'] as FactorSpec;
const factor = (spec: object): Factor => {
  const result = factorOf('f', specOf(spec), own);
  if (!('factor' in result)) throw new Error(result.expected);
  return result.factor;
};
const valuesAt = (spec: object, coordinate: number): unknown[] =>
  factor(spec)
    .at(coordinate)
    .values.map(({ value }) => value);

describe('a factor', () => {
  test('a factor covers a range from end to end, and whole numbers get equal shares of it', () => {
    const days = { path: 'process.IOC.daysBetweenAttempts', range: [5, 14] };
    expect([0, 0.5, 1].map((u) => valuesAt(days, u)[0])).toEqual([5, 9.5, 14]);
    const whole = [...Array(1000).keys()].map((i) => valuesAt({ ...days, whole: true }, (i + 0.5) / 1000)[0]);
    expect(new Set(whole)).toEqual(new Set([5, 6, 7, 8, 9, 10, 11, 12, 13, 14]));
    expect(whole.filter((value) => value === 5)).toHaveLength(100);
    expect(valuesAt({ ...days, log: true }, 0.5)[0]).toBeCloseTo(Math.sqrt(70), 9);
  });

  test("a factor multiplies the scenario's own value at each of its paths", () => {
    const spec = { paths: ['links.wan.*.deathPerYear', 'faults.data-error.share'], values: ['x0.5', 'x2'] };
    const { paths } = factor(spec);
    expect(paths).toEqual([
      'links.wan.active.deathPerYear',
      'links.wan.ioc-dormant.deathPerYear',
      'links.wan.screened.deathPerYear',
      'links.wan.silent.deathPerYear',
      'faults.data-error.share',
    ]);
    expect(valuesAt(spec, 0.9)).toEqual([0.01, 0.01, 0.01, 0, 0.1]);
    expect(factor(spec).at(0.9).label).toBe('x2');
    expect(factor({ path: 'faults.data-error.share', values: ['x2'] }).at(0).label).toBe(0.1);
  });

  test('a factor covers a range of dates by whole days, or moves the dates that the scenario has', () => {
    const end = { path: 'entryCurves.ioc-dormant.firstInstruction[0].date', range: ['2021-03-01', '2021-03-10'] };
    const days = [...Array(1000).keys()].map((i) => valuesAt(end, (i + 0.5) / 1000)[0]);
    expect(new Set(days).size).toBe(10);
    expect([days[0], days[999], valuesAt(end, 1)[0]]).toEqual(['2021-03-01', '2021-03-10', '2021-03-10']);
    const both = {
      paths: ['entryCurves.ioc-dormant.firstInstruction[0].date', 'entryCurves.ioc-dormant.firstInstruction[1].date'],
      range: ['-14d', '+14d'],
    };
    // The scenario has 31 March and 31 August 2021.
    expect(valuesAt(both, 0)).toEqual(['2021-03-17', '2021-08-17']);
    expect(valuesAt(both, 1)).toEqual(['2021-04-14', '2021-09-14']);
    expect(valuesAt({ ...both, range: undefined, values: ['-1d', '+1d'] }, 0.9)).toEqual(['2021-04-01', '2021-09-01']);
    expect(factor(both).isNumeric).toBe(false);
  });

  test.each([
    [{ path: 'faults.data-error.share', range: ['-14d', '+14d'] }, 'a date that the factor can move'],
    [{ path: 'horizon', range: ['2022-12-31', '2022-06-30'] }, 'the earlier date first'],
    [{ path: 'horizon', range: ['2022-12-31', 5] }, 'two dates'],
    [{ path: 'horizon', range: ['-14d', '+14d'], log: true }, 'neither log nor whole'],
  ])('dates of %j are refused in words', (spec, words) => {
    const result = factorOf('f', specOf(spec), own);
    expect('expected' in result && result.expected).toContain(words);
  });

  test('a factor skips matches of a star that lack the rest of the path', () => {
    const found = expandPath(parsePath('links.wan.ioc-dormant.classes.*.upDaysMean') ?? [], own).map(formatPath);
    expect(found).toEqual(['links.wan.ioc-dormant.classes.healthy.upDaysMean', 'links.wan.ioc-dormant.classes.intermittent.upDaysMean']); // prettier-ignore
  });

  test("a factor knows the scenario's own values of rules", () => {
    expect(ownValue(['amendments', 'clauses', 'five-retries', 'shows', 'atLeast'], own)).toBe(5);
    expect(ownValue(['amendments', 'mixed'], own)).toBe('barred');
    expect(factor({ path: 'amendments.clauses.five-retries.shows.atLeast', values: [3, 4] }).isOfRules).toBe(true);
  });

  test('a factor can stand for whole scenarios by name', () => {
    const world = factor({ scenarios: { quiet: 'quiet.yaml', harsh: 'harsh.yaml' } });
    expect(levelsOf(world, 2).map((u) => world.at(u).label)).toEqual(['quiet', 'harsh']);
    expect(world.at(0.9).scenario).toBe('harsh.yaml');
  });

  test.each([
    [{ path: 'nowhere.at.*', values: [1] }, 'a path that names something in the scenario'],
    [{ path: 'title', range: ['x0.5', 'x2'] }, 'a number that x1.5 can multiply at title'],
    [{ path: 'metersPerInstallation', range: [3, 2] }, 'the smaller end first'],
    [{ path: 'metersPerInstallation', range: [0, 2], log: true }, 'both ends above 0, since the range is cut by ratio'],
    [{ path: 'metersPerInstallation', range: [0.5, 2], whole: true }, 'whole numbers, since whole is true'],
  ])('a factor is refused if it makes no sense: %j', (spec, expected) => {
    expect(factorOf('f', specOf(spec), own)).toMatchObject({ expected });
  });

  test('a factor has exactly one form for its values, and one for its paths', () => {
    expect(() => specOf({ path: 'a', values: [1], range: [1, 2] })).toThrow(/exactly one of/);
    expect(() => specOf({ values: [1] })).toThrow(/either path or paths/);
    expect(() => specOf({ path: 'a', scenarios: { x: 'y' } })).toThrow(/neither path nor paths/);
  });
});

describe('shares that must sum to 1', () => {
  const path = (text: string) => parsePath(text) as (string | number)[];

  test('shares that must sum to 1 follow a share that is set, in their proportions', () => {
    const set = [{ path: path('operators.operator-1'), value: 0.8 }];
    const following = followingShares(set, own, () => true);
    expect(following.map(({ value }) => value)).toEqual([expect.closeTo(0.12, 12), expect.closeTo(0.08, 12)]);
    const two = [...set, { path: path('operators.operator-2'), value: 0.15 }];
    expect(followingShares(two, own, () => true).map(({ value }) => value)).toEqual([expect.closeTo(0.05, 12)]);
  });

  test('shares that must sum to 1 are left to the loader if a class takes the remainder', () => {
    const set = [{ path: path('links.wan.ioc-dormant.classes.dead.share'), value: 0.1 }];
    expect(followingShares(set, own, (at) => own.positions(formatPath(at)) !== undefined)).toEqual([]);
  });
});

describe('quantiles', () => {
  test('quantiles invert their distribution functions', () => {
    for (const u of [0.01, 0.25, 0.5, 0.9]) {
      for (const [a, b] of [
        [0.3, 2],
        [1.5, 1],
        [4, 30],
        [50, 50],
      ] as const)
        // prettier-ignore
        expect(betaDistribution(a, b, quantileOf({ kind: 'beta', a, b }, u))).toBeCloseTo(u, 9);
    }
    // Beta(2, 3) has the distribution function 6 x^2 - 8 x^3 + 3 x^4.
    expect(betaDistribution(2, 3, 0.3)).toBeCloseTo(6 * 0.09 - 8 * 0.027 + 3 * 0.0081, 12);
    expect(quantileOf({ kind: 'normal', mean: 10, sd: 2 }, 0.975)).toBeCloseTo(13.92, 2);
    expect(quantileOf({ kind: 'logNormal', median: 3, sigma: 0.5 }, 0.5)).toBeCloseTo(3, 12);
    expect(quantileOf({ kind: 'logUniform', from: 1, to: 100 }, 0.5)).toBeCloseTo(10, 12);
    expect(quantileOf({ kind: 'triangular', from: 0, mode: 1, to: 3 }, 1 / 3)).toBeCloseTo(1, 12);
    expect(quantileOf({ kind: 'triangular', from: 0, mode: 1, to: 3 }, 1)).toBe(3);
  });
});
