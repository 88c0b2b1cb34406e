/**
 * Instants and the London calendar, as arithmetic on numbers. The file belongs to the subset of TypeScript that is also
 * compiled to WebAssembly (sim/kernel/README.md); `time.ts` adds texts and dates to it.
 */
import { int, type f64, type i32 } from './numbers.ts';

/**
 * Whole seconds since the Unix epoch, UTC, from 2012-01-01 to 2037-12-31. Look-back windows are exact durations in
 * this unit; calendar weeks and days are those of Europe/London.
 */
export type Instant = f64;

export const MINUTE: f64 = 60;
export const HOUR: f64 = 3600;
export const DAY: f64 = 86_400;
export const WEEK: f64 = 604_800;

const YEAR_FIRST: i32 = 2012;
const YEARS: i32 = 26;
const YEAR_SECONDS: f64 = 31_557_600;

/** The first and the last instant that the bench knows: 2012-01-01T00:00:00Z and 2037-12-31T23:59:59Z. */
export const INSTANT_MIN: Instant = 1_325_376_000;
export const INSTANT_MAX: Instant = 2_145_916_799;

const DAY_FIRST: i32 = 15_340;
const DAYS: i32 = 9497;
const DAY_END: i32 = 24_837;

/**
 * British Summer Time runs from 01:00 UTC on the last Sunday of March to 01:00 UTC on the last Sunday of October
 * (SI 2002/262). `SUMMERS` holds the two instants of each year.
 */
const SUMMERS = new Float64Array(2 * YEARS);
/** Per day from `DAY_FIRST` on: twice its months since January 1970, plus 1 if its daytime is in British Summer Time. */
const CALENDAR = new Int32Array(DAYS);
const DAYS_OF_MONTH = new Int32Array(12);

function lastSundayAtOne(lastOfMonth: i32): Instant {
  const weekday = (lastOfMonth + 4) % 7; // 1970-01-01 was a Thursday; 0 is Sunday
  return (lastOfMonth - weekday) * DAY + HOUR;
}

function fillCalendar(): void {
  for (let month: i32 = 0; month < 12; month += 1) DAYS_OF_MONTH[month] = 31;
  for (let i: i32 = 3; i <= 10; i = i === 5 ? 8 : i + 2) DAYS_OF_MONTH[i] = 30;
  let day = DAY_FIRST;
  for (let year: i32 = 0; year < YEARS; year += 1) {
    const isLeap = (YEAR_FIRST + year) % 4 === 0;
    DAYS_OF_MONTH[1] = isLeap ? 29 : 28;
    for (let month: i32 = 0; month < 12; month += 1) {
      const length = DAYS_OF_MONTH[month] as i32;
      for (let i: i32 = 0; i < length; i += 1) {
        CALENDAR[day - DAY_FIRST] = ((YEAR_FIRST + year - 1970) * 12 + month) << 1;
        day += 1;
      }
      if (month === 2) SUMMERS[2 * year] = lastSundayAtOne(day - 1);
      if (month === 9) SUMMERS[2 * year + 1] = lastSundayAtOne(day - 1);
    }
    markSummer(int((SUMMERS[2 * year] as f64) / DAY), int((SUMMERS[2 * year + 1] as f64) / DAY));
  }
}

/** Summer Time begins and ends in the night: the daytime of the first day is in it, that of the day of its end is not. */
function markSummer(first: i32, end: i32): void {
  for (let i = first - DAY_FIRST; i < end - DAY_FIRST; i += 1) CALENDAR[i] = (CALENDAR[i] as i32) | 1;
}
fillCalendar();

/**
 * Seconds by which London's clocks are ahead of UTC at an instant: 0 or 3600. Outside the instants that the bench knows it
 * is always winter: what a scenario puts off so far is still a number, and lies after every horizon.
 */
export function londonOffset(at: Instant): f64 {
  if (!(at >= INSTANT_MIN && at <= INSTANT_MAX)) return 0;
  // The years differ by a day in length. The start of a year is thus found up to a day off, where it is winter anyway.
  const year = 2 * int((at - INSTANT_MIN) / YEAR_SECONDS);
  return at >= (SUMMERS[year] as f64) && at < (SUMMERS[year + 1] as f64) ? HOUR : 0;
}

/** Days since the epoch of the London local date of an instant. */
export function londonDay(at: Instant): f64 {
  return Math.floor((at + londonOffset(at)) / DAY);
}

/** The instant of a London wall-clock time: a local day, and seconds after its midnight (08:00 to 18:00 in the model). */
export function londonInstant(day: f64, secondsOfDay: f64): Instant {
  const utc = day * DAY + secondsOfDay;
  return utc - londonOffset(utc);
}

/** A number that two instants share exactly when they lie in the same ISO week of the London local date. */
export function isoWeek(at: Instant): f64 {
  return Math.floor((londonDay(at) + 3) / 7); // ISO weeks begin on Monday
}

/** Months since January 1970 of days since the epoch; the day must be one that the bench knows. */
export function monthOf(day: f64): i32 {
  return (CALENDAR[int(day) - DAY_FIRST] as i32) >> 1;
}

/** The seconds, within a London day, from which and for how long attempts are made: 08:00 to 18:00. */
export const ATTEMPT_FROM_SECONDS: f64 = 28_800;
export const ATTEMPT_SPAN_SECONDS: f64 = 36_000;

/** The instant, between 08:00 and 18:00 London time, of a fractional day: the fraction places it within the hours. */
export function workingInstant(day: f64): Instant {
  const whole = Math.floor(day);
  const utc = whole * DAY + (ATTEMPT_FROM_SECONDS + Math.floor((day - whole) * ATTEMPT_SPAN_SECONDS));
  if (!(whole >= DAY_FIRST && whole < DAY_END)) return utc;
  return ((CALENDAR[int(whole) - DAY_FIRST] as i32) & 1) === 1 ? utc - HOUR : utc;
}

/** A fractional day that keeps its hour of the day and does not lie before an instant. */
export function notBefore(day: f64, instant: Instant): f64 {
  const fraction = day - Math.floor(day);
  const earliest = londonDay(Math.ceil(instant)) + 1 + fraction;
  return earliest > day ? earliest : day;
}
