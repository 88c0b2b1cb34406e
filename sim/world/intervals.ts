/**
 * Stretches of time that many installations share. `mergedIntervals.ts` makes them. The file belongs to the subset of
 * TypeScript that is also compiled to WebAssembly (sim/kernel/README.md).
 */
import { DAY } from '../../src/londonTime.ts';
import { int, type f64, type i32 } from '../../src/numbers.ts';
import type { NumberStream } from '../../src/numberStream.ts';

/** Rising, disjoint, half-open stretches of time in seconds. */
export class Intervals {
  from: Float64Array;
  to: Float64Array;
  /** The day in which the first begins, since the epoch. */
  private firstDay: i32 = 0;
  /** For each day from that on, to the one in which the last begins: the first stretch that ends after the day has begun. */
  private ofDay: Int32Array = new Int32Array(0);
  /** The gap, half-open, in which the last question fell that no stretch covered. Most questions fall there too. */
  private clearFrom: f64 = 0;
  private clearTo: f64 = 0;

  constructor(from: Float64Array, to: Float64Array) {
    this.from = from;
    this.to = to;
  }

  /** Fills the table by day. */
  index(): void {
    const from = this.from;
    const to = this.to;
    const count = from.length;
    if (count === 0) return;
    const firstDay = int(Math.floor((from[0] as f64) / DAY));
    this.firstDay = firstDay;
    this.ofDay = new Int32Array(int(Math.floor((from[count - 1] as f64) / DAY)) - firstDay + 1);
    let next: i32 = 0;
    for (let day: i32 = 0; day < this.ofDay.length; day += 1) {
      while ((to[next] as f64) <= (firstDay + day) * DAY) next += 1;
      this.ofDay[day] = next;
    }
  }

  exchange(numbers: NumberStream): void {
    this.from = numbers.reals(this.from);
    this.to = numbers.reals(this.to);
    if (numbers.isReading) this.index();
  }

  /** Start of the stretch that covers an instant, or -1. */
  coveredSince(at: f64): f64 {
    const i = this.covering(at);
    return i < 0 ? -1 : (this.from[i] as f64);
  }

  /** Position of the stretch that covers an instant, or -1. */
  covering(at: f64): i32 {
    return at >= this.clearFrom && at < this.clearTo ? -1 : this.find(at);
  }

  /** Until when nothing covers, from an instant that nothing covers. */
  clearUntil(at: f64): f64 {
    if (!(at >= this.clearFrom && at < this.clearTo)) this.find(at);
    return this.clearTo;
  }

  private find(at: f64): i32 {
    const count = this.from.length;
    const i = this.firstAfter(at);
    if (i < count && at >= (this.from[i] as f64)) return i;
    this.clearFrom = i > 0 ? (this.to[i - 1] as f64) : -Infinity;
    this.clearTo = i < count ? (this.from[i] as f64) : Infinity;
    return -1;
  }

  /** Position of the first stretch that ends after an instant; their number if there is none. */
  private firstAfter(at: f64): i32 {
    const count = this.from.length;
    const seconds = at - this.firstDay * DAY;
    if (count === 0 || seconds < 0) return 0;
    const days = this.ofDay.length;
    const day: i32 = seconds < days * DAY ? int(seconds / DAY) : days;
    let i: i32 = day < days ? (this.ofDay[day] as i32) : count - 1;
    while (i < count && at >= (this.to[i] as f64)) i += 1;
    return i;
  }
}

export const NO_INTERVALS: Intervals = new Intervals(new Float64Array(0), new Float64Array(0));
