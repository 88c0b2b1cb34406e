/**
 * The codecs of Parquet pages. All of them work on every supported version of Node: zlib provides GZIP and Brotli,
 * hyparquet-compressors provides zstd and LZ4. A page that does not unpack to the length it claims is refused.
 */
import { decompressLz4Raw, decompressZstd } from 'hyparquet-compressors';
import { snappyUncompress } from 'hyparquet/src/snappy.js';
import { readVarInt } from 'hyparquet/src/thrift.js';
import * as zlib from 'node:zlib';

/**
 * The largest page, compressed or not. Writers aim at 1 MB. No memory is reserved for a page that claims more than this
 * limit.
 */
export const PAGE_BYTES_MAX = 64 << 20;

type Decompress = (bytes: Uint8Array, length: number) => Uint8Array;

const CODECS: Readonly<Record<string, Decompress | undefined>> = {
  UNCOMPRESSED: (bytes) => bytes,
  SNAPPY: (bytes, length) => {
    const reader = { view: viewOf(bytes), offset: 0 };
    // Three bytes of Snappy copy 64 bytes at most, so a page that claims more is not valid.
    if (readVarInt(reader) !== length || length > 64 + bytes.length * 24) throw new RangeError('a false length');
    const out = new Uint8Array(length);
    snappyUncompress(bytes, out);
    return out;
  },
  GZIP: (bytes, length) => zlib.gunzipSync(bytes, { maxOutputLength: length }),
  BROTLI: (bytes, length) => zlib.brotliDecompressSync(bytes, { maxOutputLength: length }),
  ZSTD: zstd(),
  LZ4_RAW: lz4Block,
  LZ4: lz4Framed,
};

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/**
 * Unpacks a page.
 * @throws RangeError for an unknown codec, a page that is too large, and a length that is not as claimed
 */
export function decompress(bytes: Uint8Array, codec: string, length: number): Uint8Array {
  const decoder = CODECS[codec];
  if (!decoder) throw new RangeError(`codec ${codec}; ${Object.keys(CODECS).join(', ')} are read`);
  if (length < 0 || length > PAGE_BYTES_MAX) throw new RangeError(`a page of ${length} bytes`);
  const out = length === 0 ? new Uint8Array(0) : decoder(bytes, length);
  if (out.length !== length) throw new RangeError(`a page of ${out.length} bytes that claims ${length}`);
  return out;
}

/** Returns Node's own zstd if it exists (from 22.15 on), which is faster; otherwise the one in JavaScript. */
function zstd(): Decompress {
  const native = (zlib as { zstdDecompressSync?: typeof zlib.gunzipSync }).zstdDecompressSync;
  if (native) return (bytes, length) => native(bytes, { maxOutputLength: length });
  return (bytes, length) => decompressZstd(bytes, new Uint8Array(length));
}

/** Unpacks one LZ4 block. The library fills missing bytes with zeros, so the length is counted first. */
function lz4Block(bytes: Uint8Array, length: number): Uint8Array {
  if (lz4Length(bytes) !== length) throw new RangeError('a false length');
  return decompressLz4Raw(bytes, length);
}

/**
 * Unpacks the older codec `LZ4`. Hadoop writes frames of it: the unpacked length, the packed length, a block. Other
 * writers put one bare block under the same name.
 */
function lz4Framed(bytes: Uint8Array, length: number): Uint8Array {
  const view = viewOf(bytes);
  const out = new Uint8Array(length);
  let filled = 0;
  for (let offset = 0; offset < bytes.length;) {
    if (bytes.length - offset < 8) return lz4Block(bytes, length);
    const unpacked = view.getUint32(offset);
    const packed = view.getUint32(offset + 4);
    if (packed > bytes.length - offset - 8 || unpacked > length - filled) return lz4Block(bytes, length);
    out.set(lz4Block(bytes.subarray(offset + 8, offset + 8 + packed), unpacked), filled);
    filled += unpacked;
    offset += 8 + packed;
  }
  return out.subarray(0, filled);
}

/**
 * The length that an LZ4 block unpacks to.
 * @throws RangeError if the block ends too early
 */
function lz4Length(bytes: Uint8Array): number {
  let length = 0;
  let at = 0;
  const extended = (from: number): number => {
    let sum = from;
    if (from < 15) return sum;
    for (;;) {
      const byte = bytes[at++];
      if (byte === undefined) throw new RangeError('an LZ4 block that ends too early');
      sum += byte;
      if (byte !== 255) return sum;
    }
  };
  while (at < bytes.length) {
    const token = bytes[at++] as number;
    const literals = extended(token >> 4);
    at += literals;
    length += literals;
    if (at > bytes.length || length > PAGE_BYTES_MAX) throw new RangeError('an LZ4 block that ends too early');
    if (at === bytes.length) return length;
    at += 2;
    length += extended(token & 0x0f) + 4;
    if (at > bytes.length || length > PAGE_BYTES_MAX) throw new RangeError('an LZ4 block that ends too early');
  }
  return length;
}
