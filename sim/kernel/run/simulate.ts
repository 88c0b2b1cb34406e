import type { RuleSet } from '../../../src/rules/ruleset.ts';
import type { Scenario } from '../../scenario/schema.ts';
import { seedWords } from '../../world/dice/streams.ts';
import { compileModel, type Model } from '../model/model.ts';
import { openPool, type Pool } from './pool.ts';
import type { ShardRecords } from '../records/recordBuffers.ts';
import { shardsOf } from './shard.ts';
import { addCounts, emptyCounts, type Counts } from '../life/counts.ts';
import type { ShardRequest, SimulationTask } from './shardTask.ts';

/**
 * How a simulation goes on. Only `seed` and `replications` decide its results.
 *
 * Bounds: `seed` 1 to 200 characters, `replications` 1 to 10,000, `workers` 1 to 64.
 */
export interface SimulateOptions {
  readonly seed: string;
  readonly replications: number;
  /** Threads; 1: this one. Without effect where a pool is given. */
  readonly workers: number;
  /** The pool to run in. It stays open. Left out: the simulation opens one of its own and closes it. */
  readonly pool?: Pool;
  /** Gets the records of replication 0, shard after shard; left out: none are kept. */
  readonly onRecords?: (records: ShardRecords) => void | Promise<void>;
  /** Called after each shard with the share of the work done, and waited for: here the caller may take other work in. */
  readonly onProgress?: (share: number) => void | Promise<void>;
  /** A clock in seconds; only to report how long the kernel took. */
  readonly now: () => number;
}

/** The results of a simulation: integer counts of each replication, in order. */
export interface Simulation {
  readonly model: Model;
  readonly counts: readonly Counts[];
  /** From the first shard sent to the last tally merged, the pool being warm. */
  readonly kernelSeconds: number;
}

/** Installations that each thread is warmed with: a part of the work, and no more than V8 needs to have compiled all of it. */
const WARM_UP_PART = 0.04;
const WARM_UP_MAX = 150_000;

/** Simulates every replication of a scenario. The counts and records are the same for any number of workers. */
export async function simulate(scenario: Scenario, rules: RuleSet, options: SimulateOptions): Promise<Simulation> {
  const model = compileModel(scenario, rules);
  const shards = shardsOf(model.size);
  const task: SimulationTask = { scenario, rules, seed: seedWords(options.seed) };
  const requests: ShardRequest[] = [];
  for (let replication = 0; replication < options.replications; replication += 1) {
    for (let shard = 0; shard < shards; shard += 1) {
      requests.push({ task, replication, shard, record: options.onRecords !== undefined && replication === 0 });
    }
  }
  const counts = Array.from({ length: options.replications }, () => emptyCounts(model.asOfs.length, model.months));
  const warmUp = Math.min(WARM_UP_MAX, Math.floor(WARM_UP_PART * model.size * options.replications));
  const pool = options.pool ?? (await openPool(Math.min(options.workers, requests.length)));
  try {
    if (!options.pool) await pool.warm(task, warmUp);
    const began = options.now();
    let done = 0;
    await pool.run(requests, async (reply, position) => {
      addCounts(counts[(requests[position] as ShardRequest).replication] as Counts, reply.counts);
      if (reply.records && options.onRecords) await options.onRecords(reply.records);
      done += 1;
      await options.onProgress?.(done / requests.length);
    });
    return { model, counts, kernelSeconds: options.now() - began };
  } finally {
    if (!options.pool) await pool.close();
  }
}
