import type { RuleSet } from '../../rules/ruleset.ts';
import { CATEGORY_ROWS, PRECEDENCE } from '../../clauses/categories.ts';
import type { ExclusionCategory } from '../../clauses/clause.ts';
import { unitsOf, type JudgedAttempt } from './counting.ts';
import { clauseRow, type ClauseRow } from './holding.ts';
import type { Stretch } from './timeline.ts';

/** A category that holds, with the rows it rests on. */
export interface Held {
  readonly row: ClauseRow;
  readonly stretch: Stretch;
}

export interface Reported {
  readonly category: ExclusionCategory;
  /**
   * Set if this category yields to another one: the number of weeks that hold a failure which the other does not count.
   */
  readonly otherWeeks: number | null;
}

/**
 * Chooses the category that is reported: the first that holds in the order of precedence. A category that yields to
 * another (five-retries to gt01) does so if too few of its weeks, by its own clause, hold a failure that it counts and
 * the other does not.
 *
 * These are our choices where the text is silent. Those weeks are the weeks of the attempts that the yielding verdict
 * rests on (under `sticky`: as of the instant at which it last held by itself), separated by the same readings. A
 * category that the precedence leaves out comes last. If the precedence itself puts the other category first, that
 * order stays.
 */
export function reportedOf(held: readonly Held[], rules: RuleSet): Reported | null {
  const order = [...rules.precedence, ...PRECEDENCE];
  const find = (category: ExclusionCategory): Held | undefined =>
    held.find(({ row }) => row.clause.category === category);
  const category = order.find((each) => find(each) !== undefined);
  const first = category === undefined ? undefined : find(category);
  if (category === undefined || first === undefined) return null;
  const { yieldsTo } = CATEGORY_ROWS[category];
  const alone: Reported = { category, otherWeeks: null };
  if (yieldsTo === null || find(yieldsTo) === undefined || rules.fiveRetriesAgainstGt01 !== 'restsOnGt01') return alone;
  const otherWeeks = weeksBeside(first, yieldsTo, rules);
  const needs = first.row.counting?.counting.atLeast ?? 0;
  return otherWeeks === null || otherWeeks >= needs ? alone : { category: yieldsTo, otherWeeks };
}

/**
 * The number of weeks that hold a failure which one category counts and another does not; null if either does not
 * count.
 */
function weeksBeside({ row, stretch }: Held, other: ExclusionCategory, rules: RuleSet): number | null {
  const counted = clauseRow(rules, other)?.counting?.counting;
  const { count } = stretch.finding;
  if (counted === undefined || row.counting === null || count === null) return null;
  const isOther = (outcome: string): boolean => counted.outcomes === 'anyFailure' || counted.outcomes.includes(outcome);
  const others: JudgedAttempt[] = count.judged.map((judged) =>
    judged.whyNot === null && isOther(judged.attempt.outcome) ? { ...judged, whyNot: 'otherOutcome' } : judged,
  );
  return unitsOf(row.counting, others).length;
}
