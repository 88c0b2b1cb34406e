import { ERROR_CODES } from '../../../src/migration/errorCodes.ts';
import { NO_WAN } from '../../../src/migration/history.ts';
import { OUTCOMES } from '../../kernel/model/outcomes.ts';

/**
 * Instants from which an excluded installation is followed. `met`: the failure that fills the count, as if the clause
 * had been in force all along. `effect`: the day on which the exclusion takes effect under the rules.
 */
export const CLOCKS = ['met', 'effect'] as const;
export type Clock = (typeof CLOCKS)[number];

/** Weeks after which it is asked whether an excluded installation would have migrated. */
export const FOLLOWED_WEEKS = [13, 26] as const;

/** The outcomes that are told apart: the real codes, and NO-WAN. All others are synthetic and stand together. */
const TOLD: readonly string[] = [...ERROR_CODES.filter((row) => !row.synthetic).map((row) => row.code), NO_WAN];
const OTHER = 'other codes';

/** What most of the counted failures of an exclusion were. */
export const FAILURES: readonly string[] = [...TOLD, OTHER];

/** The position in FAILURES of each outcome of the kernel. */
export const FAILURE_OF_OUTCOME = Int32Array.from(OUTCOMES, (outcome) =>
  TOLD.includes(outcome) ? TOLD.indexOf(outcome) : TOLD.length,
);

/** What is counted of the exclusions of one variant, one clock, one kind of failure and one population. */
export const FIELDS = [
  'excluded',
  'seen13',
  'migrated13',
  'seen26',
  'migrated26',
  'attemptsSaved',
  'instructionsSaved',
] as const;
export type Field = (typeof FIELDS)[number];
export const FIELD = Object.fromEntries(FIELDS.map((field, i) => [field, i])) as Readonly<Record<Field, number>>;

/** Counts of one replication, as one block of numbers: [variant][clock][failure][population][field]. */
export function emptyThresholdCounts(variants: number, populations: number): Float64Array {
  return new Float64Array(variants * CLOCKS.length * FAILURES.length * populations * FIELDS.length);
}

export interface ThresholdPlace {
  readonly variant: number;
  readonly clock: number;
  readonly failure: number;
  readonly population: number;
}

/** The position of the first field of a place. */
export function placeOf({ variant, clock, failure, population }: ThresholdPlace, populations: number): number {
  return (((variant * CLOCKS.length + clock) * FAILURES.length + failure) * populations + population) * FIELDS.length;
}
