import { assert } from '../../assert.ts';
import { COHORTS } from '../../installation/cohort.ts';
import { EVENTS, NO_WAN, OK, OK_ESME } from '../../migration/history.ts';
import { clauseOf, expiryInstant, inForceInstant, type RuleSet } from '../../rules/ruleset.ts';
import { CATEGORY_ROWS } from '../../clauses/categories.ts';
import { CATEGORIES, type Clause, type Counting, type ExclusionCategory } from '../../clauses/clause.ts';
import {
  UNLISTED_FAILURE_COUNTER,
  COUNTERS,
  CREDIT_BOTH,
  CREDIT_ELECTRICITY,
  CREDIT_GAS,
  DORMANCY_ANY,
  DORMANCY_ANY_METER,
  DORMANCY_GSME_ROUTES,
  DORMANCY_SOLELY,
  INSTRUCTION,
  MIGRATION,
} from './engineCodes.ts';
import { RuleNumbers } from './ruleNumbers.ts';
import { standsOnSecretaryOfState } from '../reference/scope.ts';

/**
 * Compiles a rule set to the numbers that `Tally` runs on. Every decision comes from a clause row; compiling only turns
 * names into positions, sets into bit masks, and dates into instants.
 */

const YIELDING = CATEGORIES.findIndex((category) => CATEGORY_ROWS[category].yieldsTo !== null);
const YIELDS_TO = CATEGORIES.indexOf(
  CATEGORY_ROWS[CATEGORIES[YIELDING] as ExclusionCategory].yieldsTo as ExclusionCategory,
);
assert(
  CATEGORIES.filter((category) => CATEGORY_ROWS[category].yieldsTo !== null).length === 1,
  'one category yields to another: there is one counter for it',
);

function maskOfCategories(has: (category: ExclusionCategory) => boolean): number {
  return CATEGORIES.reduce((mask, category, c) => (has(category) ? mask | (1 << c) : mask), 0);
}

/** An instant later than all others. It stands for "never in force". */
const NEVER = 2 ** 31 - 1;

/** A rule set, held both as numbers and as itself. */
export class CompiledRules extends RuleNumbers {
  readonly rules: RuleSet;
  /** Returns the mask of the counters that an outcome feeds. The argument is the text of the outcome. */
  readonly maskOf: (outcome: string) => number;

  constructor(rules: RuleSet, numbers: Partial<RuleNumbers>) {
    super();
    this.rules = rules;
    this.maskOf = outcomeMasks(rules);
    Object.assign(this, numbers);
  }
}

function countingOf(clause: Clause | undefined): Counting | undefined {
  return clause?.shows.type === 'count' ? clause.shows : undefined;
}

/**
 * Codes that a counting clause on migration attempts lists by name. The reading `fiveCounts` removes them from "any
 * code".
 */
function listedElsewhere(rules: RuleSet): ReadonlySet<string> {
  const codes = new Set<string>();
  for (const clause of rules.clauses) {
    const counting = countingOf(clause);
    if (counting?.kind === 'migration' && counting.outcomes !== 'anyFailure')
      counting.outcomes.forEach((c) => codes.add(c));
  }
  return codes;
}

function outcomeMasks(rules: RuleSet): (outcome: string) => number {
  const listed = rules.readings.fiveCounts === 'otherThanMA112AndGT01' ? listedElsewhere(rules) : new Set<string>();
  const rows = CATEGORIES.map((category) => countingOf(clauseOf(rules, category)));
  const taker = rows[YIELDS_TO];
  return (outcome) => {
    if (outcome === OK || outcome === OK_ESME) return 0;
    let mask = 0;
    for (const [c, row] of rows.entries()) {
      if (!row) continue;
      const counts = row.outcomes === 'anyFailure' ? !listed.has(outcome) : row.outcomes.includes(outcome);
      if (counts) mask |= 1 << c;
    }
    const isListed = taker !== undefined && (taker.outcomes === 'anyFailure' || taker.outcomes.includes(outcome));
    if (mask & (1 << YIELDING) && !isListed) mask |= 1 << UNLISTED_FAILURE_COUNTER;
    return mask;
  };
}

function dormancyOfClause(clause: Clause, rules: RuleSet): number {
  switch (clause.dormancy) {
    case 'any':
      return DORMANCY_ANY;
    case 'gsmeRoutes':
      return DORMANCY_GSME_ROUTES;
    case 'dormantMeters':
      return rules.readings.mixed === 'anyDormant' ? DORMANCY_ANY_METER : DORMANCY_SOLELY;
    case 'solelyDormant':
      return DORMANCY_SOLELY;
  }
}

function cohortsOfClause(clause: Clause, rules: RuleSet): readonly string[] {
  const all = standsOnSecretaryOfState(clause) && rules.readings.uneconomicCohorts === 'all';
  return all ? COHORTS : clause.cohorts;
}

export function compileRules(rules: RuleSet): CompiledRules {
  const { readings } = rules;
  const masks = {
    needsGsme: 0,
    excludesGsme: 0,
    standing: 0,
    weekly: 0,
    exceptTable510: 0,
    attemptCloses: 0,
  };
  const cohortMask = new Int32Array(COHORTS.length);
  const creditMask = new Int32Array(COHORTS.length);
  const dormancy = new Int32Array(CATEGORIES.length);
  const atLeast = new Int32Array(COUNTERS).fill(NEVER);
  const countersOfKind = new Int32Array(2);
  const countsFrom = new Float64Array(COUNTERS).fill(NEVER);
  const inForce = new Float64Array(CATEGORIES.length).fill(NEVER);
  const standingFamily = new Int32Array(EVENTS.length);
  const standingHolds = new Int32Array(EVENTS.length);

  for (const clause of rules.clauses) {
    const c = CATEGORIES.indexOf(clause.category);
    const bit = 1 << c;
    for (const cohort of cohortsOfClause(clause, rules)) addBit(cohortMask, COHORTS.indexOf(cohort as never), bit);
    for (const cohort of clause.creditCohorts) addBit(creditMask, COHORTS.indexOf(cohort), bit);
    dormancy[c] = dormancyOfClause(clause, rules);
    if (clause.excludes === 'gsme' || clause.dormancy === 'gsmeRoutes') masks.needsGsme |= bit;
    if (clause.excludes === 'gsme') masks.excludesGsme |= bit;
    inForce[c] = inForceInstant(clause) ?? NEVER;
    if (clause.shows.type === 'standing') {
      masks.standing |= bit;
      for (const event of clause.shows.family) addBit(standingFamily, EVENTS.indexOf(event), bit);
      addBit(standingHolds, EVENTS.indexOf(clause.shows.holds), bit);
      continue;
    }
    const counting = clause.shows;
    atLeast[c] = counting.atLeast;
    // The reading `ignore` drops attempts made before a clause is in force. For a clause that is never in force it
    // drops them all.
    countsFrom[c] = readings.beforeInForce === 'ignore' ? inForce[c] : 0;
    addBit(countersOfKind, counting.kind === 'instruction' ? INSTRUCTION : MIGRATION, bit);
    if (counting.exceptTable510) masks.exceptTable510 |= bit;
    const spaced = counting.kind === 'instruction' && readings.instructionSpacing === 'week';
    if (counting.separation === 'week' || spaced) masks.weekly |= bit;
    if (counting.kind === 'instruction' && readings.attemptCloses187 === 'yes') masks.attemptCloses |= bit;
    if (c === YIELDING) {
      // The extra counter counts as its clause does, without the codes of the clause that it yields to.
      const beside = 1 << UNLISTED_FAILURE_COUNTER;
      addBit(countersOfKind, counting.kind === 'instruction' ? INSTRUCTION : MIGRATION, beside);
      countsFrom[UNLISTED_FAILURE_COUNTER] = countsFrom[c];
      if (masks.exceptTable510 & bit) masks.exceptTable510 |= beside;
      if (masks.weekly & bit) masks.weekly |= beside;
    }
  }
  const resets = readings.reset === 'otherOutcome';
  const lastOfWeek = readings.weekCode === 'last' && readings.separateWeeks === 'isoWeek';
  assert(new Set(rules.precedence).size === CATEGORIES.length, 'precedence names each category once');
  return new CompiledRules(rules, {
    cohortMask,
    creditMask,
    dormancy,
    ...masks,
    atLeast,
    countersOfKind,
    countsFrom,
    inForce,
    expiry: expiryInstant(rules),
    standingFamily,
    standingHolds,
    sevenDays: readings.separateWeeks === 'sevenDays',
    lastOfWeek,
    resets,
    seesUncountedAttempts: resets || lastOfWeek,
    systemCounts: readings.systemAttempts === 'counted',
    preparationClears: readings.preparationClears === 'yes',
    creditOf:
      readings.paymentMode === 'gas' ? CREDIT_GAS : readings.paymentMode === 'both' ? CREDIT_BOTH : CREDIT_ELECTRICITY,
    activeNeedsEvidence: readings.activeGt01Evidence === 'one',
    cosRestarts: readings.cosRestarts === 'yes',
    sticky: readings.membership === 'sticky',
    precedence: Int32Array.from(rules.precedence, (category: ExclusionCategory) => CATEGORIES.indexOf(category)),
    keptByEsmeOnly: maskOfCategories((category) => CATEGORY_ROWS[category].keptByEsmeOnly),
    yielding: YIELDING,
    yieldsTo: YIELDS_TO,
    mayYield: rules.fiveRetriesAgainstGt01 === 'restsOnGt01',
    // A standing clause counts no failures, so its category cannot rest on failures that the other one counts.
    unlistedAtLeast: (masks.standing >> YIELDING) & 1 ? 0 : (atLeast[YIELDING] as number),
  });
}

function addBit(masks: Int32Array, at: number, bit: number): void {
  assert(at >= 0, 'the table has a row for it');
  masks[at] = (masks[at] as number) | bit;
}

/** The outcomes that have fixed numbers, in the order of those numbers. */
export const FIXED_OUTCOMES: readonly string[] = [OK, OK_ESME, NO_WAN];
