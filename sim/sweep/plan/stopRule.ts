import { meanEstimate } from '../analysis/estimates.ts';
import { BLOCK_SIZE } from '../cell/cell.ts';
import type { Sweep } from './loadSweep.ts';

/**
 * The number of replications of a sweep: fixed, or as many as its stop rule needs at the base point. The rule adds one
 * block after another, so every process finds the same number.
 * @param samplesAt the rule's outcome at the base point, by replication; undefined if cells are missing
 * @returns undefined if cells are missing that the rule needs
 */
export async function replicationsOf(
  { stop, file }: Sweep,
  samplesAt: (replications: number) => Promise<readonly number[] | undefined>,
): Promise<number | undefined> {
  if (stop === undefined) return file.replications;
  for (let count = Math.max(2, file.replications); ; count += BLOCK_SIZE) {
    const replications = Math.min(count, stop.replicationsMax);
    const samples = await samplesAt(replications);
    if (samples === undefined) return undefined;
    if (replications === stop.replicationsMax) return replications;
    const { low, high } = meanEstimate(samples);
    if (((high as number) - (low as number)) / 2 <= stop.halfWidth) return replications;
  }
}
