// Civil dates against the calendar of the language: every day of the years around, and every day that is none. And the
// check digits of synthetic meter points.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  isMpan,
  isMprn,
  AREA_MAX,
  AREA_MIN,
  syntheticMpan,
  syntheticMprn,
} from '../../src/installation/identifiers.ts';
import { workingInstant } from '../../src/londonTime.ts';
import {
  DAY,
  formatInstant,
  HOUR,
  INSTANT_MAX,
  INSTANT_MIN,
  londonInstant,
  parseDate,
  parseInstant,
  SECONDS_MAX,
} from '../../src/time.ts';
import { seedNumber } from '../seed.ts';

const seed = seedNumber(import.meta.filename, 38);

const two = (value: number): string => String(value).padStart(2, '0');

test('a date is read as its midnight is, for every month and day number from 2011 to 2038', () => {
  const wrong: string[] = [];
  for (let year = 2011; year <= 2038; year += 1) {
    for (let month = 0; month <= 13; month += 1) {
      for (let day = 0; day <= 32; day += 1) {
        const date = `${year}-${two(month)}-${two(day)}`;
        const at = parseInstant(`${date}T00:00:00Z`);
        if (parseDate(date) !== (at === undefined ? undefined : at / DAY)) wrong.push(date);
      }
    }
  }
  expect(wrong).toEqual([]);
});

test('every day of 2012 to 2037 is read back from how it is written', () => {
  for (let day = parseDate('2012-01-01') as number; day <= (parseDate('2037-12-31') as number); day += 1) {
    expect(parseDate(formatInstant(day * DAY).slice(0, 10))).toBe(day);
  }
});

test('an attempt is made at its London time of day, on every day that the bench knows and on those around', () => {
  const [first, last] = [parseDate('2012-01-01') as number, parseDate('2037-12-31') as number];
  const wrong: number[] = [];
  for (let day = first - 400; day <= last + 400; day += 1) {
    for (const part of [0, 0.5, 0.9999]) {
      const expected = londonInstant(day, 8 * HOUR + Math.floor(part * 10 * HOUR));
      // A part of a day loses its last bits beside the day.
      if (Math.abs(workingInstant(day + part) - expected) > 1) wrong.push(day);
    }
  }
  expect(wrong).toEqual([]);
  expect(workingInstant(1e15)).toBe(1e15 * DAY + 8 * HOUR);
});

test.each(['2021-1-01', ' 2021-01-01', '2021-01-01T', '20210101', '', '2021-02-29', '2021-00-10'])(
  'a text that is no date has no day: "%s"',
  (text) => expect(parseDate(text)).toBeUndefined(),
);

test('an instant is written as the calendar of the language writes it, within the bounds of instants and beyond', () => {
  const within = fc.integer({ min: INSTANT_MIN - 2, max: INSTANT_MAX + 2 });
  const fractional = fc.double({ min: INSTANT_MIN, max: INSTANT_MAX, noNaN: true });
  const beyond = fc.integer({ min: -SECONDS_MAX, max: SECONDS_MAX });
  fc.assert(
    fc.property(fc.oneof(within, fractional, beyond), (at) => {
      expect(formatInstant(at)).toBe(`${new Date(at * 1000).toISOString().slice(0, 19)}Z`);
    }),
    { seed, numRuns: 2000, examples: [[INSTANT_MIN], [INSTANT_MAX], [INSTANT_MIN - 1], [INSTANT_MAX + 1]] },
  );
});

test('synthetic meter points have their own number, their area, and the right check digits', () => {
  const areas = fc.integer({ min: AREA_MIN, max: AREA_MAX });
  fc.assert(
    fc.property(areas, fc.integer({ min: 0, max: 99_999_999 }), (area, serial) => {
      const [mpan, mprn] = [String(syntheticMpan(area, serial)), String(syntheticMprn(serial))];
      expect([isMpan(mpan), isMprn(mprn)]).toEqual([true, true]);
      expect(mpan.slice(0, 12)).toBe(`${area}0${String(serial).padStart(9, '0')}`);
      expect(mprn.slice(0, 9)).toBe(String(900_000_000 + serial));
    }),
    { seed, numRuns: 2000, examples: [[AREA_MIN, 0], [AREA_MAX, 99_999_999]] },
  ); // prettier-ignore
});
