import { DAY } from '../../src/time.ts';

/** Rising, disjoint, half-open stretches of time in seconds, shared by many installations. */
export interface Intervals {
  readonly from: Float64Array;
  readonly to: Float64Array;
  /** The day in which the first begins, since the epoch. */
  readonly firstDay: number;
  /** Of each day from that on, to the one in which the last begins: the first stretch that ends after the day has begun. */
  readonly ofDay: Int32Array;
}

export const NO_INTERVALS: Intervals = intervals([]);

/** Sorts and merges what overlaps or touches. */
export function intervals(pairs: readonly (readonly [number, number])[]): Intervals {
  const sorted = pairs.filter(([from, to]) => to > from).toSorted((a, b) => a[0] - b[0]);
  const merged: [number, number][] = [];
  for (const [from, to] of sorted) {
    const last = merged.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else merged.push([from, to]);
  }
  const from = Float64Array.from(merged, (row) => row[0]);
  const to = Float64Array.from(merged, (row) => row[1]);
  const firstDay = Math.floor((from[0] ?? 0) / DAY);
  const ofDay = new Int32Array(Math.floor((from.at(-1) ?? 0) / DAY) - firstDay + 1);
  let next = 0;
  for (let day = 0; day < ofDay.length; day += 1) {
    while ((to[next] as number) <= (firstDay + day) * DAY) next += 1;
    ofDay[day] = next;
  }
  return { from, to, firstDay, ofDay };
}

/** Position of the stretch that covers `at`, or -1. */
export function covering({ from, to, firstDay, ofDay }: Intervals, at: number): number {
  const day = Math.floor(at / DAY) - firstDay;
  if (day < 0 || from.length === 0) return -1;
  let i = day < ofDay.length ? (ofDay[day] as number) : from.length - 1;
  while (i < from.length && at >= (to[i] as number)) i += 1;
  return i < from.length && at >= (from[i] as number) ? i : -1;
}
