import { createHmac } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { assert } from '../../assert.ts';
import type { Fuel } from '../../report/excluded.ts';
import { UsageError } from '../shell/exit.ts';
import type { Io } from '../shell/io.ts';

/** Keys of fewer bytes are refused: MPANs and MPRNs are few enough to be tried one by one. */
const KEY_BYTES_MIN = 16;

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

const VARIABLE = 'SMETS1_BENCH_PSEUDONYM_KEY';
const KEY_BYTES_MAX = 4096;

/** How meter points are written: as they are, or by keyed pseudonyms. */
export type WriteMeterPoint = (fuel: Fuel, meterPoint: string) => string;

/**
 * The key comes from a file, else from the environment; never from an argument, which other users of the machine can
 * see and a shell remembers. Line ends after it are not part of it. It is never said, in errors either.
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
