import type { SeedWords } from '../../world/dice/draws.ts';
import { emptyCounts, type Counts } from '../life/counts.ts';
import { Follower } from '../life/follower.ts';
import { Life } from '../life/life.ts';
import { ManyLives } from '../life/manyLives.ts';
import type { Observer } from '../life/observer.ts';
import { Recorder } from '../life/recorder.ts';
import type { Model } from '../model/model.ts';
import type { FollowingRules } from './ruleFamily.ts';
import { Replication } from '../model/replication.ts';
import { recordsOf, tablesOf, type ShardRecords } from '../records/recordBuffers.ts';
import { compiledLives } from './compiledLife.ts';
import type { CompiledLives } from './lifeInstance.ts';

/** The number of installations in a shard. It does not depend on the number of workers, and results do not depend on it. */
const SHARD_SIZE = 65_536;

/** The number of lives that warm the compiled life. Our choice: more lives do not make it faster. */
const WARM_COMPILED = 16_384;

export function shardsOf(size: number): number {
  return Math.ceil(size / SHARD_SIZE);
}

/** What a shard counted, and its records. */
export interface RecordedShard {
  readonly counts: Counts;
  readonly records: ShardRecords;
}

/** Runs the shards of one replication on this thread. Replications share nothing but the model. */
export class ShardRunner {
  readonly replication: Replication;
  private readonly model: Model;
  private readonly more: readonly FollowingRules[];
  private readonly compiled: CompiledLives | null;

  /**
   * @param inJavaScript Live the lives in JavaScript even where WebAssembly could.
   * @param more Further rule sets of the model's family (`ruleFamily`), for `runMany`.
   */
  constructor(
    model: Model,
    seed: SeedWords,
    replication: number,
    inJavaScript = false,
    more: readonly FollowingRules[] = [],
  ) {
    this.model = model;
    this.more = more;
    this.replication = new Replication(model, seed, replication);
    this.compiled = inJavaScript ? null : compiledLives(model, this.replication, more);
  }

  /** Counts the installations of a shard under the model's rule set; an observer sees each of their lives. */
  run(shard: number, observer: Observer | null = null): Counts {
    if (observer === null) return this.runMany(shard)[0] as Counts;
    const { model, replication } = this;
    const [first, to] = this.boundsOf(shard);
    const counts = emptyCounts(model.asOfs.length, model.months);
    const life = lifeOf(model, replication, counts, observer);
    for (let entity = first; entity < to; entity += 1) life.run(entity);
    return counts;
  }

  /** Counts the installations of a shard under the model's rule set and then under each of the further ones. */
  runMany(shard: number): readonly Counts[] {
    const { model, replication, compiled, more } = this;
    const [first, to] = this.boundsOf(shard);
    if (compiled !== null) return compiled.run(first, to);
    const followers = more.map(({ rules, masks }) => new Follower(rules, masks, model.asOfs, model.months));
    const lives = new ManyLives(model, replication.outages, replication.seed, replication.number, followers);
    lives.run(first, to);
    return [lives.counts, ...followers.map(({ counts }) => counts)];
  }

  /** Counts the installations of a shard under the model's rule set, and keeps their records. */
  record(shard: number): RecordedShard {
    const { compiled } = this;
    if (compiled !== null) {
      const recorded = compiled.record(...this.boundsOf(shard));
      return { counts: recorded.counts, records: recordsOf(tablesOf(recorded.table)) };
    }
    const recorder = new Recorder(this.model.horizon);
    const counts = this.run(shard, recorder);
    return { counts, records: recordsOf(recorder) };
  }

  private boundsOf(shard: number): readonly [number, number] {
    const first = shard * SHARD_SIZE;
    return [first, Math.min(this.model.size, first + SHARD_SIZE)];
  }

  /** Runs installations of each population for the compiler's sake and throws the counts away: so many in all. */
  warm(installations: number): void {
    const { model, replication, compiled } = this;
    const counts = emptyCounts(model.asOfs.length, model.months);
    const life = compiled === null ? lifeOf(model, replication, counts, null) : null;
    const most = life === null ? Math.min(installations, WARM_COMPILED) : installations;
    for (const group of model.groups) {
      const share = Math.min(group.size, Math.floor((most * group.size) / model.size));
      if (compiled !== null && share > 0) compiled.run(group.first, group.first + share);
      for (let i = 0; life !== null && i < share; i += 1) life.run(group.first + i);
    }
  }
}

/** A life for the installations of a replication, one after the other. `tellsAll` as in the constructor of `Life`. */
export function lifeOf(
  model: Model,
  replication: Replication,
  counts: Counts,
  observer: Observer | null,
  tellsAll = false,
): Life {
  return new Life(model, replication.outages, replication.seed, replication.number, counts, observer, tellsAll, null);
}
