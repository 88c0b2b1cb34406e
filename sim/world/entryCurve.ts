/**
 * A dated cumulative curve as a quantile function. The file belongs to the subset of TypeScript that is also compiled to
 * WebAssembly (sim/kernel/README.md).
 */
import { DAY } from '../../src/londonTime.ts';
import type { f64, i32 } from '../../src/numbers.ts';
import type { NumberStream } from '../../src/numberStream.ts';

/**
 * When installations enter a process: linear between the points of the curve; what stands before the first point enters
 * evenly from the start of the simulation. `entryCurveOf` compiles it.
 */
export class EntryCurve {
  /** Days since the epoch, rising, and the share that has entered by each, from 0 to 1. */
  days: Float64Array;
  shares: Float64Array;

  constructor(days: Float64Array, shares: Float64Array) {
    this.days = days;
    this.shares = shares;
  }

  exchange(numbers: NumberStream): void {
    this.days = numbers.reals(this.days);
    this.shares = numbers.reals(this.shares);
  }

  /** The day, since the epoch and with a fraction, at which a uniform's share of the installations has entered. */
  quantile(u: f64): f64 {
    const days = this.days;
    const shares = this.shares;
    const end = shares.length - 1;
    let i: i32 = 1;
    while (i < end && u > (shares[i] as f64)) i += 1;
    const low = shares[i - 1] as f64;
    const high = shares[i] as f64;
    const part = high > low ? (u - low) / (high - low) : 1;
    const day = (days[i - 1] as f64) + part * ((days[i] as f64) - (days[i - 1] as f64));
    // The very end of the curve belongs to its last day, not to the next.
    const last = (days[end] as f64) - 1 / DAY;
    return day < last ? day : last;
  }

  /** The share that has entered by the end of a day since the epoch. */
  shareBy(day: f64): f64 {
    const days = this.days;
    const shares = this.shares;
    const at = day + 1;
    if (at <= (days[0] as f64)) return 0;
    for (let i: i32 = 1; i < days.length; i += 1) {
      const from = days[i - 1] as f64;
      const to = days[i] as f64;
      if (at > to) continue;
      const share = shares[i - 1] as f64;
      return share + ((at - from) / (to - from)) * ((shares[i] as f64) - share);
    }
    return 1;
  }
}
