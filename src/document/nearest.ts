/** Longer names are not compared, because the cost grows with the product of the lengths. */
const LENGTH_MAX = 80;

/**
 * The number of edits (insert, delete, replace, swap neighbours) that turn one name into the other. Letter case is
 * ignored.
 */
export function editDistance(a: string, b: string): number {
  const from = a.toLowerCase();
  const to = b.toLowerCase();
  let before: number[] = [];
  let row = Array.from({ length: to.length + 1 }, (_, j) => j);
  for (let i = 1; i <= from.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const replaced = (row[j - 1] as number) + (from[i - 1] === to[j - 1] ? 0 : 1);
      let best = Math.min(replaced, (row[j] as number) + 1, (next[j - 1] as number) + 1);
      if (i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1])
        best = Math.min(best, (before[j - 2] as number) + 1);
      next.push(best);
    }
    before = row;
    row = next;
  }
  return row[to.length] as number;
}

/**
 * The valid name that a misspelt one most likely means, or undefined if none is near. Among equally near names the
 * first wins.
 */
export function nearest(name: string, valid: Iterable<string>): string | undefined {
  if (name.length > LENGTH_MAX) return undefined;
  let found: string | undefined;
  let best = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const candidate of valid) {
    if (candidate.length > LENGTH_MAX || Math.abs(candidate.length - name.length) >= best) continue;
    const distance = editDistance(name, candidate);
    if (distance < best && distance < Math.max(name.length, candidate.length)) {
      best = distance;
      found = candidate;
    }
  }
  return found;
}
