/** Computes statistics of the counts of replications. */

/** The mean, or NaN for an empty list. */
export function meanOf(samples: readonly number[]): number {
  return samples.reduce((sum, value) => sum + value, 0) / samples.length;
}

/** A quantile by linear interpolation between order statistics (Hyndman and Fan's type 7). `p` is from 0 to 1. */
export function quantileOf(samples: readonly number[], p: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const position = p * (sorted.length - 1);
  const low = Math.floor(position);
  const below = sorted[low] as number;
  const above = sorted[Math.min(low + 1, sorted.length - 1)] as number;
  return below + (above - below) * (position - low);
}

/**
 * The fewest replications that give a range of 90 %. Of fewer, the 5 % and 95 % quantiles are little more than the lowest
 * and the highest, and would pass for more than they are. The number is ours.
 */
export const RANGE_REPLICATIONS_MIN = 10;

/** The 5 % and 95 % quantiles of the replications, or nulls if there are fewer than `RANGE_REPLICATIONS_MIN`. */
export function rangeOf(samples: readonly number[]): { readonly low: number | null; readonly high: number | null } {
  if (samples.length < RANGE_REPLICATIONS_MIN) return { low: null, high: null };
  return { low: quantileOf(samples, 0.05), high: quantileOf(samples, 0.95) };
}

/** The standard error of the mean of independent samples, or NaN for fewer than two. */
export function meanError(samples: readonly number[]): number {
  return samples.length < 2 ? NaN : Math.sqrt(varianceOf(samples) / samples.length);
}

/** The unbiased variance (divided by n - 1); 0 for fewer than two values. */
export function varianceOf(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const mean = meanOf(values);
  return values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0) / (values.length - 1);
}
