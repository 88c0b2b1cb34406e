import { meanOf, varianceOf } from '../../../src/report/statistics.ts';
import { AMONG_MIN, SD_MIN, type SummaryScale } from './summaries.ts';

/** How many installations a summary counts, and among how many. */
export interface Pair {
  readonly of: number;
  readonly among: number;
}

/** A summary, by its number, from the sums of a stratum or of several. Both are 0 where there are no sums. */
export function pairAt(sums: Float64Array, i: number): Pair {
  return { of: sums[2 * i] ?? 0, among: sums[2 * i + 1] ?? 0 };
}

/** A summary of a portfolio beside those of the members of a library. */
export interface ComparedSummary {
  /** The share of the portfolio, from 0 to 1. */
  readonly share: number;
  /** The share of the portfolio and of each member on the scale that was asked for. */
  readonly value: number;
  readonly values: readonly number[];
  /** Mean and standard deviation of the members. */
  readonly mean: number;
  readonly sd: number;
  /** By how many standard deviations of the members, noise included, the portfolio lies off. */
  readonly z: number;
}

/** Compares a summary, or returns undefined if too few count in it or every member has the same. */
export function compareSummary(
  own: Pair,
  members: readonly Pair[],
  { valueOf, noiseOf }: SummaryScale,
): ComparedSummary | undefined {
  if (own.among < AMONG_MIN || members.some(({ among }) => among < AMONG_MIN)) return undefined;
  const values = members.map(({ of, among }) => valueOf(of, among));
  const value = valueOf(own.of, own.among);
  const mean = meanOf(values);
  const variance = varianceOf(values);
  const sd = Math.sqrt(variance);
  if (sd < SD_MIN) return undefined;
  const z = (value - mean) / Math.sqrt(variance + noiseOf(own.of, own.among));
  return { share: own.of / own.among, value, values, mean, sd, z };
}

/** The largest |z| of some summaries; 0 without any. */
export function summaryAlarm(summaries: readonly { readonly z: number }[]): number {
  return Math.max(0, ...summaries.map(({ z }) => Math.abs(z)));
}
