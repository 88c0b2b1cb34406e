import { categoryOf, type Facts } from '../state/stateFacts.ts';
import { COLUMN_COUNT, COLUMNS } from './lines.ts';
import { hasBegun } from './summaries.ts';
import type { Reach } from './reach.ts';
import { CATEGORIES } from '../../../src/clauses/clause.ts';

/**
 * How far an installation has come on the way to what a column counts. The three are forecast apart: who is reported
 * today mostly stays so, who has begun shows by its history where it goes, and of who has not begun only the experience
 * with others tells.
 */
const PHASE_HELD = 0;
const PHASE_BEGUN = 1;
const PHASE_FRESH = 2;
export const PHASE_COUNT = 3;

const CATEGORY_OF_COLUMN: readonly number[] = COLUMNS.map(({ category }) => CATEGORIES.findIndex((name) => name === category)); // prettier-ignore

/** The phase of an installation as each column sees it. */
export function phasesOf(facts: Facts): Uint8Array {
  const held = categoryOf(facts.verdict);
  const other = hasBegun(facts) ? PHASE_BEGUN : PHASE_FRESH;
  return Uint8Array.from(CATEGORY_OF_COLUMN, (category) => {
    const isHeld = category < 0 ? facts.ended > 0 : category === held;
    return isHeld ? PHASE_HELD : other;
  });
}

/** From here on a future counts as settled: a parameter no longer moves it. Ours. */
const SETTLED = 0.98;

/** Sums over the states of one part of a portfolio: day x COLUMN_COUNT + column, or the same in each phase (`sumAt`). */
export class LineSums {
  /** Counted in fact; for members, whose future is known. */
  readonly actual: Float64Array;
  /** Expected of the states whose future is settled, and of the others. */
  readonly settled: Float64Array;
  readonly open: Float64Array;
  /** Variance of the dice of the others: the sum of p (1 - p). */
  readonly dice: Float64Array;
  /** The same, each state times what one of its lives stands for: the noise of having lived so few. */
  readonly sampling: Float64Array;
  private readonly perPhase: number;

  constructor(days: number) {
    this.perPhase = days * COLUMN_COUNT;
    const size = PHASE_COUNT * this.perPhase;
    // One room for all: thousands of these are made.
    const room = new Float64Array(5 * size);
    const sums = (i: number): Float64Array => room.subarray(i * size, (i + 1) * size);
    this.actual = sums(0);
    this.settled = sums(1);
    this.open = sums(2);
    this.dice = sums(3);
    this.sampling = sums(4);
  }

  /** The place of a phase, day and column in the sums. */
  at(phase: number, day: number, column: number): number {
    return phase * this.perPhase + day * COLUMN_COUNT + column;
  }

  /** What is expected of a line in all phases. */
  expected(day: number, column: number): number {
    let sum = 0;
    for (let phase = 0; phase < PHASE_COUNT; phase += 1) {
      const at = this.at(phase, day, column);
      sum += (this.settled[at] as number) + (this.open[at] as number);
    }
    return sum;
  }

  /** The variance of the dice of a line in all phases. */
  diceOf(day: number, column: number): number {
    let sum = 0;
    for (let phase = 0; phase < PHASE_COUNT; phase += 1) sum += this.dice[this.at(phase, day, column)] as number;
    return sum;
  }

  /**
   * Adds a state: `count` installations with these shares, each life of which stands for `each`.
   * @param shares of each column in reach
   * @param came what the columns came to hold, where that is known
   */
  addState(
    { reach, shares, came }: { readonly reach: Reach; readonly shares: Float64Array; readonly came?: Float64Array },
    phases: Uint8Array,
    { count, each }: { readonly count: number; readonly each: number },
  ): void {
    const { actual, settled, open, dice, sampling, perPhase } = this;
    const { at: places, column } = reach;
    for (let i = 0; i < places.length; i += 1) {
      const p = shares[i] as number;
      const held = came === undefined ? 0 : (came[i] as number);
      if (p <= 0 && held === 0) continue;
      const at = (phases[column[i] as number] as number) * perPhase + (places[i] as number);
      if (held !== 0) actual[at] = (actual[at] as number) + held;
      if (p > SETTLED) settled[at] = (settled[at] as number) + count * p;
      else {
        const variance = count * p * (1 - p);
        open[at] = (open[at] as number) + count * p;
        dice[at] = (dice[at] as number) + variance;
        sampling[at] = (sampling[at] as number) + variance * each;
      }
    }
  }

  /** Adds other sums, each installation counting so often. */
  add(other: LineSums, times: number): void {
    for (let i = 0; i < this.open.length; i += 1) {
      this.actual[i] = (this.actual[i] as number) + times * (other.actual[i] as number);
      this.settled[i] = (this.settled[i] as number) + times * (other.settled[i] as number);
      this.open[i] = (this.open[i] as number) + times * (other.open[i] as number);
      this.dice[i] = (this.dice[i] as number) + times * (other.dice[i] as number);
      this.sampling[i] = (this.sampling[i] as number) + times * times * (other.sampling[i] as number);
    }
  }
}
