import type { Pool } from '../../kernel/run/pool.ts';
import { shardsOf } from '../../kernel/run/shard.ts';
import type { ShardRequest } from '../../kernel/run/shardTask.ts';
import { addCounts, type Counts } from '../../kernel/life/counts.ts';
import { seedWords } from '../../world/dice/streams.ts';
import type { Cell } from './cell.ts';

/**
 * The counts of a cell, one for each replication of its block. The number of threads of the pool changes nothing.
 * @throws the error of a thread
 */
export async function computeCell(cell: Cell, pool: Pool): Promise<readonly Counts[]> {
  const [counts] = await computePass([cell], pool);
  return counts as readonly Counts[];
}

/**
 * The counts of cells that share a pass, in their order. The lives are simulated once and counted under each rule set.
 * @param cells at least one; they have the same `pass`
 * @throws the error of a thread
 */
export async function computePass(cells: readonly Cell[], pool: Pool): Promise<readonly (readonly Counts[])[]> {
  const [{ scenario, rules, seed, lives, block }, ...others] = cells as readonly [Cell, ...Cell[]];
  const task = { scenario, rules, moreRules: others.map((other) => other.rules), seed: seedWords(seed) };
  const size = lives / block.count;
  const requests: ShardRequest[] = [];
  for (let i = 0; i < block.count; i += 1) {
    for (let shard = 0; shard < shardsOf(size); shard += 1)
      requests.push({ task, replication: block.from + i, shard, record: false });
  }
  const counts = cells.map((): Counts[] => []);
  await pool.run(requests, (reply, position) => {
    const i = (requests[position] as ShardRequest).replication - block.from;
    for (const [k, own] of [reply.counts, ...reply.more].entries()) {
      const ofCell = counts[k] as Counts[];
      if (ofCell[i]) addCounts(ofCell[i], own);
      else ofCell[i] = own;
    }
  });
  return counts;
}
