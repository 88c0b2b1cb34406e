import type { DesignMatrix } from './designMatrix.ts';

/**
 * Every combination of the factors' levels.
 * @param levels per factor: its coordinates
 * @returns the rows in counting order: the last factor changes fastest
 */
export function grid(levels: readonly (readonly number[])[]): DesignMatrix {
  return levels.reduce<readonly (readonly number[])[]>(
    (rows, own) => rows.flatMap((row) => own.map((level) => [...row, level])),
    [[]],
  );
}

/** `count` coordinates from 0 to 1 at equal distances. A single one is 0.5. */
export function evenLevels(count: number): readonly number[] {
  if (count === 1) return [0.5];
  return Array.from({ length: count }, (_, i) => i / (count - 1));
}
