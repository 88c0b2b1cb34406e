import { assert } from '../../../src/assert.ts';
import { RecentlyUsed } from '../../../src/recentlyUsed.ts';
import { DAY } from '../../../src/time.ts';
import type { Duration, Outage } from '../profile/linkSchema.ts';
import { Distribution, Durations, EXPONENTIAL, FIXED, LEAST_UNIFORM, LOGNORMAL, Picker, WEIBULL } from './durations.ts';

const BIASED_CELLS = 2048;

/** A picker of choices with these shares, which sum to 1. */
export function pickerOf(shares: Float64Array | readonly number[]): Picker {
  const ends = new Float64Array(shares.length);
  let sum = 0;
  for (let i = 0; i < shares.length; i += 1) {
    sum += shares[i] as number;
    ends[i] = sum;
  }
  assert(Math.abs(sum - 1) < 1e-9, 'shares sum to 1');
  ends[shares.length - 1] = 1;
  return new Picker(ends);
}

/** log Gamma by Lanczos (g = 7, 9 terms), error below 1e-13 for x > 0.5. */
export function logGamma(x: number): number {
  const terms = [
    0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
    12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
  ];
  const z = x - 1;
  let sum = terms[0] as number;
  for (let i = 1; i < 9; i += 1) sum += (terms[i] as number) / (z + i);
  const t = z + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (z + 0.5) * Math.log(t) - t + Math.log(sum);
}

/** The tables of the Weibull distributions that were compiled last, by scale and shape. */
const TABLES = new RecentlyUsed<Float64Array>(128);

function distributionOf(duration: Duration): Distribution {
  const compiled = new Distribution();
  switch (duration.kind) {
    case 'fixed':
      compiled.kind = FIXED;
      compiled.a = duration.days * DAY;
      compiled.meanSeconds = compiled.a;
      return compiled;
    case 'exponential':
      compiled.kind = EXPONENTIAL;
      compiled.a = duration.daysMean * DAY;
      compiled.meanSeconds = compiled.a;
      return compiled;
    case 'lognormal': {
      const { sigma } = duration;
      compiled.kind = LOGNORMAL;
      compiled.a = Math.log(duration.daysMedian * DAY);
      compiled.b = sigma;
      compiled.biased = Math.exp(sigma * sigma);
      compiled.meanSeconds = Math.exp(compiled.a + (sigma * sigma) / 2);
      return compiled;
    }
    case 'weibull':
      compiled.kind = WEIBULL;
      compiled.a = Math.log(duration.daysScale * DAY);
      compiled.b = duration.shape;
      compiled.meanSeconds = Math.exp(compiled.a + logGamma(1 + 1 / duration.shape));
      // The table costs some 10 ms. The cells of a sweep mostly have the same durations.
      compiled.table = TABLES.use(`${duration.daysScale} ${duration.shape}`, () => biasedTable(compiled));
      return compiled;
  }
}

/** Quantiles of the length-biased distribution: lengths are accumulated over 2^16 equally likely durations. */
function biasedTable(distribution: Distribution): Float64Array {
  const fine = 65_536;
  const cumulative = new Float64Array(fine + 1);
  const value = new Float64Array(fine);
  const sample = Float64Array.from({ length: fine }, (_, i) => distribution.quantile((i + 0.5) / fine)).sort();
  for (let i = 0; i < fine; i += 1) {
    value[i] = sample[i] as number;
    cumulative[i + 1] = (cumulative[i] as number) + (sample[i] as number);
  }
  const total = cumulative[fine] as number;
  const table = new Float64Array(BIASED_CELLS + 1);
  let i = 0;
  for (let cell = 0; cell <= BIASED_CELLS; cell += 1) {
    const target = (total * cell) / BIASED_CELLS;
    while (i < fine - 1 && (cumulative[i + 1] as number) < target) i += 1;
    table[cell] = value[i] as number;
  }
  return table;
}

function longestSeconds(distribution: Distribution): number {
  return Math.max(distribution.quantile(LEAST_UNIFORM), distribution.quantile(1 - LEAST_UNIFORM));
}

/** The durations of outages that a scenario states: a mixture whose shares sum to 1. */
export function outageDurations(outage: Outage): Durations {
  const durations = new Durations();
  durations.parts = outage.map((part) => distributionOf(part.duration));
  const { parts } = durations;
  durations.longestSeconds = Math.max(...parts.map(longestSeconds));
  if (parts.length === 1) {
    durations.meanSeconds = (parts[0] as Distribution).meanSeconds;
    return durations;
  }
  const lengths = Float64Array.from(outage, (part, i) => part.share * (parts[i] as Distribution).meanSeconds);
  const meanSeconds = lengths.reduce((sum, length) => sum + length, 0);
  durations.meanSeconds = meanSeconds;
  durations.picker = pickerOf(Float64Array.from(outage, (part) => part.share));
  durations.pickerByLength = pickerOf(lengths.map((length) => length / meanSeconds));
  return durations;
}

/** The duration that a scenario states by itself. */
export function durationsOf(duration: Duration): Durations {
  return outageDurations([{ share: 1, duration }]);
}
