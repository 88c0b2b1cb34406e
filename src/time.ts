import { assert } from './assert.ts';
import { DAY, HOUR, INSTANT_MAX, INSTANT_MIN, londonOffset, MINUTE, WEEK, type Instant } from './londonTime.ts';

export {
  DAY,
  HOUR,
  INSTANT_MAX,
  INSTANT_MIN,
  isoWeek,
  londonDay,
  londonInstant,
  londonOffset,
  MINUTE,
  monthOf,
  WEEK,
  type Instant,
} from './londonTime.ts';

/** The furthest seconds from 1970 that have a date. */
export const SECONDS_MAX = 8.64e12;

const INSTANT_PATTERN = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)Z$/;
const DATE_PATTERN = /^(\d{4})-(\d\d)-(\d\d)$/;

/** Reads `YYYY-MM-DDThh:mm:ssZ`, the one form the records have; `undefined` when it is anything else. */
export function parseInstant(text: string): Instant | undefined {
  const at = parseSeconds(text);
  return at === undefined || at < INSTANT_MIN || at > INSTANT_MAX ? undefined : at;
}

/** Seconds since 1970 of `YYYY-MM-DDThh:mm:ssZ` in any year; `undefined` when it is anything else. */
export function parseSeconds(text: string): number | undefined {
  if (!INSTANT_PATTERN.test(text)) return undefined;
  const milliseconds = Date.parse(text);
  if (Number.isNaN(milliseconds)) return undefined;
  const at = milliseconds / 1000;
  // Date.parse accepts 24:00:00, and some engines roll 30 February over; the round trip refuses both.
  return formatInstant(at) === text ? at : undefined;
}

/** The instant written in a source file; throws on a misspelt one. */
export function instant(text: string): Instant {
  const at = parseInstant(text);
  assert(at !== undefined, `not an instant YYYY-MM-DDThh:mm:ssZ from 2012 to 2037: ${text}`);
  return at;
}

/** `YYYY-MM-DDThh:mm:ssZ` of whole seconds since 1970, up to SECONDS_MAX before or after; throws beyond. */
export function formatInstant(at: Instant): string {
  if (!(at >= INSTANT_MIN && at <= INSTANT_MAX)) return `${new Date(at * 1000).toISOString().slice(0, 19)}Z`;
  const day = Math.floor(at / DAY);
  const second = Math.floor(at - day * DAY);
  const minute = Math.floor(second / MINUTE);
  const hour = Math.floor(minute / 60);
  return `${dateOf(day)}T${TWO_DIGITS[hour]}:${TWO_DIGITS[minute - hour * 60]}:${TWO_DIGITS[second - minute * MINUTE]}Z`;
}

const TWO_DIGITS: readonly string[] = Array.from({ length: 60 }, (_, i) => String(i).padStart(2, '0'));

/** Dates by day. Records name the same few thousand days again and again. */
const DATES = new Map<number, string>();

function dateOf(day: number): string {
  let date = DATES.get(day);
  if (date === undefined) {
    date = formatDay(day);
    DATES.set(day, date);
  }
  return date;
}

/** Days since the epoch of a civil date `YYYY-MM-DD`; `undefined` when it is not one, or lies outside 2012 to 2037. */
export function parseDate(text: string): number | undefined {
  if (!DATE_PATTERN.test(text)) return undefined;
  const [year, month, day] = [Number(text.slice(0, 4)), Number(text.slice(5, 7)), Number(text.slice(8))];
  // Pages and goldens read dates by the thousand, so no Date is made here: Date.UTC rolls 30 February over.
  if (month < 1 || month > 12 || day < 1 || day > daysOfMonth(year, month)) return undefined;
  const at = Date.UTC(year, month - 1, day) / 1000;
  return at < INSTANT_MIN || at > INSTANT_MAX ? undefined : at / DAY;
}

const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function daysOfMonth(year: number, month: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 && isLeap ? 29 : (MONTH_DAYS[month - 1] as number);
}

/** The first instant of a London local date, given as days since the epoch. */
export function londonMidnight(day: number): Instant {
  const utc = day * DAY;
  // Midnight never falls in the hour that a change of clocks skips or repeats: those are at 01:00 and 02:00.
  return utc - londonOffset(utc - HOUR);
}

/** The last second of a London date `YYYY-MM-DD`: what a date given as an as-of means (src/docs/records.md). */
export function endOfLondonDate(text: string): Instant {
  const day = parseDate(text);
  assert(day !== undefined, `not a date YYYY-MM-DD from 2012 to 2037: ${text}`);
  return londonMidnight(day + 1) - 1;
}

/** The first second of a London date `YYYY-MM-DD`. */
export function startOfLondonDate(text: string): Instant {
  const day = parseDate(text);
  assert(day !== undefined, `not a date YYYY-MM-DD from 2012 to 2037: ${text}`);
  return londonMidnight(day);
}

/** `2021-W52`: the ISO name of a week numbered as `isoWeek` does. */
export function formatWeek(week: number): string {
  const thursday = new Date((week * 7 - 3 + 3) * DAY * 1000);
  const year = thursday.getUTCFullYear();
  const number = Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / (7 * DAY * 1000)) + 1;
  return `${year}-W${String(number).padStart(2, '0')}`;
}

/** A window in words: `7 days`, `72 hours`, `90 minutes`. Whole days are days from a week on, as the TMAD speaks. */
export function spanWords(seconds: number): string {
  const row = SPANS.find(({ least, size }) => seconds >= least && seconds % size === 0) ?? SECONDS;
  const count = seconds / row.size;
  return `${count} ${row.unit}${count === 1 ? '' : 's'}`;
}

const SECONDS = { least: 0, size: 1, unit: 'second' } as const;
const SPANS = [
  { least: WEEK, size: DAY, unit: 'day' },
  { least: HOUR, size: HOUR, unit: 'hour' },
  { least: MINUTE, size: MINUTE, unit: 'minute' },
] as const;

/** `YYYY-MM-DD` of days since the epoch. */
export function formatDay(day: number): string {
  return new Date(day * DAY * 1000).toISOString().slice(0, 10);
}

/** 1 to 31: the day of the month of days since the epoch. */
export function dayOfMonth(day: number): number {
  return new Date(day * DAY * 1000).getUTCDate();
}

/** The last day of a month that is numbered as `monthOf` does, as days since the epoch. */
export function lastDayOfMonth(month: number): number {
  return Date.UTC(1970, month + 1, 0) / 1000 / DAY;
}
