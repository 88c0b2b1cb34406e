import { assert } from '../../assert.ts';
import { COHORTS } from '../../installation/cohort.ts';
import { EVENTS, NO_WAN, OK, OK_ESME } from '../../migration/history.ts';
import { clauseOf, expiryInstant, inForceInstant, type RuleSet } from '../../rules/ruleset.ts';
import { CATEGORY_ROWS } from '../../clauses/categories.ts';
import { CATEGORIES, type Clause, type Counting, type ExclusionCategory } from '../../clauses/clause.ts';
import { standsOnSecretaryOfState } from '../reference/scope.ts';

/**
 * The rule set as integers: what `tally` runs on. Nothing is decided here that a clause row does not say; names become
 * positions, sets become bit masks, dates become instants. Bit `c` of a mask is CATEGORIES[c].
 */

/** Outcome numbers that every user of the tables shares; error codes follow from OUTCOME_CODES_FROM. */
export const OUTCOME_OK = 0;
export const OUTCOME_OK_ESME = 1;
export const OUTCOME_NO_WAN = 2;
export const OUTCOME_CODES_FROM = 3;

export const INSTRUCTION = 0;
export const MIGRATION = 1;

/** The extra counter: weeks with a failure that the yielding category counts and the one it yields to does not. */
export const UNLISTED_FAILURE_COUNTER = CATEGORIES.length;
export const COUNTERS = CATEGORIES.length + 1;

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

/** An instant later than all others: "never in force". */
const NEVER = 2 ** 31 - 1;

const DORMANCY_SOLELY = 0;
export const DORMANCY_ANY_METER = 1;
export const DORMANCY_GSME_ROUTES = 2;
export const DORMANCY_ANY = 3;

export const CREDIT_GAS = 0;
export const CREDIT_ELECTRICITY = 1;
export const CREDIT_BOTH = 2;

export interface CompiledRules {
  readonly rules: RuleSet;
  /** Per cohort: the mask of the categories whose scope has it. */
  readonly cohortMask: Int32Array;
  /** Per cohort: the mask of the categories that ask for credit payment there. */
  readonly creditMask: Int32Array;
  readonly dormancy: Uint8Array;
  readonly needsGsme: number;
  readonly excludesGsme: number;
  readonly standing: number;
  readonly atLeast: Int32Array;
  /** Counters fed by each kind of attempt, as masks over COUNTERS. */
  readonly countersOfKind: Int32Array;
  readonly weekly: number;
  readonly exceptTable510: number;
  /** Earliest instant of an attempt that counts, per counter. */
  readonly countsFrom: Float64Array;
  readonly inForce: Float64Array;
  readonly expiry: number;
  /** Standing clauses whose family has the event, and those it makes hold, per event of EVENTS. */
  readonly standingFamily: Int32Array;
  readonly standingHolds: Int32Array;
  readonly sevenDays: boolean;
  readonly lastOfWeek: boolean;
  readonly resets: boolean;
  /** True if attempts outside what a counter counts can reset it or take a week from it. */
  readonly seesUncountedAttempts: boolean;
  readonly systemCounts: boolean;
  readonly preparationClears: boolean;
  readonly attemptCloses: number;
  readonly creditOf: number;
  readonly activeNeedsEvidence: boolean;
  readonly cosRestarts: boolean;
  readonly sticky: boolean;
  /** Category positions in order of precedence. */
  readonly precedence: Uint8Array;
  /** The categories that an ESME-only migration leaves standing, as a mask. */
  readonly keptByEsmeOnly: number;
  /** Position of the category that can yield, and of the one that it yields to. */
  readonly yielding: number;
  readonly yieldsTo: number;
  readonly mayYield: boolean;
  /** Weeks with other failures from which on the category does not yield. */
  readonly unlistedAtLeast: number;
  /** The counters that an outcome feeds, by its text. */
  maskOf(outcome: string): number;
}

function countingOf(clause: Clause | undefined): Counting | undefined {
  return clause?.shows.type === 'count' ? clause.shows : undefined;
}

/** Codes that a counting clause on migration attempts lists; the reading `fiveCounts` takes them out of "any code". */
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
  const dormancy = new Uint8Array(CATEGORIES.length);
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
    // A clause that is never in force has no attempts before it is: under `ignore` none of them counts.
    countsFrom[c] = readings.beforeInForce === 'ignore' ? inForce[c] : 0;
    addBit(countersOfKind, counting.kind === 'instruction' ? INSTRUCTION : MIGRATION, bit);
    if (counting.exceptTable510) masks.exceptTable510 |= bit;
    const spaced = counting.kind === 'instruction' && readings.instructionSpacing === 'week';
    if (counting.separation === 'week' || spaced) masks.weekly |= bit;
    if (counting.kind === 'instruction' && readings.attemptCloses187 === 'yes') masks.attemptCloses |= bit;
    if (c === YIELDING) {
      // The extra counter is that of the clause, less the codes of the clause that it yields to.
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
  return {
    rules,
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
    precedence: Uint8Array.from(rules.precedence, (category: ExclusionCategory) => CATEGORIES.indexOf(category)),
    keptByEsmeOnly: maskOfCategories((category) => CATEGORY_ROWS[category].keptByEsmeOnly),
    yielding: YIELDING,
    yieldsTo: YIELDS_TO,
    mayYield: rules.fiveRetriesAgainstGt01 === 'restsOnGt01',
    // A clause that stands on events counts no failures, so that it rests on none of another's.
    unlistedAtLeast: (masks.standing >> YIELDING) & 1 ? 0 : (atLeast[YIELDING] as number),
    maskOf: outcomeMasks(rules),
  };
}

function addBit(masks: Int32Array, at: number, bit: number): void {
  assert(at >= 0, 'the table has a row for it');
  masks[at] = (masks[at] as number) | bit;
}

/** The outcomes with fixed numbers, in order. */
export const FIXED_OUTCOMES: readonly string[] = [OK, OK_ESME, NO_WAN];
