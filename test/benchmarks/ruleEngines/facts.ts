import { CATEGORIES, type ExclusionCategory } from '../../../src/clauses/clause.ts';
import { countAt } from '../../../src/exclusion/reference/counting.ts';
import { clauseRows, instructedAt, standingSince } from '../../../src/exclusion/reference/holding.ts';
import { knownAt, knownWithout, recordsUpTo } from '../../../src/exclusion/reference/state.ts';
import type { History } from '../../../src/migration/history.ts';
import type { RuleSet } from '../../../src/rules/ruleset.ts';
import type { Instant } from '../../../src/time.ts';

/**
 * What a rule engine of others is asked about: one flat record per history, made beforehand by us and not timed. Their
 * languages have no calendar and no running state, so separate weeks, what a readmit, a preparation or a system cause
 * takes out of the count, the latest of a family of events, and what was known at an ESME-only migration all come in
 * as plain values; met_at, effective_from, counted, evidence and reported are beyond them.
 */
export type RuleFacts = Readonly<Record<string, string | number | boolean>>;

export const MIGRATION_FACT = 'migration';
export const COHORT_FACT = 'cohort';

export const FACT = {
  hasGsme: 'has_gsme',
  solelyDormant: 'solely_dormant',
  gsmeDormant: 'gsme_dormant',
  gasCredit: 'gas_credit',
  instructed: 'supplier_instructed',
} as const;

/** Separate weeks, or instructions, counted for a category. */
export function countFact(category: ExclusionCategory): string {
  return `count_${category.replaceAll('-', '_')}`;
}

export function standingFact(category: ExclusionCategory): string {
  return `stands_${category.replaceAll('-', '_')}`;
}

/** The facts of a history under the default readings, as of an instant or of the migration that ended it before. */
export function factsOf(history: History, rules: RuleSet, asOf: Instant): RuleFacts {
  const records = recordsUpTo(history, asOf);
  const latest = knownAt(records, asOf);
  const { migration } = latest;
  const known = migration === null ? latest : knownWithout(knownAt(records, migration.at), migration);
  const { state } = known;
  const facts: Record<string, string | number | boolean> = {
    [COHORT_FACT]: known.installation.cohort,
    [MIGRATION_FACT]: migration?.outcome ?? 'none',
    [FACT.hasGsme]: state.gas !== null,
    [FACT.solelyDormant]: state.esmeDormant && (state.gas === null || state.gas.dormant),
    [FACT.gsmeDormant]: state.gas !== null && state.gas.dormant,
    [FACT.gasCredit]: state.gas !== null && state.gas.paymentMode === 'credit',
    [FACT.instructed]: instructedAt(known) !== null,
  };
  for (const { clause, counting } of clauseRows(rules)) {
    if (counting === null) facts[standingFact(clause.category)] = standingSince(clause, known) !== null;
    else facts[countFact(clause.category)] = countAt(counting, known).units.length;
  }
  return facts;
}

export function maskOfCategories(categories: Iterable<string>): number {
  let mask = 0;
  for (const category of categories) mask |= 1 << CATEGORIES.indexOf(category as ExclusionCategory);
  return mask;
}
