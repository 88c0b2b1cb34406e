/** Steps of a Weyl sequence, and two rounds of mixing (Prospecting for Hash Functions: 21f0aaad, 735a2d97). */
const STEP = 0x9e3779b9;

function mixed(word: number): number {
  let x = Math.imul(word ^ (word >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
  return (x ^ (x >>> 15)) >>> 0;
}

/**
 * The dice of one case: the same seed, target and case throw the same, whatever ran before, so that any case can be
 * played again alone and any number of workers play the same ones.
 */
export class Dice {
  private state: number;

  constructor(seed: number, target: string, index: number) {
    let state = mixed(seed >>> 0);
    for (const letter of Buffer.from(target)) state = mixed(state + STEP + letter);
    this.state = mixed((state ^ mixed((index + STEP) >>> 0)) >>> 0);
  }

  /** A whole number from 0 to below `limit`. */
  below(limit: number): number {
    this.state = (this.state + STEP) >>> 0;
    return mixed(this.state) % limit;
  }

  /** True once in so many times. */
  oneIn(times: number): boolean {
    return this.below(times) === 0;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }

  /** A number of up to 32 bits that tends to be small, or at an edge. */
  number(): number {
    switch (this.below(4)) {
      case 0:
        return this.below(4);
      case 1:
        return this.below(256);
      case 2:
        return this.pick([0x7f, 0x80, 0xff, 0x100, 0x7fff, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff]);
      default:
        return this.below(0x100000000);
    }
  }

  bytes(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => this.below(256));
  }
}
