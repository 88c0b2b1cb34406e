import { assert } from '../assert.ts';

const MPAN_WEIGHTS = [3, 5, 7, 13, 17, 19, 23, 29, 31, 37, 41, 43] as const;

/** The check digit of the 12 leading digits of an MPAN core: (sum of d_i * w_i) mod 11 mod 10. */
function mpanCheckDigit(leading: string): number {
  assert(/^\d{12}$/.test(leading), 'an MPAN core has 12 digits before its check digit');
  let sum = 0;
  for (let i = 0; i < 12; i += 1) sum += Number(leading[i]) * (MPAN_WEIGHTS[i] as number);
  return (sum % 11) % 10;
}

/** The two check digits of the leading digits (4 to 9) of an MPRN: sum of d_i * (n - i), weights n..1, mod 11. */
function mprnCheckDigits(leading: string): string {
  assert(/^\d{4,9}$/.test(leading), 'an MPRN has 4 to 9 digits before its two check digits');
  let sum = 0;
  for (let i = 0; i < leading.length; i += 1) sum += Number(leading[i]) * (leading.length - i);
  return String(sum % 11).padStart(2, '0');
}

/** True for an MPAN core: 13 digits of which the last is the right check digit (src/docs/domain.md, Identifiers). */
export function isMpan(text: string): boolean {
  return /^\d{13}$/.test(text) && mpanCheckDigit(text.slice(0, 12)) === Number(text[12]);
}

/**
 * True for an MPRN: 6 to 11 digits of which the last two are the right check digits (src/docs/domain.md, Identifiers).
 */
export function isMprn(text: string): boolean {
  return /^\d{6,11}$/.test(text) && mprnCheckDigits(text.slice(0, -2)) === text.slice(-2);
}

/** First two digits of an MPAN core: the distribution areas 10 to 23. */
export const AREA_MIN = 10;
export const AREA_MAX = 23;

/**
 * A synthetic MPAN for a numbered installation in a distribution area, as a number (13 digits). Its third digit is 0;
 * nothing guarantees that no real supply point has it: whatever the bench makes is synthetic.
 */
export function syntheticMpan(area: number, serial: number): number {
  assert(area >= AREA_MIN && area <= AREA_MAX, `a distribution area lies from ${AREA_MIN} to ${AREA_MAX}`);
  assert(serial >= 0 && serial < 1e9, 'a synthetic MPAN numbers up to 999,999,999 installations');
  const tens = Math.floor(area / 10);
  let sum = tens * MPAN_WEIGHTS[0] + (area - tens * 10) * MPAN_WEIGHTS[1];
  // The third digit is 0. Integers of 32 bits are divided several times as fast as longer ones.
  for (let i = 11, rest = serial | 0; i >= 3; i -= 1) {
    const next = (rest / 10) | 0;
    sum += (rest - next * 10) * (MPAN_WEIGHTS[i] as number);
    rest = next;
  }
  return (area * 1e10 + serial) * 10 + ((sum % 11) % 10);
}

/** A synthetic 11-digit MPRN for a numbered installation; the leading 9 is ours. */
export function syntheticMprn(serial: number): number {
  assert(serial >= 0 && serial < 1e8, 'a synthetic MPRN numbers up to 99,999,999 installations');
  const leading = 9e8 + serial;
  let sum = 0;
  let rest = leading | 0;
  for (let weight = 1; weight <= 9; weight += 1) {
    const next = (rest / 10) | 0;
    sum += (rest - next * 10) * weight;
    rest = next;
  }
  return leading * 100 + (sum % 11);
}

/** An identifier fit for a log line or an error text: all but its last three digits hidden. */
export function maskIdentifier(text: string): string {
  return text.length <= 3 ? '***' : `${'*'.repeat(text.length - 3)}${text.slice(-3)}`;
}
