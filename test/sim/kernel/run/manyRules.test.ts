// Lives that are counted under many rule sets in one pass, against a run of its own for each of them: the same counts.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { READINGS, type ReadingName } from '../../../../src/regulation/readings.ts';
import { addCounts, emptyCounts, type Counts } from '../../../../sim/kernel/life/counts.ts';
import { followingRules, ruleFamily } from '../../../../sim/kernel/run/ruleFamily.ts';
import { compileModel, type Model } from '../../../../sim/kernel/model/model.ts';
import { ShardRunner, shardsOf } from '../../../../sim/kernel/run/shard.ts';
import type { LoadedScenario } from '../../../../sim/scenario/load.ts';
import { seedWords } from '../../../../sim/world/dice/streams.ts';
import { sampleSize } from '../../../sampleSize.ts';
import { seedNumber } from '../../../seed.ts';
import { EVERYTHING, scenarioAt } from '../../scenarios.ts';

const SEED = seedNumber(import.meta.filename, 16);
const RUNS = sampleSize('MANY_RULES', { whole: 60, part: 3 });

/** What a rule set may differ in. */
const AMENDMENTS: readonly string[] = [
  ...(Object.keys(READINGS) as ReadingName[]).flatMap((name) =>
    Object.keys(READINGS[name].values).map((value) => `amendments.readings.${name}=${value}`),
  ),
  ...['gt01', 'five-retries', 'no-wan-attempting', 'no-wan-before'].flatMap((category) =>
    [1, 2, 3, 4, 6, 9].map((count) => `amendments.clauses.${category}.shows.atLeast=${count}`),
  ),
  ...['gt01', 'five-retries', 'no-wan-before'].flatMap((category) =>
    ['2021-06-01', '2022-09-01', 'null'].map((date) => `amendments.clauses.${category}.inForceFrom=${date}`),
  ),
];

/** What all rule sets of a pass have in common. */
const WORLDS: readonly string[] = [
  ...['met', 'effective', 'never'].flatMap((stop) => ['IOC', 'MOC_Secure'].map((cohort) => `process.${cohort}.stopWhen=${stop}`)), // prettier-ignore
  'process.IOC.esmeOnly=false',
  'process.MOC_MDS.attemptsMax=9',
  'changes.supplierPerYear=0.6',
  'changes.paymentModePerYear=0.8',
  'changes.replacementPerYear=0.3',
];

const field = (text: string): string => text.slice(0, text.indexOf('='));
const amendments = fc.uniqueArray(fc.constantFrom(...AMENDMENTS), { maxLength: 4, selector: field });
const worlds = fc.uniqueArray(fc.constantFrom(...WORLDS), { maxLength: 3, selector: field });

/** The scenario under each rule set. */
function ruleSetsOf(path: string, world: readonly string[], sets: readonly (readonly string[])[]): LoadedScenario[] {
  return sets.map((set) => scenarioAt(path, [...world, ...set]));
}

function countsOf(model: Model, runner: ShardRunner): readonly Counts[] {
  const sums: Counts[] = [];
  for (let shard = 0; shard < shardsOf(model.size); shard += 1)
    runner.runMany(shard).forEach((counts, k) => {
      sums[k] ??= emptyCounts(model.asOfs.length, model.months);
      addCounts(sums[k], counts);
    });
  return sums;
}

/** Runs each family of the rule sets in one pass, and every rule set by itself. Returns the size of the largest family. */
function expectSame(loaded: readonly LoadedScenario[], seed: string, inJavaScript: boolean): number {
  const families = new Map<string, LoadedScenario[]>();
  for (const one of loaded) {
    const family = ruleFamily(one.rules);
    families.set(family, [...(families.get(family) ?? []), one]);
  }
  for (const [first, ...rest] of [...families.values()] as [LoadedScenario, ...LoadedScenario[]][]) {
    const model = compileModel(first.scenario, first.rules);
    const more = rest.map(({ rules }) => followingRules(rules));
    const together = countsOf(model, new ShardRunner(model, seedWords(seed), 1, inJavaScript, more));
    for (const [k, { scenario, rules }] of [first, ...rest].entries()) {
      const own = compileModel(scenario, rules);
      const [alone] = countsOf(own, new ShardRunner(own, seedWords(seed), 1));
      expect(together[k], `${rules.name} after ${first.rules.name}, seed ${seed}`).toEqual(alone);
    }
  }
  return Math.max(...[...families.values()].map(({ length }) => length));
}

describe('many rule sets in one pass', () => {
  test.each([
    ['compiled', false],
    ['in JavaScript', true],
  ])('each of sixteen thresholds gives the counts of its own run, %s', (_, inJavaScript) => {
    const sets = [2, 3, 5, 6].flatMap(
      (five) =>
      [1, 2, 3, 4].map((gt01) => [`amendments.clauses.five-retries.shows.atLeast=${five}`, `amendments.clauses.gt01.shows.atLeast=${gt01}`]), // prettier-ignore
    );
    expect(expectSame(ruleSetsOf(EVERYTHING, [], sets), `many-${SEED}`, inJavaScript)).toBe(16);
  });

  test('random rule sets over random worlds give the counts of their own runs', () => {
    let largest = 0;
    fc.assert(
      fc.property(worlds, fc.array(amendments, { minLength: 2, maxLength: 8 }), fc.nat(99_999), fc.boolean(), (world, sets, seed, inJavaScript) => {
        largest = Math.max(largest, expectSame(ruleSetsOf(EVERYTHING, world, sets), String(seed), inJavaScript));
      }),
      { numRuns: RUNS, seed: SEED },
    ); // prettier-ignore
    expect(largest).toBeGreaterThan(2);
  });

  test('rule sets with another window of a check are no family', () => {
    const { rules } = scenarioAt(EVERYTHING);
    const edge = scenarioAt(EVERYTHING, ['amendments.windowEdge=exclusive']).rules;
    expect(ruleFamily(rules)).toBe(
      ruleFamily(scenarioAt(EVERYTHING, ['amendments.clauses.gt01.shows.atLeast=9']).rules),
    );
    expect(ruleFamily(edge)).not.toBe(ruleFamily(rules));
  });
});
