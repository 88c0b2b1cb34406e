/** Rising, disjoint, half-open stretches of time in seconds, shared by many installations. */
export interface Intervals {
  readonly from: Float64Array;
  readonly to: Float64Array;
}

export const NO_INTERVALS: Intervals = { from: new Float64Array(0), to: new Float64Array(0) };

/** Sorts and merges what overlaps or touches. */
export function intervals(pairs: readonly (readonly [number, number])[]): Intervals {
  const sorted = pairs.filter(([from, to]) => to > from).toSorted((a, b) => a[0] - b[0]);
  const merged: [number, number][] = [];
  for (const [from, to] of sorted) {
    const last = merged.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else merged.push([from, to]);
  }
  return { from: Float64Array.from(merged, (row) => row[0]), to: Float64Array.from(merged, (row) => row[1]) };
}

/** Position of the stretch that covers `at`, or -1, by bisection. */
export function covering(stretches: Intervals, at: number): number {
  const { from, to } = stretches;
  let low = 0;
  let high = from.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((from[middle] as number) <= at) low = middle + 1;
    else high = middle;
  }
  return low > 0 && at < (to[low - 1] as number) ? low - 1 : -1;
}
