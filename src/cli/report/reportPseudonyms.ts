import { createHmac } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { assert } from '../../assert.ts';
import type { Fuel } from '../../report/records/excluded.ts';
import { UsageError } from '../shell/exit.ts';
import type { Io } from '../shell/io.ts';

/**
 * The fewest bytes of a key. Shorter keys are refused, because there are few enough MPANs and MPRNs to try all of them.
 */
const KEY_BYTES_MIN = 16;

/** The pseudonym has 128 bits, so no two existing meter points will share one. */
const PSEUDONYM_HEX = 32;

/**
 * Makes the pseudonyms of meter points: `mpan-` or `mprn-` and the first 32 hex digits of HMAC-SHA256 of the fuel and
 * the digits. The same key gives the same pseudonym in every file and month; another key gives others. Anyone with the
 * key can find the meter points again by trying them all, so the key needs the same protection as the meter points.
 */
export function pseudonymiser(key: Uint8Array): (fuel: Fuel, meterPoint: string) => string {
  assert(key.length >= KEY_BYTES_MIN, 'a pseudonym key has at least 16 bytes');
  return (fuel, meterPoint) => {
    const name = fuel === 'electricity' ? 'mpan' : 'mprn';
    const hash = createHmac('sha256', key).update(`${name}:${meterPoint}`).digest('hex');
    return `${name}-${hash.slice(0, PSEUDONYM_HEX)}`;
  };
}

const VARIABLE = 'SMETS1_BENCH_PSEUDONYM_KEY';
const KEY_BYTES_MAX = 4096;

/** Writes a meter point, as it is or as a keyed pseudonym. */
export type WriteMeterPoint = (fuel: Fuel, meterPoint: string) => string;

/**
 * Reads the key from a file, or else from the environment. It never comes from an argument, which other users of the
 * machine can see and a shell remembers. Line ends after the key are not part of it. The key is never printed, not even
 * in errors.
 */
export function meterPointWriter(
  { env }: Io,
  options: { readonly pseudonymise: boolean; readonly pseudonymKeyFile?: string },
): WriteMeterPoint {
  const { pseudonymise, pseudonymKeyFile: file } = options;
  if (!pseudonymise) {
    if (file !== undefined) throw new UsageError('--pseudonym-key-file goes with --pseudonymise.');
    return (_fuel, meterPoint) => meterPoint;
  }
  const key = file === undefined ? keyOfEnvironment(env) : keyOfFile(file);
  if (key.length < KEY_BYTES_MIN) {
    const where = file ?? VARIABLE;
    throw new UsageError(`${where}: found a key of ${key.length} bytes, expected at least ${KEY_BYTES_MIN}\n  For instance: openssl rand -hex 32`); // prettier-ignore
  }
  return pseudonymiser(key);
}

function keyOfEnvironment(env: Io['env']): Buffer {
  const text = env[VARIABLE];
  if (text === undefined || text === '')
    throw new UsageError(`--pseudonymise needs a key: --pseudonym-key-file FILE, or ${VARIABLE} in the environment.`);
  return Buffer.from(text.replace(/[\r\n]+$/, ''), 'utf8');
}

function keyOfFile(path: string): Buffer {
  let bytes: Buffer;
  try {
    const { size } = statSync(path);
    if (size > KEY_BYTES_MAX) throw new UsageError(`${path}: found ${size} bytes, expected a key of at most ${KEY_BYTES_MAX}`); // prettier-ignore
    bytes = readFileSync(path);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`--pseudonym-key-file ${path}: cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] === 10 || bytes[end - 1] === 13)) end -= 1;
  return bytes.subarray(0, end);
}
