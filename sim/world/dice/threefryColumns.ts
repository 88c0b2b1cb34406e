import { threefry, words, type Columns } from './draws.ts';
import * as simd from './simd.ts';

/**
 * Threefry-2x32-20 for a run of consecutive counters at once: the same words as `threefry`, sixteen counters side by side
 * in the lanes of WebAssembly, at about a sixth of the time. The module is assembled here, at start-up, from the cipher's
 * own constants; where there is no WebAssembly the scalar function fills the columns.
 */

/** Rotations of the eight-round schedule (Salmon et al. 2011, table 4: Threefry-2x32). */
const ROTATIONS = [13, 15, 26, 6, 17, 29, 16, 24] as const;
const ROUNDS = 20;
const ROUNDS_A_KEY = 4;
/** The parity constant of the key schedule. */
const PARITY = 0x1bd11bda;

/** Counters in one pass of the loop: four chains of four lanes, which hide each other's latency. */
const CHAINS = 4;
const LANES = 4;
const STRIDE = CHAINS * LANES;

/** Longest run of one call; a multiple of the stride. */
export const COLUMN_MAX = 1024;
const COLUMN_BYTES = COLUMN_MAX * 4;

/** Where a fill leaves its words: counter `from + i` of the last call at `i`, for at most COLUMN_MAX counters. */
export interface ThreefryColumns extends Columns {
  readonly first: Int32Array;
  readonly second: Int32Array;
}

export function threefryColumns(): ThreefryColumns {
  const assembled = simd.assemble({
    parameters: 5,
    integers: 1,
    vectors: 5 + 2 * CHAINS,
    memoryBytes: 2 * COLUMN_BYTES,
    code: code(),
  });
  if (assembled === null) return scalarColumns();
  return {
    first: new Int32Array(assembled.memory.buffer, 0, COLUMN_MAX),
    second: new Int32Array(assembled.memory.buffer, COLUMN_BYTES, COLUMN_MAX),
    fill: (k0, k1, from, index, count) => assembled.run(k0, k1, from, index, count * 4),
  };
}

export function scalarColumns(): ThreefryColumns {
  const a = new Int32Array(COLUMN_MAX);
  const b = new Int32Array(COLUMN_MAX);
  return {
    first: a,
    second: b,
    fill(k0, k1, from, index, count) {
      for (let i = 0; i < count; i += 1) {
        threefry(k0, k1, from + i, index);
        a[i] = words[0] as number;
        b[i] = words[1] as number;
      }
    },
  };
}

/** Parameters and locals of the loop, by number: three keys stand at `keys`, two words of each chain at `chain`. */
const P = { k0: 0, k1: 1, from: 2, index: 3, bytes: 4 } as const;
const L = { at: 5, keys: 6, entity: 9, second: 10, chain: 11 } as const;

const { get, set, op, i32, lanes } = simd;
const splat = (value: simd.Code): simd.Code => op('i32x4.splat', value);
const sum = (a: simd.Code, b: simd.Code): simd.Code => op('i32x4.add', a, b);

function forEachChain(of: (chain: { a: number; b: number }, number: number) => readonly simd.Code[]): simd.Code {
  return Array.from({ length: CHAINS }, (_, chain) => {
    const a = L.chain + 2 * chain;
    return of({ a, b: a + 1 }, chain).flat();
  }).flat();
}

function round(rotation: number): simd.Code {
  return forEachChain(({ a, b }) => {
    const left = op('i32x4.shl', get(b), i32(rotation));
    const right = op('i32x4.shr_u', get(b), i32(32 - rotation));
    return [set(a, sum(get(a), get(b))), set(b, op('v128.xor', op('v128.or', left, right), get(a)))];
  });
}

/** The n-th injection of the key, after every fourth round. */
function inject(n: number): simd.Code {
  const key = (i: number): simd.Code => get(L.keys + (i % 3));
  return forEachChain(({ a, b }) => [set(a, sum(get(a), key(n))), set(b, sum(sum(get(b), key(n + 1)), splat(i32(n))))]);
}

function code(): simd.Code {
  const rounds = Array.from({ length: ROUNDS }, (_, i) => [
    ...round(ROTATIONS[i % ROTATIONS.length] as number),
    ...((i + 1) % ROUNDS_A_KEY === 0 ? inject((i + 1) / ROUNDS_A_KEY) : []),
  ]).flat();
  const parity = [...i32(PARITY), ...get(P.k0), ...simd.I32_XOR, ...get(P.k1), ...simd.I32_XOR];
  const body = [
    ...forEachChain(({ a, b }, chain) => [
      set(a, sum(get(L.entity), splat(i32(LANES * chain)))),
      set(b, get(L.second)),
    ]),
    ...rounds,
    ...forEachChain(({ a, b }, chain) => [
      simd.store(get(L.at), 16 * chain, get(a)),
      simd.store(get(L.at), COLUMN_BYTES + 16 * chain, get(b)),
    ]),
    ...set(L.entity, sum(get(L.entity), splat(i32(STRIDE)))),
  ];
  return [
    ...set(L.keys, splat(get(P.k0))),
    ...set(L.keys + 1, splat(get(P.k1))),
    ...set(L.keys + 2, splat(parity)),
    // The first injection adds k0 to the counters and k1 to the index.
    ...set(L.entity, sum(sum(splat(get(P.from)), lanes([0, 1, 2, 3])), get(L.keys))),
    ...set(L.second, splat([...get(P.index), ...get(P.k1), ...simd.I32_ADD])),
    ...simd.loop(body, { at: L.at, step: STRIDE * 4, limit: get(P.bytes) }),
  ];
}
