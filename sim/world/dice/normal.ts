/**
 * The standard normal. The quantile is Wichura's AS 241 (PPND16, relative error about 1e-16). The distribution function is the
 * complementary error function in W. J. Cody's form as in Numerical Recipes (absolute error below 1.2e-7); it is used only
 * where a closed form is stated to that error. The file belongs to the subset of TypeScript that is also compiled to
 * WebAssembly (sim/kernel/README.md).
 */
import type { f64, i32 } from '../../../src/numbers.ts';

const A: f64[] = [
  3.387132872796366608, 133.14166789178437745, 1971.5909503065514427, 13731.693765509461125, 45921.953931549871457,
  67265.770927008700853, 33430.575583588128105, 2509.0809287301226727,
];
const B: f64[] = [
  1, 42.313330701600911252, 687.1870074920579083, 5394.1960214247511077, 21213.794301586595867, 39307.89580009271061,
  28729.085735721942674, 5226.495278852545925,
];
const C: f64[] = [
  1.42343711074968357734, 4.6303378461565452959, 5.7694972214606914055, 3.64784832476320460504, 1.27045825245236838258,
  0.24178072517745061177, 0.0227238449892691845833, 7.7454501427834140764e-4,
];
const D: f64[] = [
  1, 2.05319162663775882187, 1.6763848301838038494, 0.68976733498510000455, 0.14810397642748007459,
  0.0151986665636164571966, 5.475938084995344946e-4, 1.05075007164441684324e-9,
];
const E: f64[] = [
  6.6579046435011037772, 5.4637849111641143699, 1.7848265399172913358, 0.29656057182850489123, 0.026532189526576123093,
  0.0012426609473880784386, 2.71155556874348757815e-5, 2.01033439929228813265e-7,
];
const F: f64[] = [
  1, 0.59983220655588793769, 0.13692988092273580531, 0.0148753612908506148525, 7.868691311456132591e-4,
  1.8463183175100546818e-5, 1.4215117583164458887e-7, 2.04426310338993978564e-15,
];

function ratio(numerator: f64[], denominator: f64[], x: f64): f64 {
  let n: f64 = 0;
  let d: f64 = 0;
  for (let i: i32 = 7; i >= 0; i -= 1) {
    n = n * x + (numerator[i] as f64);
    d = d * x + (denominator[i] as f64);
  }
  return n / d;
}

/** z with P(Z <= z) = p, for p strictly between 0 and 1. */
export function normalQuantile(p: f64): f64 {
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) return q * ratio(A, B, 0.180625 - q * q);
  const r = Math.sqrt(-Math.log(q < 0 ? p : 1 - p));
  const z = r <= 5 ? ratio(C, D, r - 1.6) : ratio(E, F, r - 5);
  return q < 0 ? -z : z;
}

/** P(Z <= z), absolute error below 1.2e-7. */
export function normalDistribution(z: f64): f64 {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.5 * x);
  const poly =
    t *
    (1.00002368 +
      t *
        (0.37409196 +
          t *
            (0.09678418 +
              t *
                (-0.18628806 +
                  t * (0.27886807 + t * (-1.13520398 + t * (1.48851587 + t * (-0.82215223 + t * 0.17087277))))))));
  const erfc = t * Math.exp(-x * x - 1.26551223 + poly);
  return z > 0 ? 1 - erfc / 2 : erfc / 2;
}
