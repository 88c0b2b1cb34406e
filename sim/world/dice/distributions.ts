import { assert } from '../../../src/assert.ts';
import { RecentlyUsed } from '../../../src/recentlyUsed.ts';
import { DAY } from '../../../src/time.ts';
import type { Duration, Outage } from '../../scenario/schema.ts';
import { normalQuantile } from './normal.ts';

/** A distribution of durations in seconds, ready for drawing. */
export interface Durations {
  readonly meanSeconds: number;
  /** Above every length that a draw can give. */
  readonly longestSeconds: number;
  /** Seconds at a uniform in (0, 1). */
  quantile(u: number): number;
  /**
   * Seconds of the outage that covers an arbitrary instant: longer outages cover more instants, so its length is drawn with
   * a chance proportional to it. Exact for `exponential`, `fixed` and `lognormal`; `weibull` uses a table of 2,048 equally
   * likely cells (relative error below 1 %).
   */
  lengthBiased(u: number, v: number): number;
}

const BIASED_CELLS = 2048;
/** Below every uniform that is handed to a quantile: a word's least is 2^-33, a remainder's least is this. */
const LEAST_UNIFORM = 1e-12;

function base(duration: Duration): { meanSeconds: number; quantile: (u: number) => number } {
  switch (duration.kind) {
    case 'fixed': {
      const seconds = duration.days * DAY;
      return { meanSeconds: seconds, quantile: () => seconds };
    }
    case 'exponential': {
      const mean = duration.daysMean * DAY;
      return { meanSeconds: mean, quantile: (u) => -mean * Math.log(u) };
    }
    case 'lognormal': {
      const mu = Math.log(duration.daysMedian * DAY);
      const { sigma } = duration;
      return {
        meanSeconds: Math.exp(mu + (sigma * sigma) / 2),
        quantile: (u) => Math.exp(mu + sigma * normalQuantile(u)),
      };
    }
    case 'weibull': {
      const logScale = Math.log(duration.daysScale * DAY);
      const { shape } = duration;
      return {
        meanSeconds: Math.exp(logScale + logGamma(1 + 1 / shape)),
        quantile: (u) => Math.exp(logScale + Math.log(-Math.log(u)) / shape),
      };
    }
  }
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

function durationsOf(duration: Duration): Durations {
  const { meanSeconds, quantile } = base(duration);
  const longestSeconds = Math.max(quantile(LEAST_UNIFORM), quantile(1 - LEAST_UNIFORM));
  if (duration.kind === 'fixed') return { meanSeconds, longestSeconds, quantile, lengthBiased: () => meanSeconds };
  if (duration.kind === 'exponential') {
    // The covering outage is the sum of its age and its residual life, and both are exponential.
    return {
      meanSeconds,
      longestSeconds,
      quantile,
      lengthBiased: (u, v) => -meanSeconds * (Math.log(u) + Math.log(v)),
    };
  }
  if (duration.kind === 'lognormal') {
    // Length-biased lognormal is lognormal with its log mean raised by sigma squared.
    const shift = Math.exp(duration.sigma * duration.sigma);
    return { meanSeconds, longestSeconds, quantile, lengthBiased: (u) => quantile(u) * shift };
  }
  // The table costs some 10 ms. The cells of a sweep mostly have the same durations.
  const table = TABLES.use(`${duration.daysScale} ${duration.shape}`, () => biasedTable(quantile));
  return { meanSeconds, longestSeconds, quantile, lengthBiased: (u) => interpolate(table, u) };
}

/** The tables of the Weibull distributions that were compiled last, by scale and shape. */
const TABLES = new RecentlyUsed<Float64Array>(128);

/** Quantiles of the length-biased distribution: lengths are accumulated over 2^16 equally likely durations. */
function biasedTable(quantile: (u: number) => number): Float64Array {
  const fine = 65_536;
  const cumulative = new Float64Array(fine + 1);
  const value = new Float64Array(fine);
  const sample = Float64Array.from({ length: fine }, (_, i) => quantile((i + 0.5) / fine)).sort();
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

function interpolate(table: Float64Array, u: number): number {
  const position = u * (table.length - 1);
  const cell = Math.floor(position);
  const low = table[cell] as number;
  return low + ((table[cell + 1] as number) - low) * (position - cell);
}

/** A mixture. One uniform picks the part, and its remainder is the uniform within the part. */
export function outageDurations(outage: Outage): Durations {
  const parts = outage.map((part) => durationsOf(part.duration));
  const only = parts[0] as Durations;
  if (parts.length === 1) return only;
  const shares = Float64Array.from(outage, (part) => part.share);
  const lengths = Float64Array.from(outage, (part, i) => part.share * (parts[i] as Durations).meanSeconds);
  const meanSeconds = lengths.reduce((sum, length) => sum + length, 0);
  const picked = new Picker(shares);
  const pickedByLength = new Picker(lengths.map((length) => length / meanSeconds));
  return {
    meanSeconds,
    longestSeconds: Math.max(...parts.map((part) => part.longestSeconds)),
    quantile: (u) => {
      const part = picked.pick(u);
      return (parts[part] as Durations).quantile(picked.rest);
    },
    lengthBiased: (u, v) => {
      const part = pickedByLength.pick(u);
      return (parts[part] as Durations).lengthBiased(pickedByLength.rest, v);
    },
  };
}

/**
 * Picks by cumulative share and keeps the remainder of the uniform, rescaled to (0, 1), so that one 32-bit word serves
 * several choices. Each choice costs log2(1/share) bits of it: a share of 2 % leaves 26 bits.
 */
export class Picker {
  /** The remainder of the last `pick`, strictly between 0 and 1. */
  rest = 0;
  private readonly upTo: Float64Array;

  constructor(shares: Float64Array | readonly number[]) {
    this.upTo = new Float64Array(shares.length);
    let sum = 0;
    for (let i = 0; i < shares.length; i += 1) {
      sum += shares[i] as number;
      this.upTo[i] = sum;
    }
    assert(Math.abs(sum - 1) < 1e-9, 'shares sum to 1');
    this.upTo[shares.length - 1] = 1;
  }

  /** Where each choice ends, the last at 1. */
  get ends(): readonly number[] {
    return [...this.upTo];
  }

  pick(u: number): number {
    const upTo = this.upTo;
    let i = 0;
    let low = 0;
    while (u >= (upTo[i] as number)) {
      low = upTo[i] as number;
      i += 1;
    }
    this.rest = (u - low) / ((upTo[i] as number) - low);
    // Rounding can reach the ends of the interval, and a logarithm takes neither 0 nor 1.
    if (this.rest <= 0) this.rest = LEAST_UNIFORM;
    else if (this.rest >= 1) this.rest = 1 - LEAST_UNIFORM;
    return i;
  }
}
