import { DAY, parseDate } from '../../src/time.ts';
import { assert } from '../../src/assert.ts';
import type { Curve } from '../scenario/schema.ts';

/**
 * A dated cumulative curve as a quantile function: days since the epoch (with a fraction) at which a uniform's share of
 * the installations has entered. Linear between points; what stands before the first point enters evenly from `from`.
 */
export class EntryCurve {
  /** Days since the epoch, and the share that has entered by each. */
  readonly days: Float64Array;
  readonly shares: Float64Array;
  /** The last second of the curve. */
  readonly last: number;

  constructor(curve: Curve, from: string) {
    const start = parseDate(from);
    assert(start !== undefined, 'a checked scenario has dates');
    // A date stands for its end: a curve that reaches 1 on the 31st has everybody by the end of that day.
    const points = curve.map((point) => [(parseDate(point.date) as number) + 1, point.share] as const);
    this.days = Float64Array.of(start, ...points.map((point) => point[0]));
    this.shares = Float64Array.of(0, ...points.map((point) => point[1]));
    this.last = (this.days.at(-1) as number) - 1 / DAY;
  }

  /** Days since the epoch, for a uniform in (0, 1). */
  quantile(u: number): number {
    const { days, shares } = this;
    let i = 1;
    while (i < shares.length - 1 && u > (shares[i] as number)) i += 1;
    const low = shares[i - 1] as number;
    const high = shares[i] as number;
    const part = high > low ? (u - low) / (high - low) : 1;
    const day = (days[i - 1] as number) + part * ((days[i] as number) - (days[i - 1] as number));
    // The very end of the curve belongs to its last day, not to the morrow.
    return day < this.last ? day : this.last;
  }

  /** Share entered by the end of a day since the epoch. */
  shareBy(day: number): number {
    const { days, shares } = this;
    const at = day + 1;
    if (at <= (days[0] as number)) return 0;
    for (let i = 1; i < days.length; i += 1) {
      if (at <= (days[i] as number)) {
        const part = (at - (days[i - 1] as number)) / ((days[i] as number) - (days[i - 1] as number));
        return (shares[i - 1] as number) + part * ((shares[i] as number) - (shares[i - 1] as number));
      }
    }
    return 1;
  }
}
