// The attempts of a portfolio by week: missing weeks, and outages that many homes share.
import { expect, test } from 'vitest';
import { WeeklyRecords } from '../../../sim/forecast/state/weeklyRecords.ts';
import type { Attempt, History } from '../../../src/migration/history.ts';
import { instant } from '../../../src/time.ts';

const DAY = 86_400;
/** A Monday at noon. */
const START = instant('2021-03-01T12:00:00Z');

/** A home that is attempted once a week; `outcome` says how each week ends, undefined: no attempt. */
function home(hubModel: string, weeks: number, outcome: (week: number) => string | undefined): History {
  const attempts = Array.from({ length: weeks }, (_, week) => outcome(week)).flatMap((code, week): Attempt[] =>
    code === undefined
      ? []
      : [{ at: START + week * 7 * DAY, kind: 'migration', outcome: code, cause: 'device', table510: false }],
  );
  return { installation: { hubModel }, attempts, events: [] } as unknown as History;
}

function weeklyOf(homes: readonly History[]): WeeklyRecords {
  const weekly = new WeeklyRecords();
  for (const history of homes) weekly.add(history);
  return weekly;
}

const many = (count: number, make: () => History): History[] => Array.from({ length: count }, make);

test('weeks without an attempt are a gap if the other weeks have many, with their first and last day', () => {
  const rest = (week: number): string | undefined => (week === 3 || week === 4 ? undefined : 'GT01');
  expect(weeklyOf(many(30, () => home('a', 9, rest))).gaps()).toEqual([{ from: '2021-03-22', to: '2021-04-04', weeks: 2 }]); // prettier-ignore
  // A few homes leave weeks out by chance.
  expect(weeklyOf(many(3, () => home('a', 9, rest))).gaps()).toEqual([]);
  expect(weeklyOf(many(30, () => home('a', 9, () => 'GT01'))).gaps()).toEqual([]);
});

test('a week in which one hub model finds no WAN stands out, and only of that model', () => {
  const calm = many(150, () => home('calm', 9, () => 'GT01'));
  const struck = many(150, () => home('struck', 9, (week) => (week === 5 ? 'MA112' : 'GT01')));
  expect(weeklyOf([...calm, ...struck]).sharedFailures()).toEqual([
    { by: 'hubModel', name: 'struck', week: '2021-04-05', share: 1, usual: 0 },
  ]);
});

test('MA112 that is as frequent in every week, and a week of few attempts, do not stand out', () => {
  const often = Array.from({ length: 300 }, (_, i) => home('often', 9, (week) => ((i + week) % 3 === 0 ? 'MA112' : 'ok'))); // prettier-ignore
  expect(weeklyOf(often).sharedFailures()).toEqual([]);
  expect(weeklyOf(many(40, () => home('few', 9, (week) => (week === 5 ? 'MA112' : 'GT01')))).sharedFailures()).toEqual([]); // prettier-ignore
});
