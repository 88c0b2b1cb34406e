import { assert } from '../../src/assert.ts';
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
import { addresses } from './dice/addresses.ts';
import { outageDurations } from './dice/distributions.ts';
import { first, second, type Stream } from './dice/draws.ts';
import { intervals, type Intervals } from './intervals.ts';

/** How long before the start dice are thrown for shared outages, so that one can cover the start. */
const LEAD_SECONDS = 60 * DAY;
/** Entities of the stream: a block for each outage of the scenario, a member of its dimension within it. */
const MEMBERS_MAX = 4096;
const BLOCKS = 2 ** 18;

/** The blocks of the outages of a scenario, by name: one outage more moves no dice of another. */
export function outageBlocks(names: readonly string[]): Int32Array {
  return addresses(names, BLOCKS);
}

export interface OutageSpan {
  readonly from: Instant;
  readonly to: Instant;
}

/**
 * The outages that one member (an operator, a hub model, an area) has of one kind: dated ones as data, future ones
 * as dice of the member's own, from a Poisson process.
 */
export function memberOutages(
  outage: SharedOutage,
  options: { block: number; member: number; stream: Stream; from: Instant; to: Instant },
): [number, number][] {
  const pairs: [number, number][] = outage.dated.map((row) => [
    startOfLondonDate(row.from),
    endOfLondonDate(row.to) + 1,
  ]);
  if (outage.perYear > 0 && outage.duration) {
    const durations = outageDurations([{ share: 1, duration: outage.duration }]);
    const meanGap = (365.25 * DAY) / outage.perYear;
    assert(options.member < MEMBERS_MAX, 'a dimension has at most 4,096 members');
    const entity = options.block * MEMBERS_MAX + options.member;
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
