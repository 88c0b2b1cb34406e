import { parentPort, workerData } from 'node:worker_threads';
import type { RuleSet } from '../../../src/rules/ruleset.ts';
import type { Scenario } from '../../scenario/schema.ts';
import type { SeedWords } from '../../world/dice/draws.ts';
import { compileModel } from '../model/model.ts';
import { buffersOf, Recorder, type ShardRecords } from '../records/recordBuffers.ts';
import { ShardRunner } from './shard.ts';
import type { Counts } from '../life/counts.ts';

/** What a worker is born with. */
export interface WorkerTask {
  readonly scenario: Scenario;
  readonly rules: RuleSet;
  readonly seed: SeedWords;
  /** Installations to run before it says that it is ready, so that V8 has compiled what the work needs. */
  readonly warmUp: number;
}

/** One shard of one replication. */
export interface ShardRequest {
  readonly replication: number;
  readonly shard: number;
  readonly record: boolean;
}

export interface ShardReply extends ShardRequest {
  readonly counts: Counts;
  readonly records: ShardRecords | null;
}

// Thin on purpose: code in a worker is invisible to coverage.
const { scenario, rules, seed, warmUp } = workerData as WorkerTask;
const model = compileModel(scenario, rules);
const first = new ShardRunner(model, seed, 0);
first.warm(warmUp);
let runner = { replication: 0, shards: first };

parentPort?.on('message', (request: ShardRequest) => {
  if (runner.replication !== request.replication) {
    runner = { replication: request.replication, shards: new ShardRunner(model, seed, request.replication) };
  }
  const recorder = request.record ? new Recorder(model.horizon) : null;
  const counts = runner.shards.run(request.shard, recorder);
  const records = recorder ? recorder.take() : null;
  const reply: ShardReply = { ...request, counts, records };
  parentPort?.postMessage(reply, records ? buffersOf(records) : []);
});
parentPort?.postMessage('ready');
