import type { DesignMatrix, UniformAt } from './designMatrix.ts';

/**
 * A Latin hypercube (McKay, Beckman and Conover 1979): each factor's range is cut into as many equal parts as there are
 * points, and each part holds exactly one point. The place within a part is random.
 * @param uniformAt dice; entity: the point, index: twice the factor, and the next
 */
export function latinHypercube(points: number, factors: number, uniformAt: UniformAt): DesignMatrix {
  const columns = Array.from({ length: factors }, (_, factor) => {
    const parts = permutation(points, (point) => uniformAt(point, 2 * factor));
    return parts.map((part, point) => (part + uniformAt(point, 2 * factor + 1)) / points);
  });
  return Array.from({ length: points }, (_, point) => columns.map((column) => column[point] as number));
}

/** A random order of 0 to count - 1: the ranks of as many draws. */
export function permutation(count: number, draw: (i: number) => number): readonly number[] {
  const draws = Array.from({ length: count }, (_, i) => draw(i));
  const order = draws.map((_, i) => i).sort((a, b) => (draws[a] as number) - (draws[b] as number) || a - b);
  const ranks = new Array<number>(count);
  order.forEach((i, rank) => {
    ranks[i] = rank;
  });
  return ranks;
}
