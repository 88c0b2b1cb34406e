import { describe, expect, test } from 'vitest';
import { evenLevels, grid } from '../../../sim/sweep/design/grid.ts';
import { latinHypercube } from '../../../sim/sweep/design/latinHypercube.ts';
import { morrisDesign, morrisStep } from '../../../sim/sweep/design/morrisDesign.ts';
import { oneAtATime } from '../../../sim/sweep/design/oneAtATime.ts';
import { SALTELLI_FACTORS_MAX, saltelliDesign } from '../../../sim/sweep/design/saltelliDesign.ts';
import { plainSobol, shiftedSobol, SOBOL_DIMENSIONS_MAX } from '../../../sim/sweep/design/sobolSequence.ts';
import { designDice } from '../../../sim/sweep/sweepDice.ts';

const dice = designDice('designs');

describe('the Sobol sequence', () => {
  test('the Sobol sequence has the points that Joe and Kuo print for three dimensions', () => {
    // The first ten points of the authors' notes on generating Sobol sequences.
    expect(plainSobol(10, 3)).toEqual([
      [0, 0, 0],
      [0.5, 0.5, 0.5],
      [0.75, 0.25, 0.25],
      [0.25, 0.75, 0.75],
      [0.375, 0.375, 0.625],
      [0.875, 0.875, 0.125],
      [0.625, 0.125, 0.875],
      [0.125, 0.625, 0.375],
      [0.1875, 0.3125, 0.9375],
      [0.6875, 0.8125, 0.4375],
    ]);
  });

  test('the Sobol sequence agrees with another program in dimensions 4 to 6', () => {
    // Points 1 to 7 of scipy.stats.qmc.Sobol(6, scramble=False), columns 3 to 5.
    expect(
      plainSobol(8, 6)
        .slice(1)
        .map((row) => row.slice(3)),
    ).toEqual([
      [0.5, 0.5, 0.5],
      [0.25, 0.75, 0.75],
      [0.75, 0.25, 0.25],
      [0.875, 0.375, 0.125],
      [0.375, 0.875, 0.625],
      [0.625, 0.625, 0.875],
      [0.125, 0.125, 0.375],
    ]);
  });

  test.each([0, 1, 7, 40, SOBOL_DIMENSIONS_MAX - 1])(
    'the Sobol sequence puts one of 256 points into each of 256 equal parts of dimension %i, shifted or not',
    (dimension) => {
      for (const points of [plainSobol(256, SOBOL_DIMENSIONS_MAX), shiftedSobol(256, SOBOL_DIMENSIONS_MAX, dice)]) {
        const parts = points.map((row) => Math.floor((row[dimension] as number) * 256));
        expect(new Set(parts).size).toBe(256);
      }
    },
  );

  test('the shifted Sobol sequence has no point on an edge, and the shift follows from the seed', () => {
    const points = shiftedSobol(64, 5, dice);
    expect(points.flat().every((value) => (value as number) > 0 && (value as number) < 1)).toBe(true);
    expect(shiftedSobol(64, 5, designDice('designs'))).toEqual(points);
    expect(shiftedSobol(64, 5, designDice('other'))).not.toEqual(points);
  });

  test('the Sobol sequence refuses more dimensions than its table has', () => {
    expect(() => plainSobol(2, SOBOL_DIMENSIONS_MAX + 1)).toThrow(/at most 256/);
  });
});

describe('the Latin hypercube', () => {
  test.each([1, 2, 17, 100])(
    'the Latin hypercube puts exactly one of %i points into each part of every factor',
    (points) => {
      const rows = latinHypercube(points, 5, dice);
      for (let factor = 0; factor < 5; factor += 1) {
        const parts = rows.map((row) => Math.floor((row[factor] as number) * points));
        expect(parts.toSorted((a, b) => a - b)).toEqual(Array.from({ length: points }, (_, i) => i));
      }
    },
  );

  test('the Latin hypercube orders the factors independently of each other', () => {
    const rows = latinHypercube(200, 2, dice);
    const product = rows.reduce((sum, row) => sum + ((row[0] as number) - 0.5) * ((row[1] as number) - 0.5), 0);
    // The correlation of 200 independent pairs has standard deviation 0.07.
    expect(Math.abs(product / 200 / (1 / 12))).toBeLessThan(0.25);
  });
});

describe('the other designs', () => {
  test('a grid holds each combination once, the last factor changing fastest', () => {
    expect(grid([[0, 1], [0, 0.5, 1]])).toEqual([[0, 0], [0, 0.5], [0, 1], [1, 0], [1, 0.5], [1, 1]]); // prettier-ignore
    expect(evenLevels(3)).toEqual([0, 0.5, 1]);
    expect(evenLevels(1)).toEqual([0.5]);
  });

  test('one at a time moves one factor and leaves all others at the scenario’s own value', () => {
    expect(oneAtATime([[0, 1], [0.25]])).toEqual([[0, null], [1, null], [null, 0.25]]); // prettier-ignore
  });

  test('a Morris trajectory moves each factor once, by one step, on the grid of levels', () => {
    const rows = morrisDesign(6, { trajectories: 20, levels: 4 }, dice);
    expect(rows).toHaveLength(20 * 7);
    const step = morrisStep(4);
    for (let trajectory = 0; trajectory < 20; trajectory += 1) {
      const moved: number[] = [];
      for (let i = 1; i <= 6; i += 1) {
        const before = rows[trajectory * 7 + i - 1] as readonly number[];
        const after = rows[trajectory * 7 + i] as readonly number[];
        const changed = after.flatMap((value, factor) => (value === before[factor] ? [] : [factor]));
        expect(changed).toHaveLength(1);
        const factor = changed[0] as number;
        expect(Math.abs((after[factor] as number) - (before[factor] as number))).toBeCloseTo(step, 12);
        moved.push(factor);
      }
      expect(moved.toSorted()).toEqual([0, 1, 2, 3, 4, 5]);
    }
    for (const value of rows.flat()) {
      expect(Math.abs((value as number) * 3 - Math.round((value as number) * 3))).toBeLessThan(1e-9);
      expect(value).toBeGreaterThanOrEqual(0);
      expect(value).toBeLessThanOrEqual(1 + 1e-12);
    }
  });

  test('a Saltelli design mixes exactly one column of B into A', () => {
    const rows = saltelliDesign(8, 3, dice);
    expect(rows).toHaveLength(8 * 5);
    for (let sample = 0; sample < 8; sample += 1) {
      const [a, b, ...mixed] = rows.slice(sample * 5, sample * 5 + 5) as (readonly number[])[];
      mixed.forEach((row, factor) => {
        expect(row).toEqual(a?.map((value, i) => (i === factor ? b?.[i] : value)));
      });
    }
    expect(SALTELLI_FACTORS_MAX).toBe(128);
  });
});
