/**
 * One instance of the compiled life and the numbers that cross to it and back. Who makes the instance decides how the life runs:
 * as WebAssembly, or as a translation of it where WebAssembly is barred.
 */
import { NumberStream } from '../../../src/numberStream.ts';
import { emptyCounts, type Counts } from '../life/counts.ts';
import type { Model } from '../model/model.ts';
import type { Replication } from '../model/replication.ts';
import type { RecordedTable } from '../records/recordBuffers.ts';
import type { FollowingRules } from './ruleFamily.ts';

/** What `lifeEntry.ts` offers, beside its memory. */
interface LifeExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  receive(length: number): number;
  begin(k0: number, k1: number, replication: number, more: number): void;
  run(first: number, to: number): void;
  record(first: number, to: number): void;
  tableRows(k: number): number;
  tableCapacity(k: number): number;
  tableAddress(k: number): number;
  volumesAddress(k: number): number;
  endsAddress(k: number): number;
  migratedInstallationsAddress(k: number): number;
  migratedMetersAddress(k: number): number;
  clear(): void;
}

/** Makes an instance: it takes the functions that the life imports and returns what the life exports. */
export type LifeMaker = (imports: object) => unknown;

/** So few that a run of some thousand lives gains from optimised code, and so many that the calls cost nothing. */
const LIVES_A_CALL = 256;

/** The numbers of a model, kept with it: every replication is given the same. */
const PLANS = new WeakMap<Model, Float64Array>();

function planNumbers(model: Model): Float64Array {
  let numbers = PLANS.get(model);
  if (numbers === undefined) {
    const stream = new NumberStream(new Float64Array(0));
    model.exchange(stream);
    numbers = stream.values.slice(0, stream.count);
    PLANS.set(model, numbers);
  }
  return numbers;
}

/** Lives of one replication, counted in WebAssembly. */
export interface CompiledLives {
  /** Counts the installations [first, to): under the model's rule set, and then under each of the further ones. */
  run(first: number, to: number): readonly Counts[];
  /** Counts the installations [first, to) under the model's rule set, and keeps their records. */
  record(first: number, to: number): RecordedLives;
}

/** The counts and the tables of one call of `record`. The tables are views of memory, valid until the next call. */
export interface RecordedLives {
  readonly counts: Counts;
  /** Returns a table by its number. `columns` is the number of its columns. */
  readonly table: (k: number, columns: number) => RecordedTable;
}

/**
 * The lives of a replication in an instance of their own.
 * @param more further rule sets of the model's family (`ruleFamily`)
 */
export function livesIn(
  make: LifeMaker,
  model: Model,
  { seed, number, outages }: Replication,
  more: readonly FollowingRules[] = [],
): CompiledLives {
  const abort = (): never => {
    throw new Error('the compiled life has met a number that no checked scenario gives');
  };
  const life = make({ env: { abort }, host: { log: Math.log, exp: Math.exp } }) as LifeExports;
  const plan = planNumbers(model);
  const shared = new NumberStream(new Float64Array(0));
  outages.exchange(shared);
  for (const { rules, masks } of more) {
    rules.exchange(shared);
    shared.integers(masks);
  }
  const address = life.receive(plan.length + shared.count);
  const received = new Float64Array(life.memory.buffer, address, plan.length + shared.count);
  received.set(plan);
  received.set(shared.values.subarray(0, shared.count), plan.length);
  life.begin(seed.k0, seed.k1, number, more.length);
  const copy = (from: number, length: number): Int32Array => new Int32Array(life.memory.buffer, from, length).slice();
  const lengths = countLengths(model);
  const countsUnder = (k: number): Counts => ({
    volumes: copy(life.volumesAddress(k), lengths.volumes),
    ends: copy(life.endsAddress(k), lengths.ends),
    migratedInstallations: copy(life.migratedInstallationsAddress(k), lengths.months),
    migratedMeters: copy(life.migratedMetersAddress(k), lengths.months),
  });
  // V8 goes over to the optimised code of a function at its next call only.
  const inPieces = (work: (from: number, to: number) => void, first: number, to: number): void => {
    life.clear();
    for (let from = first; from < to; from += LIVES_A_CALL) work(from, Math.min(to, from + LIVES_A_CALL));
  };
  const table = (k: number, columns: number): RecordedTable => {
    const capacity = life.tableCapacity(k);
    const values = new Int32Array(life.memory.buffer, life.tableAddress(k), columns * capacity);
    return { rows: life.tableRows(k), capacity, values };
  };
  return {
    run(first, to) {
      inPieces((from, end) => life.run(from, end), first, to);
      return Array.from({ length: more.length + 1 }, (_, k) => countsUnder(k));
    },
    record(first, to) {
      inPieces((from, end) => life.record(from, end), first, to);
      return { counts: countsUnder(0), table };
    },
  };
}

function countLengths(model: Model): { volumes: number; ends: number; months: number } {
  const { volumes, ends, migratedMeters } = emptyCounts(model.asOfs.length, model.months);
  return { volumes: volumes.length, ends: ends.length, months: migratedMeters.length };
}
