/** COSEM date-time (Blue Book 4.1.6.1): 12 bytes, of which any field may be unspecified. Instants are UTC seconds. */
import { bytesOf } from '../dlms/encoding/values.ts';
import type { Data } from '../dlms/encoding/axdr.ts';
import { fromHex } from '../dlms/encoding/bytes.ts';

const DEVIATION_UNSPECIFIED = -0x8000;
/** Greatest deviation from UTC, in minutes either way. */
const DEVIATION_MAX = 720;
/** Bit 0 of the clock status: the value is invalid. */
const INVALID_VALUE = 0x01;
/** Stands for a field of one byte that is not specified, the clock status among them. */
const NOT_SPECIFIED = 0xff;

/** Encodes an instant as a date-time in UTC, with deviation 0 and clock status 0. */
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

/**
 * Encodes an instant in the local time of a clock that deviates from UTC by so many minutes. Undefined: the deviation is
 * not specified, and the time is UTC.
 */
export function localDateTimeOf(instant: number, deviation: number | undefined): Uint8Array {
  const bytes = dateTimeOf(instant - (deviation ?? 0) * 60);
  new DataView(bytes.buffer).setInt16(9, deviation ?? DEVIATION_UNSPECIFIED);
  return bytes;
}

/** The deviation that a date-time shows, in minutes; undefined if it specifies none, 0 if it is no date-time. */
export function deviationOf(time: Data | undefined): number | undefined {
  const bytes = bytesOf(time);
  if (bytes?.length !== 12) return 0;
  const deviation = new DataView(bytes.buffer, bytes.byteOffset).getInt16(9);
  return Math.abs(deviation) > DEVIATION_MAX ? undefined : deviation;
}

/** Encodes an instant as an octet-string value, which is the form of classes 7 and 8. */
export function dateTimeData(instant: number): Data {
  return { type: 'octetString', value: dateTimeOf(instant) };
}

/** A date-time with every field unspecified. It stands where a date-time has to be and there is none. */
export const UNSPECIFIED: Data = { type: 'octetString', value: fromHex('FFFFFFFFFFFFFFFFFF8000FF') };

/**
 * The instant of a date-time; undefined if there is none that can be relied on. That is so if the year, month, day, hour or
 * minute is not specified, if a field is outside its range, if the calendar has no such day, or if the device itself says by
 * its clock status that the value is invalid. An unspecified second is 0, and an unspecified deviation means UTC.
 */
export function instantOf(value: Data | undefined): number | undefined {
  const bytes = bytesOf(value);
  if (!bytes || bytes.length !== 12) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, 12);
  const [year, month, day] = [view.getUint16(0), bytes[2]!, bytes[3]!];
  const [hour, minute, hundredths, status] = [bytes[5]!, bytes[6]!, bytes[8]!, bytes[11]!];
  const second = bytes[7] === NOT_SPECIFIED ? 0 : bytes[7]!;
  const deviation = view.getInt16(9);
  if (status !== NOT_SPECIFIED && (status & INVALID_VALUE) !== 0) return undefined;
  if (year < 1970 || year > 2200 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  if (hundredths > 99 && hundredths !== NOT_SPECIFIED) return undefined;
  const local = Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
  if (deviation === DEVIATION_UNSPECIFIED) return local;
  // The deviation is in minutes, from local time to UTC.
  return Math.abs(deviation) > DEVIATION_MAX ? undefined : local + deviation * 60;
}

function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** The start of the UTC month that contains an instant. */
export function startOfMonth(at: number): number {
  const date = new Date(Math.floor(at) * 1000);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1) / 1000;
}
