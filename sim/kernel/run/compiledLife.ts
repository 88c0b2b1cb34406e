/**
 * The kernel's life in WebAssembly. `npm run life` compiles it from the files of the subset (sim/kernel/README.md); its counts are
 * those of the same files run as JavaScript.
 */
import { NumberStream } from '../../../src/numberStream.ts';
import * as engineCodes from '../../../src/exclusion/engine/engineCodes.ts';
import * as migrationCodes from '../../../src/migration/migrationCodes.ts';
import * as populationCodes from '../../population/populationCodes.ts';
import * as endCodes from '../../scenario/endCodes.ts';
import * as streamCodes from '../../world/dice/streamCodes.ts';
import { emptyCounts, type Counts } from '../life/counts.ts';
import type { Model } from '../model/model.ts';
import type { FollowingRules } from './ruleFamily.ts';
import type { Replication } from '../model/replication.ts';
import {
  RECORDED_TABLES,
  recordsOf,
  type RecordedTable,
  type RecordedTables,
  type ShardRecords,
} from '../records/recordBuffers.ts';
import { LIFE_CODES, LIFE_MODULE } from './lifeModule.ts';

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

/** The part of WebAssembly that is used here. It has no place in the types of a library without a browser. */
interface WebAssemblyFace {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
}

const CODES: Readonly<Record<string, number>> = {
  ...engineCodes,
  ...migrationCodes,
  ...populationCodes,
  ...endCodes,
  ...streamCodes,
};

/** So few that a run of some thousand lives gains from optimised code, and so many that the calls cost nothing. */
const LIVES_A_CALL = 256;

/** Compiled once a thread; null: there is no WebAssembly here, or the tables have changed since `npm run life`. */
let compiled: object | null | undefined;

function webAssembly(): WebAssemblyFace | undefined {
  return (globalThis as { WebAssembly?: WebAssemblyFace }).WebAssembly;
}

function moduleOf(face: WebAssemblyFace): object | null {
  if (compiled === undefined) {
    const isOfTables = Object.entries(LIFE_CODES).every(([name, value]) => CODES[name] === value);
    try {
      compiled = isOfTables ? new face.Module(bytesOf(LIFE_MODULE)) : null;
    } catch {
      // A page's policy may forbid WebAssembly.
      compiled = null;
    }
  }
  return compiled;
}

function bytesOf(base64: string): Uint8Array {
  const text = atob(base64);
  return Uint8Array.from({ length: text.length }, (_, i) => text.charCodeAt(i));
}

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
  record(first: number, to: number): RecordedShard;
}

export interface RecordedShard {
  readonly counts: Counts;
  readonly records: ShardRecords;
}

/** The lives of a replication in WebAssembly; null where they have to be lived in JavaScript. */
export function compiledLives(
  model: Model,
  { seed, number, outages }: Replication,
  more: readonly FollowingRules[] = [],
): CompiledLives | null {
  const face = webAssembly();
  const module = face && moduleOf(face);
  if (!face || !module) return null;
  const abort = (): never => {
    throw new Error('the compiled life has met a number that no checked scenario gives');
  };
  const imports = { env: { abort }, host: { log: Math.log, exp: Math.exp } };
  const life = new face.Instance(module, imports).exports as LifeExports;
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
  return {
    run(first, to) {
      inPieces((from, end) => life.run(from, end), first, to);
      return Array.from({ length: more.length + 1 }, (_, k) => countsUnder(k));
    },
    record(first, to) {
      inPieces((from, end) => life.record(from, end), first, to);
      return { counts: countsUnder(0), records: recordsOf(recordedTables(life)) };
    },
  };
}

/** The tables as they stand in the memory of the compiled life. */
function recordedTables(life: LifeExports): RecordedTables {
  const tables: Partial<Record<keyof RecordedTables, RecordedTable>> = {};
  for (const [k, [name, columns]] of RECORDED_TABLES.entries()) {
    const capacity = life.tableCapacity(k);
    const values = new Int32Array(life.memory.buffer, life.tableAddress(k), columns * capacity);
    tables[name] = { rows: life.tableRows(k), capacity, values };
  }
  return tables as RecordedTables;
}

function countLengths(model: Model): { volumes: number; ends: number; months: number } {
  const { volumes, ends, migratedMeters } = emptyCounts(model.asOfs.length, model.months);
  return { volumes: volumes.length, ends: ends.length, months: migratedMeters.length };
}
