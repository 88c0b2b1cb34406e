import seedrandom from 'seedrandom';

/**
 * Addressed dice. Seed text -> two key words (seedrandom, once) -> `streamKey(replication, stream)` by Threefry-2x32-20
 * -> `draw(key, entity, index)`: two 32-bit words that depend on nothing else. Order, sharding and the number of workers
 * cannot matter, and two scenarios share common random numbers. Salmon et al., "Parallel random numbers: as easy as
 * 1, 2, 3" (SC 2011); its published known answers are tests.
 */

/** Registered stream numbers; never reused. A new consumer takes a new number and shifts nobody. */
export const STREAMS = {
  attributes: 1,
  wan: 2,
  wanDeath: 3,
  wakeUp: 4,
  han: 5,
  hanMargin: 6,
  hanDrift: 7,
  hanDeath: 8,
  faults: 9,
  masterKey: 10,
  changes: 11,
  sharedOutages: 12,
  supplierInstruction: 13,
  preparation: 14,
  names: 15,
  labKeys: 16,
  labChallenges: 17,
} as const;
export type StreamName = keyof typeof STREAMS;

/** Where a draw leaves its two words: one per thread, so that no number is boxed. */
export const words = new Int32Array(2);

const TO_UNIT = 2 ** -32;

/** Threefry-2x32, 20 rounds, written out: key (k0, k1), counter (c0, c1); the answer stands in `words`. */
export function threefry(k0: number, k1: number, c0: number, c1: number): void {
  const k2 = 0x1bd11bda ^ k0 ^ k1;
  let a = (c0 + k0) | 0;
  let b = (c1 + k1) | 0;
  a = (a + b) | 0; b = ((b << 13) | (b >>> 19)) ^ a;
  a = (a + b) | 0; b = ((b << 15) | (b >>> 17)) ^ a;
  a = (a + b) | 0; b = ((b << 26) | (b >>> 6)) ^ a;
  a = (a + b) | 0; b = ((b << 6) | (b >>> 26)) ^ a;
  a = (a + k1) | 0; b = (b + k2 + 1) | 0;
  a = (a + b) | 0; b = ((b << 17) | (b >>> 15)) ^ a;
  a = (a + b) | 0; b = ((b << 29) | (b >>> 3)) ^ a;
  a = (a + b) | 0; b = ((b << 16) | (b >>> 16)) ^ a;
  a = (a + b) | 0; b = ((b << 24) | (b >>> 8)) ^ a;
  a = (a + k2) | 0; b = (b + k0 + 2) | 0;
  a = (a + b) | 0; b = ((b << 13) | (b >>> 19)) ^ a;
  a = (a + b) | 0; b = ((b << 15) | (b >>> 17)) ^ a;
  a = (a + b) | 0; b = ((b << 26) | (b >>> 6)) ^ a;
  a = (a + b) | 0; b = ((b << 6) | (b >>> 26)) ^ a;
  a = (a + k0) | 0; b = (b + k1 + 3) | 0;
  a = (a + b) | 0; b = ((b << 17) | (b >>> 15)) ^ a;
  a = (a + b) | 0; b = ((b << 29) | (b >>> 3)) ^ a;
  a = (a + b) | 0; b = ((b << 16) | (b >>> 16)) ^ a;
  a = (a + b) | 0; b = ((b << 24) | (b >>> 8)) ^ a;
  a = (a + k1) | 0; b = (b + k2 + 4) | 0;
  a = (a + b) | 0; b = ((b << 13) | (b >>> 19)) ^ a;
  a = (a + b) | 0; b = ((b << 15) | (b >>> 17)) ^ a;
  a = (a + b) | 0; b = ((b << 26) | (b >>> 6)) ^ a;
  a = (a + b) | 0; b = ((b << 6) | (b >>> 26)) ^ a;
  words[0] = a + k2;
  words[1] = b + k0 + 5;
} // prettier-ignore

/** The key of one stream of one replication. */
export class Stream {
  private readonly k0: number;
  private readonly k1: number;

  constructor(seed: SeedWords, replication: number, stream: number) {
    threefry(seed.k0, seed.k1, replication, stream);
    this.k0 = words[0] as number;
    this.k1 = words[1] as number;
  }

  /** Two words for (entity, index), left in `words`. */
  draw(entity: number, index: number): void {
    threefry(this.k0, this.k1, entity, index);
  }

  /** The draws of `count` entities from `from` on, at one index, into columns. */
  fill(columns: Columns, from: number, index: number, count: number): void {
    columns.fill(this.k0, this.k1, from, index, count);
  }

  /** A uniform in (0, 1) from the first word of a draw. */
  uniform(entity: number, index: number): number {
    threefry(this.k0, this.k1, entity, index);
    return first();
  }
}

/** Takes the words of a run of consecutive counters under one key. */
export interface Columns {
  fill(k0: number, k1: number, from: number, index: number, count: number): void;
}

export interface SeedWords {
  readonly k0: number;
  readonly k1: number;
}

/** Two key words from the text of a seed. Costs about 10 us: once a run. */
export function seedWords(text: string): SeedWords {
  const generator = seedrandom(text);
  return { k0: generator.int32(), k1: generator.int32() };
}

/** A word as a uniform strictly between 0 and 1: (word + 0.5) / 2^32. */
export function uniform(word: number): number {
  return ((word >>> 0) + 0.5) * TO_UNIT;
}

/** The first word of the last draw as a uniform. */
export function first(): number {
  return uniform(words[0] as number);
}

/** The second word, likewise. */
export function second(): number {
  return uniform(words[1] as number);
}
