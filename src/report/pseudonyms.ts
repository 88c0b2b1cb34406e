import { createHmac } from 'node:crypto';
import { assert } from '../assert.ts';
import type { Fuel } from './excluded.ts';

/** Keys of fewer bytes are refused: MPANs and MPRNs are few enough to be tried one by one. */
export const KEY_BYTES_MIN = 16;

/** 128 bits: no two of the meter points there are will meet. */
const PSEUDONYM_HEX = 32;

/**
 * What is written in place of a meter point: `mpan-` or `mprn-` and the first 32 hex digits of HMAC-SHA256 of the fuel
 * and the digits. The same key gives the same pseudonym in every file and month; another key gives others. Whoever has
 * the key can find the meter points again by trying them all: it is kept as they are.
 */
export function pseudonymiser(key: Uint8Array): (fuel: Fuel, meterPoint: string) => string {
  assert(key.length >= KEY_BYTES_MIN, 'a pseudonym key has at least 16 bytes');
  return (fuel, meterPoint) => {
    const name = fuel === 'electricity' ? 'mpan' : 'mprn';
    const hash = createHmac('sha256', key).update(`${name}:${meterPoint}`).digest('hex');
    return `${name}-${hash.slice(0, PSEUDONYM_HEX)}`;
  };
}
