import { meanOf, varianceOf } from '../../../src/report/statistics.ts';
import { meanEstimate, type Estimate } from './estimates.ts';

/** The difference of one outcome between two scenarios that were run on common dice, replication by replication. */
export interface PairedDifference {
  readonly before: number;
  readonly after: number;
  readonly difference: Estimate;
  /**
   * The replications of each scenario that independent dice would have needed for an interval as narrow. It is null with
   * one replication, and if every pair differs by the same number, because then no finite number would be enough.
   */
  readonly independentReplications: number | null;
}

/**
 * Paired comparison. The pairs share their dice, so their difference varies far less than either outcome.
 * @param before outcomes of the first scenario, by replication
 * @param after outcomes of the second scenario, as many, on the same seed
 */
export function pairedDifference(before: readonly number[], after: readonly number[]): PairedDifference {
  const differences = after.map((value, i) => value - (before[i] as number));
  const paired = varianceOf(differences);
  const independent = varianceOf(before) + varianceOf(after);
  return {
    before: meanOf(before),
    after: meanOf(after),
    difference: meanEstimate(differences),
    independentReplications: paired === 0 ? null : Math.ceil((differences.length * independent) / paired),
  };
}
