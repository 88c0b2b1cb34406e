import type { Clause } from '../../../src/clauses/clause.ts';
import { needsGsme } from '../../../src/exclusion/reference/scope.ts';
import { COHORTS } from '../../../src/installation/cohort.ts';
import { OK_ESME } from '../../../src/migration/history.ts';
import { COHORT_FACT, countFact, FACT, MIGRATION_FACT, standingFact } from './facts.ts';

/** What every rule language has: comparisons of a fact, joined by all and any. */
export type Condition =
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly fact: string; readonly is: 'equal'; readonly value: boolean }
  | { readonly fact: string; readonly is: 'atLeast'; readonly value: number }
  | { readonly fact: string; readonly is: 'oneOf'; readonly value: readonly string[] };

const holds = (fact: string): Condition => ({ fact, is: 'equal', value: true });
const fails = (fact: string): Condition => ({ fact, is: 'equal', value: false });

/** A clause row as a condition on facts, under the default readings; translated into each peer's own rules. */
export function conditionOf(clause: Clause): Condition {
  const { cohorts, creditCohorts, dormancy, excludes } = clause;
  // An ESME-only migration leaves the exclusion of the GSME standing.
  const migrations = excludes === 'gsme' ? ['none', OK_ESME] : ['none'];
  const all: Condition[] = [
    { fact: COHORT_FACT, is: 'oneOf', value: cohorts },
    { fact: MIGRATION_FACT, is: 'oneOf', value: migrations },
  ];
  if (needsGsme(clause)) all.push(holds(FACT.hasGsme));
  if (creditCohorts.length > 0) {
    const others = COHORTS.filter((cohort) => !creditCohorts.includes(cohort));
    all.push({ any: [{ fact: COHORT_FACT, is: 'oneOf', value: others }, holds(FACT.gasCredit)] });
  }
  if (dormancy === 'solelyDormant' || dormancy === 'dormantMeters') all.push(holds(FACT.solelyDormant));
  all.push(dormancy === 'gsmeRoutes' ? { any: gsmeRoutes(clause) } : shown(clause));
  return { all };
}

function shown({ category, shows }: Clause): Condition {
  return shows.type === 'standing' ? holds(standingFact(category)) : atLeast(category, shows.atLeast);
}

function gsmeRoutes(clause: Clause): readonly Condition[] {
  return [
    { all: [holds(FACT.gsmeDormant), shown(clause)] },
    { all: [fails(FACT.gsmeDormant), holds(FACT.instructed), atLeast(clause.category, 1)] },
  ];
}

function atLeast(category: Clause['category'], value: number): Condition {
  return { fact: countFact(category), is: 'atLeast', value };
}
