import { formatDay, londonDay } from '../../../src/time.ts';
import type { Pool } from '../../kernel/run/pool.ts';
import { shardsOf } from '../../kernel/run/shard.ts';
import type { ShardRequest } from '../../kernel/run/shardTask.ts';
import { seedWords } from '../../world/dice/streams.ts';
import type { FutureRequest } from './futureWatcher.ts';
import type { LibraryCell } from './libraryPlan.ts';
import { TableBuilder, type MemberTable } from './memberTable.ts';

/** The name of `FutureWatcher` among the watchers of a pool (`FORECAST_WATCHERS`). */
const FUTURES = 'futures';

/**
 * Lives the lives of a cell and gives their table. The threads of the pool cannot matter.
 * @param pool opened with FORECAST_WATCHERS
 */
export async function computeMember(cell: LibraryCell, pool: Pool): Promise<MemberTable> {
  const asOf = cell.days.map((at) => formatDay(londonDay(at)));
  const task = { scenario: { ...cell.scenario, asOf }, rules: cell.rules, seed: seedWords(cell.seed) };
  const of: FutureRequest = { days: cell.days, weights: cell.weights };
  const size = Object.values(cell.scenario.populations).reduce((sum, { installations }) => sum + installations, 0);
  const requests = Array.from({ length: shardsOf(size) }, (_, shard): ShardRequest => ({
    task,
    replication: cell.replication,
    shard,
    record: false,
    watch: { name: FUTURES, of },
  }));
  const builder = new TableBuilder(cell.days.length);
  await pool.run(requests, (reply) => builder.addTable(reply.watched as MemberTable));
  return builder.build();
}
