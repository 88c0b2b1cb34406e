import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FORECAST_WATCHERS } from '../../../sim/forecast/forecastWatchers.ts';
import { countOf as resultsOf } from '../../../sim/forecast/results.ts';
import { estimateOf, shareOf } from '../../../sim/forecast/thresholds/thresholdCurves.ts';
import { countOf, thresholdVariants, twinOf } from '../../../sim/forecast/thresholds/thresholdPlan.ts';
import { simulateThresholds } from '../../../sim/forecast/thresholds/simulateThresholds.ts';
import { openPool, type Pool } from '../../../sim/kernel/run/pool.ts';
import { simulate } from '../../../sim/kernel/run/simulate.ts';
import { wronglyExcluded } from '../../../sim/world/nullModel.ts';
import { COHORTS } from '../../../src/installation/cohort.ts';
import type { ThresholdPoint } from '../../../src/report/ranges/thresholds.ts';
import { seedText } from '../../seed.ts';
import { EVERYTHING, scenarioAt } from '../scenarios.ts';

const SEED = seedText(import.meta.filename, 'thresholds');
const PRICES = [
  { what: 'attempt', pounds: 2, mark: 'test', note: '' },
  { what: 'replacement', pounds: 100, mark: 'test', note: '' },
] as const;

let pool: Pool;
beforeAll(async () => {
  pool = await openPool(1, FORECAST_WATCHERS);
});
afterAll(() => pool.close());

async function pointsOf(
  path: string,
  options: { readonly set?: readonly string[]; readonly numbers?: readonly number[]; readonly replications?: number; readonly pool?: Pool } = {}, // prettier-ignore
): Promise<readonly ThresholdPoint[]> {
  const { scenario, rules } = scenarioAt(path, options.set);
  return simulateThresholds(scenario, rules, {
    seed: SEED,
    replications: options.replications ?? 2,
    scale: 1,
    numbers: options.numbers ?? [2, 4, 6],
    spacings: [null],
    prices: PRICES,
    pool: options.pool ?? pool,
  });
}

/** One family of failures of the null model, with so many installations. */
const NULL = 'scenarios/null.yaml';
const NULL_SET = [
  ...['ioc-wan', 'ioc-han', 'mds-wan', 'mds-state', 'secure-han', 'secure-state'].map((name) => `populations.${name}.installations=1`), // prettier-ignore
  'populations.ioc-state.installations=20000',
];

describe('the curves', () => {
  test('more failures asked for exclude fewer installations and save fewer attempts, on the same dice', async () => {
    const points = (await pointsOf(EVERYTHING, { replications: 1 })).filter(({ failure }) => failure === null);
    expect(new Set(points.map(({ category }) => category)).size).toBe(4);
    for (const point of points) {
      const next = points.find(
        (other) => other.category === point.category && other.clock === point.clock && other.atLeast > point.atLeast,
      );
      if (next === undefined) continue;
      expect(next.excluded.mean).toBeLessThanOrEqual(point.excluded.mean);
      expect(next.attemptsSaved.mean).toBeLessThanOrEqual(point.attemptsSaved.mean);
    }
    expect(points.some(({ excluded }) => excluded.mean > 0)).toBe(true);
  });

  test('the parts by what most failures were add up to all exclusions', async () => {
    const points = await pointsOf(EVERYTHING, { replications: 1 });
    for (const all of points.filter(({ failure }) => failure === null)) {
      const parts = points.filter(
        (part) =>
          part.failure !== null &&
          part.category === all.category &&
          part.atLeast === all.atLeast &&
          part.clock === all.clock,
      );
      expect(parts.reduce((sum, part) => sum + part.excluded.mean, 0)).toBe(all.excluded.mean);
    }
  });

  test('the points are the same for any number of threads', async () => {
    const threads = await openPool(2, FORECAST_WATCHERS);
    try {
      const alone = await pointsOf(EVERYTHING);
      expect(await pointsOf(EVERYTHING, { pool: threads })).toEqual(alone);
    } finally {
      await threads.close();
    }
  });

  test('the balance is what attempts cost less what wrongful exclusions cost', async () => {
    const points = await pointsOf(NULL, { set: NULL_SET, numbers: [5] });
    const own = points.find((point) => point.category === 'five-retries' && point.clock === 'met' && point.failure === null && point.isOwn); // prettier-ignore
    const { balance, attemptsSaved, migrated26, excluded } = own as ThresholdPoint;
    expect(balance.mean).toBeLessThan(2 * attemptsSaved.mean);
    // Some are not followed for 26 weeks, so that fewer than this share is known to be wrongful.
    expect(balance.mean).toBeGreaterThanOrEqual(
      2 * attemptsSaved.mean - 100 * (migrated26?.mean ?? 0) * excluded.mean - 1e-6,
    );
  });
});

describe('against other ways to the same number', () => {
  test.each([3, 5, 8])('at %i failures as many would migrate as the null model says in closed form', async (k) => {
    // Everybody is tried by the end of June, so that all are followed.
    const curve = 'entryCurves.steady.firstAttempt=[{ date: 2021-12-12, share: 0 }, { date: 2022-03-31, share: 1 }]';
    const points = await pointsOf(NULL, { set: [...NULL_SET, curve], numbers: [k] });
    const point = points.find(
      (row) => row.category === 'five-retries' && row.atLeast === k && row.clock === 'met' && row.failure === null,
    ) as ThresholdPoint;
    const fault = scenarioAt(NULL).scenario.faults['ioc-state'];
    if (fault?.kind !== 'persistent' || !('betaA' in fault.success))
      throw new Error('the fault has a Beta distribution');
    const family = { deadShare: fault.deadShare, betaA: fault.success.betaA, betaB: fault.success.betaB };
    const exact = wronglyExcluded(family, { atLeast: k, weeks: 13 });
    const { mean } = point.migrated13 as NonNullable<ThresholdPoint['migrated13']>;
    const followed = 2 * point.excluded.mean;
    expect(followed).toBeGreaterThan(500);
    expect(Math.abs(mean - exact)).toBeLessThan(4 * Math.sqrt((exact * (1 - exact)) / followed));
  });

  test('without changes in mid-history, as many are excluded in effect as the scenario itself reports', async () => {
    const set = [
      'changes.dormantToActivePerYear=0',
      'changes.activeToDormantPerYear=0',
      'changes.paymentModePerYear=0',
      'changes.replacementPerYear=0',
    ];
    const path = 'scenarios/clause-18-9-five-retries.yaml';
    const { scenario, rules } = scenarioAt(path, set);
    const simulation = await simulate(scenario, rules, { seed: SEED, replications: 1, workers: 1, pool, now: () => 0 });
    const count = resultsOf(simulation);
    const asOf = simulation.model.asOfs.length - 1;
    const reported = COHORTS.reduce(
      (sum, cohort) =>
        sum + count({ replication: 0, asOf, measure: 'effective', cohort, category: 'five-retries', of: 'reported' }),
      0,
    );
    const points = await pointsOf(path, { set, replications: 1 });
    const own = points.find((point) => point.category === 'five-retries' && point.clock === 'effect' && point.isOwn && point.failure === null); // prettier-ignore
    expect(reported).toBeGreaterThan(100);
    expect(own?.excluded.mean).toBe(reported);
  });
});

describe('the plan', () => {
  test('each counting clause is tried with the numbers and with its own, the other clauses as they are', () => {
    const { rules } = scenarioAt(NULL);
    const variants = thresholdVariants(rules, [3, 9]);
    expect(variants.map(({ category, atLeast }) => `${category} ${atLeast}`)).toEqual([
      'no-wan-before 3',
      'no-wan-before 9',
      'no-wan-attempting 3',
      'no-wan-attempting 9',
      'gt01 3',
      'gt01 9',
      'five-retries 3',
      'five-retries 5',
      'five-retries 9',
    ]);
    const changed = variants.find(({ category, atLeast }) => category === 'gt01' && atLeast === 9);
    expect(countOf(changed?.rules ?? rules, 'gt01')).toBe(9);
    expect(countOf(changed?.rules ?? rules, 'five-retries')).toBe(5);
  });

  test('a twin of gas meters keeps them in every attempt, a twin of installations does as the scenario', () => {
    const { scenario } = scenarioAt(NULL);
    const gas = twinOf(scenario, { excludes: 'gsme', daysBetweenAttempts: 14 });
    expect(gas.process.IOC).toMatchObject({ stopWhen: 'never', esmeOnly: false, daysBetweenAttempts: 14 });
    const whole = twinOf(scenario, { excludes: 'installation', daysBetweenAttempts: null });
    expect(whole.process.IOC).toMatchObject({ stopWhen: 'never', esmeOnly: true, daysBetweenAttempts: 7 });
  });

  test('a share over replications is a ratio of sums, and one replication has no error', () => {
    expect(shareOf([1, 3], [2, 4])?.mean).toBeCloseTo(4 / 6, 12);
    expect(shareOf([1], [2])).toEqual({ mean: 0.5, error: null });
    expect(shareOf([0], [0])).toBeNull();
    expect(estimateOf([2, 4])).toEqual({ mean: 3, error: 2 });
  });
});
