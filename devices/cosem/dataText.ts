/** Formats COSEM data for people, on one bounded line. Not for values that may hold a key or a password. */
import { formatInstant } from '../../src/time.ts';
import { toHex } from '../dlms/encoding/bytes.ts';
import type { Data } from '../dlms/encoding/axdr.ts';
import { instantOf } from './dateTime.ts';

const TEXT_CHARACTERS_MAX = 200;
const PRINTABLE = /^[\x20-\x7e]+$/;
const DATE_TIME_BYTES = 12;

/**
 * Formats a value. Numbers are decimal. Octets are text if all are printable, a date if `isClock` is true, and
 * otherwise hexadecimal. Texts longer than 200 characters are cut and end with an ellipsis.
 */
export function dataText(data: Data, { isClock = false } = {}): string {
  const text = textOf(data, isClock);
  return text.length > TEXT_CHARACTERS_MAX ? `${text.slice(0, TEXT_CHARACTERS_MAX - 1)}…` : text;
}

function textOf(data: Data, isClock: boolean): string {
  switch (data.type) {
    case 'null':
    case 'dontCare':
      return data.type;
    case 'array':
    case 'structure': {
      const [open, close] = data.type === 'array' ? ['[', ']'] : ['{', '}'];
      return `${open}${data.value.map((one) => textOf(one, false)).join(', ')}${close}`;
    }
    case 'bitString':
    case 'date':
    case 'time':
      return toHex(data.value);
    case 'octetString':
    case 'visibleString':
    case 'utf8String':
    case 'dateTime':
      return octetsText(data.value, isClock || data.type === 'dateTime');
    case 'compactArray':
      return toHex(data.contents);
    default:
      return String(data.value);
  }
}

function octetsText(octets: Uint8Array, isClock: boolean): string {
  if (isClock && octets.length === DATE_TIME_BYTES) {
    const at = instantOf({ type: 'octetString', value: octets });
    if (at !== undefined) return formatInstant(at);
  }
  const text = Buffer.from(octets).toString('latin1');
  return PRINTABLE.test(text) ? text : toHex(octets);
}
