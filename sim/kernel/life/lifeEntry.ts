/**
 * What the WebAssembly form of the kernel offers. One instance serves one task and one replication: `receive` room for the
 * numbers of the plan and the outages, `begin`, and then `run` for one shard after the other.
 */
import { RuleNumbers } from '../../../src/exclusion/engine/ruleNumbers.ts';
import { addressOf, type i32 } from '../../../src/numbers.ts';
import { NumberStream } from '../../../src/numberStream.ts';
import { SeedWords } from '../../world/dice/draws.ts';
import { LifePlan } from '../model/lifePlan.ts';
import { OutageLists } from '../model/outageLists.ts';
import type { Counts } from './counts.ts';
import { Follower } from './follower.ts';
import { ManyLives } from './manyLives.ts';

let received: Float64Array = new Float64Array(0);
let lives: ManyLives | null = null;
/** Of the plan's rule set, and of each that follows. */
let counts: Counts[] = [];

/** Makes room for so many numbers and returns their address. */
export function receive(length: i32): i32 {
  received = new Float64Array(length);
  return addressOf(received);
}

/** Takes the numbers that were received: a plan, the outages of the replication, and so many more rule sets. */
export function begin(k0: i32, k1: i32, replication: i32, more: i32): void {
  const numbers = new NumberStream(received);
  const plan = new LifePlan();
  plan.exchange(numbers);
  const outages = new OutageLists();
  outages.exchange(numbers);
  const followers: Follower[] = [];
  for (let k: i32 = 0; k < more; k += 1) {
    const rules = new RuleNumbers();
    rules.exchange(numbers);
    const masks = numbers.integers(new Int32Array(0));
    followers.push(new Follower(rules, masks, plan.asOfs, plan.months));
  }
  const all = new ManyLives(plan, outages, new SeedWords(k0, k1), replication, followers);
  lives = all;
  counts = [all.counts];
  for (let k: i32 = 0; k < more; k += 1) counts.push((followers[k] as Follower).counts);
}

/** Adds the installations [first, to) to the counts. */
export function run(first: i32, to: i32): void {
  (lives as ManyLives).run(first, to);
}

/** Addresses of the counts under a rule set: the plan's is number 0. */
export function volumesAddress(k: i32): i32 {
  return addressOf((counts[k] as Counts).volumes);
}

export function endsAddress(k: i32): i32 {
  return addressOf((counts[k] as Counts).ends);
}

export function migratedInstallationsAddress(k: i32): i32 {
  return addressOf((counts[k] as Counts).migratedInstallations);
}

export function migratedMetersAddress(k: i32): i32 {
  return addressOf((counts[k] as Counts).migratedMeters);
}

/** Sets all counts to 0. */
export function clear(): void {
  for (let k: i32 = 0; k < counts.length; k += 1) {
    const own = counts[k] as Counts;
    own.volumes.fill(0);
    own.ends.fill(0);
    own.migratedInstallations.fill(0);
    own.migratedMeters.fill(0);
  }
}
