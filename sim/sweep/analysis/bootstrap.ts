import type { UniformAt } from '../design/designMatrix.ts';
import { quantileOf } from '../../../src/report/statistics.ts';
import { COVERAGE, type Estimate } from './estimates.ts';

/** The resamples of a bootstrap. Our choice: more of them move the ends of an interval by less than a tenth of its width. */
const RESAMPLES = 400;

/** The units that each resample drew, with repetitions. */
export type Resamples = readonly Uint32Array[];

/**
 * The resamples of a bootstrap over `units`. The dice are addressed, so the same data give the same interval in every
 * call, and all outcomes and factors of a sweep share their resamples.
 * @param uniformAt dice; entity: the resample, index: the draw within it
 */
export function resamplesOf(units: number, uniformAt: UniformAt): Resamples {
  if (units < 2) return [];
  return Array.from({ length: RESAMPLES }, (_, resample) =>
    Uint32Array.from({ length: units }, (_unused, i) => Math.floor(uniformAt(resample, i) * units)),
  );
}

/**
 * The percentile interval of a statistic over units that were drawn independently (Efron 1979).
 * @param value the statistic of all units
 * @param statistic the statistic of some units, given by position; a resample for which it is NaN is left out
 */
export function bootstrap(
  value: number,
  resamples: Resamples,
  statistic: (chosen: Uint32Array, resample: number) => number,
): Estimate {
  const found = resamples.map(statistic).filter((resampled) => !Number.isNaN(resampled));
  if (found.length === 0) return { value, low: null, high: null };
  const tail = (1 - COVERAGE) / 2;
  return { value, low: quantileOf(found, tail), high: quantileOf(found, 1 - tail) };
}
