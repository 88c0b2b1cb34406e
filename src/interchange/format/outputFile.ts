import { createHash } from 'node:crypto';
import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { assert } from '../../assert.ts';

/**
 * A file that appears under its name only when it is complete: bytes go to `<path>.partial-<process>`, which
 * `commit` renames and `abort` removes. `-` is standard output, which cannot be taken back.
 */
export interface OutputFile {
  write(bytes: Uint8Array): void;
  /** Renames and returns the SHA-256 of all bytes, in hex. */
  commit(): string;
  abort(): void;
}

export const STANDARD = '-';

/** Opens the temporary file; throws what the file system throws (ENOENT, EACCES ...). */
export function openOutput(path: string): OutputFile {
  const standard = path === STANDARD;
  const temporary = `${path}.partial-${process.pid}`;
  const descriptor = standard ? 1 : openSync(temporary, 'w');
  const hash = createHash('sha256');
  let open = true;
  return {
    write(bytes) {
      assert(open, 'an output file is not written after it was closed');
      hash.update(bytes);
      for (let done = 0; done < bytes.length;) done += writeSome(descriptor, bytes, done);
    },
    commit() {
      assert(open, 'an output file is closed once');
      open = false;
      if (!standard) {
        closeSync(descriptor);
        renameSync(temporary, path);
      }
      return hash.digest('hex');
    },
    abort() {
      if (!open) return;
      open = false;
      if (standard) return;
      closeSync(descriptor);
      rmSync(temporary, { force: true });
    },
  };
}

/** A pipe that is full for the moment (EAGAIN) is waited for: its reader is slower than we are. */
function writeSome(descriptor: number, bytes: Uint8Array, done: number): number {
  for (;;) {
    try {
      return writeSync(descriptor, bytes, done);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}
