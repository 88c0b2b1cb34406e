import { normalDistribution, normalQuantile } from '../../world/dice/normal.ts';
import { slopesOf } from './linearFit.ts';
import { effectiveSize, weightedMoments, weightedQuantile } from './weighted.ts';

/** Draws from a prior, and what each gave. One row a draw in every table. */
export interface DrawTable {
  /** Where each parameter stands within its prior, from 0 to 1. */
  readonly coordinates: readonly (readonly number[])[];
  /**
   * What data are held against, free of size (logarithms of volumes, say), with the error of observation already drawn
   * onto it: so a draw stands for what would have been seen, not for what was true.
   */
  readonly summaries: readonly (readonly number[])[];
}

/** The draws as the data leave them. */
export interface Posterior {
  /** One a draw; they sum to 1. */
  readonly weights: readonly number[];
  /** The number of equally weighted draws that would say as much. */
  readonly effective: number;
  /** The coordinates moved to where the data are, [draw][parameter], each within 0 and 1. */
  readonly coordinates: readonly (readonly number[])[];
  /** Moves other results of the draws to where the data are, in the units they come in: [draw][result]. */
  readonly moved: (results: readonly (readonly number[])[]) => readonly (readonly number[])[];
}

/** The options of conditioning. */
export interface ConditionOptions {
  /** The share of the draws nearest to the data that is kept, above 0 and at most 1. */
  readonly kept: number;
}

/** Half of the draws by default: fewer follow a bend better, and more say more. Ours. */
export const KEPT = 0.5;

/**
 * Approximate Bayesian computation on a table of draws: the draws nearest to the data are kept with Epanechnikov's
 * weights, and moved along a plane that is fitted to them (Beaumont, Zhang and Balding 2002). Parameters are moved as
 * normal scores, so that none leaves its prior, and a linear model with normal priors is met exactly.
 *
 * @param seen the data, in the order of the summaries
 */
export function conditionOn(table: DrawTable, seen: readonly number[], { kept }: ConditionOptions): Posterior {
  const { coordinates, summaries } = table;
  const even = summaries.map(() => 1);
  const sds = seen.map((_, s) => weightedMoments({ values: summaries.map((row) => row[s] as number), weights: even }).sd || 1); // prettier-ignore
  // From the data on, in units of the prior predictive: so a plane through the draws has its origin at the data.
  const features = summaries.map((row) => row.map((value, s) => (value - (seen[s] as number)) / (sds[s] as number)));
  const distances = features.map((row) => Math.sqrt(row.reduce((sum, x) => sum + x * x, 0)));
  const plain = kept >= 1 ? even : epanechnikov(distances, kept);
  const sum = plain.reduce((total, weight) => total + weight, 0);
  const weights = plain.map((weight) => weight / sum);
  const moved: Posterior['moved'] = (results) => {
    const slopes = slopesOf(features, results, weights);
    return results.map((row, i) =>
      row.map((value, r) => features[i]?.reduce((at, x, f) => at - x * (slopes[f]?.[r] as number), value) ?? value),
    );
  };
  const scores = coordinates.map((row) => row.map(scoreOf));
  return {
    weights,
    effective: effectiveSize(weights),
    coordinates: moved(scores).map((row) => row.map(normalDistribution)),
    moved,
  };
}

/** The weight 1 - (d / h)^2 of each distance, where h is that of the first draw that is not kept. */
function epanechnikov(distances: readonly number[], kept: number): readonly number[] {
  const sorted = distances.toSorted((a, b) => a - b);
  const at = Math.min(Math.max(Math.ceil(kept * sorted.length), 2), sorted.length - 1);
  const bandwidth = Math.max(sorted[at] as number, Number.MIN_VALUE);
  return distances.map((distance) => {
    const part = distance / bandwidth;
    return Math.max(0, 1 - part * part);
  });
}

/** A uniform prior holds its middle nine tenths in a width of 0.9. */
export const PRIOR_WIDTH = 0.9;

/** The outermost millionth of a prior is cut off: a score has to be finite. */
const EDGE = 1e-6;

/** A coordinate from 0 to 1 as the normal score of the same rank. */
export function scoreOf(coordinate: number): number {
  return normalQuantile(Math.min(Math.max(coordinate, EDGE), 1 - EDGE));
}

/** Three points of a distribution. */
export interface Spread {
  readonly p05: number;
  readonly p50: number;
  readonly p95: number;
}

/** The 5, 50 and 95 % quantiles of values with weights. */
export function spreadOf(values: readonly number[], weights: readonly number[]): Spread {
  const at = (p: number): number => weightedQuantile({ values, weights }, p);
  return { p05: at(0.05), p50: at(0.5), p95: at(0.95) };
}
