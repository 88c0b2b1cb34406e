// Intervals that hold: a small library forecasts truths that are no part of it, and better than priors or persistence.
import { expect, test } from 'vitest';
import { assert } from '../../../src/assert.ts';
import { structuralWorlds } from '../../../sim/forecast/library/structuralWorlds.ts';
import { Forecaster } from '../../../sim/forecast/predict/forecaster.ts';
import { COLUMNS } from '../../../sim/forecast/predict/lines.ts';
import { crps, mixture, quantileAt, rankOf } from '../../../sim/forecast/predict/predictive.ts';
import { meanSquare, Ridge } from '../../../sim/forecast/predict/ridge.ts';
import { outcomeOf, scoresOf } from '../../../sim/forecast/score/lineScores.ts';
import { chiSquareAbove, rankHistogram } from '../../../sim/forecast/score/rankHistogram.ts';
import { coverageRows } from '../../../sim/forecast/score/coverageTable.ts';
import { WORLDS, type World } from '../../../sim/forecast/score/truths.ts';
import { designDice } from '../../../sim/sweep/sweepDice.ts';
import { seedText } from '../../seed.ts';
import { isWhole } from '../../sampleSize.ts';
import { shippedPriors, smallLibrary, smallTruths } from '../smallLibrary.ts';

const SEED = seedText(import.meta.filename, 'coverage');

test.runIf(isWhole('COVERAGE_WHOLE', 'how often the intervals of a library hold'))(
  'intervals of a small library hold about as often as they say, and its forecasts beat priors and persistence',
  async () => {
    const { priors, draws, members, truths } = await smallLibrary(SEED);
    const forecaster = new Forecaster(members, structuralWorlds(priors, draws));
    const outcomes = members.map(({ table }) => outcomeOf(table));
    const scores = truths.map((truth) => scoresOf(forecaster, truth, { members: outcomes, days: [1, 4, 8, 13] }));
    // A total is drawn from its lines together: its width is neither that of the sum of their quantiles nor that of chance.
    const own = forecaster.forecast(new Map(Array.from(members[0]?.table.states ?? [], (state) => [state, 10])));
    const gt01 = [0, 2].map((cohort) => ({ cohort, column: COLUMNS.findIndex(({ category }) => category === 'gt01'), day: 13 })); // prettier-ignore
    const [ioc, secure] = gt01.map((line) => own.predictive([line]));
    const both = own.predictive(gt01);
    assert(ioc !== undefined && secure !== undefined, 'there are two lines');
    const width = (values: Float64Array): number => quantileAt(values, 0.95) - quantileAt(values, 0.05);
    const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean(both) / (mean(ioc) + mean(secure))).toBeCloseTo(1, 2);
    expect(width(both)).toBeLessThan(width(ioc) + width(secure));
    expect(width(both)).toBeGreaterThan(0.5 * Math.max(width(ioc), width(secure)));
    const [all] = coverageRows(scores, {});
    assert(all !== undefined, 'there is a row of all lines');
    expect(all.lines).toBeGreaterThanOrEqual(200);
    // Lines of one truth hang together: three standard errors between truths, and the few draws of a small library.
    const margin = 3 * all.error90 + 0.03;
    expect(Math.abs(all.covered90 - 0.9)).toBeLessThan(margin);
    expect(margin).toBeLessThan(0.2);
    expect(all.crps).toBeLessThan(0.6 * all.crpsPrior);
    expect(all.crps).toBeLessThan(all.crpsToday);
  },
);

test('the errors of the regression are those of fits without the own draw', () => {
  const dice = designDice(SEED);
  const rows = 12;
  const x = Array.from({ length: rows }, (_, i) => Float64Array.from({ length: 3 }, (_, k) => dice(i, k) - 0.5));
  const draws = x.map((_, i) => Math.floor(i / 2));
  const y = Float64Array.from(x, (row, i) => 2 * (row[0] as number) + 0.1 * dice(i, 9));
  const worlds = [x.map((_, i) => Number(i < 4))];
  const ridge = new Ridge(x, new Float64Array(3), draws, worlds);
  const { errors, means } = ridge.shift(y, 7);
  // The last penalty leaves the mean alone: without rows 0 and 1 it is that of the others.
  const others = y.slice(2).reduce((sum, value) => sum + value, 0) / (rows - 2);
  expect(errors[0]).toBeCloseTo((y[0] as number) - others, 6);
  expect(errors[1]).toBeCloseTo((y[1] as number) - others, 6);
  // What the target is said to be, by all draws but that of the row.
  expect(means[0]).toBeCloseTo(others, 6);
  // Without the world of a row: the first four rows by the mean of the last eight, and the other way round.
  const mean = (from: number, to: number): number => y.slice(from, to).reduce((sum, value) => sum + value, 0) / (to - from); // prettier-ignore
  const apart = Float64Array.from(y, (value, i) => value - (i < 4 ? mean(4, 12) : mean(0, 4)));
  expect(ridge.squareApart(y, 7, 0)).toBeCloseTo(meanSquare(apart), 6);
  expect(ridge.squareApart(y, 7, 99)).toBe(99);
  // A response that follows a column is predicted better with it.
  expect(ridge.best([y])).toBeLessThan(7);
});

test('scores and quantiles of a forecast are those of their definitions', () => {
  const values = Float64Array.of(1, 2, 4);
  // Mean |x - 2| = 1, and half of the mean |x - x'| = (1 + 3 + 2) * 2 / 9 / 2.
  expect(crps(values, 2)).toBeCloseTo(1 - 6 / 9, 12);
  expect(crps(Float64Array.of(5), 8)).toBe(3);
  expect(rankOf(values, 2)).toBeCloseTo(0.5, 12);
  expect(quantileAt(values, 0.5)).toBe(2);
  const dice = mixture(Float64Array.of(1000), { settled: 50, dice: Float64Array.of(1000) });
  expect(quantileAt(dice, 0.5)).toBeCloseTo(1050, 0);
  expect(quantileAt(dice, 0.95) - quantileAt(dice, 0.05)).toBeGreaterThan(80);
  expect(mixture(Float64Array.of(0), { settled: 7, dice: Float64Array.of(0) })).toEqual(new Float64Array(15).fill(7));
});

test('a rank histogram has the chi-square of its definition, and says more than chance for ranks that lean', () => {
  // Quantiles of the chi-square distribution with nine degrees, as printed tables have them.
  expect(chiSquareAbove(4.168, 9)).toBeCloseTo(0.9, 4);
  expect(chiSquareAbove(16.919, 9)).toBeCloseTo(0.05, 5);
  expect(chiSquareAbove(21.666, 9)).toBeCloseTo(0.01, 5);
  const dice = designDice(SEED);
  const ranks = (bend: number) => Array.from({ length: 40 }, (_, truth) => Array.from({ length: 20 }, (_, line) => dice(truth, line) ** bend)); // prettier-ignore
  const even = rankHistogram(ranks(1));
  expect(even.shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
  // One seed in a thousand lies below.
  expect(even.p).toBeGreaterThan(0.001);
  expect(rankHistogram(ranks(1.5)).p).toBeLessThan(0.001);
  // Truths whose lines all say the same hold no more than one line each.
  const together = Array.from({ length: 40 }, (_, truth) => Array.from({ length: 20 }, () => dice(truth, 99)));
  expect(rankHistogram(together).p).toBeGreaterThan(0.001);
});

test.each(Object.keys(WORLDS) as World[])('the truths of the world %s are scenarios of the shipped priors', (world) => {
  const cells = [...smallTruths(shippedPriors(), SEED, { truths: 8, world })];
  expect(cells).toHaveLength(8);
  const { links, faults } = (cells[0] as (typeof cells)[number]).scenario;
  // In the null model no link is ever down for as long as a window.
  const perfect = Object.values(links.wan).every(({ classes }) => Object.keys(classes).join() === 'perfect');
  expect(perfect).toBe(world === 'null');
  expect(Object.keys(faults).length).toBeGreaterThan(3);
});
