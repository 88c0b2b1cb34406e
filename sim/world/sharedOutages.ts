import { assert } from '../../src/assert.ts';
import { DAY, type Instant } from '../../src/time.ts';
import { datedPair, plannedPairs, type Pair } from '../scenario/datedSpans.ts';
import type { Planned, SharedOutage } from '../scenario/schema.ts';
import { addresses } from './dice/addresses.ts';
import { durationsOf } from './dice/distributions.ts';
import { first, second, type Stream } from './dice/draws.ts';
import type { Intervals } from './intervals.ts';
import { intervals } from './mergedIntervals.ts';

/** Outages that were over this long before the start are left out: no link is asked about an earlier instant. */
const LOOKBACK_SECONDS = 400 * DAY;
/** Outages that began earlier than this before the start are left out, however long they last. Our bound: 50 years. */
const BEGAN_SECONDS = 50 * 365 * DAY;
/** Index of the first draw of the outages before the start; draws of those after it lie below. */
const PAST = 2 ** 20;
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
 * The outages that one member (an operator, a hub model, an area) has of one kind between two instants: dated ones as
 * data, the others from a Poisson process on dice of the member's own. A Poisson process looks the same in both
 * directions: it runs forwards from `from` and backwards before it, so that the past is as likely as the future.
 */
export function memberOutages(
  outage: SharedOutage,
  options: { block: number; member: number; stream: Stream; from: Instant; to: Instant },
): Pair[] {
  const pairs: Pair[] = outage.dated.map(datedPair);
  if (outage.perYear > 0 && outage.duration) {
    const durations = durationsOf(outage.duration);
    const meanGap = (365.25 * DAY) / outage.perYear;
    assert(options.member < MEMBERS_MAX, 'a dimension has at most 4,096 members');
    const entity = options.block * MEMBERS_MAX + options.member;
    const { stream, from, to } = options;
    let at: number = from;
    for (let k = 0; ; k += 1) {
      stream.draw(entity, k);
      at -= meanGap * Math.log(first());
      if (at > to) break;
      pairs.push([at, at + durations.quantile(second())]);
    }
    const since = from - LOOKBACK_SECONDS;
    const earliest = since - Math.min(durations.longestSeconds, BEGAN_SECONDS);
    at = from;
    for (let k = 0; ; k += 1) {
      stream.draw(entity, PAST + k);
      at += meanGap * Math.log(first());
      if (at < earliest) break;
      const ends = at + durations.quantile(second());
      if (ends > since) pairs.push([at, ends]);
    }
  }
  return pairs;
}

/** The names of where an installation stands among those that share outages. */
export interface PlaceNames {
  readonly operator: string;
  readonly hubModel: string;
  readonly area: string;
}

/** Whether an outage takes down what stands at a place. */
export function strikesPlace({ by, members, operators }: SharedOutage, place: PlaceNames): boolean {
  if (operators !== undefined && !operators.includes(place.operator)) return false;
  return members === undefined || members === 'all' || members.includes(place[by]);
}

/** The planned windows up to an instant, by the London calendar; without a first day, from long before `from` on. */
export function plannedWindows(planned: Planned, from: Instant, to: Instant): Intervals {
  return intervals(plannedPairs(planned, from - LOOKBACK_SECONDS, to));
}
