import type { Coordinate, DesignMatrix } from './designMatrix.ts';

/**
 * One factor at a time, all others at the scenario's own value.
 * @param levels per factor: the coordinates that it takes in turn
 * @returns a row per factor and level, in the order of the factors; the base point is not among them
 */
export function oneAtATime(levels: readonly (readonly number[])[]): DesignMatrix {
  return levels.flatMap((own, factor) =>
    own.map((level) => levels.map((_, other): Coordinate => (other === factor ? level : null))),
  );
}
