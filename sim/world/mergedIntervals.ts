import { Intervals } from './intervals.ts';

/** Sorts pairs [from, to) and merges those that overlap or touch. Empty ones are left out. */
export function intervals(pairs: readonly (readonly [number, number])[]): Intervals {
  const sorted = pairs.filter(([from, to]) => to > from).toSorted((a, b) => a[0] - b[0]);
  const merged: [number, number][] = [];
  for (const [from, to] of sorted) {
    const last = merged.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else merged.push([from, to]);
  }
  const found = new Intervals(
    Float64Array.from(merged, (row) => row[0]),
    Float64Array.from(merged, (row) => row[1]),
  );
  found.index();
  return found;
}
