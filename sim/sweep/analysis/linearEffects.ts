import { Matrix, SVD } from 'ml-matrix';
import type { UniformAt } from '../design/designMatrix.ts';
import { bootstrap, resamplesOf } from './bootstrap.ts';
import { meanOf, varianceOf } from '../../../src/report/statistics.ts';
import type { Estimate } from './estimates.ts';

/** The main effect of one factor in a space-filling design. */
export interface LinearEffect {
  /** Change of the outcome over the factor's whole range, all others held: the slope of a least-squares plane. */
  readonly effect: Estimate;
  /** Share of the outcome's variance that the slope explains. The shares of all factors and the unexplained rest sum to 1. */
  readonly share: number;
}

interface Kept {
  readonly row: readonly number[];
  readonly outcome: number;
}

/**
 * Least-squares main effects, with intervals from a bootstrap over the points.
 * @param rows coordinates from 0 to 1, a row per point
 * @param outcomes one for each row; a row whose outcome is NaN (a refused point) is left out
 * @returns an effect per factor; intervals are null with fewer than twice as many points as factors
 */
export function linearEffects(
  rows: readonly (readonly number[])[],
  outcomes: readonly number[],
  uniformAt: UniformAt,
): readonly LinearEffect[] {
  const kept: readonly Kept[] = rows.flatMap((row, i) =>
    Number.isNaN(outcomes[i]) ? [] : [{ row, outcome: outcomes[i] as number }],
  );
  const factors = rows[0]?.length ?? 0;
  const slopesOf = (chosen: Uint32Array): readonly number[] => {
    const design = new Matrix(Array.from(chosen, (i) => [1, ...(kept[i] as Kept).row]));
    const right = Matrix.columnVector(Array.from(chosen, (i) => (kept[i] as Kept).outcome));
    return new SVD(design, { autoTranspose: true }).solve(right).to1DArray().slice(1);
  };
  const slopes = slopesOf(Uint32Array.from(kept, (_, i) => i));
  const variance = varianceOf(kept.map(({ outcome }) => outcome));
  const resamples = kept.length >= 2 * (factors + 1) ? resamplesOf(kept.length, uniformAt) : [];
  const resampled = resamples.map(slopesOf);
  return slopes.map((slope, factor) => {
    const spread = varianceOf(kept.map(({ row }) => row[factor] as number));
    return {
      effect: bootstrap(slope, resamples, (_, resample) => resampled[resample]?.[factor] as number),
      share: variance === 0 ? 0 : (slope * slope * spread) / variance,
    };
  });
}

/** Mean outcome at one level of a grid's factor, less the mean over all points. */
export function levelEffects(
  coordinates: readonly number[],
  outcomes: readonly number[],
): readonly { readonly level: number; readonly mean: number; readonly effect: number; readonly points: number }[] {
  const kept = outcomes.flatMap((outcome, i) =>
    Number.isNaN(outcome) ? [] : [{ level: coordinates[i] as number, outcome }],
  );
  const overall = meanOf(kept.map(({ outcome }) => outcome));
  const levels = [...new Set(kept.map(({ level }) => level))].sort((a, b) => a - b);
  return levels.map((level) => {
    const own = kept.filter((row) => row.level === level).map(({ outcome }) => outcome);
    return { level, mean: meanOf(own), effect: meanOf(own) - overall, points: own.length };
  });
}
