/** Reads a file of keys: a YAML file that says where each key and secret stands. They never come as arguments. */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import type { DecodeKeys } from '../../../devices/decode/keyChest.ts';
import { ascii, fromHex } from '../../../devices/dlms/encoding/bytes.ts';
import { LAB_KEYS, LAB_SECRET } from '../../../devices/personas/labProfile.ts';
import { UsageError } from '../shell/exit.ts';
import { readGiven } from '../shell/readText.ts';

const place = z.union([z.strictObject({ file: z.string().min(1) }), z.strictObject({ env: z.string().min(1) })]);
const keySet = z.union([
  z.literal('lab'),
  z.strictObject({ guek: place, gak: place, kek: place.optional(), secret: place.optional() }),
  z.strictObject({ secret: place }),
]);
const fileSchema = z.union([keySet, z.array(keySet).min(1).max(16)]);
type Place = z.output<typeof place>;

const KEY = /^\s*[0-9A-Fa-f]{32}\s*$/;
const SECRET_MAX = 64;
/** Stands for the public keys of the lab, without a file. */
const LAB = 'lab';

/** What one entry of a file holds. A JSON text of it shows nothing. */
export interface KeysGiven {
  readonly keys: DecodeKeys | undefined;
  /** The LLS secret. */
  readonly secret: Uint8Array | undefined;
}

/**
 * Reads a file of keys, or the lab's public keys for the word `lab`. Throws a UsageError that names the place and never
 * shows a key.
 */
export function readKeysFile(path: string, env: Readonly<Record<string, string | undefined>>): readonly KeysGiven[] {
  const lab: KeysGiven = { keys: LAB_KEYS, secret: LAB_SECRET };
  if (path === LAB) return [lab];
  const keyAt = (at: Place, name: string): Uint8Array => {
    const text = textAt(path, at, env);
    if (text !== undefined && KEY.test(text)) return fromHex(text.trim());
    throw new UsageError(`${path}: ${name}: expected 32 hexadecimal digits in ${placeText(at)}`);
  };
  const secretAt = (at: Place): Uint8Array => {
    const text = textAt(path, at, env)?.replace(/\r?\n$/, '') ?? '';
    if (text.length >= 1 && text.length <= SECRET_MAX) return ascii(text);
    throw new UsageError(`${path}: secret: expected 1 to ${SECRET_MAX} characters in ${placeText(at)}`);
  };
  return documentOf(path).map((one) => {
    if (one === 'lab') return lab;
    const secret = one.secret && secretAt(one.secret);
    if (!('guek' in one)) return { keys: undefined, secret };
    const kek = one.kek && keyAt(one.kek, 'kek');
    return { keys: { guek: keyAt(one.guek, 'guek'), gak: keyAt(one.gak, 'gak'), ...(kek && { kek }) }, secret };
  });
}

/** The sets of keys of a file; entries that hold a secret alone open no frame. */
export function decodeKeys(path: string, env: Readonly<Record<string, string | undefined>>): readonly DecodeKeys[] {
  return readKeysFile(path, env).flatMap(({ keys }) => (keys ? [keys] : []));
}

const EXPECTED = 'lab, or guek and gak (and kek, secret) with {file: ...} or {env: ...}, or a list of these';

function documentOf(path: string): readonly z.output<typeof keySet>[] {
  const text = readGiven(path, `${EXPECTED} as YAML`);
  let document: unknown;
  try {
    document = parse(text);
  } catch (cause) {
    throw new UsageError(`${path}: found no YAML, expected ${EXPECTED}`, { cause });
  }
  const parsed = fileSchema.safeParse(document);
  if (parsed.success) return [parsed.data].flat();
  throw new UsageError(`${path}: found ${text.trim() === '' ? 'an empty file' : 'another form'}, expected ${EXPECTED}`);
}

function placeText(at: Place): string {
  return 'env' in at ? `the variable ${at.env}` : at.file;
}

function textAt(path: string, at: Place, env: Readonly<Record<string, string | undefined>>): string | undefined {
  if ('env' in at) return env[at.env];
  try {
    return readFileSync(resolve(dirname(path), at.file), 'utf8');
  } catch {
    return undefined;
  }
}
