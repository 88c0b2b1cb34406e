import type { SeedWords } from '../../world/dice/draws.ts';
import { emptyCounts, type Counts } from '../life/counts.ts';
import { Follower } from '../life/follower.ts';
import { Life } from '../life/life.ts';
import { ManyLives } from '../life/manyLives.ts';
import type { Observer } from '../life/observer.ts';
import type { Model } from '../model/model.ts';
import type { FollowingRules } from './ruleFamily.ts';
import { Replication } from '../model/replication.ts';
import { compiledLives } from './compiledLife.ts';
import type { CompiledLives } from './lifeInstance.ts';

/** Fixed, and independent of the number of workers: how a population is cut cannot matter. */
const SHARD_SIZE = 65_536;

export function shardsOf(size: number): number {
  return Math.ceil(size / SHARD_SIZE);
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

  private boundsOf(shard: number): readonly [number, number] {
    const first = shard * SHARD_SIZE;
    return [first, Math.min(this.model.size, first + SHARD_SIZE)];
  }

  /** Runs installations of each population for the compiler's sake and throws the counts away: so many in all. */
  warm(installations: number): void {
    const { model, replication } = this;
    const counts = emptyCounts(model.asOfs.length, model.months);
    const life = lifeOf(model, replication, counts, null);
    for (const group of model.groups) {
      const share = Math.min(group.size, Math.floor((installations * group.size) / model.size));
      for (let i = 0; i < share; i += 1) life.run(group.first + i);
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
