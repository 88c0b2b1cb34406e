import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openPool, type Pool } from '../../../../sim/kernel/run/pool.ts';
import { TASKS_HELD, type ShardRequest, type SimulationTask } from '../../../../sim/kernel/run/shardTask.ts';
import { simulate } from '../../../../sim/kernel/run/simulate.ts';
import { Watcher } from '../../../../sim/kernel/run/watcher.ts';
import { seedWords } from '../../../../sim/world/dice/streams.ts';
import { EVERYTHING, scenarioAt } from '../../scenarios.ts';
import { seedText } from '../../../seed.ts';

const SEED = seedText(import.meta.filename, 'pool');

function taskOf(path: string, set: readonly string[] = []): SimulationTask {
  const { scenario, rules } = scenarioAt(path, set);
  return { scenario, rules, seed: seedWords(SEED) };
}

const R1 = 'scenarios/benchmarks/r1.yaml';
/** More tasks than a thread holds, and each is asked for twice. */
const tasks = Array.from({ length: TASKS_HELD + 2 }, (_, i) =>
  taskOf(R1, [`populations.all.installations=${500 + i}`]),
);
const requests: readonly ShardRequest[] = [...tasks, ...tasks].flatMap((task, i) =>
  [0, 1].map((replication) => ({ task, replication, shard: 0, record: i === 1 })),
);

async function answersOf(pool: Pool): Promise<unknown[]> {
  const answers: unknown[] = [];
  await pool.run(requests, (reply, position) => {
    expect(position).toBe(answers.length);
    answers.push(reply);
  });
  return answers;
}

describe('one pool serves many tasks', () => {
  let inline: Pool;
  let threads: Pool;
  beforeAll(async () => {
    inline = await openPool(1);
    threads = await openPool(2);
  });
  afterAll(() => Promise.all([inline.close(), threads.close()]));

  test('a pool answers each request as its own thread would, in the order of the requests', async () => {
    const expected = await answersOf(inline);
    expect(await answersOf(threads)).toEqual(expected);
    expect(new Set(expected.map((answer) => JSON.stringify(answer))).size).toBe(2 * tasks.length + 2);
  });

  test('a pool serves several callers at once', async () => {
    const alone = await answersOf(inline);
    const [one, two] = await Promise.all([answersOf(threads), answersOf(threads)]);
    expect(one).toEqual(alone);
    expect(two).toEqual(alone);
  });

  test('a simulation in a pool counts the same as one with its own threads', async () => {
    const { scenario, rules } = scenarioAt(EVERYTHING);
    const options = { seed: SEED, replications: 2, workers: 2, now: () => 0 };
    const own = await simulate(scenario, rules, options);
    const shared = await simulate(scenario, rules, { ...options, pool: threads });
    expect(shared.counts).toEqual(own.counts);
  });

  test('a pool stays usable after a receiver of replies has failed', async () => {
    const run = threads.run(requests, () => Promise.reject(new Error('the taker failed')));
    await expect(run).rejects.toThrow('the taker failed');
    expect(await answersOf(threads)).toEqual(await answersOf(inline));
  });
});

test('a request that makes the kernel throw fails the call and not the process', async () => {
  const pool = await openPool(2);
  const [{ task }] = requests as readonly [ShardRequest];
  const broken = { ...task, scenario: { ...task.scenario, populations: null as never } };
  const run = pool.run([{ task: broken, replication: 0, shard: 0, record: false }], () => undefined);
  await expect(run).rejects.toThrow();
  await pool.close();
});

/** Counts the lives that it sees. */
class LifeCounter extends Watcher {
  private lives = 0;

  override finish(): void {
    this.lives += 1;
  }

  override take(): number {
    return this.lives;
  }
}

describe('a request may name a watcher', () => {
  const watchers = { lives: () => new LifeCounter() };
  const request = { task: tasks[0] as SimulationTask, replication: 0, shard: 0, record: false };

  test('a watcher sees every life of its shard, and the counts stay as they are', async () => {
    const pool = await openPool(1, { watchers, module: new URL('none', import.meta.url) });
    const watch = { name: 'lives', of: null };
    const replies: unknown[] = [];
    await pool.run([{ ...request, watch }, request], (reply) => void replies.push(reply));
    expect(replies[0]).toMatchObject({ watched: 500, records: null });
    expect(replies[0]).toMatchObject(replies[1] as object);
  });

  test.each([1, 2])('a pool of %i refuses a watcher that it does not have', async (workers) => {
    const pool = await openPool(workers);
    const asked = pool.run([{ ...request, watch: { name: 'lives', of: null } }], () => undefined);
    await expect(asked).rejects.toThrow('this pool has no watcher lives');
    await pool.close();
  });
});
