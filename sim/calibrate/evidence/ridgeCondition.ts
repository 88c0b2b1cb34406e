import { meanOf, varianceOf } from '../../../src/report/statistics.ts';
import { Ridge } from '../../forecast/predict/ridge.ts';
import { normalDistribution } from '../../world/dice/normal.ts';
import { scoreOf, type DrawTable, type Posterior } from '../posterior/posterior.ts';
import { effectiveSize } from '../posterior/weighted.ts';

/**
 * Conditions the runs of a library on data of any number of summaries, also of more than there are runs: regression
 * adjustment by a ridge. Each parameter (as a normal score) and each result is regressed on the standardised summaries.
 * The prediction at the data gives the middle; the errors, each predicted by the runs of the other draws alone
 * (jackknife), give the width, wider where the data lie farther out. The penalty of each response is the cautious one:
 * the best of several beats the mean by chance alone, and would call narrower what no summary tells. All draws count
 * alike: summaries so many leave no draw near the data.
 *
 * @param draws the draw of each row: two runs of one draw are no two witnesses
 * @param widened by how much errors are widened; 1: not at all
 */
export function conditionByRidge(
  { coordinates, summaries }: DrawTable,
  seen: readonly number[],
  { draws, widened = 1 }: { readonly draws: readonly number[]; readonly widened?: number },
): Posterior {
  const { x, target } = standardised(summaries, seen);
  const ridge = new Ridge(x, target, draws);
  const moved: Posterior['moved'] = (results) => {
    const columns = (results[0] ?? []).map((_, r) => {
      const response = Float64Array.from(results, (row) => row[r] as number);
      const { mean, errors, leverage } = ridge.shift(response, ridge.cautious([response]));
      const scale = Math.sqrt(leverage) * widened;
      return errors.map((error) => mean + scale * error);
    });
    return results.map((_, i) => columns.map((column) => column[i] as number));
  };
  const weights = coordinates.map(() => 1 / coordinates.length);
  const ofDraw = new Map<number, number>();
  draws.forEach((draw, i) => ofDraw.set(draw, (ofDraw.get(draw) ?? 0) + (weights[i] as number)));
  return {
    weights,
    effective: effectiveSize([...ofDraw.values()]),
    coordinates: moved(coordinates.map((row) => row.map(scoreOf))).map((row) => row.map(normalDistribution)),
    moved,
  };
}

/** Summaries in standard deviations of the library around its mean; those that are the same everywhere are left out. */
function standardised(
  summaries: readonly (readonly number[])[],
  seen: readonly number[],
): { readonly x: readonly Float64Array[]; readonly target: Float64Array } {
  const columns = seen.flatMap((own, s) => {
    const values = summaries.map((row) => row[s] as number);
    const mean = meanOf(values);
    const sd = Math.sqrt(varianceOf(values));
    if (sd < 1e-9) return [];
    return [{ values: values.map((value) => (value - mean) / sd), own: (own - mean) / sd }];
  });
  return {
    x: summaries.map((_, i) => Float64Array.from(columns, ({ values }) => values[i] as number)),
    target: Float64Array.from(columns, ({ own }) => own),
  };
}
