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
import type { Planned, SharedOutage } from '../scenario/schema.ts';
import { outageDurations } from './distributions.ts';
import { first, second, type Stream } from './draws.ts';
import { intervals, type Intervals } from './intervals.ts';

/** How long before the start dice are thrown for shared outages, so that one can cover the start. */
const LEAD_SECONDS = 60 * DAY;
/** Entities of the stream: member number of each dimension, in blocks. */
const BLOCK = 1_000_000;

export interface OutageSpan {
  readonly from: Instant;
  readonly to: Instant;
}

/**
 * The outages that one member (an operator, a hub model, an area) has under one model: dated ones as data, future ones
 * as dice of the member's own, from a Poisson process.
 */
export function memberOutages(
  outage: SharedOutage,
  options: { model: number; member: number; stream: Stream; from: Instant; to: Instant },
): [number, number][] {
  const pairs: [number, number][] = outage.dated.map((row) => [
    startOfLondonDate(row.from),
    endOfLondonDate(row.to) + 1,
  ]);
  if (outage.perYear > 0 && outage.duration) {
    const durations = outageDurations([{ share: 1, duration: outage.duration }]);
    const meanGap = (365.25 * DAY) / outage.perYear;
    const entity = options.model * BLOCK + options.member;
    let at = options.from - LEAD_SECONDS;
    for (let k = 0; at < options.to; k += 1) {
      options.stream.draw(entity, k);
      at -= meanGap * Math.log(first());
      pairs.push([at, at + durations.quantile(second())]);
    }
  }
  return pairs;
}

const WEEKDAYS = ['thursday', 'friday', 'saturday', 'sunday', 'monday', 'tuesday', 'wednesday'] as const;

/** The planned windows between two instants, by the London calendar. */
export function plannedWindows(planned: Planned, from: Instant, to: Instant): Intervals {
  const pairs: [number, number][] = [];
  const firstDay = londonDay(planned.from === undefined ? from - LEAD_SECONDS : startOfLondonDate(planned.from));
  const lastDay = londonDay(planned.to === undefined ? to : endOfLondonDate(planned.to));
  for (let day = firstDay; day <= lastDay; day += 1) {
    if (WEEKDAYS[((day % 7) + 7) % 7] !== planned.weekday) continue;
    const ofMonth = dayOfMonth(day);
    if (planned.nth !== undefined && Math.ceil(ofMonth / 7) !== planned.nth) continue;
    const begins = londonInstant(day, planned.hour * HOUR);
    pairs.push([begins, begins + planned.hours * HOUR]);
  }
  return intervals(pairs);
}
