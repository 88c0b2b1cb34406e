import { threefry, words, type SeedWords } from '../../../sim/world/dice/draws.ts';
import { seedWords } from '../../../sim/world/dice/streams.ts';

/**
 * The generator's source of randomness. Every draw is addressed by (seed, run, position), so any run can be generated
 * alone.
 */
export interface Dice {
  /** Draws a whole number from 0 to `n` - 1. `n` must be from 1 to 2^31. */
  below(n: number): number;
}

/** Dice on Threefry-2x32. `turnTo(run)` starts the draws of a run, whatever was drawn before. */
export class AddressedDice implements Dice {
  private readonly k0: number;
  private readonly k1: number;
  private run = 0;
  private position = 0;
  private spare = 0;

  constructor({ k0, k1 }: SeedWords) {
    this.k0 = k0;
    this.k1 = k1;
  }

  /** Starts the draws of a run and returns the dice itself. */
  turnTo(run: number): this {
    this.run = run;
    this.position = 0;
    return this;
  }

  below(n: number): number {
    let word: number;
    if ((this.position & 1) === 0) {
      threefry(this.k0, this.k1, this.run, this.position >>> 1);
      word = words[0] as number;
      this.spare = words[1] as number;
    } else {
      word = this.spare;
    }
    this.position += 1;
    // The bias of the multiplication is below n / 2^32, which none of our tests could detect.
    return Math.floor(((word >>> 0) / 0x1_0000_0000) * n);
  }
}

/** Makes dice from the text of a seed. */
export function diceOf(seed: string): AddressedDice {
  return new AddressedDice(seedWords(seed));
}

/** True with probability `percent` / 100. */
export function chance(dice: Dice, percent: number): boolean {
  return percent > 0 && dice.below(100) < percent;
}

/** Draws one element of a list. All elements are equally likely. */
export function pick<T>(dice: Dice, list: readonly T[]): T {
  return list[dice.below(list.length)] as T;
}

/** A list with a weight for each element, ready to draw from. */
export interface Weighted<T> {
  readonly values: readonly T[];
  readonly until: readonly number[];
}

/** Prepares `[value, weight]` pairs. Weights are whole numbers; at least one must be above 0. */
export function weighted<T>(rows: readonly (readonly [T, number])[]): Weighted<T> {
  let sum = 0;
  const until = rows.map(([, weight]) => (sum += weight));
  return { values: rows.map(([value]) => value), until };
}

/** Draws one value with a probability in proportion to its weight. */
export function pickWeighted<T>(dice: Dice, { values, until }: Weighted<T>): T {
  const at = dice.below(until.at(-1) as number);
  let i = 0;
  while (at >= (until[i] as number)) i += 1;
  return values[i] as T;
}
