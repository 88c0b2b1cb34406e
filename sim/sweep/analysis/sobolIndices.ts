import { assert } from '../../../src/assert.ts';
import type { UniformAt } from '../design/designMatrix.ts';
import { bootstrap, resamplesOf } from './bootstrap.ts';
import { meanOf } from '../../../src/report/statistics.ts';
import { type Estimate } from './estimates.ts';

/** The Sobol indices of one factor. */
export interface SobolIndex {
  /** The share of the outcome's variance that the factor causes alone. */
  readonly first: Estimate;
  /** The share that the factor causes alone or together with others. */
  readonly total: Estimate;
}

/**
 * First and total indices from the outcomes of a Saltelli design. First: Saltelli et al. 2010, table 2 (b); total: Jansen
 * 1999. Intervals come from a bootstrap over the samples.
 * @param outcomes in the order of `saltelliDesign`; a sample with a NaN (a refused point) is left out as a whole
 * @throws AssertionError if the number of outcomes is not a multiple of factors + 2
 */
export function sobolIndices(
  outcomes: readonly number[],
  factors: number,
  uniformAt: UniformAt,
): readonly SobolIndex[] {
  const width = factors + 2;
  assert(outcomes.length % width === 0, 'a Saltelli design has factors + 2 points a sample');
  const samples: (readonly number[])[] = [];
  for (let from = 0; from < outcomes.length; from += width) {
    const sample = outcomes.slice(from, from + width);
    if (!sample.some(Number.isNaN)) samples.push(sample);
  }
  const a = Float64Array.from(samples, (sample) => sample[0] as number);
  const b = Float64Array.from(samples, (sample) => sample[1] as number);
  // Centred outcomes: the estimator of the first index then has the least variance (Owen 2013).
  const centre = meanOf([...a, ...b]);
  const all = Uint32Array.from(samples, (_, i) => i);
  const resamples = resamplesOf(samples.length, uniformAt);
  const variance = varianceAmong(a, b, centre, all);
  const variances = resamples.map((chosen) => varianceAmong(a, b, centre, chosen));
  const index = (terms: Float64Array): Estimate =>
    bootstrap(meanAmong(terms, all) / variance, resamples, (chosen, resample) =>
      variances[resample] === 0 ? NaN : meanAmong(terms, chosen) / (variances[resample] as number),
    );
  return Array.from({ length: factors }, (_, factor) => {
    const mixed = Float64Array.from(samples, (sample) => sample[2 + factor] as number);
    return {
      first: index(mixed.map((value, i) => ((b[i] as number) - centre) * (value - (a[i] as number)))),
      total: index(mixed.map((value, i) => (((a[i] as number) - value) * ((a[i] as number) - value)) / 2)),
    };
  });
}

function meanAmong(values: Float64Array, chosen: Uint32Array): number {
  let sum = 0;
  for (const i of chosen) sum += values[i] as number;
  return sum / chosen.length;
}

/** The variance of the outcomes of A and B among the chosen samples. */
function varianceAmong(a: Float64Array, b: Float64Array, centre: number, chosen: Uint32Array): number {
  let sum = 0;
  let squares = 0;
  for (const i of chosen) {
    const first = (a[i] as number) - centre;
    const second = (b[i] as number) - centre;
    sum += first + second;
    squares += first * first + second * second;
  }
  const mean = sum / (2 * chosen.length);
  return squares / (2 * chosen.length) - mean * mean;
}
