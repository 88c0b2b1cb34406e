import { threefry, words, type Columns } from './draws.ts';

/**
 * Threefry-2x32-20 for a run of consecutive counters at once: the same words as `threefry`, sixteen counters side by side
 * in the lanes of WebAssembly SIMD, at about a sixth of the time. The module is assembled here, at start-up, from the
 * cipher's own constants; where there is no WebAssembly the scalar function fills the columns.
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

interface Assembled {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly fill: (k0: number, k1: number, from: number, index: number, bytes: number) => void;
}

/** What of WebAssembly is used here; it has no place in the types of a library without a browser. */
interface WebAssemblyFace {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
}

export function threefryColumns(): ThreefryColumns {
  const wasm = (globalThis as { WebAssembly?: WebAssemblyFace }).WebAssembly;
  if (wasm === undefined) return scalarColumns();
  let exports: Assembled;
  try {
    exports = new wasm.Instance(new wasm.Module(assemble())).exports as Assembled;
  } catch {
    return scalarColumns(); // a processor without the instructions
  }
  return {
    first: new Int32Array(exports.memory.buffer, 0, COLUMN_MAX),
    second: new Int32Array(exports.memory.buffer, COLUMN_BYTES, COLUMN_MAX),
    fill: (k0, k1, from, index, count) => exports.fill(k0, k1, from, index, count * 4),
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

// --- the assembler: WebAssembly 2.0, binary format, chapters 5.4 and 5.5 ---

const I32 = 0x7f;
const V128 = 0x7b;
const SPLAT = [0xfd, 0x11];
const OR = [0xfd, 0x50];
const XOR = [0xfd, 0x51];
const SHL = [0xfd, 0xab, 0x01];
const SHR_U = [0xfd, 0xad, 0x01];
const ADD = [0xfd, 0xae, 0x01];
const STORE = [0xfd, 0x0b];
const CONST_V128 = [0xfd, 0x0c];

/** Parameters and locals of `fill`, by number. */
const P = { k0: 0, k1: 1, from: 2, index: 3, bytes: 4 } as const;
const L = { at: 5, keys: 6, entity: 9, second: 10, chain: 11 } as const;

function unsigned(value: number): number[] {
  const out: number[] = [];
  let rest = value;
  do {
    const byte = rest & 0x7f;
    rest >>>= 7;
    out.push(rest === 0 ? byte : byte | 0x80);
  } while (rest !== 0);
  return out;
}

function signed(value: number): number[] {
  const out: number[] = [];
  let rest = value;
  for (;;) {
    const byte = rest & 0x7f;
    rest >>= 7;
    const isLast = (rest === 0 && (byte & 0x40) === 0) || (rest === -1 && (byte & 0x40) !== 0);
    out.push(isLast ? byte : byte | 0x80);
    if (isLast) return out;
  }
}

const get = (local: number): number[] => [0x20, ...unsigned(local)];
const set = (local: number): number[] => [0x21, ...unsigned(local)];
const i32 = (value: number): number[] => [0x41, ...signed(value)];
const section = (id: number, body: readonly number[]): number[] => [id, ...unsigned(body.length), ...body];
const text = (name: string): number[] => [name.length, ...Array.from(name, (letter) => letter.charCodeAt(0))];
const splatted = (code: readonly number[]): number[] => [...code, ...SPLAT];
const constant = (lanes: readonly number[]): number[] => {
  return [...CONST_V128, ...lanes.flatMap((lane) => [0, 8, 16, 24].map((shift) => (lane >>> shift) & 0xff))];
};

/** One chain's two words, as locals. */
const word = (chain: number): { a: number; b: number } => ({ a: L.chain + 2 * chain, b: L.chain + 2 * chain + 1 });

function forEachChain(code: (chain: { a: number; b: number }, number: number) => number[]): number[] {
  return Array.from({ length: CHAINS }, (_, chain) => code(word(chain), chain)).flat();
}

function round(rotation: number): number[] {
  return forEachChain(({ a, b }) => [
    ...[...get(a), ...get(b), ...ADD, ...set(a)],
    ...[...get(b), ...i32(rotation), ...SHL, ...get(b), ...i32(32 - rotation), ...SHR_U, ...OR],
    ...[...get(a), ...XOR, ...set(b)],
  ]);
}

/** The n-th injection of the key, after every fourth round. */
function inject(n: number): number[] {
  const key = (i: number): number => L.keys + (i % 3);
  return forEachChain(({ a, b }) => [
    ...[...get(a), ...get(key(n)), ...ADD, ...set(a)],
    ...[...get(b), ...get(key(n + 1)), ...ADD, ...splatted(i32(n)), ...ADD, ...set(b)],
  ]);
}

function body(): number[] {
  const rounds = Array.from({ length: ROUNDS }, (_, i) => [
    ...round(ROTATIONS[i % ROTATIONS.length] as number),
    ...((i + 1) % ROUNDS_A_KEY === 0 ? inject((i + 1) / ROUNDS_A_KEY) : []),
  ]).flat();
  const store = (value: number, offset: number): number[] => [
    ...get(L.at),
    ...get(value),
    ...STORE,
    4,
    ...unsigned(offset),
  ];
  return [
    ...[...splatted(get(P.k0)), ...set(L.keys), ...splatted(get(P.k1)), ...set(L.keys + 1)],
    ...[...splatted([...i32(PARITY), ...get(P.k0), 0x73, ...get(P.k1), 0x73]), ...set(L.keys + 2)],
    // The first injection adds k0 to the counters and k1 to the index.
    ...[...splatted(get(P.from)), ...constant([0, 1, 2, 3]), ...ADD, ...get(L.keys), ...ADD, ...set(L.entity)],
    ...[...splatted([...get(P.index), ...get(P.k1), 0x6a]), ...set(L.second)],
    ...[0x03, 0x40], // loop
    ...forEachChain(({ a, b }, chain) => [
      ...[...get(L.entity), ...splatted(i32(LANES * chain)), ...ADD, ...set(a), ...get(L.second), ...set(b)],
    ]),
    ...rounds,
    ...forEachChain(({ a, b }, chain) => [...store(a, 16 * chain), ...store(b, COLUMN_BYTES + 16 * chain)]),
    ...[...get(L.entity), ...splatted(i32(STRIDE)), ...ADD, ...set(L.entity)],
    // at += stride; again while at < bytes
    ...[...get(L.at), ...i32(STRIDE * 4), 0x6a, 0x22, L.at, ...get(P.bytes), 0x49, 0x0d, 0x00],
    ...[0x0b, 0x0b], // end of loop, end of function
  ];
}

function assemble(): Uint8Array {
  const code = [...[2, 1, I32, 5 + 2 * CHAINS, V128], ...body()];
  const pages = Math.ceil((2 * COLUMN_BYTES) / 65_536);
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, [1, 0x60, 5, I32, I32, I32, I32, I32, 0]),
    ...section(3, [1, 0]),
    ...section(5, [1, 0x00, ...unsigned(pages)]),
    ...section(7, [2, ...text('memory'), 0x02, 0, ...text('fill'), 0x00, 0]),
    ...section(10, [1, ...unsigned(code.length), ...code]),
  ]);
}
