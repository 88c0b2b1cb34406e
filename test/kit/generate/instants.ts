import {
  DAY,
  HOUR,
  INSTANT_MAX,
  INSTANT_MIN,
  instant,
  isoWeek,
  londonMidnight,
  WEEK,
  type Instant,
} from '../../../src/time.ts';
import type { RuleSet } from '../../../src/rules/ruleset.ts';
import { boundariesOf } from '../arbitraries/instants.ts';
import { pick, type Dice } from './dice.ts';

/** Weeks, numbered by `isoWeek`, near which a calendar is most likely to be wrong. */
const AWKWARD_WEEKS: readonly number[] = [
  '2020-12-30T12:00:00Z', // 2020-W53, which ends in 2021
  '2021-03-28T12:00:00Z', // the Sunday on which summer time begins
  '2021-10-31T12:00:00Z', // the Sunday on which summer time ends
  '2021-12-29T12:00:00Z', // 2021-W52, which ends in 2022
  '2022-03-27T12:00:00Z',
  '2022-10-30T12:00:00Z',
].map((text) => isoWeek(instant(text)));

const FIRST_WEEK = isoWeek(instant('2021-02-01T12:00:00Z'));
const LAST_WEEK = isoWeek(instant('2022-12-31T12:00:00Z'));

/** Seconds after Monday 00:00 London time, at the edges of a week, of an hour and of a clock change. */
const EDGES = [0, 0, 1, -1, WEEK - 1, WEEK - HOUR, HOUR - 1, HOUR, DAY, 6 * DAY] as const;

const BOUNDARIES = new WeakMap<RuleSet, readonly Instant[]>();

/** The dates on which the answers of a rule set change. They are computed once for each rule set. */
export function datesOf(rules: RuleSet): readonly Instant[] {
  let known = BOUNDARIES.get(rules);
  if (known === undefined) BOUNDARIES.set(rules, (known = boundariesOf(rules)));
  return known;
}

/** The week in which a history starts: an awkward one, one shortly before a date of the rules, or any. */
export function startWeek(dice: Dice, rules: RuleSet): number {
  const how = dice.below(10);
  if (how < 3) return pick(dice, AWKWARD_WEEKS) - dice.below(3);
  if (how < 6) return isoWeek(pick(dice, datesOf(rules))) - dice.below(6);
  return FIRST_WEEK + dice.below(LAST_WEEK - FIRST_WEEK);
}

/** Monday 00:00 London time of a week numbered by `isoWeek`. */
export function mondayOf(week: number): Instant {
  return londonMidnight(week * 7 - 3);
}

/** An instant of a week: at an edge, or at nine in the morning of a day. */
export function instantIn(dice: Dice, week: number, isEdge: boolean): Instant {
  const monday = mondayOf(week);
  return isEdge ? monday + pick(dice, EDGES) : monday + dice.below(7) * DAY + 9 * HOUR + dice.below(9) * HOUR;
}

/** Limits an instant to the range that the records can hold. */
export function bounded(at: Instant): Instant {
  return Math.min(Math.max(at, INSTANT_MIN), INSTANT_MAX);
}
