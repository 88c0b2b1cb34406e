// Civil dates against the calendar of the language: every day of the years around, and every day that is none.
import { expect, test } from 'vitest';
import { DAY, formatInstant, parseDate, parseInstant } from '../../src/time.ts';

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

test.each(['2021-1-01', ' 2021-01-01', '2021-01-01T', '20210101', '', '2021-02-29', '2021-00-10'])(
  'a text that is no date has no day: "%s"',
  (text) => expect(parseDate(text)).toBeUndefined(),
);
