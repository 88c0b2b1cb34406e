import type { Cohort } from '../installation/cohort.ts';
import type { AttemptKind, EventName } from '../migration/history.ts';
import type { SourceId } from '../regulation/sources.ts';

/**
 * The exclusion categories in the order in which verdicts list them. Clauses are labels (the briefing itself prints
 * 18.4 for two of them); categories are keyed by these ids.
 */
export const CATEGORIES = [
  'master-key',
  'uneconomic-to-test',
  'no-wan-before',
  'no-wan-attempting',
  'gt01',
  'five-retries',
] as const;

/** The id of an exclusion category, for instance `gt01`. Categories are keyed by name, because clause numbers move. */
export type ExclusionCategory = (typeof CATEGORIES)[number];

/** What an exclusion takes out of migration. Never add gas meters to installations. */
export type Excludes = 'installation' | 'gsme';

/** Which dormancy a clause asks for; `dormantMeters` is "solely Dormant" unless the reading `mixed` widens it. */
export type DormancyScope = 'solelyDormant' | 'dormantMeters' | 'gsmeRoutes' | 'any';

/** A clause that counts attempts. It says what to count, not how. */
export interface Counting {
  readonly type: 'count';
  readonly kind: AttemptKind;
  /** The outcomes that count: these codes, or any failure. */
  readonly outcomes: readonly string[] | 'anyFailure';
  /** Failures in Table 5.10 do not count. */
  readonly exceptTable510: boolean;
  /** `week`: distinct weeks as the reading `separateWeeks` has it; `none`: every attempt counts. */
  readonly separation: 'week' | 'none';
  readonly atLeast: number;
}

/** A clause that is met by a dated decision or finding: the latest event of the family is `holds`. */
export interface Standing {
  readonly type: 'standing';
  readonly family: readonly EventName[];
  readonly holds: EventName;
}

/** The standing of every `kind182`: the briefing names the kinds, and no source gives a category its kind. */
export const KIND_182_SOURCE: SourceId = 'ourInference';

/** One exclusion category as law: a data row. `evaluate` and `tally` both interpret it; neither restates it. */
export interface Clause {
  readonly category: ExclusionCategory;
  /** The clause number as the briefing's questions give it. */
  readonly clause: string;
  readonly title: string;
  /** What must be shown, in our words. The words of the briefing are `quotes` of the sources. */
  readonly text: string;
  readonly sources: readonly SourceId[];
  readonly decidedBy: 'DCC' | 'Secretary of State' | 'count' | 'count or supplier';
  /**
   * The kinds of exclusion of TMAD 18.2: (a) Smart Metering System not enrolled, (b) Installation not migrated, (c) no EPCL
   * entry pursued. Which kind a category is of is our inference (`KIND_182_SOURCE`).
   */
  readonly kind182: readonly ('a' | 'b' | 'c')[];
  readonly excludes: Excludes;
  readonly cohorts: readonly Cohort[];
  readonly dormancy: DormancyScope;
  /** Cohorts in which the payment mode must be credit (18.6, IOC). */
  readonly creditCohorts: readonly Cohort[];
  readonly shows: Counting | Standing;
  /** London date from which it is in force (half-open); null: never. */
  readonly inForceFrom: string | null;
}
