/** COSEM date-time (Blue Book 4.1.6.1): 12 bytes, any field may be left unspecified. Instants are UTC seconds. */
import { bytesOf } from '../dlms/values.ts';
import type { Data } from '../dlms/axdr.ts';
import { fromHex } from '../dlms/bytes.ts';

const DEVIATION_UNSPECIFIED = -0x8000;

/** The instant as date-time in UTC (deviation 0, clock status 0). */
export function dateTimeOf(instant: number): Uint8Array {
  const date = new Date(Math.floor(instant) * 1000);
  const year = date.getUTCFullYear();
  const weekday = date.getUTCDay() || 7;
  return new Uint8Array([
    year >> 8,
    year & 0xff,
    date.getUTCMonth() + 1,
    date.getUTCDate(),
    weekday,
    date.getUTCHours(),
    date.getUTCMinutes(),
    date.getUTCSeconds(),
    0,
    0,
    0,
    0,
  ]);
}

/** The same as an octet-string value, the form in which classes 7 and 8 carry it. */
export function dateTimeData(instant: number): Data {
  return { type: 'octetString', value: dateTimeOf(instant) };
}

/** A date-time of which nothing is known: what stands where a date-time must and there is none. */
export const UNSPECIFIED: Data = { type: 'octetString', value: fromHex('FFFFFFFFFFFFFFFFFF8000FF') };

/** The instant, or undefined where year, month, day, hour or minute is unspecified or impossible. */
export function instantOf(value: Data | undefined): number | undefined {
  const bytes = bytesOf(value);
  if (!bytes || bytes.length !== 12) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, 12);
  const [year, month, day] = [view.getUint16(0), bytes[2]!, bytes[3]!];
  const [hour, minute] = [bytes[5]!, bytes[6]!];
  const second = bytes[7] === 0xff ? 0 : bytes[7]!;
  const deviation = view.getInt16(9);
  if (year < 1970 || year > 2200 || month < 1 || month > 12 || day < 1 || day > 31) return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const local = Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
  // Deviation is minutes from local time to UTC; unspecified is taken as UTC.
  return local + (deviation === DEVIATION_UNSPECIFIED ? 0 : deviation * 60);
}

/** The start of the UTC month that an instant lies in. */
export function startOfMonth(at: number): number {
  const date = new Date(Math.floor(at) * 1000);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1) / 1000;
}
