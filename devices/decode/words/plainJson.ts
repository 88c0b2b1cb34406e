/** Decoded values as JSON text. It is the text of {@link plain}, made in one pass: there may be a tree for each of millions of frames. */
import { toHex } from '../../dlms/encoding/bytes.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** A text in quotes. Quotes, backslashes, control characters and all beyond them that may need an escape are left to JSON. */
export function quoted(text: string): string {
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || code > 0x7e || code === QUOTE || code === BACKSLASH) return JSON.stringify(text);
  }
  return `"${text}"`;
}

/** Names of fields with their colons. There are as many as the codecs have. */
const NAMES = new Map<string, string>();
const NAMES_MAX = 1024;

function named(name: string): string {
  const known = NAMES.get(name);
  if (known !== undefined) return known;
  const made = `${quoted(name)}:`;
  if (NAMES.size < NAMES_MAX) NAMES.set(name, made);
  return made;
}

/** The JSON of a decoded value: octets in hexadecimal, large integers as decimal text. Undefined fields are left out. */
export function plainJson(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return quoted(value);
    case 'number':
      return Number.isFinite(value) ? String(value) : 'null';
    case 'boolean':
      return value ? 'true' : 'false';
    case 'bigint':
      return `"${value.toString()}"`;
    case 'object':
      return value === null ? 'null' : objectJson(value);
    default:
      return 'null';
  }
}

function objectJson(value: object): string {
  if (value instanceof Uint8Array) return `"${toHex(value)}"`;
  if (Array.isArray(value)) {
    let members = '';
    for (const one of value) members += members === '' ? plainJson(one) : `,${plainJson(one)}`;
    return `[${members}]`;
  }
  return `{${fieldsJson(value)}}`;
}

/** The fields of an object without its braces. */
export function fieldsJson(value: object): string {
  let fields = '';
  for (const name in value) {
    const one = (value as Record<string, unknown>)[name];
    if (one === undefined) continue;
    if (fields !== '') fields += ',';
    fields += named(name) + plainJson(one);
  }
  return fields;
}
