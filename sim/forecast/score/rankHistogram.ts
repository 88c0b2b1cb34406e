/** Bins of equal width that ranks fall into. Ours. */
export const RANK_BINS = 10;

/** How evenly truths fall over their forecasts. A forecast that says what it knows fills every bin alike. */
export interface RankHistogram {
  /** The share of the ranks in each bin. */
  readonly shares: readonly number[];
  /** The standard error of each share. Lines of one truth hang together, so it is that of the means of truths. */
  readonly errors: readonly number[];
  /**
   * Pearson's statistic against equal shares, divided by how much wider the shares scatter than those of independent
   * lines (Rao and Scott 1981, first order), so that it is held against a chi-square with RANK_BINS - 1 degrees.
   */
  readonly chiSquare: number;
  /** The chance of a statistic as large if every bin is as likely. */
  readonly p: number;
}

/** @param truths the ranks of the lines of each truth, from 0 to 1 */
export function rankHistogram(truths: readonly (readonly number[])[]): RankHistogram {
  const counts = truths.map((ranks) => {
    const bins = new Float64Array(RANK_BINS);
    for (const rank of ranks) {
      const bin = Math.min(RANK_BINS - 1, Math.floor(rank * RANK_BINS));
      bins[bin] = (bins[bin] as number) + 1;
    }
    return bins;
  });
  const lines = truths.reduce((sum, ranks) => sum + ranks.length, 0);
  if (lines === 0) return { shares: [], errors: [], chiSquare: 0, p: 1 };
  const bins = Array.from({ length: RANK_BINS }, (_, bin) => bin);
  const shares = bins.map((bin) => counts.reduce((sum, own) => sum + (own[bin] as number), 0) / lines);
  // A ratio of sums over truths: its error by linearisation, with the correction for few truths.
  const few = truths.length / Math.max(1, truths.length - 1);
  const variances = bins.map((bin) => {
    const off = (own: Float64Array, i: number): number => (own[bin] as number) - (truths[i]?.length ?? 0) * (shares[bin] as number); // prettier-ignore
    return (few * counts.reduce((sum, own, i) => sum + square(off(own, i)), 0)) / (lines * lines);
  });
  const even = 1 / RANK_BINS;
  const pearson = shares.reduce((sum, share) => sum + (lines * square(share - even)) / even, 0);
  const scatter = variances.reduce((sum, variance) => sum + (lines * variance) / even, 0) / (RANK_BINS - 1);
  const chiSquare = pearson / Math.max(1, scatter);
  return { shares, errors: variances.map(Math.sqrt), chiSquare, p: chiSquareAbove(chiSquare, RANK_BINS - 1) };
}

function square(value: number): number {
  return value * value;
}

/**
 * The chance that a chi-square number lies above a value, for an odd number of degrees of freedom: the normal tail and a
 * finite sum (Abramowitz and Stegun 26.4.4).
 */
export function chiSquareAbove(value: number, degrees: number): number {
  if (value <= 0) return 1;
  const root = Math.sqrt(value);
  let term = root;
  let sum = 0;
  for (let r = 1; r <= (degrees - 1) / 2; r += 1) {
    if (r > 1) term *= value / (2 * r - 1);
    sum += term;
  }
  const density = Math.exp(-value / 2) / Math.sqrt(2 * Math.PI);
  return Math.min(1, 2 * normalAbove(root) + 2 * density * sum);
}

/** The chance that a standard normal number lies above a value of at least 0 (Abramowitz and Stegun 26.2.17; 7.5e-8). */
function normalAbove(value: number): number {
  const t = 1 / (1 + 0.2316419 * value);
  const coefficients = [0.31938153, -0.356563782, 1.781477937, -1.821255978, 1.330274429];
  const series = coefficients.reduceRight((sum, coefficient) => t * (coefficient + sum), 0);
  return (Math.exp((-value * value) / 2) / Math.sqrt(2 * Math.PI)) * series;
}
