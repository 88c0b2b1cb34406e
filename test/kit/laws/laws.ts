import { CATEGORIES, type ExclusionCategory } from '../../../src/clauses/clause.ts';
import { CLOSED_FORM_LAWS } from './closedForm.ts';
import type { Law } from './law.ts';
import { MONOTONE_LAWS } from './monotone.ts';
import { RECORD_LAWS } from './records.ts';
import { VERDICT_LAWS } from './verdicts.ts';

/** Every law of an engine. */
export const LAWS: readonly Law[] = [...RECORD_LAWS, ...VERDICT_LAWS, ...MONOTONE_LAWS, ...CLOSED_FORM_LAWS];

/** What an engine can do, for the choice of its laws. By default it can do everything. */
export interface Abilities {
  /** The categories that the engine decides; by default all. */
  readonly clauses?: readonly ExclusionCategory[];
  /** True if the engine knows one rule set and ignores the one that it is given. The default is false. */
  readonly oneRuleSet?: boolean;
}

/** The laws that can be tried on an engine: those that concern its categories, and vary no rules that it cannot vary. */
export function lawsFor({ clauses = CATEGORIES, oneRuleSet = false }: Abilities = {}): readonly Law[] {
  const isPartial = CATEGORIES.some((category) => !clauses.includes(category));
  return LAWS.filter(
    (one) =>
      one.clauses.some((category) => clauses.includes(category)) &&
      !(isPartial && one.needsAll) &&
      !(oneRuleSet && one.variesRules),
  );
}
