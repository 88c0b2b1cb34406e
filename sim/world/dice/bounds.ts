/**
 * Bounds of what a draw gives, without a logarithm. They answer nearly every question about a link; the numbers themselves are
 * computed only where a bound cannot. The file belongs to the subset of TypeScript that is also compiled to WebAssembly
 * (sim/kernel/README.md).
 */
import { leadingZeros, topBits, type f64, type i32 } from '../../../src/numbers.ts';
import { uniform } from './draws.ts';

const LOG_CELLS: i32 = 256;
const LN_2: f64 = 0.6931471805599453;
/** The bits of a word below its leading one and the eight that name the cell; as a part of the cell. */
const PART_BITS: i32 = 23;
const PART_MASK: i32 = 8_388_607;
const TO_PART: f64 = 1 / 8_388_608.0;
/** Words with more leading zeros are rare, and a half matters to them: their logarithm is taken. */
const ZEROS_MAX: i32 = 11;

/** -log of 1 + i / 256. */
const MINUS_LOGS = new Float64Array(LOG_CELLS + 1);

function fillMinusLogs(): void {
  for (let i: i32 = 0; i <= LOG_CELLS; i += 1) MINUS_LOGS[i] = -Math.log(1 + i / 256.0);
}
fillMinusLogs();

/**
 * The chord of a cell lies above -log by at most (1/256)^2 / 8 = 1.91e-6. Leaving out the half that `uniform` adds to a word
 * makes it greater by at most 4.8e-7.
 */
const SAG: f64 = 2.39e-6;

/** -log(uniform(word)) lies between `leastMinusLog(word)` and this much above it. */
export const MINUS_LOG_WITHIN: f64 = 2.4e-6;

/** A bound from below of -log(uniform(word)). */
export function leastMinusLog(word: i32): f64 {
  const zeros = leadingZeros(word);
  if (zeros > ZEROS_MAX) return -Math.log(uniform(word));
  const mantissa = word << zeros;
  const cell = topBits(mantissa, PART_BITS) - LOG_CELLS;
  const from = MINUS_LOGS[cell] as f64;
  const part = (mantissa & PART_MASK) * TO_PART;
  return (zeros + 1) * LN_2 + from + part * ((MINUS_LOGS[cell + 1] as f64) - from) - SAG;
}

/** Cells of equal width, by the first ten bits of a word, for which the bounds of a length are kept. */
export const LENGTH_CELLS: i32 = 1024;
export const LENGTH_SHIFT: i32 = 22;
