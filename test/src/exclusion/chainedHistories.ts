// A second source of questions for the tests of the bench itself. It is composed of fast-check's own arbitraries, and
// draws no row as the kit's generator does. It is several times slower, and its counterexamples shrink less far.
import fc from 'fast-check';
import {
  GAS_EVENTS,
  type Attempt,
  type EventName,
  type History,
  type HistoryEvent,
} from '../../../src/migration/history.ts';
import { VARIOUS1 } from '../../../src/rules/builtInRules.ts';
import type { RuleSet } from '../../../src/rules/ruleset.ts';
import { instant, type Instant } from '../../../src/time.ts';
import { installationArbitrary, supplierArbitrary } from '../../kit/arbitraries/installations.ts';
import type { Question } from '../../kit/question.ts';
import { boundariesOf, instantsNear } from '../../kit/arbitraries/instants.ts';

/**
 * Outcomes of failed migration attempts: the codes that have their own categories, one of Table 5.10, and an unlisted
 * one.
 */
export const FAILURES = ['MA112', 'GT01', 'MA110', 'SYN-DF01', 'UNLISTED-1'] as const;

/**
 * One attempt of a history in which most failures have the same code, so that thresholds are reached and just missed.
 */
function attemptArbitrary(at: fc.Arbitrary<Instant>, code: string): fc.Arbitrary<Attempt> {
  const failure = fc.oneof(
    { weight: 5, arbitrary: fc.constant(code) },
    { weight: 2, arbitrary: fc.constantFrom(...FAILURES) },
  );
  const cause = fc.oneof(
    { weight: 8, arbitrary: fc.constant('device' as const) },
    { weight: 1, arbitrary: fc.constant('system' as const) },
  );
  const failed = fc.record({
    at,
    kind: fc.constant('migration' as const),
    outcome: failure,
    cause,
    table510: fc.oneof({ weight: 7, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  });
  const instructed = fc.record({
    at,
    kind: fc.constant('instruction' as const),
    outcome: fc.oneof(
      { weight: 7, arbitrary: fc.constant('NO-WAN') },
      { weight: 1, arbitrary: fc.constantFrom('ok', 'SYN-PR01') },
    ),
    cause,
    table510: fc.constant(false),
  });
  const migrated = fc.record({
    at,
    kind: fc.constant('migration' as const),
    outcome: fc.constantFrom('ok', 'ok-esme'),
    cause: fc.constant('device' as const),
    table510: fc.constant(false),
  });
  return fc
    .oneof(
      { weight: 10, arbitrary: failed },
      { weight: code === 'NO-WAN' ? 12 : 3, arbitrary: instructed },
      { weight: 1, arbitrary: migrated },
    )
    .map((attempt) => {
      const { kind, outcome } = attempt;
      // A migration attempt never ends with NO-WAN, and an `ok` is never caused by the system (src/docs/records.md).
      if (kind === 'migration' && outcome === 'NO-WAN') return { ...attempt, outcome: 'MA112' };
      return outcome.startsWith('ok') ? { ...attempt, cause: 'device' as const } : attempt;
    });
}

const VALUES: Partial<Record<EventName, fc.Arbitrary<string>>> = {
  'electricity-supplier': supplierArbitrary,
  'gas-supplier': supplierArbitrary,
  'supplier-gsme-exclusion': supplierArbitrary,
  'esme-dormant': fc.constantFrom('yes', 'no'),
  'gsme-dormant': fc.constantFrom('yes', 'no'),
  'electricity-payment-mode': fc.constantFrom('credit', 'prepayment'),
  'gas-payment-mode': fc.constantFrom('credit', 'prepayment'),
};

const WEIGHTS: readonly (readonly [EventName, number])[] = [
  ['master-key-unobtainable', 4],
  ['master-key-obtained', 2],
  ['dcc-recommends', 1],
  ['sos-uneconomic', 4],
  ['sos-direct-otherwise', 2],
  ['supplier-gsme-exclusion', 6],
  ['gas-supplier', 3],
  ['electricity-supplier', 2],
  ['gsme-dormant', 3],
  ['esme-dormant', 2],
  ['gas-payment-mode', 1],
  ['electricity-payment-mode', 1],
  ['readmit', 2],
];

function eventArbitrary(at: fc.Arbitrary<Instant>): fc.Arbitrary<HistoryEvent> {
  return fc
    .oneof(...WEIGHTS.map(([event, weight]) => ({ weight, arbitrary: fc.constant(event) })))
    .chain((event) => fc.record({ at, event: fc.constant(event), value: VALUES[event] ?? fc.constant('') }));
}

/** The key of a row. Events of one family at one instant contradict each other, and so do two attempts of one kind. */
function keyOf(row: Attempt | HistoryEvent): string {
  if ('kind' in row) return `${row.at} ${row.kind}`;
  return `${row.at} ${row.event.replace(/^(sos|master-key)-.*/, '$1')}`;
}

/** Keeps the first row of each key. A reader would refuse the others, because they contradict it. */
function withoutContradictions<R extends Attempt | HistoryEvent>(rows: readonly R[]): R[] {
  const seen = new Set<string>();
  return rows.filter((row) => !seen.has(keyOf(row)) && seen.add(keyOf(row)));
}

/** The most attempts of a history. */
const ATTEMPTS_MAX = 12;
/** Counts around the thresholds 3 and 5, where engines are most likely to be wrong. */
const COUNTS = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 6 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: ATTEMPTS_MAX }) },
);

/** Histories at the boundaries: rows come in any order, kinds share instants, and most attempts fail with one code. */
export function historyArbitrary({ rules = VARIOUS1 }: { readonly rules?: RuleSet } = {}): fc.Arbitrary<History> {
  return fc
    .tuple(
      installationArbitrary(),
      instantsNear(rules),
      fc.constantFrom('MA112', 'GT01', 'GT01', 'MA110', 'NO-WAN'),
      COUNTS,
    )
    .chain(([installation, at, code, count]) =>
      fc
        .array(attemptArbitrary(at, code), { minLength: count, maxLength: Math.min(count + 1, ATTEMPTS_MAX) })
        .map(withoutContradictions)
        .chain((attempts) =>
          fc.record({
            installation: fc.constant(installation),
            attempts: fc.constant(attempts),
            events: eventsArbitrary(besides(attempts, at)).map((rows) =>
              withoutContradictions(rows).filter(
                ({ event }) => installation.gas !== null || !GAS_EVENTS.includes(event),
              ),
            ),
          }),
        ),
    );
}

/** Instants of events. Often an event is at the instant of an attempt, or one second from it. */
function besides(attempts: readonly Attempt[], at: fc.Arbitrary<Instant>): fc.Arbitrary<Instant> {
  if (attempts.length === 0) return at;
  const beside = fc
    .tuple(fc.constantFrom(...attempts.map((row) => row.at)), fc.constantFrom(0, 0, 0, 1, -1))
    .map(([instant, by]) => instant + by);
  return fc.oneof({ weight: 1, arbitrary: at }, { weight: 1, arbitrary: beside });
}

/** Events of all names, or a gas supplier that leaves and comes back, with instructions in between. */
function eventsArbitrary(at: fc.Arbitrary<Instant>): fc.Arbitrary<HistoryEvent[]> {
  const supplied = fc.oneof(
    { weight: 2, arbitrary: fc.constant('gas-supplier' as const) },
    { weight: 3, arbitrary: fc.constant('supplier-gsme-exclusion' as const) },
  );
  const gas = fc.record({ at, event: supplied, value: supplierArbitrary });
  return fc.oneof(
    { weight: 4, arbitrary: fc.array(eventArbitrary(at), { maxLength: 5 }) },
    { weight: 1, arbitrary: fc.array(gas, { minLength: 2, maxLength: 6 }) },
  );
}

/** As-ofs at, before and after the rows and boundaries of a history, and well after all of them. */
export function asOfArbitrary(history: History, rules: RuleSet = VARIOUS1): fc.Arbitrary<Instant> {
  const rows = [...history.attempts, ...history.events].map(({ at }) => at);
  const instants = [...rows, ...boundariesOf(rules)];
  return fc.oneof(
    { weight: 2, arbitrary: fc.constant(instant('2023-06-30T12:00:00Z')) },
    { weight: 2, arbitrary: fc.constant(Math.max(...instants) + 1) },
    {
      weight: 3,
      arbitrary: fc.tuple(fc.constantFrom(...instants), fc.constantFrom(-1, 0, 1)).map(([at, by]) => at + by),
    },
  );
}

/** A history with the rules and the as-of to evaluate it with. */
export function questionArbitrary(rules: fc.Arbitrary<RuleSet>): fc.Arbitrary<Question> {
  return rules.chain((chosen) =>
    historyArbitrary({ rules: chosen }).chain((history) =>
      asOfArbitrary(history, chosen).map((asOf) => ({ history, rules: chosen, asOf })),
    ),
  );
}
