import { describe, expect, test } from 'vitest';
import { latinHypercube } from '../../../sim/sweep/design/latinHypercube.ts';
import { morrisDesign } from '../../../sim/sweep/design/morrisDesign.ts';
import { saltelliDesign } from '../../../sim/sweep/design/saltelliDesign.ts';
import { levelEffects, linearEffects } from '../../../sim/sweep/analysis/linearEffects.ts';
import { morrisEffects } from '../../../sim/sweep/analysis/morrisEffects.ts';
import { pairedDifference } from '../../../sim/sweep/analysis/pairedDifference.ts';
import { sobolIndices } from '../../../sim/sweep/analysis/sobolIndices.ts';
import { meanEstimate, studentQuantile } from '../../../sim/sweep/analysis/estimates.ts';
import { bootstrapDice, designDice } from '../../../sim/sweep/sweepDice.ts';

type Row = readonly number[];
const rowsOf = (design: readonly (readonly (number | null)[])[]): readonly Row[] => design as readonly Row[];

/** Ishigami and Homma 1990 with a = 7, b = 0.1 on (-pi, pi)^3. */
function ishigami(u: Row): number {
  const [x, y, z] = u.map((value) => (2 * value - 1) * Math.PI) as [number, number, number];
  return Math.sin(x) + 7 * Math.sin(y) * Math.sin(y) + 0.1 * z ** 4 * Math.sin(x);
}
// Closed form, e.g. Saltelli et al. 2008: V1, V2, V13 over V.
const V1 = 0.5 * (1 + (0.1 * Math.PI ** 4) / 5) ** 2;
const V2 = 49 / 8;
const V13 = 0.01 * Math.PI ** 8 * (1 / 18 - 1 / 50);
const V = V1 + V2 + V13;
const ISHIGAMI = { first: [V1 / V, V2 / V, 0], total: [(V1 + V13) / V, V2 / V, V13 / V] };

/** Sobol's g function, coefficients of Saltelli 2010. */
const G = [0, 0.5, 3, 9, 99, 99];
const gFunction = (u: Row): number => u.reduce((product, x, i) => product * ((Math.abs(4 * x - 2) + (G[i] as number)) / (1 + (G[i] as number))), 1); // prettier-ignore
const gParts = G.map((a) => 1 / (3 * (1 + a) ** 2));
const gVariance = gParts.reduce((product, part) => product * (1 + part), 1) - 1;
const G_FIRST = gParts.map((part) => part / gVariance);
const G_TOTAL = gParts.map((part) => (part / (1 + part)) * ((gVariance + 1) / gVariance));

const LINEAR = [4, 2, 1];
const linear = (u: Row): number => u.reduce((sum, x, i) => sum + (LINEAR[i] as number) * x, 10);

describe('Sobol indices', () => {
  test.each([
    { name: 'Ishigami', of: ishigami, factors: 3, first: ISHIGAMI.first, total: ISHIGAMI.total },
    { name: "Sobol's g", of: gFunction, factors: 6, first: G_FIRST, total: G_TOTAL },
    {
      name: 'a linear function',
      of: linear,
      factors: 3,
      first: [16 / 21, 4 / 21, 1 / 21],
      total: [16 / 21, 4 / 21, 1 / 21],
    },
  ])('Sobol indices equal the closed form of $name within 0.03 on 1,024 samples', ({ of, factors, first, total }) => {
    const design = saltelliDesign(1024, factors, designDice('sobol'));
    const found = sobolIndices(rowsOf(design).map(of), factors, bootstrapDice('sobol'));
    found.forEach((index, i) => {
      expect(Math.abs(index.first.value - (first[i] as number)), `first ${i}`).toBeLessThan(0.03);
      expect(Math.abs(index.total.value - (total[i] as number)), `total ${i}`).toBeLessThan(0.03);
    });
  });

  test('the 90 % intervals of Sobol indices hold the closed form in at least 85 % of independent designs', () => {
    let held = 0;
    let asked = 0;
    const runs = 40;
    for (let run = 0; run < runs; run += 1) {
      // Plain random samples: the bootstrap assumes them, and a Sobol sequence only makes the intervals cautious.
      const random = designDice(`coverage ${run}`);
      const rows = Array.from({ length: 256 }, (_, sample) => {
        const a = [0, 1, 2].map((factor) => random(sample, factor));
        const b = [0, 1, 2].map((factor) => random(sample, 3 + factor));
        return [a, b, ...a.map((_unused, factor) => a.map((value, i) => (i === factor ? (b[i] as number) : value)))];
      }).flat();
      const found = sobolIndices(rows.map(ishigami), 3, bootstrapDice(`coverage ${run}`));
      found.forEach(({ first, total }, i) => {
        for (const [estimate, truth] of [
          [first, ISHIGAMI.first[i]],
          [total, ISHIGAMI.total[i]],
        ] as const) {
          // prettier-ignore
          asked += 1;
          if ((estimate.low as number) <= (truth as number) && (truth as number) <= (estimate.high as number))
            held += 1;
        }
      });
    }
    expect(held / asked, `${held} of ${asked}`).toBeGreaterThan(0.85);
    expect(held / asked, `${held} of ${asked}`).toBeLessThan(0.97);
  });

  test('Sobol indices leave out a sample if one of its points was refused', () => {
    const design = rowsOf(saltelliDesign(64, 3, designDice('refused')));
    const outcomes = design.map(linear);
    const without = outcomes.slice(5);
    const withRefused = [...outcomes];
    withRefused[3] = NaN;
    expect(sobolIndices(withRefused, 3, bootstrapDice('x'))).toEqual(sobolIndices(without, 3, bootstrapDice('x')));
  });

  test('Sobol indices have the same interval in every call', () => {
    const outcomes = rowsOf(saltelliDesign(32, 3, designDice('same'))).map(ishigami);
    expect(sobolIndices(outcomes, 3, bootstrapDice('s'))).toEqual(sobolIndices(outcomes, 3, bootstrapDice('s')));
  });
});

describe('Morris effects', () => {
  test('Morris effects of a linear function are its slopes, without spread', () => {
    const design = morrisDesign(3, { trajectories: 8, levels: 4 }, designDice('morris'));
    const found = morrisEffects(design, rowsOf(design).map(linear), bootstrapDice('morris'));
    found.forEach(({ mu, muStar, sigma, effects }, i) => {
      expect(mu).toBeCloseTo(LINEAR[i] as number, 9);
      expect(muStar.value).toBeCloseTo(LINEAR[i] as number, 9);
      expect(sigma).toBeLessThan(1e-9);
      expect(effects).toBe(8);
    });
  });

  test('Morris effects of an interaction have a spread, and their mean does not show its sign', () => {
    const design = morrisDesign(3, { trajectories: 200, levels: 4 }, designDice('morris'));
    const found = morrisEffects(design, rowsOf(design).map(([x, y]) => ((x as number) - 0.5) * ((y as number) - 0.5)), bootstrapDice('m')); // prettier-ignore
    expect(Math.abs(found[0]?.mu as number)).toBeLessThan(0.1);
    // The other factor stands at 0, 1/3, 2/3 or 1: its distance from the middle is 1/2 or 1/6, 1/3 on average.
    expect(found[0]?.muStar.value).toBeCloseTo(1 / 3, 1);
    expect(found[0]?.sigma).toBeGreaterThan(0.3);
    expect(found[2]?.muStar.value).toBe(0);
  });
});

describe('main effects', () => {
  test('main effects of a linear function are its slopes and shares', () => {
    const rows = rowsOf(latinHypercube(60, 3, designDice('lhs')));
    const found = linearEffects(rows, rows.map(linear), bootstrapDice('lhs'));
    found.forEach(({ effect, share }, i) => {
      expect(effect.value).toBeCloseTo(LINEAR[i] as number, 9);
      expect(effect.low).toBeCloseTo(LINEAR[i] as number, 9);
      expect(Math.abs(share - (LINEAR[i] as number) ** 2 / 21)).toBeLessThan(0.1);
    });
  });

  test('the 90 % intervals of main effects hold the slope under noise in 83 to 97 % of designs', () => {
    let held = 0;
    const runs = 150;
    for (let run = 0; run < runs; run += 1) {
      const dice = designDice(`noise ${run}`);
      const rows = rowsOf(latinHypercube(40, 2, dice));
      const outcomes = rows.map((row, i) => linear([...row, 0]) + 3 * (dice(i, 50) + dice(i, 51) + dice(i, 52) - 1.5));
      const [first] = linearEffects(rows, outcomes, bootstrapDice(`noise ${run}`));
      if ((first?.effect.low as number) <= 4 && 4 <= (first?.effect.high as number)) held += 1;
    }
    expect(held / runs).toBeGreaterThan(0.83);
    expect(held / runs).toBeLessThan(0.97);
  });

  test('main effects of a grid are the means at each level less the overall mean', () => {
    expect(levelEffects([0, 0, 1, 1], [1, 3, 7, NaN])).toEqual([
      { level: 0, mean: 2, effect: 2 - 11 / 3, points: 2 },
      { level: 1, mean: 7, effect: 7 - 11 / 3, points: 1 },
    ]);
  });
});

describe('paired differences', () => {
  test('paired differences use Student’s quantiles as tables print them', () => {
    // Two-sided 90 %: 1, 2, 5, 19, 100 degrees of freedom.
    for (const [freedom, quantile] of [
      [1, 6.314],
      [2, 2.92],
      [5, 2.015],
      [19, 1.729],
      [100, 1.66],
    ] as const) {
      // prettier-ignore
      expect(studentQuantile(0.9, freedom)).toBeCloseTo(quantile, 3);
    }
    expect(studentQuantile(0.95, 4)).toBeCloseTo(2.776, 3);
  });

  test('the 90 % intervals of paired differences hold the mean in 86 to 94 % of samples', () => {
    let held = 0;
    for (let run = 0; run < 1000; run += 1) {
      const dice = designDice(`mean ${run}`);
      const { low, high } = meanEstimate(Array.from({ length: 8 }, (_, i) => dice(i, 0) + dice(i, 1) + dice(i, 2)));
      if ((low as number) <= 1.5 && 1.5 <= (high as number)) held += 1;
    }
    expect(held / 1000).toBeGreaterThan(0.86);
    expect(held / 1000).toBeLessThan(0.94);
  });

  test('paired differences tell how many independent replications they replace', () => {
    const common = [0, 10, 20, 30, 40];
    const before = common.map((value) => 100 + value);
    const after = common.map((value, i) => 107 + value + (i % 2));
    const found = pairedDifference(before, after);
    expect(found.difference.value).toBeCloseTo(7.4, 12);
    // The variances are 250 and 250.3; that of the five differences (7, 8, 7, 8, 7) is 0.3.
    expect(found.independentReplications).toBe(Math.ceil((5 * (250 + 250.3)) / 0.3));
    expect(pairedDifference([1, 2], [4, 5])).toMatchObject({ independentReplications: null });
    expect(pairedDifference([1], [4]).difference).toEqual({ value: 3, low: null, high: null });
  });
});
