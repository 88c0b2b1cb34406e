/** Dates as values of a factor: a date as it is, or a shift of the scenario's own date by days. */
import { formatDay, parseDate } from '../../../src/time.ts';

/** `+14d` or `-7d`: so many days after or before the scenario's own date. */
export const SHIFT = /^([+-]\d{1,4})d$/;

/** The days of a shift such as `+14d`; undefined for anything else. */
export function shiftOf(value: unknown): number | undefined {
  const found = typeof value === 'string' ? SHIFT.exec(value)?.[1] : undefined;
  return found === undefined ? undefined : Number(found);
}

/** True for a date and for a shift of a date. */
export function isDateBound(value: unknown): boolean {
  return shiftOf(value) !== undefined || (typeof value === 'string' && parseDate(value) !== undefined);
}

/**
 * The day of a bound, in days since the epoch; undefined if the bound is not a date, or if it shifts a value that is not a
 * date.
 * @param own the scenario's own value at the path
 */
export function dayOf(bound: unknown, own: unknown): number | undefined {
  const shift = shiftOf(bound);
  if (shift === undefined) return typeof bound === 'string' ? parseDate(bound) : undefined;
  const day = typeof own === 'string' ? parseDate(own) : undefined;
  return day === undefined ? undefined : day + shift;
}

/** The date at a coordinate of a range of days. Every day of the range is equally likely, its ends included. */
export function dateAt(from: number, to: number, u: number): string {
  return formatDay(Math.min(to, from + Math.floor(Math.min(Math.max(u, 0), 1) * (to - from + 1))));
}
