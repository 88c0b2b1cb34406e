/**
 * One shard of one simulation, computed on the thread at hand. The inline pool and the worker threads both answer
 * requests through `ShardTasks`, so that there is one way to run a shard.
 */
import type { RuleSet } from '../../../src/rules/ruleset.ts';
import type { Scenario } from '../../scenario/schema.ts';
import type { SeedWords } from '../../world/dice/draws.ts';
import type { Counts } from '../life/counts.ts';
import { compileModel, type Model } from '../model/model.ts';
import { followingRules, type FollowingRules } from './ruleFamily.ts';
import type { ShardRecords } from '../records/recordBuffers.ts';
import { RecentlyUsed } from '../../../src/recentlyUsed.ts';
import { ShardRunner } from './shard.ts';
import type { Watcher, Watchers, WatchRequest } from './watcher.ts';

/** What a simulation is computed from. Plain data: it can be sent to another thread. */
export interface SimulationTask {
  readonly scenario: Scenario;
  readonly rules: RuleSet;
  /** Further rule sets of the same `ruleFamily`: the lives are counted under them in the same pass. */
  readonly moreRules?: readonly RuleSet[];
  readonly seed: SeedWords;
}

/** One shard of one replication of a task. */
export interface ShardRequest {
  readonly task: SimulationTask;
  /** From 0. */
  readonly replication: number;
  /** From 0, below `shardsOf` the task's population. */
  readonly shard: number;
  /** Keep the records of the shard's installations. */
  readonly record: boolean;
  /** Who looks on at the shard's lives; by default nobody. A request that records has no watcher. */
  readonly watch?: WatchRequest;
}

/** What a shard of one replication counted, and its records if they were asked for. */
export interface ShardReply {
  readonly counts: Counts;
  /** The counts under each of the task's further rule sets; empty where somebody looked on. */
  readonly more: readonly Counts[];
  /** Null if the request asked for none. */
  readonly records: ShardRecords | null;
  /** What the watcher saw; undefined if the request names none. */
  readonly watched?: unknown;
}

/** A request as it crosses to another thread. The task itself is sent only if the thread does not hold it. */
export interface SentRequest {
  /** Number of the task, the same in every message about it. */
  readonly id: number;
  readonly task: SimulationTask | null;
  readonly replication: number;
  readonly shard: number;
  readonly record: boolean;
  readonly watch?: WatchRequest;
  /** Run so many installations for the compiler's sake instead of a shard; 0: run the shard. */
  readonly warmUp: number;
}

/** A thread holds so many compiled tasks. Who sends requests counts along, and sends the others again. */
export const TASKS_HELD = 8;

/** The compiled tasks of one thread. */
export class ShardTasks {
  private readonly held = new RecentlyUsed<HeldTask>(TASKS_HELD);
  private readonly watchers: Watchers;

  constructor(watchers: Watchers = {}) {
    this.watchers = watchers;
  }

  /** Answers a request that crossed from another thread; null after a warm-up. */
  answer({ id, task, replication, shard, record, watch, warmUp }: SentRequest): ShardReply | null {
    const held = this.held.use(id, () => {
      if (task === null) throw new Error(`task ${id} was not sent to this thread`);
      return new HeldTask(task);
    });
    if (warmUp > 0) {
      held.runner(replication).warm(warmUp);
      return null;
    }
    const runner = held.runner(replication);
    if (watch !== undefined) {
      const watcher = this.watcherOf(watch, held.model);
      return { counts: runner.run(shard, watcher), more: [], records: null, watched: watcher.take() };
    }
    if (!record) {
      const [counts, ...more] = runner.runMany(shard);
      return { counts: counts as Counts, more, records: null };
    }
    return { ...runner.record(shard), more: [] };
  }

  private watcherOf({ name, of }: WatchRequest, model: Model): Watcher {
    const make = this.watchers[name];
    if (make === undefined) throw new Error(`this pool has no watcher ${name}`);
    return make(model, of);
  }
}

/** A compiled task, and the runner of the replication that was asked for last. */
class HeldTask {
  readonly model: Model;
  private readonly task: SimulationTask;
  private readonly more: readonly FollowingRules[];
  private last: { readonly replication: number; readonly shards: ShardRunner } | null = null;

  constructor(task: SimulationTask) {
    this.task = task;
    this.model = compileModel(task.scenario, task.rules);
    this.more = (task.moreRules ?? []).map(followingRules);
  }

  runner(replication: number): ShardRunner {
    if (this.last?.replication !== replication) {
      const shards = new ShardRunner(this.model, this.task.seed, replication, false, this.more);
      this.last = { replication, shards };
    }
    return this.last.shards;
  }
}
