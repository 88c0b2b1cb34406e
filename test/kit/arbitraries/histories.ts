import fc from 'fast-check';
import type { History } from '../../../src/migration/history.ts';
import { VARIOUS1 } from '../../../src/rules/builtInRules.ts';
import type { RuleSet } from '../../../src/rules/ruleset.ts';
import { instant, type Instant } from '../../../src/time.ts';
import { boundariesOf } from './instants.ts';
import { questionArbitrary, type HistoryOptions } from './questions.ts';

/**
 * Histories near the edges of the rules: thresholds just met and just missed, rows at the edges of weeks and dates,
 * rows that share instants. They come from the generator of `check engine` and shrink by its shrinker.
 */
export function historyArbitrary(options: HistoryOptions = {}): fc.Arbitrary<History> {
  const { rules = VARIOUS1, ...others } = options;
  return questionArbitrary(fc.constant(rules), others).map(
    ({ history }) => history,
    (history) => ({ history: history as History, rules, asOf: wellAfter(history as History, rules) }),
  );
}

/** An as-of behind every row and every date of the rules. */
function wellAfter({ attempts, events }: History, rules: RuleSet): Instant {
  return Math.max(...[...attempts, ...events].map(({ at }) => at), ...boundariesOf(rules)) + 1;
}

/** As-ofs at, before and after the rows of a history and the dates of its rules, and well after all of them. */
export function asOfArbitrary(history: History, rules: RuleSet = VARIOUS1): fc.Arbitrary<Instant> {
  const rows = [...history.attempts, ...history.events].map(({ at }) => at);
  const near = fc
    .tuple(fc.constantFrom(...rows, ...boundariesOf(rules)), fc.constantFrom(0, -1, 1))
    .map(([at, by]) => at + by);
  return fc.oneof(
    { weight: 2, arbitrary: fc.constant(instant('2023-06-30T12:00:00Z')) },
    { weight: 2, arbitrary: fc.constant(wellAfter(history, rules)) },
    { weight: 3, arbitrary: near },
  );
}
