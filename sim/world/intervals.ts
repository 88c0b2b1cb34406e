/**
 * Stretches of time that many installations share. `mergedIntervals.ts` makes them. The file belongs to the subset of
 * TypeScript that is also compiled to WebAssembly (sim/kernel/README.md).
 */
import { DAY } from '../../src/londonTime.ts';
import { int, type f64, type i32 } from '../../src/numbers.ts';
import type { NumberStream } from '../../src/numberStream.ts';

/** Days that are marked at most: 45 years. An instant after them is looked for. */
const DAYS_MAX: f64 = 16_384;
const DAYS_A_WORD: i32 = 32;
const DAYS_A_SECOND: f64 = 1 / DAY;

/** Rising, disjoint, half-open stretches of time in seconds. */
export class Intervals {
  from: Float64Array;
  to: Float64Array;
  /** Where the day begins in which the first stretch begins; and how many seconds from there on have marks. */
  private base: f64 = Infinity;
  private marked: f64 = 0;
  /** A bit for each day from `base` on: whether a stretch touches it. Few days are touched, and most questions end here. */
  private marks: Int32Array = new Int32Array(0);

  constructor(from: Float64Array, to: Float64Array) {
    this.from = from;
    this.to = to;
  }

  /** Marks the days. */
  index(): void {
    const from = this.from;
    const to = this.to;
    const count = from.length;
    if (count === 0) return;
    const base = Math.floor((from[0] as f64) / DAY) * DAY;
    const days = ((to[count - 1] as f64) - base) * DAYS_A_SECOND + 1;
    const words = int((days < DAYS_MAX ? days : DAYS_MAX) / DAYS_A_WORD) + 1;
    // One word more than days: rounding may reach it.
    const marks = new Int32Array(words + 1);
    this.base = base;
    this.marked = words * DAYS_A_WORD * DAY;
    this.marks = marks;
    for (let i: i32 = 0; i < count && (from[i] as f64) - base < this.marked; i += 1) {
      const end = (to[i] as f64) - base;
      const last = end < this.marked ? int(end * DAYS_A_SECOND) : words * DAYS_A_WORD - 1;
      for (let day = int(((from[i] as f64) - base) * DAYS_A_SECOND); day <= last; day += 1)
        marks[day >> 5] = (marks[day >> 5] as i32) | (1 << (day & 31));
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
    const seconds = at - this.base;
    if (seconds < 0) return -1;
    if (seconds < this.marked) {
      const day = int(seconds * DAYS_A_SECOND);
      if ((((this.marks[day >> 5] as i32) >> (day & 31)) & 1) === 0) return -1;
    }
    return this.find(at);
  }

  /** Until when nothing covers, from an instant that nothing covers. */
  clearUntil(at: f64): f64 {
    const i = this.firstAfter(at);
    return i < this.from.length ? (this.from[i] as f64) : Infinity;
  }

  private find(at: f64): i32 {
    const i = this.firstAfter(at);
    return i < this.from.length && at >= (this.from[i] as f64) ? i : -1;
  }

  /** Position of the first stretch that ends after an instant; their number if there is none. */
  private firstAfter(at: f64): i32 {
    let low: i32 = 0;
    let high: i32 = this.to.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (at >= (this.to[middle] as f64)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

export const NO_INTERVALS: Intervals = new Intervals(new Float64Array(0), new Float64Array(0));
