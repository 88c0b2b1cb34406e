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
 * known answers are tests. The file belongs to the subset of TypeScript that is also compiled to WebAssembly
 * (sim/kernel/README.md).
 */
import { rotated, unsigned, type f64, type i32 } from '../../../src/numbers.ts';

/** A draw leaves its two words here. There is one array a thread, so that no number is boxed. */
export const words = new Int32Array(2);

/** 2^-32. */
const TO_UNIT: f64 = 1 / 4294967296.0;

/** Threefry-2x32 with 20 rounds, unrolled: key (k0, k1), counter (c0, c1). The result stands in `words`. */
export function threefry(k0: i32, k1: i32, c0: i32, c1: i32): void {
  const k2 = 0x1bd11bda ^ k0 ^ k1;
  let a = (c0 + k0) | 0;
  let b = (c1 + k1) | 0;
  a = (a + b) | 0; b = rotated(b, 13) ^ a;
  a = (a + b) | 0; b = rotated(b, 15) ^ a;
  a = (a + b) | 0; b = rotated(b, 26) ^ a;
  a = (a + b) | 0; b = rotated(b, 6) ^ a;
  a = (a + k1) | 0; b = (b + k2 + 1) | 0;
  a = (a + b) | 0; b = rotated(b, 17) ^ a;
  a = (a + b) | 0; b = rotated(b, 29) ^ a;
  a = (a + b) | 0; b = rotated(b, 16) ^ a;
  a = (a + b) | 0; b = rotated(b, 24) ^ a;
  a = (a + k2) | 0; b = (b + k0 + 2) | 0;
  a = (a + b) | 0; b = rotated(b, 13) ^ a;
  a = (a + b) | 0; b = rotated(b, 15) ^ a;
  a = (a + b) | 0; b = rotated(b, 26) ^ a;
  a = (a + b) | 0; b = rotated(b, 6) ^ a;
  a = (a + k0) | 0; b = (b + k1 + 3) | 0;
  a = (a + b) | 0; b = rotated(b, 17) ^ a;
  a = (a + b) | 0; b = rotated(b, 29) ^ a;
  a = (a + b) | 0; b = rotated(b, 16) ^ a;
  a = (a + b) | 0; b = rotated(b, 24) ^ a;
  a = (a + k1) | 0; b = (b + k2 + 4) | 0;
  a = (a + b) | 0; b = rotated(b, 13) ^ a;
  a = (a + b) | 0; b = rotated(b, 15) ^ a;
  a = (a + b) | 0; b = rotated(b, 26) ^ a;
  a = (a + b) | 0; b = rotated(b, 6) ^ a;
  words[0] = a + k2;
  words[1] = b + k0 + 5;
} // prettier-ignore

/** Two 32-bit words: a key, or the address of a name. */
export class SeedWords {
  readonly k0: i32;
  readonly k1: i32;

  constructor(k0: i32, k1: i32) {
    this.k0 = k0;
    this.k1 = k1;
  }
}

/**
 * One stream of one replication. A new stream counts entities from 0 under the stream's own key, which suits what
 * installations share. `turnTo` points it at one population.
 */
export class Stream {
  private readonly own0: i32;
  private readonly own1: i32;
  private k0: i32;
  private k1: i32;
  private from: i32 = 0;

  constructor(seed: SeedWords, replication: i32, stream: i32) {
    threefry(seed.k0, seed.k1, replication, stream);
    const k0 = words[0] as i32;
    const k1 = words[1] as i32;
    this.own0 = k0;
    this.own1 = k1;
    this.k0 = k0;
    this.k1 = k1;
  }

  /**
   * From now on the draws are those of one population. Entities are still numbered through the whole scenario.
   *
   * @param address The two words of the population's name (`nameWords`).
   * @param first Entity number of its first installation: positions count from here.
   */
  turnTo(address: SeedWords, first: i32): void {
    threefry(this.own0, this.own1, address.k0, address.k1);
    this.k0 = words[0] as i32;
    this.k1 = words[1] as i32;
    this.from = first;
  }

  /** Leaves the two words of (entity, index) in `words`. */
  draw(entity: i32, index: i32): void {
    threefry(this.k0, this.k1, entity - this.from, index);
  }

  /** A uniform in (0, 1) from the first word of a draw. */
  uniform(entity: i32, index: i32): f64 {
    this.draw(entity, index);
    return first();
  }
}

/** A word as a uniform strictly between 0 and 1: (word + 0.5) / 2^32, the word taken as unsigned. */
export function uniform(word: i32): f64 {
  return (unsigned(word) + 0.5) * TO_UNIT;
}

/** The first word of the last draw as a uniform. */
export function first(): f64 {
  return uniform(words[0] as i32);
}

/** The second word of the last draw as a uniform. */
export function second(): f64 {
  return uniform(words[1] as i32);
}
