// Engines that are wrong in one rule each: every cell of the clause table changed, every reading at another value, the
// hand-made ones of `canaries.ts`, and those of `wrongAnswers.ts`. A wrong engine that nothing finds is a defect of the kit.
import type { Clause, DormancyScope, ExclusionCategory } from '../../src/clauses/clause.ts';
import { engine as compiled } from '../../src/exclusion/engine/engine.ts';
import { COHORTS } from '../../src/installation/cohort.ts';
import { READINGS, readingsOn } from '../../src/regulation/readings.ts';
import { VARIOUS1 } from '../../src/rules/builtInRules.ts';
import type { RuleSet } from '../../src/rules/ruleset.ts';
import type { Engine } from '../kit/index.ts';
import { CANARIES } from '../src/exclusion/canaries.ts';
import { WRONG_ANSWERS } from './wrongAnswers.ts';

/** Canaries that the comparison cannot see, and why. Laws and cases find them (`canaries.test.ts`). */
const BEYOND_COMPARISON: Readonly<Record<string, string>> = {
  'notes nothing': 'the protocol has no notes',
  'knows one reading each': 'the rule set that is asked has the default readings',
};

/** An engine that answers by other rules, whatever it is asked by. */
export function byRules(rules: RuleSet): Engine {
  const decider = compiled(rules);
  return (history, _rules, asOf) => decider.decide(history, asOf);
}

/** The proposed rules with one cell changed, by the name of the cell. */
export function mutatedRules(): Readonly<Record<string, RuleSet>> {
  const found: Record<string, RuleSet> = {};
  for (const clause of VARIOUS1.clauses) {
    for (const [cell, other] of Object.entries(mutatedClauses(clause))) {
      const clauses = VARIOUS1.clauses.map((one) => (one === clause ? other : one));
      found[`${clause.category}: ${cell}`] = { ...VARIOUS1, clauses };
    }
    const clauses = VARIOUS1.clauses.filter((one) => one !== clause);
    found[`${clause.category}: left out`] = { ...VARIOUS1, clauses };
  }
  for (const [i, category] of VARIOUS1.precedence.entries()) {
    if (i > 0) found[`precedence: ${category} one place up`] = { ...VARIOUS1, precedence: swapped(i - 1) };
  }
  found['expiry: a day early'] = { ...VARIOUS1, expiresOn: '2022-12-30' };
  found['expiry: a day late'] = { ...VARIOUS1, expiresOn: '2023-01-01' };
  found['five-retries against gt01: by order'] = { ...VARIOUS1, fiveRetriesAgainstGt01: 'byOrder' };
  return found;
}

function swapped(i: number): readonly ExclusionCategory[] {
  const order = [...VARIOUS1.precedence];
  [order[i], order[i + 1]] = [order[i + 1] as ExclusionCategory, order[i] as ExclusionCategory];
  return order;
}

const DORMANCIES: readonly DormancyScope[] = ['solelyDormant', 'dormantMeters', 'gsmeRoutes', 'any'];

function mutatedClauses(clause: Clause): Record<string, Clause> {
  const { cohorts, creditCohorts, dormancy, shows } = clause;
  const found: Record<string, Clause> = {};
  for (const cohort of COHORTS) {
    const has = cohorts.includes(cohort);
    const changed = has ? cohorts.filter((one) => one !== cohort) : [...cohorts, cohort];
    found[`${has ? 'without' : 'with'} ${cohort}`] = { ...clause, cohorts: changed };
  }
  for (const cohort of cohorts) {
    if (clause.dormancy !== 'gsmeRoutes') continue;
    const has = creditCohorts.includes(cohort);
    const changed = has ? creditCohorts.filter((one) => one !== cohort) : [...creditCohorts, cohort];
    found[`${has ? 'no credit' : 'credit'} in ${cohort}`] = { ...clause, creditCohorts: changed };
  }
  for (const other of DORMANCIES) {
    if (other === dormancy || (other === 'gsmeRoutes' && shows.type === 'standing')) continue;
    found[`dormancy ${other}`] = { ...clause, dormancy: other };
  }
  found['another number'] = { ...clause, clause: `${clause.clause}(a)` };
  found['another decider and kind of 18.2'] = {
    ...clause,
    decidedBy: clause.decidedBy === 'DCC' ? 'Secretary of State' : 'DCC',
    kind182: clause.kind182.includes('a') ? ['b'] : ['a'],
  };
  found['in force a day early'] = { ...clause, inForceFrom: '2021-12-06' };
  found['in force a day late'] = { ...clause, inForceFrom: '2021-12-08' };
  found['never in force'] = { ...clause, inForceFrom: null };
  found['excludes the other'] = { ...clause, excludes: clause.excludes === 'gsme' ? 'installation' : 'gsme' };
  if (shows.type === 'standing') {
    const holds = shows.family.find((event) => event !== shows.holds) as (typeof shows)['holds'];
    found['stands on the opposite'] = { ...clause, shows: { ...shows, holds } };
    found['never ends'] = { ...clause, shows: { ...shows, family: [shows.holds] } };
    return found;
  }
  const { atLeast, separation, exceptTable510, kind, outcomes } = shows;
  found['one more'] = { ...clause, shows: { ...shows, atLeast: atLeast + 1 } };
  found['one fewer'] = { ...clause, shows: { ...shows, atLeast: atLeast - 1 } };
  found['the other separation'] = {
    ...clause,
    shows: { ...shows, separation: separation === 'week' ? 'none' : 'week' },
  };
  found['the other Table 5.10'] = { ...clause, shows: { ...shows, exceptTable510: !exceptTable510 } };
  found['the other kind'] = {
    ...clause,
    shows: { ...shows, kind: kind === 'migration' ? 'instruction' : 'migration' },
  };
  found['other outcomes'] = { ...clause, shows: { ...shows, outcomes: outcomes === 'anyFailure' ? ['MA112'] : 'anyFailure' } }; // prettier-ignore
  return found;
}

/**
 * Cells that are shown and that no verdict has, so an engine cannot answer them wrongly. `resolveRules.test.ts` holds them
 * against the shipped rule file.
 */
const SHOWN_ONLY = VARIOUS1.clauses.map(({ category }) => `${category}: another decider and kind of 18.2`);

/** Cells whose change moves no verdict that any history of the records could have, and why. */
const EQUIVALENT: Readonly<Record<string, string>> = {
  ...Object.fromEntries(SHOWN_ONLY.map((name) => [name, 'the record of verdicts has no such column'])),
  'no-wan-before: the other Table 5.10': 'instructions that fail for lack of WAN stand in no table',
  'master-key: dormancy dormantMeters': 'under the reading mixed=barred both mean solely Dormant',
  'no-wan-before: dormancy solelyDormant': 'under the reading mixed=barred both mean solely Dormant',
  'no-wan-attempting: dormancy solelyDormant': 'under the reading mixed=barred both mean solely Dormant',
  'five-retries: dormancy solelyDormant': 'under the reading mixed=barred both mean solely Dormant',
};

/** Every wrong engine that a comparison under the proposed rules can find, by name. */
export function wrongEngines(): Readonly<Record<string, Engine>> {
  const found: Record<string, Engine> = {};
  for (const [name, canary] of Object.entries(CANARIES)) if (!(name in BEYOND_COMPARISON)) found[name] = canary;
  Object.assign(found, WRONG_ANSWERS);
  for (const [name, rules] of Object.entries(mutatedRules())) if (!(name in EQUIVALENT)) found[name] = byRules(rules);
  for (const name of readingsOn('histories')) {
    for (const value of Object.keys(READINGS[name].values)) {
      if (value === VARIOUS1.readings[name]) continue;
      found[`reading ${name}=${value}`] = byRules({ ...VARIOUS1, readings: { ...VARIOUS1.readings, [name]: value } });
    }
  }
  return found;
}

/** Cells that are said to be equivalent, as rule sets: a test holds them to it. */
export function equivalentRules(): Readonly<Record<string, RuleSet>> {
  return Object.fromEntries(Object.entries(mutatedRules()).filter(([name]) => name in EQUIVALENT));
}
