import type { Pool } from '../../kernel/run/pool.ts';
import { shardsOf } from '../../kernel/run/shard.ts';
import type { ShardRequest } from '../../kernel/run/shardTask.ts';
import { addCounts, type Counts } from '../../kernel/life/counts.ts';
import { seedWords } from '../../world/dice/streams.ts';
import type { Cell } from './cell.ts';

/**
 * The counts of a cell, one for each replication of its block. The pool does the work; its threads cannot matter.
 * @throws Error what failed on a thread
 */
export async function computeCell(cell: Cell, pool: Pool): Promise<readonly Counts[]> {
  const task = { scenario: cell.scenario, rules: cell.rules, seed: seedWords(cell.seed) };
  const size = cell.lives / cell.block.count;
  const requests: ShardRequest[] = [];
  for (let i = 0; i < cell.block.count; i += 1) {
    for (let shard = 0; shard < shardsOf(size); shard += 1)
      requests.push({ task, replication: cell.block.from + i, shard, record: false });
  }
  const counts: Counts[] = [];
  await pool.run(requests, (reply, position) => {
    const i = (requests[position] as ShardRequest).replication - cell.block.from;
    const before = counts[i];
    if (before) addCounts(before, reply.counts);
    else counts[i] = reply.counts;
  });
  return counts;
}
