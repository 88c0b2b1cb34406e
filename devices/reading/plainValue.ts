/** COSEM data as plain JSON for people. The exact value stands beside it as A-XDR. */
import { formatInstant } from '../../src/time.ts';
import { instantOf } from '../cosem/dateTime.ts';
import { obisText } from '../cosem/object.ts';
import type { Data } from '../dlms/encoding/axdr.ts';
import { toHex } from '../dlms/encoding/bytes.ts';
import type { PlainValue } from './deviceReading.ts';

const LOGICAL_NAME_BYTES = 6;
const DATE_TIME_BYTES = 12;

/** Octets are text if printable, an instant if they are a date-time, a logical name if they end as one; else hexadecimal. */
export function plainValue(data: Data): PlainValue {
  switch (data.type) {
    case 'null':
    case 'dontCare':
      return null;
    case 'array':
    case 'structure':
      return data.value.map(plainValue);
    case 'compactArray':
      return toHex(data.contents);
    case 'long64':
    case 'long64Unsigned':
      return data.value.toString();
    case 'bitString':
    case 'date':
    case 'time':
      return toHex(data.value);
    default:
      if (data.value instanceof Uint8Array) return octetsValue(data.value);
      // JSON knows neither infinities nor NaN.
      return typeof data.value === 'number' && !Number.isFinite(data.value) ? String(data.value) : data.value;
  }
}

function octetsValue(octets: Uint8Array): string {
  if (octets.length === DATE_TIME_BYTES) {
    const at = instantOf({ type: 'octetString', value: octets });
    if (at !== undefined) return formatInstant(at);
  }
  const isText = octets.length > 0 && octets.every((octet) => octet >= 0x20 && octet < 0x7f);
  if (isText) return Buffer.from(octets).toString('latin1');
  const hex = toHex(octets);
  return octets.length === LOGICAL_NAME_BYTES && octets[5] === 0xff ? obisText(hex) : hex;
}
