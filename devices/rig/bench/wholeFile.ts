/** A private file that is on the disk whole or not at all: the form of key ledgers and of the state of emulated devices. */
import { chmodSync, closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Writes all of the text or none of it, for its owner alone (mode 600), and returns when it is on the disk. The caller
 * sends nothing that could not be recorded.
 *
 * Errors: those of `node:fs`, with their codes; the file under `path` is then as it was.
 */
export function writePrivateFile(path: string, text: string): void {
  const temporary = `${path}.partial-${process.pid}`;
  writeThrough(temporary, 'w', text);
  chmodSync(temporary, 0o600);
  renameSync(temporary, path);
  syncFolder(dirname(path));
}

/** Adds text at the end of a private file, and returns when it is on the disk. Errors: those of `node:fs`. */
export function appendPrivately(path: string, text: string): void {
  writeThrough(path, 'a', text);
}

function writeThrough(path: string, flags: 'w' | 'a', text: string): void {
  const descriptor = openSync(path, flags, 0o600);
  try {
    const bytes = Buffer.from(text);
    for (let done = 0; done < bytes.length;) done += writeSync(descriptor, bytes, done);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Flushes the folder, so that the new name reaches the disk. If a folder cannot be opened, the file system takes care
 * of that.
 */
export function syncFolder(folder: string): void {
  try {
    const descriptor = openSync(folder, 'r');
    fsyncSync(descriptor);
    closeSync(descriptor);
  } catch {
    // Windows cannot open folders.
  }
}
