// What a planned window acts on, by records of the quiet scenario, in which nothing else goes wrong. `system` takes DCC's side
// down: attempts in the window fail on that side, and instructions wait. `wan` takes the SMSO's contacts and tries down.
import { describe, expect, test } from 'vitest';
import { ERROR_CODES } from '../../../src/migration/errorCodes.ts';
import type { Attempt } from '../../../src/migration/history.ts';
import { londonDay } from '../../../src/time.ts';
import { recorded } from '../records.ts';
import { modelAt, scenarioAt } from '../scenarios.ts';

const SEED = process.env['MAINTENANCE_SEED'] ?? 'maintenance';
console.log(`maintenance: seed ${SEED} (MAINTENANCE_SEED)`);

const QUIET = 'scenarios/quiet.yaml';
const SYSTEM_CODES = new Set(ERROR_CODES.filter(({ family }) => family === 'system').map(({ code }) => code));
const isTuesday = (at: number): boolean => (londonDay(at) + 4) % 7 === 2;

function attemptsOf(set: readonly string[]): readonly Attempt[] {
  return recorded(modelAt(QUIET, set), SEED).lives.flatMap(({ history }) => history.attempts);
}

const window = (fields: string): readonly string[] => [`plannedMaintenance.day={ weekday: tuesday, ${fields} }`];
const base = attemptsOf([]);
const migrations = (of: readonly Attempt[]) => of.filter(({ kind }) => kind === 'migration');
const firstTries = (of: readonly Attempt[], on: (at: number) => boolean) =>
  of.filter(({ kind, at }) => kind === 'instruction' && on(at)).length;

describe("a window of DCC's systems", () => {
  const down = attemptsOf(window('hour: 0, hours: 24'));

  test("a window of DCC's systems fails the attempts of the day on the system side, and no others", () => {
    const struck = migrations(down).filter(({ outcome }) => outcome !== 'ok');
    expect(struck.length).toBeGreaterThan(300);
    for (const { at, outcome, cause } of struck) {
      expect(isTuesday(at)).toBe(true);
      expect([cause, SYSTEM_CODES.has(outcome)]).toEqual(['system', true]);
    }
    expect(migrations(down).filter(({ at, outcome }) => isTuesday(at) && outcome === 'ok')).toEqual([]);
  });

  test("a window of DCC's systems delays the instructions of the day to the next, and loses none", () => {
    const count = (of: readonly Attempt[]) => firstTries(of, () => true);
    expect(count(down)).toBe(count(base));
    expect(base.every(({ kind, cause }) => kind === 'migration' || cause === 'device')).toBe(true);
    // An instruction of the quiet scenario is on record at its last try, some days after it was given: all of them move with it.
    expect(down.filter(({ kind, outcome }) => kind === 'instruction' && outcome !== 'ok')).toEqual([]);
  });

  test("a window of DCC's systems affects no contact of the SMSO", () => {
    const night = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'].map(
      (weekday) => `plannedMaintenance.${weekday}={ weekday: ${weekday}, hour: 20, hours: 11 }`,
    );
    expect(attemptsOf(night)).toEqual(base);
  });

  test("a window of DCC's systems at night changes nothing, and the scenario is warned about it", () => {
    const set = window('hour: 20, hours: 6, nth: 3');
    expect(attemptsOf(set)).toEqual(base);
    const { idle } = scenarioAt(QUIET, set);
    expect(idle).toMatchObject([
      { path: 'plannedMaintenance.day.hour', expected: expect.stringContaining('08:00') as unknown },
    ]);
    expect(scenarioAt(QUIET, window('hour: 17, hours: 6')).idle).toEqual([]);
  });
});

describe("a window of the SMSO's way to the hubs", () => {
  test("a window of the SMSO's path to the hubs fails the tries of the day, and does not affect DCC", () => {
    const down = attemptsOf(window('hour: 0, hours: 24, acts: wan'));
    expect(down.every(({ cause }) => cause === 'device')).toBe(true);
    const failed = down.filter(({ kind, outcome }) => kind === 'instruction' && outcome !== 'ok');
    expect(failed.length).toBeGreaterThan(50);
  });

  test("a daily window of the SMSO's path is MA112 for all attempts without preparation", () => {
    const days = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'].map(
      (weekday) => `plannedMaintenance.${weekday}={ weekday: ${weekday}, hour: 0, hours: 24, acts: wan }`,
    );
    // The day on which the clocks go back has an hour more than a window: its contact is recent enough for a week.
    const isAfterGap = (at: number): boolean => [18_931, 19_295].some((day) => londonDay(at) >= day && londonDay(at) <= day + 8); // prettier-ignore
    const codes = new Set(migrations(attemptsOf(days)).filter(({ at }) => !isAfterGap(at)).map(({ outcome }) => outcome)); // prettier-ignore
    expect([...codes]).toEqual(['MA112']);
  });
});

describe('warnings of a scenario', () => {
  test.each([
    [
      'days before the start',
      'sharedOutages.x={ by: operator, members: all, dated: [{ from: 2020-02-26, days: 9 }] }',
      'sharedOutages.x.dated[0].from',
    ],
    [
      'days after the horizon',
      'sharedOutages.x={ by: operator, members: all, dated: [{ from: 2023-02-26, to: 2023-03-07 }] }',
      'sharedOutages.x.dated[0].from',
    ],
    ['an outage that never comes', 'sharedOutages.x={ by: operator }', 'sharedOutages.x'],
    [
      'a plan without a day',
      'plannedMaintenance.x={ weekday: monday, hour: 9, hours: 2, from: 2023-01-01 }',
      'plannedMaintenance.x',
    ],
  ])('the warnings of a scenario report %s', (_, set, path) => {
    expect(scenarioAt(QUIET, [set]).idle.map((row) => row.path)).toEqual([path]);
  });

  test('an outage or a plan of the WAN before the start is not said to change nothing: the first attempts look back on it', () => {
    const first = [
      'links.wan.perfect.contact={ mode: daily, windowHours: 12, tries: 1, retryHours: 1 }',
      'entryCurves.steady.firstAttempt=[{ date: 2021-02-01, share: 1 }]',
    ];
    const dated = 'dated: [{ from: 2021-01-10, to: 2021-01-31 }]';
    const outage = `sharedOutages.x={ by: operator, members: all, ${dated} }`;
    const late = (set: readonly string[]) => migrations(attemptsOf([...first, ...set])).filter(({ outcome }) => outcome === 'MA112').length; // prettier-ignore
    expect(late([])).toBe(0);
    expect(late([outage])).toBeGreaterThan(0);
    const words = (set: string) =>
      scenarioAt(QUIET, [set])
        .idle.map(({ expected }) => expected)
        .join();
    const plan = (more: string) => `plannedMaintenance.x={ weekday: sunday, hour: 0, hours: 24, ${more} }`;
    for (const set of [outage, plan('acts: wan, to: 2021-01-31')]) expect(words(set)).toContain('contacts older');
    for (const set of [
      `sharedOutages.x={ by: operator, members: all, acts: system, ${dated} }`,
      plan('acts: system, to: 2021-01-31'),
      plan('acts: wan, from: 2023-01-01'),
    ])
      expect(words(set)).toContain('changes nothing');
  });

  test('the warnings of a scenario ignore an outage that lies partly within the simulation', () => {
    const dated = '[{ from: 2021-01-20, days: 20 }, { from: 2022-12-30, days: 20 }]';
    expect(scenarioAt(QUIET, [`sharedOutages.x={ by: operator, members: all, dated: ${dated} }`]).idle).toEqual([]);
  });
});
