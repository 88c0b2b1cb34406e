import seedrandom from 'seedrandom';

/**
 * Addressed dice: every draw is a function of its address, and no draw uses up another. The address has four parts.
 *
 *     seed text -> two key words (seedrandom, once a run)
 *     -> the key of a stream of a replication (Threefry of replication and stream number)
 *     -> the key of that stream for one population (Threefry of the two words of the population's name)
 *     -> the two words of a draw (Threefry of the installation's position in its population and an index)
 *
 * Order, shards and workers therefore cannot matter. A population's dice depend on its own name and on nothing else of
 * the scenario: other populations may grow, shrink or go. Installation k of a small population is installation k of a
 * larger one of the same name. Two scenarios share common random numbers.
 *
 * The cipher is Threefry-2x32-20 of Salmon et al., "Parallel random numbers: as easy as 1, 2, 3" (SC 2011). Its published
 * known answers are tests.
 */

/** Registered stream numbers. A new consumer takes a new number, and no number is used twice. */
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
  sweepDesign: 18,
  sweepBootstrap: 19,
} as const;
export type StreamName = keyof typeof STREAMS;

/** A draw leaves its two words here. There is one array a thread, so that no number is boxed. */
export const words = new Int32Array(2);

const TO_UNIT = 2 ** -32;

/** Threefry-2x32 with 20 rounds, unrolled: key (k0, k1), counter (c0, c1). The result stands in `words`. */
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

/** Two 32-bit words: a key, or the address of a name. */
export interface SeedWords {
  readonly k0: number;
  readonly k1: number;
}

/** The numbers that turn a stream to one population. */
export interface DiceAddress {
  /** The two words of the population's name (`nameWords`). */
  readonly address: SeedWords;
  /** Entity number of its first installation: positions count from here. */
  readonly first: number;
}

/**
 * One stream of one replication. A new stream counts entities from 0 under the stream's own key, which suits what
 * installations share. `turnTo` points it at one population.
 */
export class Stream {
  private readonly own: SeedWords;
  private k0: number;
  private k1: number;
  private from = 0;

  constructor(seed: SeedWords, replication: number, stream: number) {
    threefry(seed.k0, seed.k1, replication, stream);
    this.k0 = words[0] as number;
    this.k1 = words[1] as number;
    this.own = { k0: this.k0, k1: this.k1 };
  }

  /** From now on the draws are those of one population. Entities are still numbered through the whole scenario. */
  turnTo({ address, first: from }: DiceAddress): void {
    threefry(this.own.k0, this.own.k1, address.k0, address.k1);
    this.k0 = words[0] as number;
    this.k1 = words[1] as number;
    this.from = from;
  }

  /** Leaves the two words of (entity, index) in `words`. */
  draw(entity: number, index: number): void {
    threefry(this.k0, this.k1, entity - this.from, index);
  }

  /** The draws of `count` consecutive entities at one index, into columns. */
  fill(columns: Columns, entity: number, index: number, count: number): void {
    columns.fill(this.k0, this.k1, entity - this.from, index, count);
  }

  /** A uniform in (0, 1) from the first word of a draw. */
  uniform(entity: number, index: number): number {
    this.draw(entity, index);
    return first();
  }
}

export type Streams = Readonly<Record<StreamName, Stream>>;

/** All streams of a replication, for one user alone: `turnTo` changes a stream for everybody who holds it. */
export function streamsOf(seed: SeedWords, replication: number): Streams {
  return Object.fromEntries(
    Object.entries(STREAMS).map(([name, number]) => [name, new Stream(seed, replication, number)]),
  ) as Record<StreamName, Stream>;
}

/** Two words for a name: each character is a counter of Threefry, under the key that the characters before it made. */
export function nameWords(name: string): SeedWords {
  let k0 = 0;
  let k1 = 0;
  for (let i = 0; i < name.length; i += 1) {
    threefry(k0, k1, name.charCodeAt(i), i);
    k0 = words[0] as number;
    k1 = words[1] as number;
  }
  return { k0, k1 };
}

/** Computes the words of a run of consecutive counters under one key. */
export interface Columns {
  fill(k0: number, k1: number, from: number, index: number, count: number): void;
}

/** Two key words from the text of a seed. It costs about 10 us, once a run. */
export function seedWords(text: string): SeedWords {
  const generator = seedrandom(text);
  return { k0: generator.int32(), k1: generator.int32() };
}

/** A word as a uniform strictly between 0 and 1: (word + 0.5) / 2^32, the word taken as unsigned. */
export function uniform(word: number): number {
  return ((word >>> 0) + 0.5) * TO_UNIT;
}

/** The first word of the last draw as a uniform. */
export function first(): number {
  return uniform(words[0] as number);
}

/** The second word of the last draw as a uniform. */
export function second(): number {
  return uniform(words[1] as number);
}
