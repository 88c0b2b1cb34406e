import type { RuleSet } from '../../rules/ruleset.ts';
import { CATEGORY_ROWS, PRECEDENCE } from '../../clauses/categories.ts';
import type { ExclusionCategory } from '../../clauses/clause.ts';
import { unitsOf, type JudgedAttempt } from './counting.ts';
import { clauseRow, type ClauseRow } from './holding.ts';
import type { Stretch } from './timeline.ts';

/** A category that holds, with what it rests on. */
export interface Held {
  readonly row: ClauseRow;
  readonly stretch: Stretch;
}

export interface Reported {
  readonly category: ExclusionCategory;
  /** Set where another category yields to it: the weeks of that one that do not rest on failures of this one. */
  readonly otherWeeks: number | null;
}

/**
 * Which of several categories is reported: the first that holds in the order of precedence. A category that yields to
 * another (five-retries to gt01) does so where fewer of its weeks than its clause asks for hold a failure that it
 * counts and the other does not.
 *
 * Our choices where the text is silent: those weeks are the weeks of the attempts that the yielding verdict rests on
 * (under `sticky`: as of the instant it last held by itself), separated by the same readings; a category that the
 * precedence leaves out comes last; where the precedence itself puts the other category first, it stays.
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

/** Weeks that hold a failure which a category counts and another does not; null where either does not count. */
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
