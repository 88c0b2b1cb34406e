import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';

const CHUNK_BYTES = 1 << 20;

/** The SHA-256 of a file, in hex. One chunk is in memory at a time. */
export function sha256Of(path: string): string {
  const hash = createHash('sha256');
  const descriptor = openSync(path, 'r');
  try {
    const bytes = new Uint8Array(CHUNK_BYTES);
    for (let read = readSync(descriptor, bytes); read > 0; read = readSync(descriptor, bytes)) {
      hash.update(bytes.subarray(0, read));
    }
  } finally {
    closeSync(descriptor);
  }
  return hash.digest('hex');
}
