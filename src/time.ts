import { assert } from './assert.ts';

/**
 * Whole seconds since the Unix epoch, UTC, from 2012-01-01 to 2037-12-31. Look-back windows are exact durations in
 * this unit; calendar weeks and days are those of Europe/London (sim/README.md).
 */
export type Instant = number;

export const MINUTE = 60;
export const HOUR = 3600;
export const DAY = 86_400;
export const WEEK = 604_800;

/** The first and the last instant the bench knows. */
export const INSTANT_MIN: Instant = Date.UTC(2012, 0, 1) / 1000;
export const INSTANT_MAX: Instant = Date.UTC(2037, 11, 31, 23, 59, 59) / 1000;

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
  return `${new Date(at * 1000).toISOString().slice(0, 19)}Z`;
}

/** Days since the epoch of a civil date `YYYY-MM-DD`; `undefined` when it is not one, or lies outside 2012 to 2037. */
export function parseDate(text: string): number | undefined {
  if (!DATE_PATTERN.test(text)) return undefined;
  const at = parseInstant(`${text}T00:00:00Z`);
  return at === undefined ? undefined : at / DAY;
}

/**
 * The offsets of Europe/London. British Summer Time runs from 01:00 UTC on the last Sunday of March to 01:00 UTC on
 * the last Sunday of October (SI 2002/262), so that every change falls on a whole hour UTC and a table by the hour
 * is exact.
 */
const HOURS = (INSTANT_MAX + 1 - INSTANT_MIN) / HOUR;
const SUMMER = new Uint8Array(HOURS);
const WEEK_OF_HOUR = new Int16Array(HOURS);

function lastSundayAtOne(year: number, month: number): Instant {
  const last = Date.UTC(year, month + 1, 0) / 1000;
  const weekday = (last / DAY + 4) % 7; // 1970-01-01 was a Thursday; 0 is Sunday
  return last - weekday * DAY + HOUR;
}

for (let year = 2012; year <= 2037; year += 1) {
  const from = (lastSundayAtOne(year, 2) - INSTANT_MIN) / HOUR;
  const to = (lastSundayAtOne(year, 9) - INSTANT_MIN) / HOUR;
  SUMMER.fill(1, from, to);
}
for (let hour = 0; hour < HOURS; hour += 1) {
  const local = INSTANT_MIN + (hour + (SUMMER[hour] as number)) * HOUR;
  WEEK_OF_HOUR[hour] = Math.floor((Math.floor(local / DAY) + 3) / 7); // ISO weeks begin on Monday
}

function hourOf(at: Instant): number {
  return Math.floor((at - INSTANT_MIN) / HOUR);
}

/**
 * Seconds by which London's clocks are ahead of UTC at an instant: 0 or 3600. Outside the instants that the bench knows it is
 * always winter: what a scenario puts off so far is a number still, and lies after every horizon.
 */
export function londonOffset(at: Instant): number {
  return (SUMMER[hourOf(at)] ?? 0) * HOUR;
}

/** The instants after `from` and up to `to` at which London's clocks change; `offsetSeconds` is theirs from then on. */
export function londonChanges(from: Instant, to: Instant): readonly { at: Instant; offsetSeconds: number }[] {
  const changes: { at: Instant; offsetSeconds: number }[] = [];
  const last = Math.min(hourOf(to), HOURS - 1);
  for (let hour = hourOf(from) + 1; hour <= last; hour += 1) {
    if (SUMMER[hour] === SUMMER[hour - 1]) continue;
    changes.push({ at: INSTANT_MIN + hour * HOUR, offsetSeconds: (SUMMER[hour] as number) * HOUR });
  }
  return changes;
}

/** Days since the epoch of the London local date of an instant. */
export function londonDay(at: Instant): number {
  return Math.floor((at + londonOffset(at)) / DAY);
}

/** The first instant of a London local date, given as days since the epoch. */
export function londonMidnight(day: number): Instant {
  const utc = day * DAY;
  // Midnight never falls in the hour that a change of clocks skips or repeats: those are at 01:00 and 02:00.
  return utc - (hourOf(utc - HOUR) >= 0 ? londonOffset(utc - HOUR) : 0);
}

/** The instant of a London wall-clock time: a local day and seconds after its midnight (08:00 to 18:00 in the model). */
export function londonInstant(day: number, secondsOfDay: number): Instant {
  const utc = day * DAY + secondsOfDay;
  return utc - londonOffset(utc);
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

/** A number that is the same for two instants exactly when they lie in the same ISO week of the London local date. */
export function isoWeek(at: Instant): number {
  return WEEK_OF_HOUR[Math.floor((at - INSTANT_MIN) / HOUR)] as number;
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

const MONTH_OF_DAY = new Int16Array(HOURS / 24 + 2);
for (let i = 0; i < MONTH_OF_DAY.length; i += 1) {
  const date = new Date((INSTANT_MIN + i * DAY) * 1000);
  MONTH_OF_DAY[i] = (date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth();
}

/** Months since January 1970 of days since the epoch. */
export function monthOf(day: number): number {
  return MONTH_OF_DAY[day - INSTANT_MIN / DAY] as number;
}

/** The last day of a month that is numbered as `monthOf` does, as days since the epoch. */
export function lastDayOfMonth(month: number): number {
  return Date.UTC(1970, month + 1, 0) / 1000 / DAY;
}
