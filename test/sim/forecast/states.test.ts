// States and futures: real records and simulated lives are described by one function, and the futures are the counts of
// the kernel.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CATEGORIES } from '../../../src/clauses/clause.ts';
import { engine } from '../../../src/exclusion/engine/engine.ts';
import { COHORTS } from '../../../src/installation/cohort.ts';
import { endOfLondonDate, formatDay, londonDay } from '../../../src/time.ts';
import { compileModel } from '../../../sim/kernel/model/model.ts';
import { volumeIndex, MEASURE_EFFECTIVE, MEASURE_QUALIFYING } from '../../../sim/kernel/life/counts.ts';
import { ShardRunner } from '../../../sim/kernel/run/shard.ts';
import { forecastDays } from '../../../sim/forecast/library/libraryPlan.ts';
import { FutureWatcher } from '../../../sim/forecast/library/futureWatcher.ts';
import { memberBytes, parseMember } from '../../../sim/forecast/library/memberFile.ts';
import {
  CLASS_COUNT,
  CLASS_EFFECTIVE,
  CLASS_MET,
  classesOf,
  type MemberTable,
} from '../../../sim/forecast/library/memberTable.ts';
import { stateOfHistory, verdictAt } from '../../../sim/forecast/state/historyState.ts';
import { coarser, factsOf, LEVELS, stateCode } from '../../../sim/forecast/state/stateFacts.ts';
import { failsAll } from '../../../sim/world/nullModel.ts';
import { seedWords } from '../../../sim/world/dice/streams.ts';
import { seedText } from '../../seed.ts';
import { recorded } from '../records.ts';
import { EVERYTHING, scenarioAt } from '../scenarios.ts';

const SEED = seedText(import.meta.filename, 'states');

function tableOf(
  path: string,
  asOf: string,
  set: readonly string[] = [],
): { readonly table: MemberTable; readonly days: readonly number[] } {
  const { scenario, rules } = scenarioAt(path, set);
  const days = forecastDays(asOf, scenario.horizon);
  const model = compileModel({ ...scenario, asOf: days.map((at) => formatDay(londonDay(at))) }, rules);
  const watcher = new FutureWatcher(model, { days, weights: {} });
  new ShardRunner(model, seedWords(SEED), 0).run(0, watcher);
  return { table: watcher.take(), days };
}

test.each(['2021-06-30', '2021-11-03', '2022-05-10'])(
  'the records of a life give the state in which the life stood on %s',
  (asOf) => {
    const { table } = tableOf(EVERYTHING, asOf);
    const { scenario, rules } = scenarioAt(EVERYTHING);
    const { lives } = recorded(compileModel(scenario, rules), SEED);
    const decider = engine(rules);
    const counts = new Map<number, number>();
    for (const { history } of lives) {
      const at = endOfLondonDate(asOf);
      const state = stateOfHistory(history, at, verdictAt(decider, history, at));
      counts.set(state, (counts.get(state) ?? 0) + 1);
    }
    expect(new Map(Array.from(table.states, (state, i) => [state, table.lives[i]]))).toEqual(
      new Map([...counts].sort(([a], [b]) => a - b)),
    );
    expect(counts.size).toBeGreaterThan(20);
  },
);

test('rows after the as-of, and the order of rows, change no state', () => {
  const { scenario, rules } = scenarioAt(EVERYTHING);
  const { lives } = recorded(compileModel(scenario, rules), SEED);
  const asOf = endOfLondonDate('2021-11-03');
  for (const { history } of lives) {
    const past = {
      ...history,
      attempts: history.attempts.filter(({ at }) => at <= asOf).toReversed(),
      events: history.events.filter(({ at }) => at <= asOf),
    };
    expect(stateOfHistory(past, asOf, 0)).toBe(stateOfHistory(history, asOf, 0));
  }
});

test.each([
  [],
  ['amendments.readings.separateWeeks=sevenDays'],
  ['amendments.readings.weekCode=last'],
  ['amendments.readings.fiveCounts=otherThanMA112AndGT01'],
])(
  'the futures of all states together are the volumes that the kernel counts at each month end (%s)',
  (...readings) => {
    const asOf = '2021-11-03';
    const horizon = '2022-12-31';
    const ends = forecastDays(asOf, horizon).map((at) => formatDay(londonDay(at)));
    const set = [`asOf=[${ends.slice(0, -1).join(', ')}]`, ...readings];
    const { scenario, rules } = scenarioAt('test/cli/sweep/tinyScenario.yaml', set);
    const model = compileModel(scenario, rules);
    const days = forecastDays(asOf, scenario.horizon);
    const watcher = new FutureWatcher(model, { days, weights: {} });
    const counts = new ShardRunner(model, seedWords(SEED), 0).run(0, watcher);
    const table = watcher.take();
    const held = new Float64Array(table.days * CLASS_COUNT);
    const sums = COHORTS.map(() => new Float64Array(held.length));
    for (let i = 0; i < table.states.length; i += 1) {
      classesOf(table, i, held);
      const own = sums[factsOf(table.states[i] as number).cohort] as Float64Array;
      held.forEach((value, at) => (own[at] = (own[at] as number) + value));
    }
    let volumes = 0;
    for (const cohort of COHORTS.keys()) {
      for (let day = 0; day < days.length; day += 1) {
        for (let c = 0; c < CATEGORIES.length; c += 1) {
          const of = (from: number): number => sums[cohort]?.[day * CLASS_COUNT + from + c] as number;
          const kernel = (measure: number): number => counts.volumes[volumeIndex(day, measure, cohort, c)] as number;
          expect({ cohort, day, c, met: of(CLASS_MET) + of(CLASS_EFFECTIVE), effective: of(CLASS_EFFECTIVE) }).toEqual({
            cohort,
            day,
            c,
            met: kernel(MEASURE_QUALIFYING),
            effective: kernel(MEASURE_EFFECTIVE),
          });
          volumes += kernel(MEASURE_QUALIFYING);
        }
      }
    }
    expect(volumes).toBeGreaterThan(1000);
  },
);

test('a state is its number, and each level of the back-off only forgets', () => {
  const { table } = tableOf(EVERYTHING, '2021-11-03');
  fc.assert(
    fc.property(fc.constantFrom(...table.states), (code) => {
      expect(stateCode(factsOf(code))).toBe(code);
      for (let level = 1; level < LEVELS; level += 1)
        expect(coarser(coarser(code, level - 1), level)).toBe(coarser(code, level));
    }),
  );
});

test('a torn or foreign cell is no cell, and a whole one is what was written', () => {
  const { table } = tableOf(EVERYTHING, '2021-11-03');
  const bytes = memberBytes('key', table);
  expect(parseMember(Buffer.from(bytes), 'key')).toEqual(table);
  expect(parseMember(bytes, 'other')).toBeUndefined();
  expect(parseMember(new Uint8Array(0), 'key')).toBeUndefined();
  for (const end of [1, 40, 500, bytes.length - 1]) expect(parseMember(bytes.subarray(0, end), 'key')).toBeUndefined();
  const flipped = Uint8Array.from(bytes);
  flipped[bytes.length - 3] = (flipped[bytes.length - 3] as number) ^ 1;
  expect(parseMember(flipped, 'key')).toBeUndefined();
});

describe('the null model is the oracle', () => {
  // From the end of January to the end of February 2022 lie 28 days: exactly four weekly attempts.
  const family = { deadShare: 0.02, betaA: 0.6, betaB: 1.4 };
  const installations = 60_000;
  const set = [
    ...['ioc-wan', 'ioc-han', 'ioc-state', 'mds-wan', 'secure-han', 'secure-state'].map(
      (name) => `populations.${name}.installations=0`,
    ),
    `populations.mds-state.installations=${installations}`,
    'process.MOC_MDS.stopWhen=never',
  ];
  const { table } = tableOf('scenarios/null.yaml', '2022-01-31', set);
  const held = new Float64Array(table.days * CLASS_COUNT);
  /** Those who failed k times by the as-of and never succeeded: how many, and how many of them migrated four weeks on. */
  const after = new Map<number, { lives: number; migrated: number }>();
  for (let i = 0; i < table.states.length; i += 1) {
    const { otherWeeks, ended } = factsOf(table.states[i] as number);
    // The state tells seven weeks from more; the last value holds several numbers of failures.
    if (ended !== 0 || otherWeeks === 0 || otherWeeks > 6) continue;
    classesOf(table, i, held);
    const row = after.get(otherWeeks) ?? { lives: 0, migrated: 0 };
    row.lives += table.lives[i] as number;
    row.migrated += held[CLASS_COUNT + CLASS_COUNT - 1] as number;
    after.set(otherWeeks, row);
  }

  test('of those who stood alike as many migrate as its posterior says: the mean of z squared is about 1', () => {
    expect(after.size).toBeGreaterThanOrEqual(6);
    let squares = 0;
    for (const [k, { lives, migrated }] of after) {
      const p = 1 - failsAll(family, k + 4) / failsAll(family, k);
      const z = (migrated - lives * p) / Math.sqrt(lives * p * (1 - p));
      squares += z * z;
      expect(lives).toBeGreaterThan(100);
    }
    // Six squares of standard normals: their mean is below 2.8 in 99 % of runs, and above 0.14.
    expect(squares / after.size).toBeLessThan(2.8);
    expect(squares / after.size).toBeGreaterThan(0.05);
  });
});
