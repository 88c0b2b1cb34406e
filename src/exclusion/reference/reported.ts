import type { RuleSet } from '../../rules/ruleset.ts';
import { CATEGORIES, type ExclusionCategory } from '../../clauses/clause.ts';
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
  /** Set where gt01 went before a five-retries that rests on the failures gt01 counts: the other weeks it has. */
  readonly otherWeeks: number | null;
}

/**
 * Which of several categories is reported: the first that holds in the order of precedence, save that gt01 goes before
 * five-retries when fewer weeks than five-retries asks for hold a failure that it counts and gt01 does not.
 *
 * Our choices where src/docs/meaning.md is silent: those weeks are the weeks of the attempts that the five-retries verdict rests on
 * (under `sticky`: as of the instant it last held by itself), separated by the same readings; a category that the
 * precedence leaves out comes last, in the order of CATEGORIES; where the precedence itself puts gt01 first, it stays.
 */
export function reportedOf(held: readonly Held[], rules: RuleSet): Reported | null {
  const order = [...rules.precedence, ...CATEGORIES];
  const find = (category: ExclusionCategory) => held.find(({ row }) => row.clause.category === category);
  const first = order.find((category) => find(category) !== undefined);
  if (first === undefined) return null;
  const five = find('five-retries');
  if (first !== 'five-retries' || five === undefined) return { category: first, otherWeeks: null };
  if (rules.fiveRetriesAgainstGt01 !== 'restsOnGt01' || find('gt01') === undefined) {
    return { category: first, otherWeeks: null };
  }
  const otherWeeks = weeksOfOthers(five, rules);
  const needs = five.row.counting?.counting.atLeast ?? 0;
  if (otherWeeks === null || otherWeeks >= needs) return { category: first, otherWeeks: null };
  return { category: 'gt01', otherWeeks };
}

/** Weeks that hold a failure which five-retries counts and gt01 does not; null where either does not count. */
function weeksOfOthers({ row, stretch }: Held, rules: RuleSet): number | null {
  const gt01 = clauseRow(rules, 'gt01')?.counting?.counting;
  const { count } = stretch.finding;
  if (gt01 === undefined || row.counting === null || count === null) return null;
  const isGt01 = (outcome: string) => gt01.outcomes === 'anyFailure' || gt01.outcomes.includes(outcome);
  const others: JudgedAttempt[] = count.judged.map((judged) =>
    judged.whyNot === null && isGt01(judged.attempt.outcome) ? { ...judged, whyNot: 'otherOutcome' } : judged,
  );
  return unitsOf(row.counting, others).length;
}
