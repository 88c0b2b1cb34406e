/**
 * Durations as numbers, ready for drawing. `distributions.ts` compiles them from what a scenario says. The file belongs to the
 * subset of TypeScript that is also compiled to WebAssembly (sim/kernel/README.md).
 */
import { int, type f64, type i32 } from '../../../src/numbers.ts';
import type { NumberStream } from '../../../src/numberStream.ts';
import { normalQuantile } from './normal.ts';

/** The least uniform that is handed to a quantile is above this: a word's least is 2^-33, a remainder's least is this. */
export const LEAST_UNIFORM: f64 = 1e-12;

export const FIXED: i32 = 0;
export const EXPONENTIAL: i32 = 1;
export const LOGNORMAL: i32 = 2;
export const WEIBULL: i32 = 3;

/** One distribution of durations in seconds. */
export class Distribution {
  /** FIXED, EXPONENTIAL, LOGNORMAL or WEIBULL. */
  kind: i32 = 0;
  /** The duration; the mean; the mean of the logarithm; the logarithm of the scale. */
  a: f64 = 0;
  /** Lognormal: standard deviation of the logarithm. Weibull: shape. */
  b: f64 = 0;
  /** Lognormal: what a length-biased draw is longer by, as a factor. */
  biased: f64 = 1;
  /** Weibull: quantiles of the length-biased distribution at the borders of equally likely cells. */
  table: Float64Array = new Float64Array(0);
  meanSeconds: f64 = 0;

  exchange(numbers: NumberStream): void {
    this.kind = numbers.integer(this.kind);
    this.a = numbers.real(this.a);
    this.b = numbers.real(this.b);
    this.biased = numbers.real(this.biased);
    this.table = numbers.reals(this.table);
    this.meanSeconds = numbers.real(this.meanSeconds);
  }

  /** Seconds at a uniform in (0, 1). */
  quantile(u: f64): f64 {
    if (this.kind === EXPONENTIAL) return -this.a * Math.log(u);
    if (this.kind === LOGNORMAL) return Math.exp(this.a + this.b * normalQuantile(u));
    if (this.kind === WEIBULL) return Math.exp(this.a + Math.log(-Math.log(u)) / this.b);
    return this.a;
  }

  /** Seconds of an outage that covers an arbitrary instant (see `Durations.lengthBiased`). */
  lengthBiased(u: f64, v: f64): f64 {
    // The covering outage is the sum of its age and its residual life, and both are exponential.
    if (this.kind === EXPONENTIAL) return -this.meanSeconds * (Math.log(u) + Math.log(v));
    // The length-biased lognormal is lognormal, with its log mean raised by sigma squared.
    if (this.kind === LOGNORMAL) return this.quantile(u) * this.biased;
    if (this.kind === WEIBULL) return interpolate(this.table, u);
    return this.a;
  }
}

function interpolate(table: Float64Array, u: f64): f64 {
  const position = u * (table.length - 1);
  const cell = int(position);
  const low = table[cell] as f64;
  return low + ((table[cell + 1] as f64) - low) * (position - cell);
}

/**
 * Picks by cumulative share and keeps the remainder of the uniform, rescaled to (0, 1), so that one 32-bit word serves
 * several choices. Each choice costs log2(1/share) bits of it: a share of 2 % leaves 26 bits.
 */
export class Picker {
  /** The end of each choice; the last is 1. */
  ends: Float64Array;
  /** How far the last uniform lies within its choice, and the width of the choice. */
  private within: f64 = 0;
  private width: f64 = 1;

  constructor(ends: Float64Array) {
    this.ends = ends;
  }

  exchange(numbers: NumberStream): void {
    this.ends = numbers.reals(this.ends);
  }

  pick(u: f64): i32 {
    const ends = this.ends;
    let i: i32 = 0;
    let low: f64 = 0;
    let end = ends[0] as f64;
    while (u >= end) {
      low = end;
      i += 1;
      end = ends[i] as f64;
    }
    this.within = u - low;
    this.width = end - low;
    return i;
  }

  /** The remainder of the last `pick`, strictly between 0 and 1. */
  get rest(): f64 {
    const rest = this.within / this.width;
    // Rounding can reach the ends of the interval, and a logarithm takes neither 0 nor 1.
    if (rest <= 0) return LEAST_UNIFORM;
    return rest >= 1 ? 1 - LEAST_UNIFORM : rest;
  }
}

/** A mixture of distributions. One uniform picks the part, and its remainder is the uniform within the part. */
export class Durations {
  parts: Distribution[] = [];
  /** Picks a part by its share, and by its part of all seconds. Not asked where there is one part only. */
  picker: Picker = new Picker(new Float64Array(0));
  pickerByLength: Picker = new Picker(new Float64Array(0));
  meanSeconds: f64 = 0;
  /** Above every length that a draw can give. */
  longestSeconds: f64 = 0;

  exchange(numbers: NumberStream): void {
    const count = numbers.integer(this.parts.length);
    for (let i: i32 = 0; i < count; i += 1) {
      if (numbers.isReading) this.parts.push(new Distribution());
      (this.parts[i] as Distribution).exchange(numbers);
    }
    this.picker.exchange(numbers);
    this.pickerByLength.exchange(numbers);
    this.meanSeconds = numbers.real(this.meanSeconds);
    this.longestSeconds = numbers.real(this.longestSeconds);
  }

  /** Seconds at a uniform in (0, 1). */
  quantile(u: f64): f64 {
    if (this.parts.length === 1) return (this.parts[0] as Distribution).quantile(u);
    const part = this.picker.pick(u);
    return (this.parts[part] as Distribution).quantile(this.picker.rest);
  }

  /**
   * Seconds of the outage that covers an arbitrary instant: longer outages cover more instants, so its length is drawn with
   * a chance proportional to it. Exact for exponential, fixed and lognormal durations; Weibull uses a table of 2,048 equally
   * likely cells (relative error below 1 %).
   */
  lengthBiased(u: f64, v: f64): f64 {
    if (this.parts.length === 1) return (this.parts[0] as Distribution).lengthBiased(u, v);
    const part = this.pickerByLength.pick(u);
    return (this.parts[part] as Distribution).lengthBiased(this.pickerByLength.rest, v);
  }
}
