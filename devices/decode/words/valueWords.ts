/** COSEM data as text for a line, and as plain JSON. */
import { formatInstant } from '../../../src/time.ts';
import { instantOf } from '../../cosem/dateTime.ts';
import type { Data } from '../../dlms/encoding/axdr.ts';
import { toHex } from '../../dlms/encoding/bytes.ts';

/** Most members shown of one array or structure, and most characters of one value. */
const MEMBERS_MAX = 12;
const TEXT_MAX = 400;

/** A value for a line. A date-time is shown as an instant, printable octets as text, other octets in hexadecimal. */
export function dataText(data: Data): string {
  const text = textOf(data);
  return text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX)}...` : text;
}

function textOf(data: Data): string {
  switch (data.type) {
    case 'null':
      return 'null';
    case 'array':
    case 'structure': {
      const shown = data.value.slice(0, MEMBERS_MAX).map(textOf);
      const more = data.value.length > MEMBERS_MAX ? `, ... ${data.value.length} in all` : '';
      return data.type === 'array' ? `[${shown.join(', ')}${more}]` : `{${shown.join(', ')}${more}}`;
    }
    default:
      return 'value' in data ? scalarText(data) : data.type;
  }
}

function scalarText(data: Data & { value: unknown }): string {
  const { value } = data;
  if (!(value instanceof Uint8Array)) return String(value);
  if (data.type === 'bitString') return `bits ${toHex(value)}`;
  const instant = value.length === 12 ? instantOf({ type: 'octetString', value }) : undefined;
  if (instant !== undefined) return formatInstant(instant);
  return octetsText(value);
}

/** Printable octets in quotes, others in hexadecimal. Control characters never reach a terminal. */
function octetsText(bytes: Uint8Array): string {
  const isText = bytes.length > 0 && bytes.every((byte) => byte >= 0x20 && byte < 0x7f);
  return isText ? JSON.stringify(Buffer.from(bytes).toString('latin1')) : toHex(bytes) || 'no octets';
}

/** Any decoded value as plain JSON: octets in hexadecimal, large integers as decimal text. */
export function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return toHex(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(plain);
  const made: Record<string, unknown> = {};
  for (const name in value) made[name] = plain((value as Record<string, unknown>)[name]);
  return made;
}
