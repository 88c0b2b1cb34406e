import {
  DAY,
  dayOfMonth,
  endOfLondonDate,
  HOUR,
  londonDay,
  londonInstant,
  startOfLondonDate,
  type Instant,
} from '../../src/time.ts';
import type { Planned, SharedOutage } from './schema.ts';

/** A stretch of time [from, to), in seconds. */
export type Pair = [from: number, to: number];

/** A dated outage. It runs from the start of its first London day to the end of its last, or for a number of days. */
export function datedPair({ from, to, days }: SharedOutage['dated'][number]): Pair {
  const began = startOfLondonDate(from);
  if (days !== undefined) return [began, began + days * DAY];
  return [began, endOfLondonDate(to ?? from) + 1];
}

const WEEKDAYS = ['thursday', 'friday', 'saturday', 'sunday', 'monday', 'tuesday', 'wednesday'] as const;

/** The planned windows that begin between two instants, by the London calendar and within the days of the plan. */
export function plannedPairs(planned: Planned, from: Instant, to: Instant): Pair[] {
  const pairs: Pair[] = [];
  const firstDay = londonDay(planned.from === undefined ? from : startOfLondonDate(planned.from));
  const lastDay = londonDay(planned.to === undefined ? to : endOfLondonDate(planned.to));
  for (let day = firstDay; day <= lastDay; day += 1) {
    if (WEEKDAYS[((day % 7) + 7) % 7] !== planned.weekday) continue;
    const ofMonth = dayOfMonth(day);
    if (planned.nth !== undefined && Math.ceil(ofMonth / 7) !== planned.nth) continue;
    const begins = londonInstant(day, planned.hour * HOUR);
    pairs.push([begins, begins + planned.hours * HOUR]);
  }
  return pairs;
}
