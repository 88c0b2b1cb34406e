import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { calibrateOn } from '../../../sim/calibrate/posterior/calibration.ts';
import { volumesOfDraws } from '../../../sim/calibrate/posterior/drawVolumes.ts';
import { slopesOf } from '../../../sim/calibrate/posterior/linearFit.ts';
import { conditionOn } from '../../../sim/calibrate/posterior/posterior.ts';
import { intervalOf } from '../../../sim/calibrate/posterior/publishedInterval.ts';
import { effectiveSize, weightedMoments, weightedQuantile } from '../../../sim/calibrate/posterior/weighted.ts';
import { openPool } from '../../../sim/kernel/run/pool.ts';
import { latinHypercube } from '../../../sim/sweep/design/latinHypercube.ts';
import { designDice } from '../../../sim/sweep/sweepDice.ts';
import { normalQuantile } from '../../../sim/world/dice/normal.ts';
import { seedText } from '../../seed.ts';
import { scenarioAt } from '../scenarios.ts';

const SEED = seedText(import.meta.filename, 'posterior');

/** A table of draws whose coordinates fill their priors evenly. */
function draws(count: number, parameters: number): readonly (readonly number[])[] {
  return latinHypercube(count, parameters, designDice(SEED)).map((row) => row.map(Number));
}

const noise = designDice(`${SEED}-noise`);
const normalAt = (draw: number, line: number): number => normalQuantile(noise(draw, line));

describe('conditioning on data', () => {
  test('a linear model with normal priors and errors gives the posterior of its closed form', () => {
    const coordinates = draws(20_000, 3);
    const error = 0.6;
    const scores = coordinates.map((row) => row.map(normalQuantile));
    const summaries = scores.map(([a, b], i) => [
      2 * (a as number) + error * normalAt(i, 0),
      (a as number) - (b as number) + error * normalAt(i, 1),
    ]);
    const seen = [1.5, -0.7];
    const { coordinates: after, weights } = conditionOn({ coordinates, summaries }, seen, { kept: 1 });
    // Posterior precision I + X'X / e^2, mean precision^-1 X'y / e^2, for X = [[2, 0], [1, -1]].
    const e2 = error * error;
    const [p, q, r] = [1 + 5 / e2, -1 / e2, 1 + 1 / e2];
    const determinant = p * r - q * q;
    const right = [(2 * 1.5 + 1 * -0.7) / e2, (-1 * -0.7) / e2] as const;
    const mean = [(r * right[0] - q * right[1]) / determinant, (p * right[1] - q * right[0]) / determinant];
    const sd = [Math.sqrt(r / determinant), Math.sqrt(p / determinant)];
    for (const [k, exact] of mean.entries()) {
      const found = weightedMoments({ values: after.map((row) => normalQuantile(row[k] as number)), weights });
      expect(found.mean).toBeCloseTo(exact, 1.5);
      expect(found.sd / (sd[k] as number)).toBeGreaterThan(0.97);
      expect(found.sd / (sd[k] as number)).toBeLessThan(1.03);
    }
    // Nothing was seen of the third: it stays as its prior is.
    const third = weightedMoments({ values: after.map((row) => normalQuantile(row[2] as number)), weights });
    expect(third.sd).toBeCloseTo(1, 1);
  });

  test('weights sum to 1, and the order of the draws is no matter', () => {
    fc.assert(
      fc.property(fc.integer({ min: 8, max: 60 }), fc.double({ min: 0.2, max: 1, noNaN: true }), (count, kept) => {
        const coordinates = draws(count, 2);
        const summaries = coordinates.map(([a, b]) => [(a as number) + 0.3 * (b as number)]);
        const one = conditionOn({ coordinates, summaries }, [0.6], { kept });
        expect(one.weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 9);
        expect(one.effective).toBeLessThanOrEqual(count + 1e-9);
        const turned = conditionOn(
          { coordinates: coordinates.toReversed(), summaries: summaries.toReversed() },
          [0.6],
          { kept },
        );
        for (const [i, row] of turned.coordinates.toReversed().entries()) {
          expect(row[0]).toBeCloseTo(one.coordinates[i]?.[0] as number, 9);
        }
        for (const row of one.coordinates) for (const value of row) expect(value >= 0 && value <= 1).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  test('lines that follow from one parameter identify it, and its own value lies within the interval', () => {
    const coordinates = draws(300, 4);
    const volumes = coordinates.map(([a, b]) => [1000 * Math.exp(2 * (a as number)), 500 * Math.exp(b as number)]);
    const truth = [1000 * Math.exp(2 * 0.3), 500 * Math.exp(0.8)];
    const found = calibrateOn({
      names: ['a', 'b', 'c', 'd'],
      lines: truth.map((published, l) => ({ name: `line ${l}`, published, low: published - 1, high: published + 1 })),
      coordinates,
      volumes,
      errors: volumes.map((row) => row.map(() => 0)),
      operatorError: 0.05,
      normalAt,
      checkEvery: 3,
    });
    expect(found.parameters.map(({ verdict }) => verdict)).toEqual(['identified', 'identified', 'not identified', 'not identified']); // prettier-ignore
    const [a] = found.parameters;
    expect(a?.posterior.p05).toBeLessThan(0.3);
    expect(a?.posterior.p95).toBeGreaterThan(0.3);
    expect(found.lines[0]?.posterior.p50).toBeCloseTo(truth[0] as number, -2);
    // The other line says nothing of this one: it stays as wide as the prior.
    expect(found.lines[0]?.fromOthers?.p95).toBeGreaterThan(5000);
    expect(found.coverage).toBeGreaterThan(0.8);
    expect(found.coverage).toBeLessThan(0.98);
  });

  test('a figure outside all draws has no tail, and one in the middle has all of it', () => {
    const coordinates = draws(100, 1);
    const volumes = coordinates.map(([a]) => [100 + 100 * (a as number)]);
    const at = (published: number) =>
      calibrateOn({
        names: ['a'],
        lines: [{ name: 'line', published, low: published, high: published }],
        coordinates,
        volumes,
        errors: volumes.map(() => [0]),
        operatorError: 0.01,
        normalAt,
        checkEvery: 0,
      }).lines[0]?.tail;
    expect(at(500)).toBe(0);
    expect(at(150)).toBeGreaterThan(0.9);
    expect(at(102)).toBeCloseTo(0.04, 1);
  });
});

describe('the parts', () => {
  test.each([
    [20_000, 19_500, 20_500],
    [13_000, 12_500, 13_500],
    [470, 465, 475],
    [11_523, 11_522.5, 11_523.5],
    [60, 59.5, 60.5],
    [0, 0, 0.5],
  ])('%d was rounded from %d to %d', (published, low, high) => {
    expect(intervalOf(published)).toEqual({ low, high });
  });

  test('with equal weights a quantile is that of the values, and a weight of 0 leaves a value out', () => {
    const values = [5, 1, 4, 2, 3];
    expect(weightedQuantile({ values, weights: values.map(() => 1) }, 0.5)).toBe(3);
    expect(weightedQuantile({ values, weights: [0, 1, 0, 1, 1] }, 0.5)).toBe(2);
    expect(weightedQuantile({ values, weights: values.map(() => 1) }, 0)).toBe(1);
    expect(weightedQuantile({ values, weights: values.map(() => 1) }, 1)).toBe(5);
    expect(effectiveSize([1, 1, 1, 1])).toBe(4);
    expect(effectiveSize([1, 0, 0, 0])).toBe(1);
  });

  test('the slopes of a plane are found, whatever the weights', () => {
    const features = draws(50, 2);
    const responses = features.map(([a, b]) => [3 * (a as number) - (b as number), 7]);
    const weights = features.map(([a]) => 0.1 + (a as number));
    const slopes = slopesOf(features, responses, weights, 0);
    expect(slopes[0]?.[0]).toBeCloseTo(3, 9);
    expect(slopes[1]?.[0]).toBeCloseTo(-1, 9);
    expect(slopes[0]?.[1]).toBeCloseTo(0, 9);
  });

  test('draws count the same on any number of threads, and a scaled draw counts about as much', async () => {
    const { scenario, rules } = scenarioAt('scenarios/clause-18-9-five-retries.yaml');
    const lines = [{ category: 'five-retries', cohorts: ['IOC', 'MOC_MDS', 'MOC_Secure'] }] as const;
    const options = { lines, seed: SEED, scale: 1 };
    const one = await openPool(1);
    const two = await openPool(2);
    try {
      const whole = await volumesOfDraws(
        [
          { scenario, rules },
          { scenario, rules },
        ],
        { ...options, pool: one },
      );
      expect(
        await volumesOfDraws(
          [
            { scenario, rules },
            { scenario, rules },
          ],
          { ...options, pool: two },
        ),
      ).toEqual(whole);
      // Each draw has dice of its own.
      expect(whole.volumes[0]).not.toEqual(whole.volumes[1]);
      const part = await volumesOfDraws([{ scenario, rules }], { ...options, scale: 0.5, pool: one });
      const [volume, error] = [part.volumes[0]?.[0] as number, part.errors[0]?.[0] as number];
      expect(Math.abs(volume - (whole.volumes[0]?.[0] as number))).toBeLessThan(4 * error);
    } finally {
      await Promise.all([one.close(), two.close()]);
    }
  });
});
