/** Reads the bytes of a text file and unpacks gzip. The first bytes are checked before. */
import { closeSync, createReadStream, openSync, readSync } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { FileRefused } from '../record/refusal.ts';
import { FIRST_BYTES, isGzip, wrongContent } from './firstBytes.ts';
import type { Format, Source } from './formats.ts';

const CHUNK_BYTES = 1 << 19;

/**
 * Yields the bytes of a text file.
 * @throws FileRefused if the file is not text of its format, and if gzip ends too early or is damaged
 */
export async function* textChunks(source: Source, format: Exclude<Format, 'parquet'>): AsyncGenerator<Uint8Array> {
  let first = true;
  try {
    for await (const chunk of bytesOf(source.path)) {
      const bytes = chunk as Uint8Array;
      if (first) checkContent(bytes.subarray(0, FIRST_BYTES), source, format);
      first = false;
      yield bytes;
    }
  } catch (error) {
    if (!(error instanceof Error && /^Z_/.test((error as NodeJS.ErrnoException).code ?? ''))) throw error;
    const found = 'gzip that ends too early or is damaged';
    throw new FileRefused({ file: source.name, line: 0, column: '*', found, expected: 'a whole gzip file' });
  }
}

function bytesOf(path: string): AsyncIterable<unknown> {
  const stream = createReadStream(path, { highWaterMark: CHUNK_BYTES });
  if (!isGzip(readHead(path))) return stream;
  const unpacked = createGunzip({ chunkSize: CHUNK_BYTES });
  pipeline(stream, unpacked, () => undefined); // an error reaches the reader of `unpacked`
  return unpacked;
}

/** The first bytes of a file. A shorter file yields fewer. */
export function readHead(path: string): Uint8Array {
  const descriptor = openSync(path, 'r');
  try {
    const bytes = new Uint8Array(FIRST_BYTES);
    return bytes.subarray(0, readSync(descriptor, bytes, 0, FIRST_BYTES, 0));
  } finally {
    closeSync(descriptor);
  }
}

function checkContent(head: Uint8Array, source: Source, format: Exclude<Format, 'parquet'>): void {
  const wrong = wrongContent(head, format);
  if (wrong) throw new FileRefused({ file: source.name, line: 0, column: '*', ...wrong });
}
