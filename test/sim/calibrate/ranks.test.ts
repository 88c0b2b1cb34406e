// Posteriors that hold: parameters of truths that are no part of a small library are found again, from histories and
// from lines. `calibrate coverage` is the same at full size.
import { expect, test } from 'vitest';
import { HistoryEvidence, summaryAlarm } from '../../../sim/calibrate/evidence/historySummaries.ts';
import { libraryVolumes } from '../../../sim/calibrate/evidence/libraryLines.ts';
import { rankRows, ranksOf, rankSummary } from '../../../sim/calibrate/evidence/rankCheck.ts';
import { conditionByRidge } from '../../../sim/calibrate/evidence/ridgeCondition.ts';
import { CLASS_COUNT, CLASS_EFFECTIVE, CLASS_MET } from '../../../sim/forecast/library/memberTable.ts';
import { factsOf, stateCode } from '../../../sim/forecast/state/stateFacts.ts';
import { CATEGORIES } from '../../../src/clauses/clause.ts';
import type { Member } from '../../../sim/forecast/predict/lookAlikes.ts';
import { designDice } from '../../../sim/sweep/sweepDice.ts';
import { normalDistribution, normalQuantile } from '../../../sim/world/dice/normal.ts';
import { isWhole } from '../../sampleSize.ts';
import { seedText } from '../../seed.ts';
import { smallLibrary } from '../smallLibrary.ts';

const SEED = seedText(import.meta.filename, 'ranks');

test.runIf(isWhole('RANKS_WHOLE', 'ranks of truths among the posteriors of a library'))(
  'posteriors from histories hold truths that are no part of the library, and find what the histories show',
  async () => {
    const { priors, draws: drawn, members, truths, truthDraws } = await smallLibrary(SEED);
    const draws = members.map(({ draw }) => draw);
    const coordinates = draws.map((draw) => drawn[draw]?.coordinates ?? []);
    const evidence = new HistoryEvidence(members);
    const ranks = truths.map(({ draw, table: { states, weight } }) => {
      const seen = evidence.of(new Map(Array.from(states, (state, i) => [state, weight[i] as number])));
      expect(summaryAlarm(seen)).toBeLessThan(8);
      const summaries = members.map((_, i) => seen.map(({ values }) => values[i] as number));
      const posterior = conditionByRidge({ coordinates, summaries }, seen.map(({ value }) => value), { draws }); // prettier-ignore
      return ranksOf(posterior, truthDraws[draw]?.coordinates ?? []);
    });
    const rows = rankRows(priors.parameters.map(({ name }) => name), ranks); // prettier-ignore
    const { covered50, covered90, error90, tenths } = rankSummary(ranks, rows);
    // Parameters of one truth hang together: three standard errors between truths, and the few draws of a small library.
    expect(Math.abs(covered90 - 0.9)).toBeLessThan(3 * error90 + 0.02);
    expect(Math.abs(covered50 - 0.5)).toBeLessThan(6 * error90 + 0.03);
    for (const tenth of tenths) expect(Math.abs(tenth - 0.1)).toBeLessThan(0.05);
    const explained = (name: string): number => rows.find((row) => row.name === name)?.explained ?? 0;
    const shown = ['WAN of IOC Dormant dead', 'HAN of IOC not joined', 'data errors', 'Dormant with gas'].map(
      explained,
    );
    expect(shown.reduce((sum, share) => sum + share, 0) / shown.length, shown.join(', ')).toBeGreaterThan(0.35);
    // What nothing shows is not found.
    expect(explained('process.FOC.masterKey.searchDays.sigma')).toBeLessThan(0.3);
  },
);

/** An installation of IOC of whom nothing is recorded. */
const NOBODY = factsOf(0);

/** Draws of two parameters, each seen twice with errors, one of them through a curve. */
function toyLibrary(count: number) {
  const dice = designDice(SEED);
  const coordinates = Array.from({ length: count }, (_, i) => [dice(i, 0), dice(i, 1)]);
  const summaries = coordinates.map(([a = 0.5, b = 0.5], i) => {
    const noise = (k: number): number => 0.5 * normalQuantile(dice(i, k));
    return [normalQuantile(a) + noise(2), normalQuantile(a) + noise(3), normalQuantile(b) + noise(4), noise(5)];
  });
  return { coordinates, summaries, draws: coordinates.map((_, i) => i) };
}

test('the ridge gives the posterior of a linear model: its middle, and its width', () => {
  const { coordinates, summaries, draws } = toyLibrary(160);
  const { coordinates: after, effective } = conditionByRidge({ coordinates, summaries }, [1, 1, -0.5, 0.5], { draws });
  expect(effective).toBeCloseTo(160, 6);
  // Precision 1 + 2 / 0.25 = 9, mean (2 / 0.25) / 9; and 1 + 1 / 0.25 = 5, mean (-0.5 / 0.25) / 5.
  for (const [p, mean, sd] of [
    [0, 8 / 9, 1 / 3],
    [1, -0.4, 1 / Math.sqrt(5)],
  ] as const) {
    // prettier-ignore
    const scores = after.map((row) => normalQuantile(Math.min(Math.max(row[p] as number, 1e-9), 1 - 1e-9)));
    const found = scores.reduce((sum, score) => sum + score, 0) / scores.length;
    const spread = Math.sqrt(scores.reduce((sum, score) => sum + (score - found) ** 2, 0) / scores.length);
    expect(Math.abs(found - mean)).toBeLessThan(0.15);
    expect(spread / sd).toBeGreaterThan(0.8);
    expect(spread / sd).toBeLessThan(1.2);
  }
});

test('errors that are widened widen the posterior, and its middle stays', () => {
  const { coordinates, summaries, draws } = toyLibrary(60);
  const spread = (widened: number): readonly number[] =>
    conditionByRidge({ coordinates, summaries }, [0, 0, 0, 0], { draws, widened }).coordinates.map((row) => normalQuantile(row[0] as number)).toSorted((a, b) => a - b); // prettier-ignore
  const [one, two] = [spread(1), spread(2)];
  const width = (values: readonly number[]): number => (values[55] as number) - (values[5] as number);
  expect(width(two) / width(one)).toBeCloseTo(2, 1);
});

test('ranks tell an overconfident posterior and a biased one from one that holds', () => {
  const dice = designDice(`${SEED}-toy`);
  const run = (scale: number, bias: number) => {
    const ranks = Array.from({ length: 400 }, (_, t) => {
      const middle = normalQuantile(dice(t, 0));
      const truth = normalDistribution(middle + 0.5 * normalQuantile(dice(t, 1)));
      const coordinates = Array.from({ length: 60 }, (__, i) => [normalDistribution(middle + bias + scale * 0.5 * normalQuantile(dice(t, 2 + i)))]); // prettier-ignore
      return ranksOf({ coordinates, weights: coordinates.map(() => 1) }, [truth]);
    });
    const rows = rankRows(['a'], ranks);
    return { ...rankSummary(ranks, rows), z: rows[0]?.z ?? 0 };
  };
  const holds = run(1, 0);
  expect(Math.abs(holds.covered90 - 0.9)).toBeLessThan(0.06);
  expect(Math.abs(holds.z)).toBeLessThan(3.5);
  expect(run(0.4, 0).covered90).toBeLessThan(0.65);
  expect(run(0.4, 0).tenths[0]).toBeGreaterThan(0.15);
  expect(Math.abs(run(1, 0.3).z)).toBeGreaterThan(4);
});

test('the volumes of a library are those of its outcomes at full size, with the errors of so many lives', () => {
  const gt01 = CATEGORIES.indexOf('gt01');
  const MOC = stateCode({ ...NOBODY, cohort: 1 });
  // Twenty of IOC and four of MOC come under gt01 by the last day, five of IOC from the start.
  const table = {
    days: 2,
    states: Float64Array.of(stateCode(NOBODY), MOC),
    lives: Int32Array.of(10, 4),
    weight: Float64Array.of(25, 4),
    first: Int32Array.of(0, 3, 5),
    slot: Int32Array.of(0, CLASS_MET + gt01, CLASS_COUNT + CLASS_MET + gt01, 0, CLASS_COUNT + CLASS_EFFECTIVE + gt01),
    change: Float64Array.of(20, 5, 15, 4, 4),
  };
  const lines = [
    { category: 'gt01', cohorts: ['IOC'] },
    { category: 'gt01', cohorts: ['IOC', 'MOC_MDS'] },
  ] as const;
  const found = libraryVolumes([{ draw: 0, table }], { lines, day: 1, scale: 0.5 });
  expect(found.volumes).toEqual([[40, 48]]);
  // Each life of IOC stands for 2.5 homes of the part, and each of these for two.
  expect(found.errors[0]?.[0]).toBeCloseTo(Math.sqrt(20 * 2.5) / 0.5, 9);
  expect(libraryVolumes([{ draw: 0, table }], { lines, day: 0, scale: 0.5 }).volumes).toEqual([[10, 10]]);
});

test('summaries depend on no size, and members count as many of each stratum as the portfolio does', () => {
  const state = (gas: number, attempted: number) => stateCode({ ...NOBODY, esmeDormant: 1, gas, attempted });
  /** Dormant homes of IOC: so many with gas and without, of whom these shares were attempted. */
  const homes = ([withGas, without]: readonly [number, number], [shareWith, shareWithout]: readonly [number, number]) =>
    new Map([
      [state(1, 1), withGas * shareWith],
      [state(1, 0), withGas * (1 - shareWith)],
      [state(0, 1), without * shareWithout],
      [state(0, 0), without * (1 - shareWithout)],
    ]);
  const member = (states: ReadonlyMap<number, number>): Member => {
    const sorted = [...states].toSorted(([a], [b]) => a - b);
    const counts = Float64Array.from(sorted, ([, count]) => count);
    return { draw: 0, table: { days: 1, states: Float64Array.from(sorted, ([code]) => code), lives: Int32Array.from(counts), weight: counts, first: new Int32Array(sorted.length + 1), slot: new Int32Array(0), change: new Float64Array(0) } }; // prettier-ignore
  };
  const evidence = new HistoryEvidence([
    member(homes([800, 200], [0.5, 0.1])),
    member(homes([200, 800], [0.5, 0.1])),
    member(homes([500, 500], [0.8, 0.4])),
  ]);
  const of = (states: ReadonlyMap<number, number>) => evidence.of(states).find(({ name }) => name === 'IOC Dormant: attempted'); // prettier-ignore
  const own = of(homes([800, 200], [0.5, 0.1]));
  expect(own?.share).toBeCloseTo(0.42, 9);
  expect(own?.shares.map((share) => Number(share.toFixed(9)))).toEqual([0.42, 0.42, 0.72]);
  expect(of(homes([8000, 2000], [0.5, 0.1]))?.values).toEqual(own?.values);
  // Who has gas is a summary of its own, of the members as they are.
  const gas = evidence.of(homes([800, 200], [0.5, 0.1])).find(({ name }) => name === 'IOC Dormant: with gas');
  expect(gas?.shares).toEqual([0.8, 0.2, 0.5]);
  // Nobody of the library is of another cohort.
  expect(evidence.unseen(new Map([[stateCode({ ...NOBODY, cohort: 2 }), 7], ...homes([800, 200], [0.5, 0.1])]))).toBe(7); // prettier-ignore
});
