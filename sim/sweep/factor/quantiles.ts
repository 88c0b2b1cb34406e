import { logGamma } from '../../world/dice/distributions.ts';
import { normalQuantile } from '../../world/dice/normal.ts';

/** A distribution with absolute numbers: the belief about the value of a factor or of a parameter. */
export type Belief =
  | { readonly kind: 'uniform'; readonly from: number; readonly to: number }
  | { readonly kind: 'logUniform'; readonly from: number; readonly to: number }
  | { readonly kind: 'normal'; readonly mean: number; readonly sd: number }
  | { readonly kind: 'logNormal'; readonly median: number; readonly sigma: number }
  | { readonly kind: 'triangular'; readonly from: number; readonly mode: number; readonly to: number }
  | { readonly kind: 'beta'; readonly a: number; readonly b: number };

/** The tails that a design does not reach, because an unbounded distribution has no value at 0 or 1. Our choice. */
const TAIL = 1e-4;

/**
 * The value below which the share u of a distribution lies.
 * @param u from 0 to 1; the outermost 1e-4 of unbounded distributions is cut off
 */
export function quantileOf(belief: Belief, u: number): number {
  const inner = Math.min(Math.max(u, TAIL), 1 - TAIL);
  const whole = Math.min(Math.max(u, 0), 1);
  switch (belief.kind) {
    case 'uniform':
      return belief.from + (belief.to - belief.from) * whole;
    case 'logUniform':
      return Math.exp(Math.log(belief.from) + Math.log(belief.to / belief.from) * whole);
    case 'normal':
      return belief.mean + belief.sd * normalQuantile(inner);
    case 'logNormal':
      return belief.median * Math.exp(belief.sigma * normalQuantile(inner));
    case 'triangular':
      return triangularQuantile(belief, whole);
    case 'beta':
      return betaQuantile(belief.a, belief.b, inner);
  }
}

function triangularQuantile(
  { from, mode, to }: { readonly from: number; readonly mode: number; readonly to: number },
  u: number,
): number {
  if (to === from) return from;
  const peak = (mode - from) / (to - from);
  return u < peak
    ? from + Math.sqrt(u * (to - from) * (mode - from))
    : to - Math.sqrt((1 - u) * (to - from) * (to - mode));
}

/** log Gamma for every x above 0. The table of `logGamma` begins at 0.5. */
function logGammaOf(x: number): number {
  return x > 0.5 ? logGamma(x) : logGamma(x + 1) - Math.log(x);
}

/** I_x(a, b), the distribution function of Beta(a, b), by Lentz's continued fraction (Numerical Recipes 6.4). */
export function betaDistribution(a: number, b: number, x: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(logGammaOf(a + b) - logGammaOf(a) - logGammaOf(b) + a * Math.log(x) + b * Math.log1p(-x));
  return x < (a + 1) / (a + b + 2)
    ? (front * continuedFraction(a, b, x)) / a
    : 1 - (front * continuedFraction(b, a, 1 - x)) / b;
}

function continuedFraction(a: number, b: number, x: number): number {
  const tiny = 1e-300;
  const away = (value: number): number => (Math.abs(value) < tiny ? tiny : value);
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m <= 300; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 1e-15) break;
  }
  return fraction;
}

/** The quantile, by halving until the distribution function no longer separates the ends. */
function betaQuantile(a: number, b: number, u: number): number {
  let low = 0;
  let high = 1;
  for (let i = 0; i < 60; i += 1) {
    const middle = (low + high) / 2;
    if (betaDistribution(a, b, middle) < u) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
