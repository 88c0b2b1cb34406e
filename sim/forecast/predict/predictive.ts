import { normalQuantile } from '../../world/dice/normal.ts';

/** The quantiles of every forecast. */
export const PROBABILITIES = [0.05, 0.25, 0.5, 0.75, 0.95] as const;

/** Points that the dice of one future are represented by. */
const POINTS = 15;
const NORMAL_POINTS = Float64Array.from({ length: POINTS }, (_, i) => normalQuantile((i + 0.5) / POINTS));
/** Below this mean, dice are those of Poisson rather than bell-shaped. */
const POISSON_BELOW = 20;

/** A forecast of one number: equally likely values, rising. */
export type Predictive = Float64Array;

/**
 * A mixture of dice around each of several means.
 * @param dice the variance of the dice around each mean
 */
export function mixture(
  means: Float64Array,
  { settled, dice }: { readonly settled: number; readonly dice: Float64Array },
): Predictive {
  const values = new Float64Array(means.length * POINTS);
  for (let k = 0; k < means.length; k += 1) {
    const mean = Math.max(0, means[k] as number);
    for (let i = 0; i < POINTS; i += 1) {
      const spread =
        mean < POISSON_BELOW
          ? poissonQuantile(mean, (i + 0.5) / POINTS)
          : Math.max(0, mean + Math.sqrt(dice[k] as number) * (NORMAL_POINTS[i] as number));
      values[k * POINTS + i] = settled + spread;
    }
  }
  return values.sort();
}

/** The smallest count that a Poisson number does not exceed with the probability. */
function poissonQuantile(mean: number, p: number): number {
  let chance = Math.exp(-mean);
  let sum = chance;
  let count = 0;
  while (sum < p && count < 200) {
    count += 1;
    chance *= mean / count;
    sum += chance;
  }
  return count;
}

/** A quantile of a forecast by linear interpolation. */
export function quantileAt(values: Predictive, p: number): number {
  const place = Math.min(Math.max(p * values.length - 0.5, 0), values.length - 1);
  const low = Math.floor(place);
  const below = values[low] as number;
  return below + ((values[Math.min(low + 1, values.length - 1)] as number) - below) * (place - low);
}

/**
 * The continuous ranked probability score of a forecast against what came: a mean absolute error for distributions
 * (Gneiting and Raftery 2007). Less is better.
 */
export function crps(values: Predictive, truth: number): number {
  const n = values.length;
  let off = 0;
  let spread = 0;
  for (let i = 0; i < n; i += 1) {
    const value = values[i] as number;
    off += Math.abs(value - truth);
    spread += (2 * i + 1 - n) * value;
  }
  return off / n - spread / (n * n);
}

/** The share of a forecast below what came, ties by half. */
export function rankOf(values: Predictive, truth: number): number {
  let below = 0;
  for (const value of values) below += value < truth ? 1 : value === truth ? 0.5 : 0;
  return below / values.length;
}
