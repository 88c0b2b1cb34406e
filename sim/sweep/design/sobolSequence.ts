import { assert } from '../../../src/assert.ts';
import type { DesignMatrix, UniformAt } from './designMatrix.ts';
import { JOE_KUO_ROWS } from './sobolNumbers.ts';

/** The number of dimensions for which there are direction numbers. */
export const SOBOL_DIMENSIONS_MAX = JOE_KUO_ROWS.length + 1;

const BITS = 32;
const TO_UNIT = 2 ** -32;

/** The direction numbers of one dimension, counted from 0, as 32-bit words (Bratley and Fox, Algorithm 659). */
function directionsOf(dimension: number): Int32Array {
  const directions = new Int32Array(BITS);
  if (dimension === 0) {
    for (let bit = 0; bit < BITS; bit += 1) directions[bit] = 1 << (BITS - 1 - bit);
    return directions;
  }
  const row = (JOE_KUO_ROWS[dimension - 1] as string).split(' ').map(Number);
  const [degree, coefficients] = row as [number, number];
  for (let bit = 0; bit < BITS; bit += 1) {
    if (bit < degree) {
      directions[bit] = (row[2 + bit] as number) << (BITS - 1 - bit);
      continue;
    }
    const back = directions[bit - degree] as number;
    let word = back ^ (back >>> degree);
    for (let k = 1; k < degree; k += 1) {
      if ((coefficients >> (degree - 1 - k)) & 1) word ^= directions[bit - k] as number;
    }
    directions[bit] = word;
  }
  return directions;
}

/**
 * The first points of the Sobol sequence as 32-bit words, from the origin on, in Gray-code order.
 * @throws AssertionError beyond SOBOL_DIMENSIONS_MAX dimensions
 */
function sobolWords(points: number, dimensions: number): readonly Int32Array[] {
  assert(dimensions <= SOBOL_DIMENSIONS_MAX, `a Sobol sequence has at most ${SOBOL_DIMENSIONS_MAX} dimensions here`);
  const directions = Array.from({ length: dimensions }, (_, dimension) => directionsOf(dimension));
  const words = new Int32Array(dimensions);
  return Array.from({ length: points }, (_, point) => {
    if (point > 0) {
      const changed = 31 - Math.clz32(point & -point);
      directions.forEach((own, dimension) => {
        words[dimension] = (words[dimension] as number) ^ (own[changed] as number);
      });
    }
    return words.slice();
  });
}

/** The plain sequence, which begins with the origin. Published tables and other programs print it. */
export function plainSobol(points: number, dimensions: number): DesignMatrix {
  return sobolWords(points, dimensions).map((row) => Array.from(row, (word) => (word >>> 0) * TO_UNIT));
}

/**
 * The sequence under a random digital shift, one word per dimension. Every point is uniform, no point is on an edge, and
 * each of the 2^m equal parts of a factor still holds exactly one of the first 2^m points.
 * @param uniformAt dice; entity 0, index: the dimension
 */
export function shiftedSobol(points: number, dimensions: number, uniformAt: UniformAt): DesignMatrix {
  const shifts = Array.from(
    { length: dimensions },
    (_, dimension) => Math.floor(uniformAt(0, dimension) / TO_UNIT) | 0,
  );
  return sobolWords(points, dimensions).map((row) =>
    Array.from(row, (word, dimension) => (((word ^ (shifts[dimension] as number)) >>> 0) + 0.5) * TO_UNIT),
  );
}
