import type { ExclusionCategory } from '../../clauses/clause.ts';

/** A figure over replications: its mean, and twice the standard error of it; null for a single replication. */
export interface Estimate {
  readonly mean: number;
  readonly error: number | null;
}

/** What one number of failures does, seen from one of the two instants. */
export interface ThresholdPoint {
  readonly category: ExclusionCategory;
  /** The number of failures in separate weeks (or of instructions) that the clause asks for. */
  readonly atLeast: number;
  /** True if the rule set itself asks for this number. */
  readonly isOwn: boolean;
  /** How far apart attempts are made, in days; null: as the scenario says. */
  readonly daysBetweenAttempts: number | null;
  /**
   * From when an exclusion is followed. `met`: from the failure that fills the count, as if the clause had been in force
   * all along. `effect`: from the day on which the exclusion takes effect.
   */
  readonly clock: 'met' | 'effect';
  /** What most of the counted failures were; null: all exclusions together. */
  readonly failure: string | null;
  /** Installations, or gas meters where the clause excludes these. */
  readonly excluded: Estimate;
  /** Of those followed for 13 (26) weeks, the share that would have migrated; null if none was followed so long. */
  readonly migrated13: Estimate | null;
  readonly migrated26: Estimate | null;
  /** Migration attempts, and instructions to the SMSO, that the exclusions save up to the horizon. */
  readonly attemptsSaved: Estimate;
  readonly instructionsSaved: Estimate;
  /** What the exclusions save less what wrongful ones cost, in pounds, at the stated prices. */
  readonly balance: Estimate;
}

/** Three points of a distribution over draws. */
export interface Spread3 {
  readonly p05: number;
  readonly p50: number;
  readonly p95: number;
}

/** A point of a curve over draws in which every assumption moves; null where no draw followed anybody so long. */
export interface ThresholdRange extends Pick<
  ThresholdPoint,
  'category' | 'atLeast' | 'isOwn' | 'daysBetweenAttempts' | 'clock'
> {
  readonly excluded: Spread3;
  readonly migrated13: Spread3 | null;
  readonly migrated26: Spread3 | null;
  readonly balance: Spread3;
}

/** A price, and where it comes from. */
export interface Price {
  readonly what: 'attempt' | 'instruction' | 'replacement';
  readonly pounds: number;
  readonly mark: string;
  readonly note: string;
}

/** The thresholds of the counting clauses of a scenario's rules, as plain data. */
export interface ThresholdReport {
  readonly scenario: { readonly name: string; readonly hash: string; readonly title: string; readonly horizon: string };
  readonly rules: string;
  readonly seed: string;
  readonly replications: number;
  /** The share of every large population that was simulated. */
  readonly scale: number;
  readonly command: string;
  readonly version: string;
  readonly prices: readonly Price[];
  readonly points: readonly ThresholdPoint[];
  /** The curves over draws from priors; null if none were asked for. */
  readonly overPriors: { readonly name: string; readonly draws: number; readonly ranges: readonly ThresholdRange[] } | null; // prettier-ignore
}

/** The points of one clause and clock with all failures together, by spacing and rising number. */
export function curveOf(
  { points }: Pick<ThresholdReport, 'points'>,
  category: ExclusionCategory,
  clock: ThresholdPoint['clock'],
): readonly ThresholdPoint[] {
  return points.filter((point) => point.category === category && point.clock === clock && point.failure === null);
}
