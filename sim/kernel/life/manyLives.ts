/**
 * Lives counted under several rule sets in one pass. The file belongs to the subset of TypeScript that is also compiled to
 * WebAssembly (sim/kernel/README.md).
 */
import type { i32 } from '../../../src/numbers.ts';
import type { SeedWords } from '../../world/dice/draws.ts';
import type { LifePlan } from '../model/lifePlan.ts';
import type { OutageLists } from '../model/outageLists.ts';
import { Counts } from './counts.ts';
import type { Follower } from './follower.ts';
import { Life } from './life.ts';

/**
 * The lives of one replication under the rule set of the plan and those of its followers. The counts of each rule set are the
 * counts of a run of its own, to the last one.
 */
export class ManyLives {
  /** Of the plan's own rule set. */
  readonly counts: Counts;
  private readonly leader: Life;
  private readonly followers: Follower[];
  /** A life under the rules of each follower, for the installations on which it parts from the leader. */
  private readonly own: Life[] = [];

  constructor(plan: LifePlan, outages: OutageLists, seed: SeedWords, replication: i32, followers: Follower[]) {
    const counts = new Counts(plan.asOfs.length, plan.months);
    this.counts = counts;
    this.followers = followers;
    const leader = new Life(plan, outages, seed, replication, counts, null, false, null);
    leader.account.follow(followers);
    this.leader = leader;
    for (let k: i32 = 0; k < followers.length; k += 1) {
      const follower = followers[k] as Follower;
      const under = plan.under(follower.rules, follower.masks);
      this.own.push(new Life(under, outages, seed, replication, follower.counts, null, false, leader));
    }
  }

  /** Adds the installations [first, to) to the counts. */
  run(first: i32, to: i32): void {
    const leader = this.leader;
    const account = leader.account;
    for (let entity = first; entity < to; entity += 1) {
      leader.run(entity);
      if (account.parted > 0) this.runParted(entity);
    }
  }

  private runParted(entity: i32): void {
    const followers = this.followers;
    for (let k: i32 = 0; k < followers.length; k += 1) {
      const follower = followers[k] as Follower;
      if (follower.isWith) continue;
      const life = this.own[k] as Life;
      life.account.countedAsOfs = follower.counted;
      life.run(entity);
    }
  }
}
