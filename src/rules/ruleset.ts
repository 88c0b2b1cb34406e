import { endOfLondonDate, startOfLondonDate, type Instant } from '../time.ts';
import type { Clause, ExclusionCategory } from '../clauses/clause.ts';
import { CATEGORY_ROWS, UNIT_OF, type Unit } from '../clauses/categories.ts';
import type { Dated } from '../regulation/dated.ts';
import type { Readings } from '../regulation/readings.ts';
import type { SourceId } from '../regulation/sources.ts';

/**
 * A named version of the rules: clauses, readings, windows and dates, plain data that can be printed as JSON.
 * Clauses are judged by the rule set as a whole; checks use the windows in force at the attempt's instant.
 */
export interface RuleSet {
  readonly name: string;
  readonly title: string;
  readonly sources: readonly SourceId[];
  readonly readings: Readings;
  /** In the order of CATEGORIES; a category that the rule set lacks has no row. */
  readonly clauses: readonly Clause[];
  /** Which of several categories that hold is reported: the first in this order. */
  readonly precedence: readonly ExclusionCategory[];
  /**
   * `restsOnGt01`: gt01 goes before five-retries when fewer weeks than five-retries asks for hold a failure other than
   * those gt01 counts; `byOrder`: the order of `precedence` alone.
   */
  readonly fiveRetriesAgainstGt01: 'restsOnGt01' | 'byOrder';
  /** Last London day on which an exclusion can take effect. */
  readonly expiresOn: string;
  readonly windows: {
    readonly wanWindowSeconds: Dated<number>;
    readonly gt01WindowSeconds: Dated<number>;
  };
}

export function clauseOf(rules: RuleSet, category: ExclusionCategory): Clause | undefined {
  return rules.clauses.find((clause) => clause.category === category);
}

/** What a category counts. A rule set that lacks its clause still has the unit of the category. */
export function unitOf(category: ExclusionCategory, rules: RuleSet): Unit {
  return UNIT_OF[clauseOf(rules, category)?.excludes ?? CATEGORY_ROWS[category].excludes];
}

/** First instant at which an exclusion under the clause can take effect; undefined: never. */
export function inForceInstant(clause: Clause): Instant | undefined {
  return clause.inForceFrom === null ? undefined : startOfLondonDate(clause.inForceFrom);
}

/** First instant after the rule set has expired (half-open). */
export function expiryInstant(rules: RuleSet): Instant {
  return endOfLondonDate(rules.expiresOn) + 1;
}
