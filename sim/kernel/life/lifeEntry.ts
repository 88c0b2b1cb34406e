/**
 * The functions that the WebAssembly form of the kernel exports. One instance serves one task and one replication. Call
 * `receive` to get room for the numbers of the plan and the outages, then `begin`, and then `run` or `record` for each shard.
 */
import { RuleNumbers } from '../../../src/exclusion/engine/ruleNumbers.ts';
import { addressOf, type i32 } from '../../../src/numbers.ts';
import { NumberStream } from '../../../src/numberStream.ts';
import { SeedWords } from '../../world/dice/draws.ts';
import { LifePlan } from '../model/lifePlan.ts';
import { OutageLists } from '../model/outageLists.ts';
import type { Counts } from './counts.ts';
import type { ColumnTable } from './columnTable.ts';
import { Follower } from './follower.ts';
import { Life } from './life.ts';
import { ManyLives } from './manyLives.ts';
import { Recorder } from './recorder.ts';

let received: Float64Array = new Float64Array(0);
let lives: ManyLives | null = null;
/** The counts under the plan's rule set, then those under each rule set that follows. */
let counts: Counts[] = [];
/** The recorder, its life and its tables are made when a shard is first recorded. */
let recorder: Recorder | null = null;
let recordedLife: Life | null = null;
let tables: ColumnTable[] = [];
const plan: LifePlan = new LifePlan();
const outages: OutageLists = new OutageLists();
let seed: SeedWords = new SeedWords(0, 0);
let number: i32 = 0;

/** Makes room for so many numbers and returns their address. */
export function receive(length: i32): i32 {
  received = new Float64Array(length);
  return addressOf(received);
}

/** Takes the numbers that were received: a plan, the outages of the replication, and so many more rule sets. */
export function begin(k0: i32, k1: i32, replication: i32, more: i32): void {
  const numbers = new NumberStream(received);
  plan.exchange(numbers);
  outages.exchange(numbers);
  seed = new SeedWords(k0, k1);
  number = replication;
  const followers: Follower[] = [];
  for (let k: i32 = 0; k < more; k += 1) {
    const rules = new RuleNumbers();
    rules.exchange(numbers);
    const masks = numbers.integers(new Int32Array(0));
    followers.push(new Follower(rules, masks, plan.asOfs, plan.months));
  }
  const all = new ManyLives(plan, outages, seed, replication, followers);
  lives = all;
  counts = [all.counts];
  for (let k: i32 = 0; k < more; k += 1) counts.push((followers[k] as Follower).counts);
}

/** Adds the installations [first, to) to the counts. */
export function run(first: i32, to: i32): void {
  (lives as ManyLives).run(first, to);
}

/** Adds the installations [first, to) to the counts under the plan's rule set, and to the records. */
export function record(first: i32, to: i32): void {
  if (recordedLife === null) beginRecords();
  const life = recordedLife as Life;
  for (let entity = first; entity < to; entity += 1) life.run(entity);
}

function beginRecords(): void {
  const kept = new Recorder(plan.horizon);
  recorder = kept;
  tables = [kept.installations, kept.attempts, kept.events, kept.spans, kept.verdicts, kept.evidence];
  recordedLife = new Life(plan, outages, seed, number, counts[0] as Counts, kept, false, null);
}

/** The number of rows of a recorded table. `k` is its number in `RECORDED_TABLES` (records/recordBuffers.ts). */
export function tableRows(k: i32): i32 {
  return (tables[k] as ColumnTable).rows;
}

/** The number of rows for which each column of the table has room. */
export function tableCapacity(k: i32): i32 {
  return (tables[k] as ColumnTable).capacity;
}

/** The address of the first column of the table. The columns stand one after the other. */
export function tableAddress(k: i32): i32 {
  return addressOf((tables[k] as ColumnTable).values);
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

/** Sets all counts to 0, and forgets the records. */
export function clear(): void {
  const kept = recorder;
  if (kept !== null) kept.clear();
  for (let k: i32 = 0; k < counts.length; k += 1) {
    const own = counts[k] as Counts;
    own.volumes.fill(0);
    own.ends.fill(0);
    own.migratedInstallations.fill(0);
    own.migratedMeters.fill(0);
  }
}
