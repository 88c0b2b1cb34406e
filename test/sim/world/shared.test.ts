import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { entryCurveOf } from '../../../sim/population/entryCurveOf.ts';
import { memberOutages, plannedWindows } from '../../../sim/world/sharedOutages.ts';
import { DAY, formatDay, HOUR, instant, londonDay, parseDate } from '../../../src/time.ts';
import { SEED, START, streams } from './samples.ts';

// What installations share - outages, planned windows - and the curves by which they enter.
console.log(`shared: seed ${SEED}`);

describe('shared outages', () => {
  const END = START + 2 * 365.25 * DAY;
  const outage = {
    by: 'area' as const,
    acts: 'wan' as const,
    dated: [],
    perYear: 3,
    duration: { kind: 'exponential' as const, daysMean: 2 },
  };

  test('shared outages of a member begin as a Poisson process: mean and variance of a year equal the rate', () => {
    const members = 4000;
    const counts = Array.from({ length: members }, (_, member) => {
      const pairs = memberOutages(outage, { block: 0, member, stream: streams.sharedOutages, from: START, to: END });
      return pairs.filter(([from]) => from >= START && from < END).length;
    });
    const mean = counts.reduce((sum, count) => sum + count, 0) / members;
    const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / (members - 1);
    expect(Math.abs(mean - 6)).toBeLessThan(5 * Math.sqrt(6 / members));
    expect(Math.abs(variance / mean - 1)).toBeLessThan(5 * Math.sqrt(2 / members));
  });

  test('shared outages are as likely to be under way at the start as later', () => {
    const members = 4000;
    const ats = [START, START + 300 * DAY];
    const covered = ats.map(() => 0);
    for (let member = 0; member < members; member += 1) {
      const pairs = memberOutages(outage, { block: 1, member, stream: streams.sharedOutages, from: START, to: END });
      ats.forEach((at, i) => {
        const under = pairs.filter(([from, to]) => from <= at && at < to).length;
        covered[i] = (covered[i] as number) + under;
      });
    }
    const expected = (3 / 365.25) * 2;
    for (const count of covered) {
      expect(Math.abs(count / members - expected)).toBeLessThan(5 * Math.sqrt(expected / members));
    }
  });

  test('dated shared outages cover whole London days, and random ones are added to them', () => {
    const dated = [{ from: '2021-03-27', to: '2021-03-28' }];
    const options = { block: 0, member: 0, stream: streams.sharedOutages, from: START, to: END };
    const pairs = memberOutages({ ...outage, dated }, options);
    expect(pairs[0]).toEqual([instant('2021-03-27T00:00:00Z'), instant('2021-03-28T23:00:00Z')]);
    expect(pairs.slice(1)).toEqual(memberOutages(outage, options));
  });
});

describe('planned windows', () => {
  const clock = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/London', weekday: 'long', day: 'numeric', hour: 'numeric', hourCycle: 'h23' }); // prettier-ignore

  test('planned windows on third Tuesdays at 20:00 are at 20:00 in London, summer and winter, six hours long', () => {
    const windows = plannedWindows({ weekday: 'tuesday', nth: 3, hour: 20, hours: 6, acts: 'system' }, instant('2021-01-01T00:00:00Z'), instant('2022-12-31T23:59:59Z')); // prettier-ignore
    const inside = [...windows.from].filter((from) => from >= instant('2021-01-01T00:00:00Z'));
    expect(inside).toHaveLength(24);
    for (const [i, from] of windows.from.entries()) {
      const parts = Object.fromEntries(clock.formatToParts(from * 1000).map(({ type, value }) => [type, value]));
      expect(parts).toMatchObject({ weekday: 'Tuesday', hour: '20' });
      expect(Math.ceil(Number(parts['day']) / 7)).toBe(3);
      expect((windows.to[i] as number) - from).toBe(6 * HOUR);
    }
    // Either side of 28 March and of 31 October 2021.
    for (const text of [
      '2021-03-16T20:00:00Z',
      '2021-04-20T19:00:00Z',
      '2021-10-19T19:00:00Z',
      '2021-11-16T20:00:00Z',
    ]) {
      expect(inside).toContain(instant(text));
    }
  });

  test('planned windows keep to the days of the plan, and take every one if no number is given', () => {
    const planned = {
      weekday: 'tuesday' as const,
      hour: 20,
      hours: 6,
      from: '2022-04-01',
      to: '2022-04-30',
      acts: 'system' as const,
    };
    const windows = plannedWindows(planned, START, instant('2022-12-31T23:59:59Z'));
    expect([...windows.from].map((from) => formatDay(londonDay(from)))).toEqual(['2022-04-05', '2022-04-12', '2022-04-19', '2022-04-26']); // prettier-ignore
  });
});

describe('entry curves', () => {
  const FROM = '2021-02-01';
  const first = parseDate(FROM) as number;
  const curves = fc
    .array(fc.tuple(fc.integer({ min: 0, max: 120 }), fc.nat(5)), { minLength: 1, maxLength: 8 })
    .filter((rows) => rows.some(([, weight]) => weight > 0) && (rows.at(-1)?.[1] ?? 0) > 0)
    .map((rows) => {
      const total = rows.reduce((sum, [, weight]) => sum + weight, 0);
      let day = first - 1;
      let weight = 0;
      return rows.map(([gap, more]) => {
        day += gap + 1;
        weight += more;
        return { date: formatDay(day), share: weight / total };
      });
    });

  test('entry curves rise: by the day of a quantile its share has entered, and by the eve it had not', () => {
    const uniform = fc.double({ min: 1e-9, max: 1 - 1e-9, noNaN: true });
    fc.assert(
      fc.property(curves, uniform, uniform, (points, u, v) => {
        const curve = entryCurveOf(points, FROM);
        const day = curve.quantile(u);
        expect(curve.shareBy(Math.floor(day))).toBeGreaterThanOrEqual(u - 1e-9);
        expect(curve.shareBy(Math.floor(day) - 1)).toBeLessThanOrEqual(u + 1e-9);
        if (u <= v) expect(day).toBeLessThanOrEqual(curve.quantile(v));
        expect(day).toBeGreaterThanOrEqual(first);
        expect(formatDay(Math.floor(day)) <= (points.at(-1)?.date as string)).toBe(true);
      }),
      { numRuns: 3000, seed: 4 },
    );
  });

  test('entry curves pass through their points, to one installation in a thousand', () => {
    fc.assert(
      fc.property(curves, (points) => {
        const curve = entryCurveOf(points, FROM);
        for (const { date, share } of points) {
          const day = parseDate(date) as number;
          expect(curve.shareBy(day)).toBeCloseTo(share, 12);
          let entered = 0;
          for (let i = 0; i < 1000; i += 1) entered += Math.floor(curve.quantile((i + 0.5) / 1000)) <= day ? 1 : 0;
          expect(Math.abs(entered - 1000 * share)).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 200, seed: 5 },
    );
  });
});
