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

/** The standard error of the mean of independent samples, or NaN for fewer than two. */
export function meanError(samples: readonly number[]): number {
  const mean = meanOf(samples);
  const squares = samples.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
  return Math.sqrt(squares / (samples.length - 1) / samples.length);
}
