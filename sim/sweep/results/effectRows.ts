import { meanOf } from '../../../src/report/statistics.ts';
import { levelEffects, linearEffects } from '../analysis/linearEffects.ts';
import { meanEstimate, type Estimate } from '../analysis/estimates.ts';
import { pairedDifference, type PairedDifference } from '../analysis/pairedDifference.ts';
import { morrisEffects, type MorrisEffect } from '../analysis/morrisEffects.ts';
import { sobolIndices, type SobolIndex } from '../analysis/sobolIndices.ts';
import type { Sweep } from '../plan/loadSweep.ts';
import { BASE_POINT, largerScale, pointOf } from '../plan/points.ts';
import { bootstrapDice } from '../sweepDice.ts';
import type { OutcomeTable } from './outcomeTable.ts';

/** The effect of a factor on an outcome, at one of its values or over its whole range. */
export interface EffectRow {
  readonly outcome: string;
  readonly factor: string;
  /** The value; null if the effect is over the whole range. */
  readonly level: string | number | null;
  /** The number of points that were used. */
  readonly points: number;
  /** The mean outcome at the value; null over a range. */
  readonly mean: number | null;
  /**
   * One at a time: the difference from the base point. Grid: the difference from the mean over all points. Other designs:
   * the change over the whole range, by least squares.
   */
  readonly effect: Estimate;
  /** The share of the outcome's variance that the slope explains; null if there is no slope. */
  readonly share: number | null;
  /** The rank of the factor among all, by its largest effect on this outcome, from 1. */
  readonly rank: number;
}

/** The main effects of every factor on every outcome, by the method that fits the design. */
export function effectRows(sweep: Sweep, table: OutcomeTable): readonly EffectRow[] {
  const { kind } = sweep.file.design;
  return table.outcomes.flatMap((_, outcome) => {
    const rows =
      kind === 'oneAtATime'
        ? stepRows(sweep, table, outcome)
        : kind === 'grid'
          ? gridRows(sweep, table, outcome)
          : slopeRows(sweep, table, outcome);
    return ranked(rows);
  });
}

type Unranked = Omit<EffectRow, 'rank'>;

function ranked(rows: readonly Unranked[]): readonly EffectRow[] {
  const largest = new Map<string, number>();
  for (const { factor, effect } of rows) {
    const size = Number.isNaN(effect.value) ? 0 : Math.abs(effect.value);
    largest.set(factor, Math.max(largest.get(factor) ?? 0, size));
  }
  const order = [...largest].sort(([, a], [, b]) => b - a).map(([factor]) => factor);
  return rows.map((row) => ({ ...row, rank: order.indexOf(row.factor) + 1 }));
}

/** A row for each factor and level: the paired difference from the base point. */
function stepRows(sweep: Sweep, table: OutcomeTable, outcome: number): readonly Unranked[] {
  const base = table.samples(outcome, BASE_POINT);
  return sweep.design.flatMap((row, i): Unranked[] => {
    const factor = row.findIndex((coordinate) => coordinate !== null);
    const samples = table.samples(outcome, i + 1);
    const common = {
      outcome: nameOf(table, outcome),
      factor: sweep.factors[factor]?.name ?? '',
      level: pointOf(sweep, i + 1).labels[factor] ?? null,
      share: null,
    };
    if (samples.length === 0) return [{ ...common, points: 0, mean: null, effect: NOTHING }];
    return [{ ...common, points: 1, mean: meanOf(samples), effect: pairedDifference(base, samples).difference }];
  });
}

const NOTHING: Estimate = { value: NaN, low: null, high: null };

/** A row for each factor and level: the mean at the level less the overall mean, with an interval over replications. */
function gridRows(sweep: Sweep, table: OutcomeTable, outcome: number): readonly Unranked[] {
  const points = sweep.design.map((_, i) => i + 1);
  const replications = Math.max(...points.map((point) => table.samples(outcome, point).length));
  return sweep.factors.flatMap((factor, f) => {
    const coordinates = sweep.design.map((row) => row[f] as number);
    const effectsOf = (valueOf: (point: number) => number) => levelEffects(coordinates, points.map(valueOf));
    const perReplication = Array.from({ length: replications }, (_, r) =>
      effectsOf((point) => table.samples(outcome, point)[r] ?? NaN),
    );
    return effectsOf((point) => table.mean(outcome, point)).map((own, level): Unranked => ({
      outcome: nameOf(table, outcome),
      factor: factor.name,
      level: factor.at(own.level).label,
      points: own.points,
      mean: own.mean,
      effect: { ...meanEstimate(perReplication.map((effects) => effects[level]?.effect ?? NaN)), value: own.effect },
      share: null,
    }));
  });
}

/** A row for each factor: the slope over its range. A Saltelli design gives its independent samples A and B. */
function slopeRows(sweep: Sweep, table: OutcomeTable, outcome: number): readonly Unranked[] {
  const width = sweep.factors.length + 2;
  const kept = sweep.design
    .map((row, i) => ({ row: row as readonly number[], point: i + 1 }))
    .filter((_, i) => sweep.file.design.kind !== 'saltelli' || i % width < 2);
  const outcomes = kept.map(({ point }) => table.mean(outcome, point));
  const points = outcomes.filter((value) => !Number.isNaN(value)).length;
  const effects = points === 0 ? [] : linearEffects(kept.map(({ row }) => row), outcomes, bootstrapDice(sweep.seed)); // prettier-ignore
  return sweep.factors.map(({ name }, f): Unranked => {
    const { effect = NOTHING, share = null } = effects[f] ?? {};
    return { outcome: nameOf(table, outcome), factor: name, level: null, points, mean: null, effect, share };
  });
}

/** Elementary effects of every factor on every outcome; empty unless the design is of Morris. */
export function morrisRows(
  sweep: Sweep,
  table: OutcomeTable,
): readonly (MorrisEffect & { readonly outcome: string; readonly factor: string })[] {
  if (sweep.file.design.kind !== 'morris') return [];
  return table.outcomes.flatMap(({ name }, outcome) => {
    const outcomes = sweep.design.map((_, i) => table.mean(outcome, i + 1));
    const effects = morrisEffects(sweep.design, outcomes, bootstrapDice(sweep.seed));
    return effects.map((effect, f) => ({ outcome: name, factor: sweep.factors[f]?.name ?? '', ...effect }));
  });
}

/** First and total indices of every factor on every outcome; empty unless the design is of Saltelli. */
export function sobolRows(
  sweep: Sweep,
  table: OutcomeTable,
): readonly (SobolIndex & { readonly outcome: string; readonly factor: string })[] {
  if (sweep.file.design.kind !== 'saltelli') return [];
  return table.outcomes.flatMap(({ name }, outcome) => {
    const outcomes = sweep.design.map((_, i) => table.mean(outcome, i + 1));
    const indices = sobolIndices(outcomes, sweep.factors.length, bootstrapDice(sweep.seed));
    return indices.map((index, f) => ({ outcome: name, factor: sweep.factors[f]?.name ?? '', ...index }));
  });
}

/** The paired difference of every point from the base point. */
export function* differenceRows(
  table: OutcomeTable,
): Generator<PairedDifference & { readonly point: number; readonly outcome: string; readonly replications: number }> {
  for (let point = BASE_POINT + 1; point < table.points; point += 1) {
    for (const [outcome, { name }] of table.outcomes.entries()) {
      const before = table.samples(outcome, BASE_POINT);
      const after = table.samples(outcome, point);
      if (before.length === 0 || after.length === 0) continue;
      yield { point, outcome: name, replications: after.length, ...pairedDifference(before, after) };
    }
  }
}

function nameOf(table: OutcomeTable, outcome: number): string {
  return table.outcomes[outcome]?.name ?? '';
}

/** An estimate from a part of the sweep, which shows how it converges. */
export interface ConvergenceRow {
  readonly outcome: string;
  readonly factor: string;
  /** `mean` of the base point over replications; `first` and `total` over samples; `muStar` over trajectories. */
  readonly estimate: 'mean' | 'first' | 'total' | 'muStar';
  /** The replications, samples or trajectories that were used. */
  readonly units: number;
  readonly of: Estimate;
}

/** Estimates from a half, a quarter, an eighth ... of a sweep, and from all of it. */
export function convergenceRows(sweep: Sweep, table: OutcomeTable): readonly ConvergenceRow[] {
  const factors = sweep.factors.map(({ name }) => name);
  const { kind } = sweep.file.design;
  const dice = bootstrapDice(sweep.seed);
  return table.outcomes.flatMap(({ name }, outcome): ConvergenceRow[] => {
    const base = table.samples(outcome, BASE_POINT);
    const rows = halvings(base.length).map((units): ConvergenceRow => ({ outcome: name, factor: '', estimate: 'mean', units, of: meanEstimate(base.slice(0, units)) })); // prettier-ignore
    const outcomes = sweep.design.map((_, i) => table.mean(outcome, i + 1));
    if (kind === 'saltelli') {
      const width = factors.length + 2;
      for (const units of halvings(outcomes.length / width))
        sobolIndices(outcomes.slice(0, units * width), factors.length, dice).forEach(({ first, total }, f) => {
          const common = { outcome: name, factor: factors[f] ?? '', units };
          rows.push({ ...common, estimate: 'first', of: first }, { ...common, estimate: 'total', of: total });
        });
    }
    if (kind === 'morris') {
      const width = factors.length + 1;
      for (const units of halvings(outcomes.length / width))
        morrisEffects(sweep.design.slice(0, units * width), outcomes.slice(0, units * width), dice) // prettier-ignore
          .forEach(({ muStar }, f) => rows.push({ outcome: name, factor: factors[f] ?? '', estimate: 'muStar', units, of: muStar })); // prettier-ignore
    }
    return rows;
  });
}

function halvings(units: number): readonly number[] {
  const found: number[] = [];
  for (let left = units; left >= 2; left = Math.ceil(left / 2)) {
    found.unshift(left);
    if (left === 2) break;
  }
  return found;
}

/**
 * The standard deviation that scaling adds to the mean of each outcome. It comes from the base point at scale s and at a
 * larger scale t, on the same dice. The smaller sample is a part of the larger one. So the variance of their difference is
 * proportional to (1/s - 1/t), and that of the smaller sample about the whole to (1/s - 1).
 */
export function scaleErrors(scale: number, table: OutcomeTable, larger: OutcomeTable): readonly number[] {
  const ratio = (1 / scale - 1) / (1 / scale - 1 / largerScale(scale));
  return table.outcomes.map((_, outcome) => {
    const once = table.samples(outcome, BASE_POINT);
    const differences = larger.samples(outcome, 0).map((value, i) => value - (once[i] ?? value));
    return Math.sqrt((ratio * meanOf(differences.map((value) => value * value))) / differences.length);
  });
}
