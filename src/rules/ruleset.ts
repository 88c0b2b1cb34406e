import { endOfLondonDate, startOfLondonDate, type Instant } from '../time.ts';
import type { Clause, ExclusionCategory } from '../clauses/clause.ts';
import { CATEGORY_ROWS, PRECEDENCE, UNIT_OF, type Unit } from '../clauses/categories.ts';
import { VARIOUS1_CLAUSES } from '../clauses/index.ts';
import type { Dated } from '../regulation/dated.ts';
import { DATES, PARAMETERS } from '../regulation/parameters.ts';
import { DEFAULT_READINGS, type Readings } from '../regulation/readings.ts';
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

/** The briefing's rules as proposed. Whether they were adopted unchanged is not known to us. */
export const VARIOUS1: RuleSet = {
  name: 'various-1-proposed-2021-11-03',
  title: 'TMAD Clause 18 as proposed by the Various 1 consultation',
  sources: ['various1'],
  readings: DEFAULT_READINGS,
  clauses: VARIOUS1_CLAUSES,
  precedence: PRECEDENCE,
  fiveRetriesAgainstGt01: 'restsOnGt01',
  expiresOn: PARAMETERS.tmadExpiry.rows[1]?.value as string,
  windows: { wanWindowSeconds: PARAMETERS.wanWindowSeconds, gt01WindowSeconds: PARAMETERS.gt01WindowSeconds },
};

/** The regime of February 2021: exclusions by the Secretary of State's acceptance one by one, no category in Clause 18. */
export const REGIME_2021: RuleSet = {
  ...VARIOUS1,
  name: 'regime-2021-02-01',
  title: 'The exclusion regime before Various 1: no category of exclusion',
  sources: ['various1.background', 'various1.q1'],
  clauses: [],
  expiresOn: PARAMETERS.tmadExpiry.rows[0]?.value as string,
};

/** The rule sets that are built in, the default first. */
export const RULE_SETS: readonly RuleSet[] = [VARIOUS1, REGIME_2021];

/** The name that stands for the rules of the law as it stands at the as-of. */
export const IN_FORCE = 'in-force';

/** What `--rules in-force` selects at an as-of: Various 1 from its proposed re-designation, assumed adopted unchanged. */
export function ruleSetInForce(asOf: Instant): RuleSet {
  return asOf >= startOfLondonDate(DATES.redesignationProposed.date) ? VARIOUS1 : REGIME_2021;
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
