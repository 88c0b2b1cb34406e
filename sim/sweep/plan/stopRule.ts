import { meanEstimate } from '../analysis/estimates.ts';
import { BLOCK_SIZE } from '../cell/cell.ts';
import type { Sweep } from './loadSweep.ts';

/**
 * Replications of a sweep: a fixed number, or as many as its stop rule asks for at the base point. The rule looks at ever
 * more blocks in turn, so it comes to the same number in every process.
 * @param samplesAt the rule's outcome at the base point, by replication; undefined where cells are missing
 * @returns undefined where the rule could not look far enough
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
