import { varianceOf } from '../../../src/report/statistics.ts';
import { PRIOR_WIDTH, spreadOf } from '../posterior/posterior.ts';
import { weightedMoments, weightedQuantile } from '../posterior/weighted.ts';

/** One parameter of one truth beside its posterior, in the coordinates of its prior. */
interface TruthRank {
  readonly truth: number;
  /** The share of the posterior below the truth. Over many truths from the prior it is even from 0 to 1. */
  readonly rank: number;
  readonly mean: number;
  readonly width90: number;
  readonly isIn50: boolean;
  readonly isIn90: boolean;
}

/** How well a parameter is found again, over truths that are no part of the library. */
export interface RankRow {
  readonly name: string;
  /** The share of the variance over the prior that the posterior means explain. Below 0: they mislead. */
  readonly explained: number;
  readonly covered50: number;
  readonly covered90: number;
  /** 0.5 for a posterior without bias. */
  readonly meanRank: number;
  /** By how many standard errors the mean rank lies off 0.5. */
  readonly z: number;
  /** How much narrower the middle nine tenths are than the prior's, on average. */
  readonly contraction: number;
}

/** Ranks of all parameters together. */
export interface RankSummary {
  readonly covered50: number;
  readonly covered90: number;
  /** Standard error of `covered90`: parameters of one truth hang together, so it is that of the means of truths. */
  readonly error90: number;
  /** How many truths fall into each tenth of their posteriors, as a share: 0.1 each for posteriors that hold. */
  readonly tenths: readonly number[];
  /** The mean of z squared over parameters: about 1 for posteriors without bias. */
  readonly meanSquare: number;
}

function square(value: number): number {
  return value * value;
}

/** Ranks each parameter of a truth within its posterior. Values [draw][parameter] and truth are coordinates. */
export function ranksOf(
  { coordinates, weights }: { readonly coordinates: readonly (readonly number[])[]; readonly weights: readonly number[] }, // prettier-ignore
  truth: readonly number[],
): readonly TruthRank[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return truth.map((at, p) => {
    const values = coordinates.map((row) => row[p] as number);
    const { p05, p95 } = spreadOf(values, weights);
    const [p25, p75] = [weightedQuantile({ values, weights }, 0.25), weightedQuantile({ values, weights }, 0.75)];
    const below = values.reduce((sum, value, i) => sum + (value < at ? 1 : value === at ? 0.5 : 0) * (weights[i] as number), 0); // prettier-ignore
    return {
      truth: at,
      rank: below / total,
      mean: weightedMoments({ values, weights }).mean,
      width90: p95 - p05,
      isIn50: p25 <= at && at <= p75,
      isIn90: p05 <= at && at <= p95,
    };
  });
}

/** @param truths the ranks of each truth, one a parameter in the order of the names; at least two truths */
export function rankRows(names: readonly string[], truths: readonly (readonly TruthRank[])[]): readonly RankRow[] {
  const meanOf = (p: number, value: (rank: TruthRank) => number): number =>
    truths.reduce((sum, ranks) => sum + value(ranks[p] as TruthRank), 0) / truths.length;
  return names.map((name, p) => {
    const meanRank = meanOf(p, ({ rank }) => rank);
    return {
      name,
      explained:
        1 - meanOf(p, ({ truth, mean }) => square(truth - mean)) / meanOf(p, ({ truth }) => square(truth - 0.5)),
      covered50: meanOf(p, ({ isIn50 }) => Number(isIn50)),
      covered90: meanOf(p, ({ isIn90 }) => Number(isIn90)),
      meanRank,
      // An even rank has variance 1/12.
      z: (meanRank - 0.5) * Math.sqrt(12 * truths.length),
      contraction: 1 - meanOf(p, ({ width90 }) => width90) / PRIOR_WIDTH,
    };
  });
}

/** The ranks of all parameters of all truths. */
export function rankSummary(truths: readonly (readonly TruthRank[])[], rows: readonly RankRow[]): RankSummary {
  const all = truths.flat();
  const share = (is: (rank: TruthRank) => boolean): number => all.filter(is).length / Math.max(1, all.length);
  const covered90 = share(({ isIn90 }) => isIn90);
  const own = truths.map((ranks) => ranks.filter(({ isIn90 }) => isIn90).length / Math.max(1, ranks.length));
  return {
    covered50: share(({ isIn50 }) => isIn50),
    covered90,
    error90: Math.sqrt(varianceOf(own) / Math.max(1, truths.length)),
    tenths: Array.from({ length: 10 }, (_, i) => share(({ rank }) => Math.min(9, Math.floor(rank * 10)) === i)),
    meanSquare: rows.reduce((sum, { z }) => sum + z * z, 0) / Math.max(1, rows.length),
  };
}
