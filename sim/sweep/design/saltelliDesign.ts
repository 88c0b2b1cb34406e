import type { DesignMatrix, UniformAt } from './designMatrix.ts';
import { shiftedSobol, SOBOL_DIMENSIONS_MAX } from './sobolSequence.ts';

/** The most factors of a Saltelli design, because each takes two dimensions of the Sobol sequence. */
export const SALTELLI_FACTORS_MAX = Math.floor(SOBOL_DIMENSIONS_MAX / 2);

/**
 * Saltelli's design (Computer Physics Communications 181, 2010) for first and total indices. Two independent samples A
 * and B; and for each factor A with that factor's column of B.
 * @param samples rows of A; a power of two keeps the Sobol sequence balanced
 * @returns samples x (factors + 2) rows, in blocks: A's row, B's row, then A's row with B's factor 0, 1, ...
 */
export function saltelliDesign(samples: number, factors: number, uniformAt: UniformAt): DesignMatrix {
  return shiftedSobol(samples, 2 * factors, uniformAt).flatMap((row) => {
    const a = row.slice(0, factors);
    const b = row.slice(factors);
    const mixed = a.map((_, factor) => a.map((value, i) => (i === factor ? (b[i] as number) : value)));
    return [a, b, ...mixed];
  });
}
