import fc from 'fast-check';
import { CATEGORIES, type Clause, type Counting, type Standing } from '../../src/clauses/clause.ts';
import { COHORTS } from '../../src/installation/cohort.ts';
import { EVENT_RANK } from '../../src/exclusion/engine/eventNumbers.ts';
import { EVENTS, type EventName } from '../../src/migration/history.ts';
import { VARIOUS1 } from '../../src/rules/builtInRules.ts';
import type { RuleSet } from '../../src/rules/ruleset.ts';
import { FAILURES } from '../src/exclusion/chainedHistories.ts';
import { readingsArbitrary } from '../kit/index.ts';

/**
 * Rule sets as far from the proposed one as the schema of rule files lets a user go: any category may count or stand on
 * events, on instructions or attempts, exclude either, in any scope. Nobody needs most of them; two evaluators that agree
 * on all of them agree on more than the one text they were written for.
 */
const counting: fc.Arbitrary<Counting> = fc.record({
  type: fc.constant('count' as const),
  kind: fc.constantFrom('instruction' as const, 'migration' as const, 'migration' as const),
  outcomes: fc.oneof(
    fc.constant('anyFailure' as const),
    fc.subarray(['NO-WAN', ...FAILURES], { minLength: 1, maxLength: 3 }),
  ),
  exceptTable510: fc.boolean(),
  separation: fc.constantFrom('week' as const, 'none' as const),
  atLeast: fc.integer({ min: 1, max: 6 }),
});

const isState = (event: EventName) => EVENT_RANK[EVENTS.indexOf(event)] === 0;

/** Of events that are states or of those that are none: which of both at one instant is the later, nothing says. */
const standing: fc.Arbitrary<Standing> = fc
  .boolean()
  .chain((states) =>
    fc.subarray(
      EVENTS.filter((event) => isState(event) === states),
      { minLength: 1, maxLength: 4 },
    ),
  )
  .chain((family) =>
    fc.record({
      type: fc.constant('standing' as const),
      family: fc.constant(family),
      holds: fc.constantFrom(...family),
    }),
  );

function wideClause(clause: Clause): fc.Arbitrary<Clause> {
  return fc
    .record({
      shows: fc.oneof({ weight: 3, arbitrary: counting }, { weight: 1, arbitrary: standing }),
      dormancy: fc.constantFrom(
        'solelyDormant' as const,
        'dormantMeters' as const,
        'gsmeRoutes' as const,
        'any' as const,
      ),
      excludes: fc.constantFrom('installation' as const, 'gsme' as const),
      cohorts: fc.subarray([...COHORTS], { minLength: 2 }),
      credit: fc.boolean(),
      inForceFrom: fc.constantFrom('2012-01-01', '2021-12-07', '2022-01-01', null),
    })
    .map(({ credit, ...change }) => {
      // The schema refuses the routes of 18.6 to a clause that does not count migration attempts.
      const routes = change.shows.type === 'count' && change.shows.kind === 'migration';
      const dormancy = change.dormancy === 'gsmeRoutes' && !routes ? 'any' : change.dormancy;
      return { ...clause, ...change, dormancy, creditCohorts: credit ? change.cohorts : [] };
    });
}

export const wideRuleSetArbitrary: fc.Arbitrary<RuleSet> = fc
  .record({
    readings: readingsArbitrary,
    clauses: fc
      .tuple(...VARIOUS1.clauses.map((clause) => fc.oneof(fc.constant(clause), wideClause(clause))))
      .chain((clauses) => fc.subarray(clauses, { minLength: 1 })),
    precedence: fc.shuffledSubarray([...CATEGORIES], { minLength: CATEGORIES.length }),
    fiveRetriesAgainstGt01: fc.constantFrom('restsOnGt01' as const, 'byOrder' as const),
    expiresOn: fc.constantFrom('2021-12-31', '2022-12-31', '2037-12-30'),
  })
  .map((changes) => ({ ...VARIOUS1, ...changes }));
