import { expect, test } from 'vitest';
import { END, ENDS } from '../../../../sim/scenario/ends.ts';
import { ShardRunner } from '../../../../sim/kernel/run/shard.ts';
import { seedWords } from '../../../../sim/world/dice/streams.ts';
import { DAY, londonDay, londonInstant, londonOffset, INSTANT_MAX } from '../../../../src/time.ts';
import { modelAt } from '../../scenarios.ts';

// The bench knows instants to the end of 2037. What a scenario puts off beyond them does not happen, and ends no life early.
const SIZE = 2000;

function endsOf(set: readonly string[]): Readonly<Record<string, number>> {
  const model = modelAt('scenarios/benchmarks/r1.yaml', [`populations.all.installations=${SIZE}`, ...set]);
  const { ends } = new ShardRunner(model, seedWords('last'), 0).run(0);
  const counted = ENDS.map((name, i): [string, number] => [name, ends[i] as number]);
  return Object.fromEntries(counted.filter(([, count]) => count !== 0));
}

test('it is winter after the last instant, and days continue', () => {
  const day = londonDay(INSTANT_MAX);
  expect(londonDay(INSTANT_MAX + 1)).toBe(day + 1);
  expect(londonOffset(INSTANT_MAX + 200 * DAY)).toBe(0);
  expect(londonDay(londonInstant(day + 1000, 12 * 3600))).toBe(day + 1000);
});

test.each([
  ['1,000 days from need', 1000],
  ['20 years from need', 7300],
])('a Master Key that is found %s, after the horizon, lets nobody migrate', (_, days) => {
  const key = `process.IOC.masterKey={ missingShare: 1, foundShare: 1, searchDays: { kind: fixed, days: ${days} } }`;
  expect(endsOf([key])).toEqual({ 'unresolved:notScheduled': SIZE });
});

test('at a horizon on the last day nobody is attempted again after it', () => {
  const days = ['horizon=2037-12-31', 'entryCurves.uniform.firstAttempt=[{ date: 2037-12-25, share: 1e-6 }, { date: 2037-12-31, share: 1 }]']; // prettier-ignore
  const ends = endsOf(days);
  // Whoever fails is attempted a week later: not in time, so that nothing is ever counted three times.
  expect(Object.keys(ends).filter((name) => name.startsWith('excluded:'))).toEqual(['excluded:master-key']);
  expect(ends[ENDS[END.migrated] as string]).toBeGreaterThan(SIZE / 2);
});
