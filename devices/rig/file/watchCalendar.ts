/**
 * The calendar of a watch. The same schedule always gives the same instants, whether a watch runs or not, so a
 * restarted watch continues at the present instant of the calendar.
 */
import {
  DAY,
  HOUR,
  INSTANT_MAX,
  londonDay,
  londonInstant,
  MINUTE,
  parseInstant,
  type Instant,
} from '../../../src/time.ts';
import { WEEKDAYS, type Schedule } from './watchSchema.ts';

/** A slot is a contact (in tries, until one is answered) or an attempt. */
export type SlotKind = 'contact' | 'attempt';

/**
 * A schedule with the period in which it holds: until the next schedule, or until the watch ended. A rig file may
 * change over the weeks.
 */
export interface Piece {
  readonly from: Instant;
  readonly to?: Instant;
  readonly schedule: Schedule;
}

export interface Slot {
  readonly at: Instant;
  readonly schedule: Schedule;
}

const LATE_SECONDS = HOUR;
const DAYS_OF_WEEK = WEEKDAYS.length;

/** The first instant of a kind after `after` by one schedule; undefined if none is left. */
function instantAfter({ contact, attempt, until }: Schedule, kind: SlotKind, after: Instant): Instant | undefined {
  const { everySeconds } = kind === 'contact' ? contact : attempt;
  const at =
    everySeconds !== undefined
      ? Math.floor(after / everySeconds) * everySeconds + everySeconds
      : kind === 'contact'
        ? dailyAfter(secondsOf(contact.timeUtc), after)
        : weeklyAfter(attempt, after);
  const last = until === undefined ? INSTANT_MAX : (parseInstant(until) as Instant);
  return at === undefined || at > last ? undefined : at;
}

function dailyAfter(secondsOfDay: number, after: Instant): Instant {
  const at = Math.floor(after / DAY) * DAY + secondsOfDay;
  return at > after ? at : at + DAY;
}

function weeklyAfter({ weekdays, timeLondon }: Schedule['attempt'], after: Instant): Instant | undefined {
  const today = londonDay(Math.min(after, INSTANT_MAX));
  for (let day = today; day <= today + DAYS_OF_WEEK; day += 1) {
    const weekday = WEEKDAYS[(day + MONDAY_OF_EPOCH) % DAYS_OF_WEEK] as (typeof WEEKDAYS)[number];
    if (!weekdays.includes(weekday) || day * DAY > INSTANT_MAX - DAY) continue;
    const at = londonInstant(day, secondsOf(timeLondon));
    if (at > after) return at;
  }
  return undefined;
}

/** The epoch was a Thursday. */
const MONDAY_OF_EPOCH = 3;

/** Returns the second of the day for `HH:MM`. */
export function secondsOf(clock: string): number {
  const [hours, minutes] = clock.split(':').map(Number) as [number, number];
  return hours * HOUR + minutes * MINUTE;
}

/** The first slot of a kind after an instant, by the schedule that holds at that time. */
export function slotAfter(pieces: readonly Piece[], kind: SlotKind, after: Instant): Slot | undefined {
  for (const [i, { from, to = Infinity, schedule }] of pieces.entries()) {
    const end = Math.min(to, pieces[i + 1]?.from ?? Infinity);
    if (end <= after) continue;
    const at = instantAfter(schedule, kind, Math.max(after, from - 1));
    if (at !== undefined && at < end) return { at, schedule };
  }
  return undefined;
}

/** The shortest time from one instant of a kind to the next, in seconds. */
export function periodSeconds(
  contact: Pick<Schedule['contact'], 'everySeconds'>,
  attempt: Pick<Schedule['attempt'], 'everySeconds'>,
  kind: SlotKind,
): number {
  if (kind === 'contact') return contact.everySeconds ?? DAY;
  // A day on which the clocks go forward has 23 hours.
  return attempt.everySeconds ?? DAY - HOUR;
}

/** The permitted lateness of a probe, in seconds. It always ends before the next probe of its kind is due. */
export function lateSecondsOf(schedule: Schedule, kind: SlotKind): number {
  const { contact, attempt, lateSeconds = LATE_SECONDS } = schedule;
  const period = periodSeconds(contact, attempt, kind);
  const next = kind === 'contact' && contact.tries > 1 ? Math.min(contact.secondsBetweenTries, period) : period;
  return Math.min(lateSeconds, next - 1);
}
