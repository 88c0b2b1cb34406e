import type { DesignMatrix, UniformAt } from './designMatrix.ts';
import { permutation } from './latinHypercube.ts';

export interface MorrisOptions {
  readonly trajectories: number;
  /** Levels of each factor, even: 4 is usual. */
  readonly levels: number;
}

/** The step of a Morris design. It makes all levels equally likely if their number is even. */
export function morrisStep(levels: number): number {
  return levels / (2 * (levels - 1));
}

/**
 * Morris' design (Technometrics 33, 1991): each trajectory starts at a random place of the grid of levels and moves one
 * factor after the other by one step, in a random order.
 * @param uniformAt dice; entity: the trajectory, index: three for each factor (start, direction, order)
 * @returns trajectories x (factors + 1) rows; two consecutive rows of a trajectory differ in one factor
 */
export function morrisDesign(
  factors: number,
  { trajectories, levels }: MorrisOptions,
  uniformAt: UniformAt,
): DesignMatrix {
  const step = morrisStep(levels);
  return Array.from({ length: trajectories }, (_, trajectory) => {
    const draw = (factor: number, of: 0 | 1 | 2): number => uniformAt(trajectory, 3 * factor + of);
    const rises = Array.from({ length: factors }, (_unused, factor) => draw(factor, 1) < 0.5);
    let row = rises.map((up, factor) => {
      const low = Math.floor(draw(factor, 0) * (levels / 2)) / (levels - 1);
      return up ? low : low + step;
    });
    const order = permutation(factors, (factor) => draw(factor, 2));
    const factorAt = new Map(order.map((place, factor) => [place, factor]));
    const rows = [row];
    for (let place = 0; place < factors; place += 1) {
      const moved = factorAt.get(place) as number;
      row = row.map((value, factor) => (factor === moved ? value + (rises[factor] ? step : -step) : value));
      rows.push(row);
    }
    return rows;
  }).flat();
}
