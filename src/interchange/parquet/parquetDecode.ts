/**
 * Decodes the encodings of Parquet pages. Every length is checked against the available bytes, and a page that is not
 * what it claims to be throws RangeError.
 */
import { deltaBinaryUnpack } from 'hyparquet/src/delta.js';
import { byteStreamSplit } from 'hyparquet/src/encoding.js';
import { readVarInt } from 'hyparquet/src/thrift.js';
import { cellsOf, type PageValues, type Physical } from './parquetCells.ts';
import { viewOf } from './parquetCodecs.ts';
import type { ColumnReading } from './parquetKinds.ts';

/** The cells of a dictionary page. */
export type Dictionary = readonly string[] | Float64Array;

/**
 * Decodes the hybrid of run-length and bit-packed values into `out`. Every run is checked against the available bytes.
 */
export function readHybrid(bytes: Uint8Array, bitWidth: number, out: Int32Array | Uint8Array): void {
  if (bitWidth > 24) throw new RangeError(`a bit width of ${bitWidth}`);
  const reader = { view: viewOf(bytes), offset: 0 };
  const width = (bitWidth + 7) >> 3;
  const mask = (1 << bitWidth) - 1;
  let seen = 0;
  while (seen < out.length) {
    const header = readVarInt(reader);
    if ((header & 1) === 0) {
      let value = 0;
      for (let i = 0; i < width; i += 1) value |= reader.view.getUint8(reader.offset + i) << (i << 3);
      reader.offset += width;
      const end = Math.min(out.length, seen + (header >>> 1));
      out.fill(value, seen, end);
      seen = end;
      continue;
    }
    const end = Math.min(out.length, seen + (header >>> 1) * 8);
    let buffer = 0;
    let bits = 0;
    let offset = reader.offset;
    for (; seen < end; seen += 1) {
      while (bits < bitWidth) {
        if (offset >= bytes.length) throw new RangeError('runs beyond the end of the page');
        buffer |= (bytes[offset] as number) << bits;
        offset += 1;
        bits += 8;
      }
      out[seen] = buffer & mask;
      buffer >>>= bitWidth;
      bits -= bitWidth;
    }
    reader.offset += (header >>> 1) * bitWidth;
  }
}

const utf8 = new TextDecoder('utf-8'); // bytes that are not UTF-8 become U+FFFD, and such cells are refused

const NO_VALUES: PageValues = { codes: new Int32Array(0), dictionary: [] };

/** The cells of the `count` values of a page that are not null. */
export function readCells(
  bytes: Uint8Array,
  encoding: string | undefined,
  reading: ColumnReading,
  count: number,
  dictionary: Dictionary | undefined,
): PageValues {
  if (count === 0) return NO_VALUES;
  if (encoding === 'RLE_DICTIONARY' || encoding === 'PLAIN_DICTIONARY') return readCodes(bytes, count, dictionary);
  return cellsOf(readPhysical(bytes, encoding, reading, count), reading.kind);
}

/** The cells of a dictionary page. */
export function readDictionary(bytes: Uint8Array, reading: ColumnReading, count: number): Dictionary {
  if (count === 0) return [];
  const values = cellsOf(readPlain(bytes, reading, count), reading.kind);
  return 'numbers' in values ? values.numbers : values.dictionary;
}

function readCodes(bytes: Uint8Array, count: number, dictionary: Dictionary | undefined): PageValues {
  if (!dictionary) throw new RangeError('codes without a dictionary');
  const codes = new Int32Array(count);
  readHybrid(bytes.subarray(1), viewOf(bytes).getUint8(0), codes);
  for (const code of codes) if (code >= dictionary.length) throw new RangeError('a code beyond the dictionary');
  if (!(dictionary instanceof Float64Array)) return { codes, dictionary };
  const numbers = new Float64Array(count);
  for (let i = 0; i < count; i += 1) numbers[i] = dictionary[codes[i] as number] as number;
  return { numbers };
}

function readPhysical(
  bytes: Uint8Array,
  encoding: string | undefined,
  reading: ColumnReading,
  count: number,
): Physical {
  const { physical } = reading;
  const integer = physical === 'INT32' || physical === 'INT64';
  if (encoding === 'PLAIN') return readPlain(bytes, reading, count);
  if (encoding === 'RLE' && physical === 'BOOLEAN') return readRunLengthBits(bytes, count);
  if (encoding === 'DELTA_BINARY_PACKED' && integer) return readDelta(bytes, physical, count).values;
  if (encoding === 'DELTA_LENGTH_BYTE_ARRAY' && physical === 'BYTE_ARRAY') {
    return pieces(readDeltaLength(bytes, count), reading);
  }
  if (encoding === 'DELTA_BYTE_ARRAY' && (physical === 'BYTE_ARRAY' || physical === 'FIXED_LEN_BYTE_ARRAY')) {
    return pieces(readDeltaPrefixes(bytes, count), reading);
  }
  if (encoding === 'BYTE_STREAM_SPLIT') return readSplit(bytes, reading, count);
  throw new RangeError(`encoding ${encoding}`);
}

/** Byte strings as texts, or as bytes if they hold numbers. */
function pieces(found: readonly Uint8Array[], { kind, physical, width }: ColumnReading): Physical {
  if (physical === 'FIXED_LEN_BYTE_ARRAY' && found.some((bytes) => bytes.length !== width)) {
    throw new RangeError('values of another length than the schema says');
  }
  return kind.is === 'text' ? { texts: found.map((bytes) => utf8.decode(bytes)) } : { bytes: found };
}

const BYTES_OF = { INT32: 4, FLOAT: 4, INT64: 8, DOUBLE: 8, INT96: 12 } as const;

function readPlain(bytes: Uint8Array, reading: ColumnReading, count: number): Physical {
  const { physical } = reading;
  if (physical === 'BYTE_ARRAY') return pieces(lengthPrefixed(bytes, count), reading);
  if (physical === 'BOOLEAN') return readPackedBits(bytes, count);
  const width = physical === 'FIXED_LEN_BYTE_ARRAY' ? reading.width : BYTES_OF[physical];
  if (!(width > 0) || count * width > bytes.length) throw new RangeError('values beyond the end of the page');
  if (physical === 'FIXED_LEN_BYTE_ARRAY' || physical === 'INT96') {
    return { bytes: Array.from({ length: count }, (_, i) => bytes.subarray(i * width, (i + 1) * width)) };
  }
  const view = viewOf(bytes);
  if (physical === 'INT64') return readLongs(view, count);
  const numbers = new Float64Array(count);
  for (let i = 0; i < count; i += 1) {
    if (physical === 'INT32') numbers[i] = view.getInt32(i * 4, true);
    else numbers[i] = physical === 'FLOAT' ? view.getFloat32(i * 4, true) : view.getFloat64(i * 8, true);
  }
  return { numbers };
}

/** The bound on the high word, in either sign, within which a signed 64-bit integer is exact as a number. */
const HIGH_WORD_EXACT = 0x20_0000;

function readLongs(view: DataView, count: number): Physical {
  const numbers = new Float64Array(count);
  for (let i = 0; i < count; i += 1) {
    const high = view.getInt32(i * 8 + 4, true);
    if (high >= HIGH_WORD_EXACT || high < -HIGH_WORD_EXACT) return readBigLongs(view, count);
    numbers[i] = high * 0x1_0000_0000 + view.getUint32(i * 8, true);
  }
  return { numbers };
}

function readBigLongs(view: DataView, count: number): Physical {
  const big = new BigInt64Array(count);
  for (let i = 0; i < count; i += 1) big[i] = view.getBigInt64(i * 8, true);
  return { big };
}

function lengthPrefixed(bytes: Uint8Array, count: number): Uint8Array[] {
  const view = viewOf(bytes);
  const found: Uint8Array[] = [];
  let offset = 0;
  for (let i = 0; i < count; i += 1) {
    const length = view.getUint32(offset, true);
    offset += 4;
    if (length > bytes.length - offset) throw new RangeError('a text beyond the end of the page');
    found.push(bytes.subarray(offset, offset + length));
    offset += length;
  }
  return found;
}

function readPackedBits(bytes: Uint8Array, count: number): Physical {
  if (count > bytes.length * 8) throw new RangeError('values beyond the end of the page');
  return { bits: Uint8Array.from({ length: count }, (_, i) => ((bytes[i >> 3] as number) >> (i & 7)) & 1) };
}

/** Decodes booleans of version 2: four bytes of length, then runs of one bit. */
function readRunLengthBits(bytes: Uint8Array, count: number): Physical {
  const length = viewOf(bytes).getUint32(0, true);
  if (length > bytes.length - 4) throw new RangeError('values beyond the end of the page');
  const bits = new Uint8Array(count);
  readHybrid(bytes.subarray(4, 4 + length), 1, bits);
  return { bits };
}

function readSplit(bytes: Uint8Array, reading: ColumnReading, count: number): Physical {
  const { physical, width } = reading;
  if (physical === 'BYTE_ARRAY' || physical === 'BOOLEAN' || physical === 'INT96') {
    throw new RangeError('encoding BYTE_STREAM_SPLIT');
  }
  const each = physical === 'FIXED_LEN_BYTE_ARRAY' ? width : BYTES_OF[physical];
  if (!(each > 0) || count * each > bytes.length) throw new RangeError('values beyond the end of the page');
  const values = byteStreamSplit({ view: viewOf(bytes), offset: 0 }, count, physical, width) as
    Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array[];
  if (Array.isArray(values)) return { bytes: values };
  return values instanceof BigInt64Array ? exactLongs(values) : { numbers: Float64Array.from(values) };
}

function exactLongs(big: BigInt64Array): Physical {
  const limit = BigInt(Number.MAX_SAFE_INTEGER);
  return big.every((value) => value <= limit && value >= -limit)
    ? { numbers: Float64Array.from(big, Number) }
    : { big };
}

/**
 * Decodes DELTA_BINARY_PACKED with hyparquet, after its header is checked. `end` is the offset after the last block.
 */
function readDelta(bytes: Uint8Array, type: 'INT32' | 'INT64', count: number): { values: Physical; end: number } {
  const reader = { view: viewOf(bytes), offset: 0 };
  if (count === 0 && bytes.length === 0) return { values: { numbers: new Float64Array(0) }, end: 0 };
  const block = readVarInt(reader);
  const miniblocks = readVarInt(reader);
  const claimed = readVarInt(reader);
  const plausible =
    block >= 128 && block <= 1 << 16 && miniblocks >= 1 && miniblocks <= 512 && block % miniblocks === 0;
  if (!plausible || claimed < count) throw new RangeError('a false delta header');
  if (count === 0) return { values: { numbers: new Float64Array(0) }, end: reader.offset + 1 };
  reader.offset = 0;
  if (type === 'INT32') {
    const narrow = new Int32Array(count);
    deltaBinaryUnpack(reader, count, narrow);
    return { values: { numbers: new Float64Array(narrow) }, end: reader.offset };
  }
  const wide = new BigInt64Array(count);
  deltaBinaryUnpack(reader, count, wide);
  return { values: exactLongs(wide), end: reader.offset };
}

function readDeltaNumbers(bytes: Uint8Array, count: number): { numbers: Float64Array; end: number } {
  const { values, end } = readDelta(bytes, 'INT32', count);
  return { numbers: (values as { numbers: Float64Array }).numbers, end };
}

function readDeltaLength(bytes: Uint8Array, count: number): Uint8Array[] {
  const { numbers, end } = readDeltaNumbers(bytes, count);
  const found: Uint8Array[] = [];
  let offset = end;
  for (const length of numbers) {
    if (length < 0 || length > bytes.length - offset) throw new RangeError('a text beyond the end of the page');
    found.push(bytes.subarray(offset, offset + length));
    offset += length;
  }
  return found;
}

/** The longest text that is rebuilt from prefixes. A few bytes can stand for many long texts. */
const PREFIXED_BYTES_MAX = 1 << 12;

function readDeltaPrefixes(bytes: Uint8Array, count: number): Uint8Array[] {
  const prefixes = readDeltaNumbers(bytes, count);
  const rest = bytes.subarray(prefixes.end);
  const suffixes = readDeltaNumbers(rest, count);
  const found: Uint8Array[] = [];
  let previous = new Uint8Array(0);
  let offset = suffixes.end;
  for (let i = 0; i < count; i += 1) {
    const prefix = prefixes.numbers[i] as number;
    const suffix = suffixes.numbers[i] as number;
    const real = prefix >= 0 && prefix <= previous.length && suffix >= 0 && suffix <= rest.length - offset;
    if (!real || prefix + suffix > PREFIXED_BYTES_MAX) throw new RangeError('a text with a false prefix');
    const value = new Uint8Array(prefix + suffix);
    value.set(previous.subarray(0, prefix));
    value.set(rest.subarray(offset, offset + suffix), prefix);
    found.push(value);
    previous = value;
    offset += suffix;
  }
  return found;
}
