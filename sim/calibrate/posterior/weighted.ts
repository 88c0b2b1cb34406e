/** Values with weights of 0 and above, not all 0. Both lists are equally long. */
export interface Weighted {
  readonly values: readonly number[];
  readonly weights: readonly number[];
}

/**
 * A weighted quantile: each value stands in the middle of its weight, and between two values the quantile is linear.
 *
 * @param p from 0 to 1
 */
export function weightedQuantile({ values, weights }: Weighted, p: number): number {
  const order = values.map((_, i) => i).filter((i) => (weights[i] as number) > 0);
  order.sort((a, b) => (values[a] as number) - (values[b] as number) || a - b);
  const total = order.reduce((sum, i) => sum + (weights[i] as number), 0);
  let before = 0;
  let [lastAt, lastValue] = [0, values[order[0] as number] as number];
  for (const i of order) {
    const weight = weights[i] as number;
    const at = (before + weight / 2) / total;
    const value = values[i] as number;
    if (at >= p) return at === lastAt ? value : lastValue + ((value - lastValue) * (p - lastAt)) / (at - lastAt);
    [lastAt, lastValue] = [at, value];
    before += weight;
  }
  return lastValue;
}

/** The number of equally weighted values that would say as much: (sum of w)^2 / (sum of w^2). */
export function effectiveSize(weights: readonly number[]): number {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const squares = weights.reduce((total, weight) => total + weight * weight, 0);
  return squares === 0 ? 0 : (sum * sum) / squares;
}

/** The weighted mean and standard deviation. */
export function weightedMoments({ values, weights }: Weighted): { readonly mean: number; readonly sd: number } {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const mean = values.reduce((sum, value, i) => sum + value * (weights[i] as number), 0) / total;
  const variance =
    values.reduce((sum, value, i) => sum + (value - mean) * (value - mean) * (weights[i] as number), 0) / total;
  return { mean, sd: Math.sqrt(variance) };
}
