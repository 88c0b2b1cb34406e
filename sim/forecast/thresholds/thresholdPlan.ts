import { clauseOf, type RuleSet } from '../../../src/rules/ruleset.ts';
import { CATEGORIES, type ExclusionCategory, type Excludes } from '../../../src/clauses/clause.ts';
import type { Scenario } from '../../scenario/schema.ts';

/** A clause that counts failures, asked for another number of them than its rule set does. */
export interface ThresholdVariant {
  readonly category: ExclusionCategory;
  readonly atLeast: number;
  /** What the clause excludes. */
  readonly excludes: Excludes;
  /** The rule set with that number in place of its own. */
  readonly rules: RuleSet;
}

/** The numbers of separate weeks that are tried by default: from two, which is hardly persistent, to ten. */
export const THRESHOLDS: readonly number[] = [2, 3, 4, 5, 6, 8, 10];

/** Every counting clause with every number, its own included: by clause, then rising. */
export function thresholdVariants(rules: RuleSet, numbers: readonly number[]): readonly ThresholdVariant[] {
  return CATEGORIES.flatMap((category) => {
    const own = countOf(rules, category);
    if (own === undefined) return [];
    const all = [...new Set([...numbers, own])].toSorted((a, b) => a - b);
    const excludes = clauseOf(rules, category)?.excludes as Excludes;
    return all.map((atLeast) => ({ category, atLeast, excludes, rules: withCount(rules, category, atLeast) }));
  });
}

/** The number of failures that a clause asks for; undefined if it counts none, or if the rule set lacks it. */
export function countOf(rules: RuleSet, category: ExclusionCategory): number | undefined {
  const shows = clauseOf(rules, category)?.shows;
  return shows?.type === 'count' ? shows.atLeast : undefined;
}

function withCount(rules: RuleSet, category: ExclusionCategory, atLeast: number): RuleSet {
  const clauses = rules.clauses.map((clause) =>
    clause.category === category && clause.shows.type === 'count'
      ? { ...clause, shows: { ...clause.shows, atLeast } }
      : clause,
  );
  return { ...rules, clauses };
}

/** How a twin differs from its scenario, beside retries that never end. */
export interface TwinOptions {
  /**
   * What the clauses in question exclude. The twin of the gas meters keeps them in every attempt, so that it shows
   * whether they would have migrated. In the twin of whole installations a gas meter that is excluded stays behind, as in
   * the scenario.
   */
  readonly excludes: Excludes;
  /** How far apart attempts are made, in days; null: as the scenario says. */
  readonly daysBetweenAttempts: number | null;
}

/**
 * The twin of a scenario: the same dice and the same lives, but no category ends the retries. It shows what would have
 * become of an excluded installation.
 */
export function twinOf(scenario: Scenario, { excludes, daysBetweenAttempts }: TwinOptions): Scenario {
  const change = {
    stopWhen: 'never' as const,
    ...(excludes === 'gsme' ? { esmeOnly: false } : {}),
    ...(daysBetweenAttempts === null ? {} : { daysBetweenAttempts }),
  };
  const process = Object.fromEntries(
    Object.entries(scenario.process).map(([cohort, own]) => [cohort, { ...own, ...change }]),
  );
  return { ...scenario, process };
}
