/**
 * One coordinate of a design point: its position in the range of a factor, from 0 to 1. Null is the scenario's own value.
 * A factor turns a coordinate into a value (`factorValues.ts`), so a design knows nothing of paths or units.
 */
export type Coordinate = number | null;

/** A design: one row per point, one column per factor. */
export type DesignMatrix = readonly (readonly Coordinate[])[];

/** A uniform in (0, 1) at an address: the same address gives the same number, in any order and on any machine. */
export type UniformAt = (entity: number, index: number) => number;
