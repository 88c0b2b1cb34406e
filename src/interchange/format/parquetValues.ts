import { deltaBinaryUnpack } from 'hyparquet/src/delta.js';
import { snappyUncompress } from 'hyparquet/src/snappy.js';
import { readVarInt } from 'hyparquet/src/thrift.js';
import * as zlib from 'node:zlib';

/** A page's values: texts by codes into a dictionary, or numbers. No nulls in them. */
export type PageValues =
  { readonly codes: Int32Array; readonly dictionary: readonly string[] } | { readonly numbers: Float64Array };

/** What a dictionary page holds. */
export type Dictionary = readonly string[] | Float64Array;

export type PhysicalType = 'INT32' | 'INT64' | 'BYTE_ARRAY';

/**
 * Largest page, compressed or not. Writers aim at 1 MB; a page that claims more than this is not made room for.
 */
export const PAGE_BYTES_MAX = 64 << 20;

type Decompress = (bytes: Uint8Array, length: number) => Uint8Array;

const CODECS: Readonly<Record<string, Decompress | undefined>> = {
  UNCOMPRESSED: (bytes) => bytes,
  SNAPPY: (bytes, length) => {
    const reader = { view: viewOf(bytes), offset: 0 };
    // Three bytes of Snappy copy 64 at most: what claims more is no data.
    if (readVarInt(reader) !== length || length > 64 + bytes.length * 24) throw new RangeError('a false length');
    const out = new Uint8Array(length);
    snappyUncompress(bytes, out);
    return out;
  },
  GZIP: (bytes, length) => zlib.gunzipSync(bytes, { maxOutputLength: Math.max(1, length) }),
  BROTLI: (bytes, length) => zlib.brotliDecompressSync(bytes, { maxOutputLength: Math.max(1, length) }),
  ZSTD: zstd(),
};

/** Node has Zstandard from 22.15 on. */
function zstd(): Decompress | undefined {
  const decompress = (zlib as { zstdDecompressSync?: typeof zlib.gunzipSync }).zstdDecompressSync;
  return decompress && ((bytes, length) => decompress(bytes, { maxOutputLength: Math.max(1, length) }));
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Decompresses a page; throws on a codec that is not known here and on a length that is not as claimed. */
export function decompress(bytes: Uint8Array, codec: string, length: number): Uint8Array {
  const decoder = CODECS[codec];
  if (!decoder)
    throw new RangeError(`codec ${codec}; SNAPPY, GZIP, BROTLI, UNCOMPRESSED (and ZSTD from Node 22.15) are read`);
  if (length < 0 || length > PAGE_BYTES_MAX) throw new RangeError(`a page of ${length} bytes`);
  const out = length === 0 ? new Uint8Array(0) : decoder(bytes, length);
  if (out.length !== length) throw new RangeError(`a page of ${out.length} bytes that claims ${length}`);
  return out;
}

/** Run-length and bit-packed hybrid: fills `out`; every run is checked against the bytes that are there. */
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

const utf8 = new TextDecoder('utf-8'); // U+FFFD for what is not UTF-8: the cells are then refused

/** Decodes `count` values that are not null. Throws RangeError where the bytes are not what they claim to be. */
export function readValues(
  bytes: Uint8Array,
  encoding: string | undefined,
  type: PhysicalType,
  count: number,
  dictionary: Dictionary | undefined,
): PageValues {
  if (encoding === 'RLE_DICTIONARY' || encoding === 'PLAIN_DICTIONARY') return readCodes(bytes, count, dictionary);
  if (encoding === 'PLAIN') return readPlain(bytes, type, count);
  if (encoding === 'DELTA_BINARY_PACKED' && type !== 'BYTE_ARRAY')
    return { numbers: readDelta(bytes, type, count).numbers };
  if (encoding === 'DELTA_LENGTH_BYTE_ARRAY' && type === 'BYTE_ARRAY') return texts(readDeltaLength(bytes, count));
  if (encoding === 'DELTA_BYTE_ARRAY' && type === 'BYTE_ARRAY') return texts(readDeltaTexts(bytes, count));
  throw new RangeError(`encoding ${encoding}`);
}

function readCodes(bytes: Uint8Array, count: number, dictionary: Dictionary | undefined): PageValues {
  const codes = new Int32Array(count);
  if (count > 0) {
    if (!dictionary) throw new RangeError('codes without a dictionary');
    readHybrid(bytes.subarray(1), viewOf(bytes).getUint8(0), codes);
    for (const code of codes) if (code >= dictionary.length) throw new RangeError('a code beyond the dictionary');
  }
  if (!(dictionary instanceof Float64Array)) return { codes, dictionary: dictionary ?? [] };
  const numbers = new Float64Array(count);
  for (let i = 0; i < count; i += 1) numbers[i] = dictionary[codes[i] as number] as number;
  return { numbers };
}

/** PLAIN values: of a data page, or of a dictionary. */
export function readPlain(bytes: Uint8Array, type: PhysicalType, count: number): PageValues {
  const view = viewOf(bytes);
  if (type === 'BYTE_ARRAY') {
    const found: string[] = [];
    let offset = 0;
    for (let i = 0; i < count; i += 1) {
      const length = view.getUint32(offset, true);
      offset += 4;
      if (length > bytes.length - offset) throw new RangeError('a text beyond the end of the page');
      found.push(utf8.decode(bytes.subarray(offset, offset + length)));
      offset += length;
    }
    return texts(found);
  }
  const width = type === 'INT32' ? 4 : 8;
  if (count * width > bytes.length) throw new RangeError('numbers beyond the end of the page');
  const numbers = new Float64Array(count);
  for (let i = 0; i < count; i += 1) {
    numbers[i] =
      width === 4
        ? view.getInt32(i * 4, true)
        : view.getInt32(i * 8 + 4, true) * 0x1_0000_0000 + view.getUint32(i * 8, true); // exact below 2^53
  }
  return { numbers };
}

function texts(found: readonly string[]): PageValues {
  return { codes: Int32Array.from(found, (_, i) => i), dictionary: found };
}

/** DELTA_BINARY_PACKED by hyparquet, after a look at its header. `end`: the offset after the last block. */
function readDelta(bytes: Uint8Array, type: PhysicalType, count: number): { numbers: Float64Array; end: number } {
  const reader = { view: viewOf(bytes), offset: 0 };
  if (count === 0 && bytes.length === 0) return { numbers: new Float64Array(0), end: 0 };
  const block = readVarInt(reader);
  const miniblocks = readVarInt(reader);
  const claimed = readVarInt(reader);
  const plausible =
    block >= 128 && block <= 1 << 16 && miniblocks >= 1 && miniblocks <= 512 && block % miniblocks === 0;
  if (!plausible || claimed < count) throw new RangeError('a false delta header');
  if (count === 0) return { numbers: new Float64Array(0), end: reader.offset + 1 };
  reader.offset = 0;
  if (type === 'INT32') {
    const narrow = new Int32Array(count);
    deltaBinaryUnpack(reader, count, narrow);
    return { numbers: new Float64Array(narrow), end: reader.offset };
  }
  const wide = new BigInt64Array(count);
  deltaBinaryUnpack(reader, count, wide);
  const numbers = new Float64Array(count);
  for (let i = 0; i < count; i += 1) numbers[i] = Number(wide[i]);
  return { numbers, end: reader.offset };
}

function readDeltaLength(bytes: Uint8Array, count: number): string[] {
  const { numbers, end } = readDelta(bytes, 'INT32', count);
  const found: string[] = [];
  let offset = end;
  for (const length of numbers) {
    if (length < 0 || length > bytes.length - offset) throw new RangeError('a text beyond the end of the page');
    found.push(utf8.decode(bytes.subarray(offset, offset + length)));
    offset += length;
  }
  return found;
}

/** Longest text rebuilt from prefixes: short bytes can stand for long texts, many times over. */
const PREFIXED_BYTES_MAX = 1 << 12;

function readDeltaTexts(bytes: Uint8Array, count: number): string[] {
  const prefixes = readDelta(bytes, 'INT32', count);
  const rest = bytes.subarray(prefixes.end);
  const suffixes = readDelta(rest, 'INT32', count);
  const found: string[] = [];
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
    found.push(utf8.decode(value));
    previous = value;
    offset += suffix;
  }
  return found;
}
