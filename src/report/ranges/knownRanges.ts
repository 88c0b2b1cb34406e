import type { ExclusionCategory } from '../../clauses/clause.ts';
import type { ThresholdPoint } from './thresholds.ts';

/** The format of a file of known ranges. It is raised when a field changes its meaning. */
export const KNOWN_RANGES_FORMAT = 1;

/** The volume of a line over draws in which every assumption moves. */
export interface PriorRange {
  /** `category/cohorts` of a published line, `category/all`, or `TOTAL_LINE`. */
  readonly line: string;
  readonly p05: number;
  readonly p50: number;
  readonly p95: number;
}

/** What one other reading of the rules makes of a line, counted again on common dice. */
export interface ReadingWeight {
  readonly reading: string;
  readonly value: string;
  readonly line: string;
  /** The volume under the reading over the volume as it is, and twice the standard error of that ratio. */
  readonly factor: number;
  readonly error: number | null;
}

/**
 * What a run cannot compute while a person waits: computed once for one scenario, and kept as data beside it. It is valid
 * for the scenario with this hash under this kernel number alone.
 */
export interface KnownRanges {
  readonly format: typeof KNOWN_RANGES_FORMAT;
  /** The command that makes the file again. */
  readonly command: string;
  readonly kernel: number;
  readonly scenario: string;
  readonly hash: string;
  readonly priors: { readonly name: string; readonly sha256: string; readonly parameters: number; readonly draws: number; readonly scale: number }; // prettier-ignore
  readonly replications: number;
  readonly ranges: readonly PriorRange[];
  readonly readings: readonly ReadingWeight[];
  /** The counting clauses at their own numbers: whom they exclude, and who would have migrated. */
  readonly thresholds: readonly ThresholdPoint[];
}

/** The line of all homes excluded, under any clause. It is summed draw by draw: ranges of clauses do not add up. */
export const TOTAL_LINE = 'installations/all';

/** The range of a category over all cohorts, or (null) that of all homes excluded; undefined if the file lacks it. */
export function rangeOfRow({ ranges }: KnownRanges, category: ExclusionCategory | null): PriorRange | undefined {
  return ranges.find(({ line }) => line === (category === null ? TOTAL_LINE : `${category}/all`));
}
