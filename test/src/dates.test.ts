// Civil dates against the calendar of the language: every day of the years around, and every day that is none.
import { expect, test } from 'vitest';
import { workingInstant } from '../../src/londonTime.ts';
import { DAY, formatInstant, HOUR, londonInstant, parseDate, parseInstant } from '../../src/time.ts';

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
