import { meanOf, varianceOf } from '../../../src/report/statistics.ts';

/** P(|T| <= t) for Student's t with a whole number of degrees of freedom: the finite sums of Abramowitz and Stegun 26.7. */
function withinStudent(t: number, freedom: number): number {
  const angle = Math.atan(t / Math.sqrt(freedom));
  const cosine = Math.cos(angle);
  const isOdd = freedom % 2 === 1;
  let term = isOdd ? cosine : 1;
  let sum = freedom === 1 ? 0 : term;
  for (let k = isOdd ? 3 : 2; k < freedom; k += 2) {
    term *= (cosine * cosine * (k - 1)) / k;
    sum += term;
  }
  return isOdd ? (2 / Math.PI) * (angle + Math.sin(angle) * sum) : Math.sin(angle) * sum;
}

/**
 * Two-sided quantile of Student's t: the t with P(|T| <= t) = coverage, to 1e-9, by halving.
 * @param freedom degrees of freedom, a whole number from 1
 */
export function studentQuantile(coverage: number, freedom: number): number {
  let low = 0;
  let high = 1e4;
  for (let i = 0; i < 60; i += 1) {
    const middle = (low + high) / 2;
    if (withinStudent(middle, freedom) < coverage) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** A figure with its interval. The interval is null if there is only one value, because one value shows no spread. */
export interface Estimate {
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
}

/** The share of cases in which an interval of this folder is meant to hold the true value. */
export const COVERAGE = 0.9;

/** Mean with Student's interval. */
export function meanEstimate(values: readonly number[]): Estimate {
  const value = meanOf(values);
  if (values.length < 2) return { value, low: null, high: null };
  const half = studentQuantile(COVERAGE, values.length - 1) * Math.sqrt(varianceOf(values) / values.length);
  return { value, low: value - half, high: value + half };
}
