/**
 * Stretches of time that many installations share. `mergedIntervals.ts` makes them. The file belongs to the subset of
 * TypeScript that is also compiled to WebAssembly (sim/kernel/README.md).
 */
import { DAY, HOUR } from '../../src/londonTime.ts';
import { int, type f64, type i32 } from '../../src/numbers.ts';
import type { NumberStream } from '../../src/numberStream.ts';

/** Rising, disjoint, half-open stretches of time in seconds. */
export class Intervals {
  from: Float64Array;
  to: Float64Array;
  /** The day in which the first begins, since the epoch. */
  firstDay: i32;
  /** For each day from that on, to the one in which the last begins: the first stretch that ends after the day has begun. */
  ofDay: Int32Array;
  /** One bit for each hour since the first day: whether a stretch takes up a part of it. */
  hours: Int32Array;

  constructor(from: Float64Array, to: Float64Array) {
    this.from = from;
    this.to = to;
    this.firstDay = 0;
    this.ofDay = new Int32Array(0);
    this.hours = new Int32Array(0);
  }

  /** Fills the tables by day and by hour. */
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
    this.hours = new Int32Array((((this.ofDay.length + DAYS_BY_HOUR_AFTER) * 24) >> 5) + 1);
    const start = firstDay * DAY;
    const end = start + this.hours.length * 32 * HOUR;
    for (let i: i32 = 0; i < count; i += 1) {
      const until = (to[i] as f64) < end ? (to[i] as f64) : end;
      for (let hour = int(((from[i] as f64) - start) / HOUR); start + hour * HOUR < until; hour += 1) {
        this.hours[hour >> 5] = (this.hours[hour >> 5] as i32) | (1 << (hour & 31));
      }
    }
  }

  exchange(numbers: NumberStream): void {
    this.from = numbers.reals(this.from);
    this.to = numbers.reals(this.to);
    if (numbers.isReading) this.index();
  }
}

/** How many days after the last beginning the table by hour goes on; beyond it the stretches themselves are looked at. */
const DAYS_BY_HOUR_AFTER: i32 = 60;

export const NO_INTERVALS: Intervals = new Intervals(new Float64Array(0), new Float64Array(0));

/** Position of the stretch that covers `at`, or -1. */
export function covering(intervals: Intervals, at: f64): i32 {
  const count = intervals.from.length;
  if (count === 0) return -1;
  const seconds = at - intervals.firstDay * DAY;
  if (seconds < 0) return -1;
  // Most questions are answered here: nothing takes up a part of the hour.
  const hour = int(seconds / HOUR);
  if (hour >> 5 < intervals.hours.length && (((intervals.hours[hour >> 5] as i32) >>> (hour & 31)) & 1) === 0)
    return -1;
  const day = int(seconds / DAY);
  let i = day < intervals.ofDay.length ? (intervals.ofDay[day] as i32) : count - 1;
  while (i < count && at >= (intervals.to[i] as f64)) i += 1;
  return i < count && at >= (intervals.from[i] as f64) ? i : -1;
}
