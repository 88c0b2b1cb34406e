/**
 * Turns the numbers and bytes of a Parquet page into cells. Nothing is rounded. A value that a number cannot hold
 * exactly becomes a text of all its digits. A value that is no cell at all (half a number) becomes a text that is
 * refused.
 */
import { formatInstant, SECONDS_MAX } from '../../time.ts';
import { readWallClock } from '../record/instantText.ts';
import { NOT_A_VALUE } from '../record/rawBatch.ts';
import type { Kind } from './parquetKinds.ts';

/** The values of a page before they are turned into cells. */
export type Physical =
  | { readonly texts: readonly string[] }
  /** INT32, FLOAT, DOUBLE, and INT64 if all values are within 2^53. Each value is exact. */
  | { readonly numbers: Float64Array }
  /** INT64 with values beyond 2^53. */
  | { readonly big: BigInt64Array }
  | { readonly bytes: readonly Uint8Array[] }
  | { readonly bits: Uint8Array };

/** Cells without nulls: texts as codes into a dictionary, or exact numbers (instants are in seconds). */
export type PageValues =
  { readonly codes: Int32Array; readonly dictionary: readonly string[] } | { readonly numbers: Float64Array };

/** Thrown for a value of a type that the column cannot have. */
export class WrongType extends Error {
  override name = 'WrongType';
  readonly expected: string;
  constructor(found: string, expected: string) {
    super(found);
    this.expected = expected;
  }
}

/**
 * The cells of a page.
 * @throws WrongType for any value of a column that cannot be read
 */
export function cellsOf(values: Physical, kind: Kind): PageValues {
  if (kind.is === 'wrong') throw new WrongType(kind.found, kind.expected);
  if ('texts' in values) return textCells(values.texts);
  if ('bits' in values) return { codes: Int32Array.from(values.bits, (bit) => 1 - bit), dictionary: YES_NO };
  if ('bytes' in values) return byteCells(values.bytes, kind);
  switch (kind.is) {
    case 'timestamp':
      return 'numbers' in values ? instantCells(values.numbers, kind) : bigInstantCells(values.big, kind);
    case 'decimal':
      return decimalCells('numbers' in values ? Array.from(values.numbers, BigInt) : [...values.big], kind.scale);
    case 'real':
      return 'numbers' in values ? realCells(values.numbers) : textCells(Array.from(values.big, String));
    case 'whole':
      return 'numbers' in values
        ? wholeCells(values.numbers, kind.unsignedBits)
        : bigCells(values.big, kind.unsignedBits);
    default:
      throw new RangeError('values of another type than the schema says');
  }
}

const YES_NO = ['yes', 'no'];

function textCells(texts: readonly string[]): PageValues {
  return { codes: Int32Array.from(texts, (_, i) => i), dictionary: texts };
}

/** Cells of whole numbers. The input holds unsigned numbers as signed numbers with the same bits. */
function wholeCells(numbers: Float64Array, unsignedBits: 0 | 32 | 64): PageValues {
  if (unsignedBits === 0 || numbers.every((number) => number >= 0)) return { numbers };
  return textCells(Array.from(numbers, (number) => String(BigInt.asUintN(unsignedBits, BigInt(number)))));
}

function bigCells(big: BigInt64Array, unsignedBits: 0 | 32 | 64): PageValues {
  return textCells(
    Array.from(big, (value) => String(unsignedBits === 0 ? value : BigInt.asUintN(unsignedBits, value))),
  );
}

/** Cells of real numbers. NaN means null, because pandas has no other null in a column of numbers. */
function realCells(numbers: Float64Array): PageValues {
  if (numbers.every((number) => Number.isSafeInteger(number) || number !== number)) return { numbers };
  return textCells(
    Array.from(numbers, (number) => {
      if (number !== number) return '';
      return Number.isSafeInteger(number) ? String(number) : `${NOT_A_VALUE}${number}`;
    }),
  );
}

function decimalCells(values: readonly bigint[], scale: number): PageValues {
  if (scale === 0) return textCells(values.map(String));
  const unit = 10n ** BigInt(scale);
  return textCells(
    values.map((value) => (value % unit === 0n ? String(value / unit) : `${NOT_A_VALUE}${value} / 10^${scale}`)),
  );
}

type TimestampKind = Extract<Kind, { is: 'timestamp' }>;
type Zone = TimestampKind['zone'];

function instantCells(numbers: Float64Array, { perSecond, zone }: TimestampKind): PageValues {
  const out = new Float64Array(numbers.length);
  for (let i = 0; i < numbers.length; i += 1) {
    const seconds = secondsOf((numbers[i] as number) / perSecond, zone);
    if (seconds === undefined) {
      return textCells(Array.from(numbers, (value) => instantText(BigInt(value), BigInt(perSecond), zone)));
    }
    out[i] = seconds;
  }
  return { numbers: out };
}

function bigInstantCells(big: BigInt64Array, { perSecond, zone }: TimestampKind): PageValues {
  return exactInstants(Array.from(big), BigInt(perSecond), zone);
}

function exactInstants(values: readonly bigint[], unit: bigint, zone: Zone): PageValues {
  const out = new Float64Array(values.length);
  for (const [i, value] of values.entries()) {
    const seconds = value % unit === 0n ? secondsOf(Number(value / unit), zone) : undefined;
    if (seconds === undefined) return textCells(values.map((each) => instantText(each, unit, zone)));
    out[i] = seconds;
  }
  return { numbers: out };
}

/** The instant in whole seconds UTC; undefined if the cell needs more than a number can express. */
function secondsOf(seconds: number, zone: Zone): number | undefined {
  if (!Number.isInteger(seconds)) return undefined;
  if (zone === 'utc') return seconds;
  const read = readWallClock(seconds, zone);
  return 'at' in read ? read.at : undefined;
}

/** The instant as a text with its fraction, and without a zone if it has none. The check of cells reads this text. */
function instantText(value: bigint, unit: bigint, zone: Zone): string {
  const fraction = ((value % unit) + unit) % unit;
  const seconds = (value - fraction) / unit;
  if (Math.abs(Number(seconds)) > SECONDS_MAX) return `${NOT_A_VALUE}${seconds} s after 1970`;
  const text = formatInstant(Number(seconds)).replace(/Z$/, '');
  const digits = String(fraction)
    .padStart(String(unit).length - 1, '0')
    .replace(/0+$/, '');
  return `${text}${digits === '' ? '' : `.${digits}`}${zone === 'utc' ? 'Z' : ''}`;
}

const JULIAN_DAY_OF_1970 = 2_440_588n;
const NANOSECONDS = 1_000_000_000n;

function byteCells(bytes: readonly Uint8Array[], kind: Kind): PageValues {
  if (kind.is === 'uuid') return textCells(bytes.map(uuid));
  if (kind.is === 'decimal') return decimalCells(bytes.map(bigEndian), kind.scale);
  if (kind.is !== 'int96') throw new RangeError('values of another type than the schema says');
  const nanoseconds = bytes.map((value) => {
    const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
    const day = BigInt(view.getInt32(8, true)) - JULIAN_DAY_OF_1970;
    return day * 86_400n * NANOSECONDS + view.getBigInt64(0, true);
  });
  return exactInstants(nanoseconds, NANOSECONDS, kind.zone);
}

/** Reads a whole number in two's complement, highest byte first. */
function bigEndian(bytes: Uint8Array): bigint {
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return BigInt.asIntN(bytes.length * 8, value);
}

function uuid(bytes: Uint8Array): string {
  return Buffer.from(bytes)
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
