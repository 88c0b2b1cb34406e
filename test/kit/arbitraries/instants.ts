import fc from 'fast-check';
import { CATEGORIES } from '../../../src/clauses/clause.ts';
import { VARIOUS1 } from '../../../src/rules/builtInRules.ts';
import { clauseOf, expiryInstant, inForceInstant, type RuleSet } from '../../../src/rules/ruleset.ts';
import { DAY, HOUR, instant, isoWeek, londonMidnight, WEEK, type Instant } from '../../../src/time.ts';

/** The first instant of the ISO week (London) that contains an instant. */
function weekStart(at: Instant): Instant {
  return londonMidnight(isoWeek(at) * 7 - 3);
}

/**
 * The weeks in which a calendar is most likely to be wrong: the clock changes, the 53rd week, and the last week of a
 * year.
 */
const AWKWARD_WEEKS: readonly Instant[] = [
  instant('2020-12-30T12:00:00Z'), // 2020-W53, which ends in 2021
  instant('2021-03-28T12:00:00Z'), // the Sunday on which summer time begins
  instant('2021-10-31T12:00:00Z'), // the Sunday on which summer time ends
  instant('2021-12-29T12:00:00Z'), // 2021-W52, which ends in 2022
  instant('2022-03-27T12:00:00Z'),
  instant('2022-10-30T12:00:00Z'),
];

/** The dates on which a rule set's answers change: the dates of coming into force, and the expiry. */
export function boundariesOf(rules: RuleSet): readonly Instant[] {
  const inForce = CATEGORIES.flatMap((category) => {
    const clause = clauseOf(rules, category);
    return clause === undefined ? [] : (inForceInstant(clause) ?? []);
  });
  return [...new Set([...inForce, expiryInstant(rules)])];
}

/** Offsets of a row in its week: the edges to the second, the hours around a clock change, or any second. */
const OFFSETS = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(0, 1, -1, WEEK - 1, WEEK - HOUR, HOUR - 1, HOUR, DAY) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 6 }).map((day) => day * DAY + 9 * HOUR) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: WEEK - 1 }) },
);

/**
 * Instants that share weeks, edges and each other. A base week is drawn, and each row lies 0 to 7 weeks later, at an
 * edge more often than not. Boundaries of the rule set come with the seconds before and after them.
 */
export function instantsNear(rules: RuleSet = VARIOUS1): fc.Arbitrary<fc.Arbitrary<Instant>> {
  const boundaries = boundariesOf(rules);
  const base = fc.oneof(
    fc.constantFrom(...AWKWARD_WEEKS),
    fc.constantFrom(...boundaries).map((at) => at - 3 * WEEK),
    fc.integer({ min: instant('2021-02-01T00:00:00Z'), max: instant('2022-12-31T00:00:00Z') }),
  );
  return base.map((from) => {
    const start = weekStart(from);
    const row = fc
      .tuple(fc.integer({ min: 0, max: 7 }), OFFSETS)
      .map(([week, offset]) => weekStart(start + week * WEEK + 3 * DAY) + offset);
    const exact = fc.tuple(fc.constantFrom(...boundaries), fc.constantFrom(-1, 0, 1)).map(([at, by]) => at + by);
    return fc.oneof({ weight: 9, arbitrary: row }, { weight: 1, arbitrary: exact });
  });
}
