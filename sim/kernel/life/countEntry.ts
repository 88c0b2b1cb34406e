/**
 * The functions that the WebAssembly form of a page's kernel exports: those of `lifeEntry.ts` that count lives under one rule
 * set. A page records no life and follows no other rule set, so what does is not compiled for it.
 */
import { addressOf, type i32 } from '../../../src/numbers.ts';
import { NumberStream } from '../../../src/numberStream.ts';
import { SeedWords } from '../../world/dice/draws.ts';
import { LifePlan } from '../model/lifePlan.ts';
import { OutageLists } from '../model/outageLists.ts';
import { Counts } from './counts.ts';
import { Life } from './life.ts';

let received: Float64Array = new Float64Array(0);
let counts: Counts = new Counts(0, 0);
let life: Life | null = null;

/** Makes room for so many numbers and returns their address. */
export function receive(length: i32): i32 {
  received = new Float64Array(length);
  return addressOf(received);
}

/** Takes the numbers that were received: a plan, and the outages of the replication. There are no more rule sets. */
export function begin(k0: i32, k1: i32, replication: i32, _more: i32): void {
  const numbers = new NumberStream(received);
  const plan = new LifePlan();
  plan.exchange(numbers);
  const outages = new OutageLists();
  outages.exchange(numbers);
  counts = new Counts(plan.asOfs.length, plan.months);
  life = new Life(plan, outages, new SeedWords(k0, k1), replication, counts, null, false, null);
}

/** Adds the installations [first, to) to the counts. */
export function run(first: i32, to: i32): void {
  const own = life as Life;
  for (let entity = first; entity < to; entity += 1) own.run(entity);
}

/** Addresses of the counts. */
export function volumesAddress(_k: i32): i32 {
  return addressOf(counts.volumes);
}

export function endsAddress(_k: i32): i32 {
  return addressOf(counts.ends);
}

export function migratedInstallationsAddress(_k: i32): i32 {
  return addressOf(counts.migratedInstallations);
}

export function migratedMetersAddress(_k: i32): i32 {
  return addressOf(counts.migratedMeters);
}

/** Sets all counts to 0. */
export function clear(): void {
  counts.volumes.fill(0);
  counts.ends.fill(0);
  counts.migratedInstallations.fill(0);
  counts.migratedMeters.fill(0);
}
