// A browser's policy may forbid WebAssembly. The counts and the records must then be the same, only later.
import { afterEach, expect, test, vi } from 'vitest';
import { scenarioAt } from '../../scenarios.ts';
import { seedText } from '../../../seed.ts';

const SEED = seedText(import.meta.filename, 'without');

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

/** Everything that a shard answers, with a kernel that is loaded anew. */
async function answer(path: string, set: readonly string[], record: boolean): Promise<unknown> {
  vi.resetModules();
  const { ShardTasks } = await import('../../../../sim/kernel/run/shardTask.ts');
  const { seedWords } = await import('../../../../sim/world/dice/streams.ts');
  const { scenario, rules } = scenarioAt(path, set);
  const task = { scenario, rules, seed: seedWords(SEED) };
  return new ShardTasks().answer({ id: 1, task, replication: 1, shard: 0, record, warmUp: 0 });
}

test.each([
  ['test/sim/fixtures/everything.yaml', [], false],
  ['test/sim/fixtures/everything.yaml', [], true],
  ['scenarios/benchmarks/r1.yaml', ['populations.all.installations=20000'], false],
  ['scenarios/null.yaml', [], false],
] as const)('%s %j, records kept: %s', async (path, set, record) => {
  const withIt = await answer(path, set, record);
  vi.stubGlobal('WebAssembly', undefined);
  expect(await answer(path, set, record)).toEqual(withIt);
});
