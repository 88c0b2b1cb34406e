import fc from 'fast-check';
import type { ExclusionCategory } from '../../../src/clauses/clause.ts';
import type { ReadingName, Readings } from '../../../src/regulation/readings.ts';
import type { RuleSet } from '../../../src/rules/ruleset.ts';
import { historyArbitrary } from '../arbitraries/histories.ts';
import { questionArbitrary } from '../arbitraries/questions.ts';
import { law, mustBeWithin, type Law, type Rules } from './law.ts';

const ANY = (rules: Rules) => questionArbitrary(rules);

/**
 * A reading, its wider value (more can hold), its narrower value (less can hold), and the readings that the claim
 * assumes.
 */
interface Narrowing {
  readonly reading: ReadingName;
  readonly wide: string;
  readonly narrow: string;
  readonly supposing: Partial<Readings>;
  /** The categories that the reading affects. Undefined means all that count. */
  readonly clauses?: readonly ExclusionCategory[];
}

/**
 * Readings of which one value never adds a category that the other lacks. An attempt that is not counted cannot close
 * 18.7 either, so a reading that drops attempts needs an assumption. Nor can such an attempt restart a count by its
 * different outcome.
 */
const NARROWINGS: readonly Narrowing[] = [
  {
    reading: 'mixed',
    wide: 'anyDormant',
    narrow: 'barred',
    supposing: {},
    clauses: ['no-wan-before', 'no-wan-attempting', 'five-retries'],
  },
  { reading: 'uneconomicCohorts', wide: 'all', narrow: 'IOC+FOC', supposing: {}, clauses: ['uneconomic-to-test'] },
  { reading: 'activeGt01Evidence', wide: 'none', narrow: 'one', supposing: {}, clauses: ['gt01'] },
  { reading: 'preparationClears', wide: 'no', narrow: 'yes', supposing: {}, clauses: ['no-wan-before'] },
  { reading: 'instructionSpacing', wide: 'none', narrow: 'week', supposing: {}, clauses: ['no-wan-before'] },
  { reading: 'attemptCloses187', wide: 'no', narrow: 'yes', supposing: {}, clauses: ['no-wan-before'] },
  { reading: 'paymentMode', wide: 'gas', narrow: 'both', supposing: {}, clauses: ['gt01'] },
  { reading: 'paymentMode', wide: 'electricity', narrow: 'both', supposing: {}, clauses: ['gt01'] },
  { reading: 'weekCode', wide: 'any', narrow: 'last', supposing: {} },
  { reading: 'reset', wide: 'none', narrow: 'otherOutcome', supposing: {} },
  {
    reading: 'fiveCounts',
    wide: 'allCodes',
    narrow: 'otherThanMA112AndGT01',
    supposing: {},
    clauses: ['five-retries'],
  },
  { reading: 'membership', wide: 'sticky', narrow: 'asOf', supposing: {} },
  { reading: 'beforeInForce', wide: 'count', narrow: 'ignore', supposing: { attemptCloses187: 'no' } },
  { reading: 'cosRestarts', wide: 'no', narrow: 'yes', supposing: { attemptCloses187: 'no' } },
  {
    reading: 'systemAttempts',
    wide: 'counted',
    narrow: 'ignored',
    supposing: { attemptCloses187: 'no', weekCode: 'any' },
  },
];

function reading(rules: RuleSet, readings: Partial<Readings>): RuleSet {
  return { ...rules, readings: { ...rules.readings, ...readings } };
}

function raised(rules: RuleSet, category: ExclusionCategory, by: number): RuleSet {
  return {
    ...rules,
    clauses: rules.clauses.map((clause) =>
      clause.category === category && clause.shows.type === 'count'
        ? { ...clause, shows: { ...clause.shows, atLeast: clause.shows.atLeast + by } }
        : clause,
    ),
  };
}

const RAISED = (rules: Rules) =>
  fc.record({
    question: ANY(rules),
    category: fc.constantFrom<ExclusionCategory>('no-wan-before', 'no-wan-attempting', 'gt01', 'five-retries'),
    by: fc.integer({ min: 1, max: 3 }),
  });

/** Failures only, under readings with which a later failure cannot cancel an earlier one. */
const FAILURES_ONLY = (from: Rules) =>
  fc.tuple(from, historyArbitrary({ migrations: false, readmits: false, events: false })).chain(([rules, history]) => {
    const attempts = history.attempts.filter(({ outcome }) => outcome !== 'ok');
    const instants = [...attempts.map(({ at }) => at), 1_640_000_000];
    return fc.record({
      history: fc.constant({ ...history, attempts }),
      rules: fc.constant(reading(rules, { weekCode: 'any', reset: 'none', attemptCloses187: 'no' })),
      asOf: fc.constantFrom(...instants),
      later: fc.nat(30 * 86_400),
    });
  });

/** Laws about the direction in which an answer may change. */
export const MONOTONE_LAWS: readonly Law[] = [
  law(
    'raising a threshold never adds a category',
    RAISED,
    (engine, { question, category, by }) => {
      const { history, rules, asOf } = question;
      const more = engine(history, raised(rules, category, by), asOf);
      mustBeWithin(more, engine(history, rules, asOf), `${by} more of ${category}`);
    },
    { variesRules: true },
  ),
  law('with failures alone, a later as-of never removes a category', FAILURES_ONLY, (engine, question) => {
    const { history, rules, asOf, later } = question;
    mustBeWithin(engine(history, rules, asOf), engine(history, rules, asOf + later), 'a later as-of removed one');
  }),
  ...NARROWINGS.map(({ reading: name, wide, narrow, supposing, clauses }) =>
    law(
      `${name}: ${narrow} never adds a category to ${wide}`,
      ANY,
      (engine, { history, rules, asOf }) => {
        const narrower = engine(history, reading(rules, { ...supposing, [name]: narrow }), asOf);
        mustBeWithin(narrower, engine(history, reading(rules, { ...supposing, [name]: wide }), asOf), 'added');
      },
      { variesRules: true, ...(clauses && { clauses }) },
    ),
  ),
];
