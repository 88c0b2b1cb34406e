import type { Headline } from './headline.ts';
import { headlineRows, type DifferenceRow } from './runReport.ts';
import { meanError, meanOf } from './statistics.ts';

/**
 * The changes between two headlines of equal replications on common dice. The error is that of the paired differences.
 * It is smaller than that of either mean wherever the same dice fell for both.
 */
export function differencesOf(before: Headline, after: Headline): readonly DifferenceRow[] {
  const earlier = headlineRows(before);
  return headlineRows(after).map((row) => {
    const same = earlier.find(({ category, unit }) => category === row.category && unit === row.unit);
    const base = same?.samples ?? row.samples.map(() => 0);
    const differences = row.samples.map((count, i) => count - (base[i] ?? 0));
    return {
      category: row.category,
      words: row.words,
      before: meanOf(base),
      after: row.volume,
      difference: meanOf(differences),
      error: differences.length < 2 ? null : 2 * meanError(differences),
    };
  });
}
