import { groupOf } from '../../population/groups.ts';
import type { SeedWords } from '../../world/dice/draws.ts';
import { COLUMN_MAX } from '../../world/dice/threefryColumns.ts';
import { FirstAttempts } from '../columns/firstAttempts.ts';
import { Life } from '../life/life.ts';
import type { GroupPlan, Model } from '../model/model.ts';
import type { Observer } from '../life/observer.ts';
import { Replication } from '../model/replication.ts';
import { emptyCounts, type Counts } from '../life/counts.ts';

/** Fixed, and independent of the number of workers: how a population is cut cannot matter. */
const SHARD_SIZE = 65_536;
const WARM_UP_PIECES = 8;

export function shardsOf(size: number): number {
  return Math.ceil(size / SHARD_SIZE);
}

/** Runs the shards of one replication on this thread. Replications share nothing but the model. */
export class ShardRunner {
  readonly replication: Replication;
  private readonly model: Model;

  constructor(model: Model, seed: SeedWords, replication: number) {
    this.model = model;
    this.replication = new Replication(model, seed, replication);
  }

  run(shard: number, observer: Observer | null = null): Counts {
    const { size } = this.model;
    return this.between(shard * SHARD_SIZE, Math.min(size, (shard + 1) * SHARD_SIZE), observer);
  }

  /**
   * Runs installations of each group for the compiler's sake and throws the answer away: so many in all, and never more than
   * a small part of the work to come. In pieces with a `Life` each, as shards have: what is compiled with one object in
   * view is thrown away when the next one comes.
   */
  warm(installations: number): void {
    const { groups, size } = this.model;
    for (const group of groups) {
      const share = Math.min(group.size, Math.floor((installations * group.size) / size));
      const to = (piece: number): number => group.first + Math.floor((share * piece) / WARM_UP_PIECES);
      for (let piece = 0; piece < WARM_UP_PIECES; piece += 1) this.between(to(piece), to(piece + 1), null);
    }
  }

  private between(first: number, to: number, observer: Observer | null): Counts {
    const { model } = this;
    const counts = emptyCounts(model.asOfs.length, model.months);
    const life = new Life(model, this.replication, counts, observer);
    const firstAttempts = new FirstAttempts(life, model, this.replication, { counts });
    for (let from = first; from < to;) {
      const group = groupOf(model.groups, from) as GroupPlan;
      const until = Math.min(to, group.first + group.size, from + COLUMN_MAX);
      life.ahead(from, until - from);
      if (firstAttempts.areOf(group)) firstAttempts.run(group, from, until - from);
      else for (let entity = from; entity < until; entity += 1) life.run(entity);
      from = until;
    }
    return counts;
  }
}
