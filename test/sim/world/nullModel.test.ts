import { describe, expect, test } from 'vitest';
import { CATEGORIES } from '../../../src/clauses/clause.ts';
import { clauseOf } from '../../../src/rules/ruleset.ts';
import { compileModel } from '../../../sim/kernel/model/model.ts';
import { logGamma } from '../../../sim/world/dice/distributions.ts';
import { failsAll, failsAllAt, posterior, volume, wronglyExcluded } from '../../../sim/world/nullModel.ts';
import { recorded } from '../records.ts';
import { scenarioAt } from '../scenarios.ts';
import { expectShare } from './samples.ts';
import { seedText } from '../../seed.ts';

// The null model: its closed form against published figures, Beta functions and quadrature; its simulation against the
// closed form. Neither says that anything real behaves so.

describe('the closed form', () => {
  test('the closed form gives the wrongful exclusions of src/docs/domain.md: 73/59, 51/33, 34/17, 12.5/3.1 %', () => {
    const rounded = (p: number, k: number) => Math.round(failsAllAt(p, k) * 1000) / 10;
    expect([0.1, 0.2, 0.3, 0.5].map((p) => [rounded(p, 3), rounded(p, 5)])).toEqual([
      [72.9, 59],
      [51.2, 32.8],
      [34.3, 16.8],
      [12.5, 3.1],
    ]);
  });

  test('the closed form is the ratio of Beta functions, and the mean of (1 - p)^k over the Beta', () => {
    const logBeta = (a: number, b: number) => logGamma(a) + logGamma(b) - logGamma(a + b);
    for (const [a, b, d] of [
      [0.7, 2.1, 0.02],
      [3, 1, 0],
      [1.5, 1.5, 0.4],
    ] as const) {
      const family = { deadShare: d, betaA: a, betaB: b };
      for (const k of [0, 1, 3, 5, 40]) {
        expect(failsAll(family, k)).toBeCloseTo(d + (1 - d) * Math.exp(logBeta(a, b + k) - logBeta(a, b)), 11);
      }
      // Midpoints in t with p = t^4, which flattens the pole at 0 where a < 1.
      const n = 200_000;
      let mean = 0;
      for (let i = 0; i < n; i += 1) {
        const t = (i + 0.5) / n;
        const p = t ** 4;
        mean += (((1 - p) ** 3 * p ** (a - 1) * (1 - p) ** (b - 1)) / Math.exp(logBeta(a, b))) * 4 * t ** 3;
      }
      expect(failsAll(family, 3)).toBeCloseTo(d + ((1 - d) * mean) / n, 3);
    }
  });

  test('one Beta that is all at one chance is that chance', () => {
    const family = { deadShare: 0, betaA: 0.1 * 1e9, betaB: 0.9 * 1e9 };
    expect(failsAll(family, 5)).toBeCloseTo(failsAllAt(0.1, 5), 7);
  });

  test('posterior, wrongful exclusion and failures agree with each other', () => {
    const family = { deadShare: 0.02, betaA: 0.7, betaB: 2.1 };
    for (const k of [0, 1, 3, 5, 12]) {
      const { dead, nextSucceeds } = posterior(family, k);
      expect(nextSucceeds).toBeCloseTo(1 - failsAll(family, k + 1) / failsAll(family, k), 12);
      expect(wronglyExcluded(family, { atLeast: k, weeks: 1 })).toBeCloseTo(nextSucceeds, 12);
      // Hundreds of weeks later only the dead are left, and those of the Beta that are next to dead.
      expect(wronglyExcluded(family, { atLeast: k, weeks: 2_000_000 })).toBeCloseTo(1 - dead, 3);
    }
    expect(posterior(family, 0).dead).toBeCloseTo(0.02, 12);
  });
});

describe('the simulation of scenarios/null.yaml is the closed form', () => {
  const SIZE = 12_000;
  const base = scenarioAt('scenarios/null.yaml');
  const names = Object.keys(base.scenario.populations);
  const { scenario, rules } = scenarioAt('scenarios/null.yaml', names.map((name) => `populations.${name}.installations=${SIZE}`)); // prettier-ignore
  const model = compileModel(scenario, rules);
  const seed = seedText(import.meta.filename, scenario.seed);
  const { lives } = recorded(model, seed);
  console.log(`null model: seed ${seed}, ${SIZE} installations a family`);
  const CATEGORY_OF_STEP = { wanRecent: 'no-wan-attempting', hanRecent: 'gt01', deviceState: 'five-retries' } as const;

  test.each(names)('the simulation of scenarios/null.yaml agrees with the closed form: %s', (name) => {
    const fault = scenario.faults[name];
    if (fault?.kind !== 'persistent' || !('betaA' in fault.success)) throw new Error('a Beta fault a population');
    const family = { deadShare: fault.deadShare, ...fault.success };
    const category = CATEGORY_OF_STEP[fault.step as keyof typeof CATEGORY_OF_STEP];
    const clause = clauseOf(rules, category);
    if (clause?.shows.type !== 'count') throw new Error('a clause that counts');
    const { atLeast } = clause.shows;
    const group = model.groups.find((row) => row.name === name);
    const own = lives.slice(group?.first, (group?.first ?? 0) + SIZE);

    const held = own.filter(({ verdicts }) => verdicts.some((row) => row.category === category));
    expectShare(held.length, SIZE, volume(family, { exposed: 1, atLeast }));
    const others = own.filter(({ verdicts }) => verdicts.some((row) => row.category !== category));
    expect(others).toEqual([]);
    // The number of failures in full: P(exactly k) for each k below the threshold.
    for (let k = 0; k < atLeast; k += 1) {
      const exactly = own.filter(({ history }) => history.attempts.filter((row) => row.outcome !== 'ok').length === k);
      expectShare(exactly.length, SIZE, failsAll(family, k) - failsAll(family, k + 1));
    }
  });

  test('every category that null.yaml can meet is met', () => {
    const met = new Set(lives.flatMap(({ verdicts }) => verdicts.map((row) => row.category)));
    expect(CATEGORIES.filter((category) => met.has(category))).toEqual(['no-wan-attempting', 'gt01', 'five-retries']);
  });

  test('with endless retries, wrongfully excluded installations migrate as often as the posterior says', () => {
    const weeks = 8;
    const endless = scenarioAt('scenarios/null.yaml', [
      ...names.map((name) => `populations.${name}.installations=${name === 'ioc-wan' ? 30_000 : 0}`),
      'process.IOC.stopWhen=never',
    ]);
    const run = recorded(compileModel(endless.scenario, endless.rules), seed);
    const excluded = run.lives.filter(({ history }) => history.attempts.slice(0, 3).every((row) => row.outcome !== 'ok') && history.attempts.length >= 3); // prettier-ignore
    const soon = excluded.filter(({ history }) => history.attempts.findIndex((row) => row.outcome === 'ok') < 3 + weeks && history.attempts.some((row) => row.outcome === 'ok')); // prettier-ignore
    const exact = wronglyExcluded({ deadShare: 0.02, betaA: 0.7, betaB: 2.1 }, { atLeast: 3, weeks });
    expectShare(soon.length, excluded.length, exact);
  });
});
