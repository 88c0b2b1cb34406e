/** Reads the keys for `devices decode`: a YAML file that says where each key stands. Keys never come as arguments. */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import type { DecodeKeys } from '../../../devices/decode/keyChest.ts';
import { fromHex } from '../../../devices/dlms/bytes.ts';
import { LAB_KEYS } from '../../../devices/personas/labProfile.ts';
import { UsageError } from '../shell/exit.ts';

const place = z.union([z.strictObject({ file: z.string().min(1) }), z.strictObject({ env: z.string().min(1) })]);
const keySet = z.union([z.literal('lab'), z.strictObject({ guek: place, gak: place, kek: place.optional() })]);
const fileSchema = z.union([keySet, z.array(keySet).min(1).max(16)]);
type Place = z.output<typeof place>;

const KEY = /^\s*[0-9A-Fa-f]{32}\s*$/;

/** Reads a file of keys. Throws a UsageError that names the place and never shows a key. */
export function decodeKeys(path: string, env: Readonly<Record<string, string | undefined>>): readonly DecodeKeys[] {
  let document: unknown;
  try {
    document = parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new UsageError(`${path}: ${code === undefined ? 'is not YAML' : `cannot be read (${code})`}`);
  }
  const parsed = fileSchema.safeParse(document);
  if (!parsed.success) {
    throw new UsageError(
      `${path}: expected lab, or guek and gak (and kek) with {file: ...} or {env: ...}, or a list of these`,
    );
  }
  const keyAt = (at: Place, name: string): Uint8Array => {
    const text = 'env' in at ? env[at.env] : textOf(resolve(dirname(path), at.file));
    if (text !== undefined && KEY.test(text)) return fromHex(text.trim());
    const where = 'env' in at ? `the variable ${at.env}` : at.file;
    throw new UsageError(`${path}: ${name}: expected 32 hexadecimal digits in ${where}`);
  };
  return [parsed.data].flat().map((one) =>
    one === 'lab'
      ? LAB_KEYS
      : {
          guek: keyAt(one.guek, 'guek'),
          gak: keyAt(one.gak, 'gak'),
          ...(one.kek && { kek: keyAt(one.kek, 'kek') }),
        },
  );
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
