import fc from 'fast-check';
import { CATEGORIES, type Clause } from '../../../src/clauses/clause.ts';
import { COHORTS } from '../../../src/installation/cohort.ts';
import { DEFAULT_READINGS, READING_NAMES, READINGS, type Readings } from '../../../src/regulation/readings.ts';
import { VARIOUS1 } from '../../../src/rules/builtInRules.ts';
import type { RuleSet } from '../../../src/rules/ruleset.ts';

/**
 * Readings in which each takes a random value. Each is at its default about half the time, so single changes are common
 * too.
 */
export const readingsArbitrary: fc.Arbitrary<Readings> = fc
  .tuple(
    ...READING_NAMES.map((name) =>
      fc.oneof(fc.constant(READINGS[name].default), fc.constantFrom(...Object.keys(READINGS[name].values))),
    ),
  )
  .map((values) => Object.fromEntries(READING_NAMES.map((name, i) => [name, values[i]])) as unknown as Readings);

/** The defaults with one reading at another value. */
export const oneReadingArbitrary: fc.Arbitrary<Readings> = fc
  .constantFrom(...READING_NAMES)
  .chain((name) =>
    fc.constantFrom(...Object.keys(READINGS[name].values)).map((value) => ({ ...DEFAULT_READINGS, [name]: value })),
  );

/**
 * A clause that is amended as a user's rule file could amend it: threshold, cohorts, dormancy, separation, codes, Table
 * 5.10, date.
 */
function amendedClause(clause: Clause): fc.Arbitrary<Clause> {
  const { shows } = clause;
  const changes = fc.record(
    {
      cohorts: fc.subarray([...COHORTS]),
      dormancy: fc.constantFrom('solelyDormant' as const, 'dormantMeters' as const, 'any' as const),
      creditCohorts: fc.subarray([...COHORTS]),
      inForceFrom: fc.constantFrom('2021-12-07', '2021-12-31', '2022-01-01', null),
    },
    { requiredKeys: [] },
  );
  const counting = fc.record(
    {
      atLeast: fc.integer({ min: 1, max: 6 }),
      separation: fc.constantFrom('week' as const, 'none' as const),
      exceptTable510: fc.boolean(),
    },
    { requiredKeys: [] },
  );
  if (shows.type === 'standing') return changes.map((change) => ({ ...clause, ...change }));
  const outcomes =
    shows.outcomes === 'anyFailure' ? fc.constant(shows.outcomes) : fc.constantFrom(shows.outcomes, ['MA112', 'GT01']);
  return fc.tuple(changes, counting, outcomes).map(([change, counts, outcome]) => ({
    ...clause,
    ...change,
    // The routes of 18.6 belong to gt01: without them an Active meter would need no instruction.
    dormancy: clause.dormancy === 'gsmeRoutes' ? clause.dormancy : (change.dormancy ?? clause.dormancy),
    shows: { ...shows, ...counts, outcomes: outcome },
  }));
}

/** The proposed rule set under other readings. */
export function readingRuleSetArbitrary(readings = readingsArbitrary): fc.Arbitrary<RuleSet> {
  return readings.map((chosen) => ({ ...VARIOUS1, readings: chosen }));
}

/** Rule sets as files could contain them: amended clauses, missing clauses, another precedence, an earlier expiry. */
export const amendedRuleSetArbitrary: fc.Arbitrary<RuleSet> = fc
  .record({
    readings: readingsArbitrary,
    clauses: fc
      .tuple(...VARIOUS1.clauses.map((clause) => fc.oneof(fc.constant(clause), amendedClause(clause))))
      .chain((clauses) => fc.subarray(clauses, { minLength: clauses.length - 2 })),
    precedence: fc.oneof(
      fc.constant(VARIOUS1.precedence),
      fc.shuffledSubarray([...CATEGORIES], { minLength: CATEGORIES.length }),
    ),
    fiveRetriesAgainstGt01: fc.constantFrom('restsOnGt01' as const, 'byOrder' as const),
    expiresOn: fc.constantFrom('2021-12-31', '2022-12-31'),
  })
  .map((changes) => ({ ...VARIOUS1, ...changes }));

/** Mostly the proposed rules and single readings; sometimes all readings, or an amended rule set. */
export const ruleSetArbitrary: fc.Arbitrary<RuleSet> = fc.oneof(
  { weight: 3, arbitrary: fc.constant(VARIOUS1) },
  { weight: 3, arbitrary: readingRuleSetArbitrary(oneReadingArbitrary) },
  { weight: 2, arbitrary: readingRuleSetArbitrary() },
  { weight: 2, arbitrary: amendedRuleSetArbitrary },
);
