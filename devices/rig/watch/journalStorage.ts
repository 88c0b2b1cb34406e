/** Stores the lines of a journal in a file. Every addition is flushed to the disk. */
import { closeSync, existsSync, fstatSync, fsyncSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { syncFolder } from '../bench/wholeFile.ts';
import { makeFolders } from '../../../src/interchange/makeFolders.ts';

export interface JournalStorage {
  /** The name that messages use. */
  readonly name: string;
  read(): Uint8Array;
  /** Adds bytes, and returns when they are on the disk. Throws the error of the file system. */
  append(bytes: Uint8Array): void;
  /** Cuts the file to this many octets. */
  keep(bytes: number): void;
}

export function fileStorage(path: string): JournalStorage {
  return {
    name: path,
    read: () => (existsSync(path) ? readFileSync(path) : new Uint8Array(0)),
    append(bytes) {
      const isNew = !existsSync(path);
      if (isNew) makeFolders(dirname(path));
      withFile(path, 'a', (descriptor) => {
        for (let done = 0; done < bytes.length;) done += writeSync(descriptor, bytes, done);
      });
      // The name of the new file must reach the disk, too.
      if (isNew) syncFolder(dirname(path));
    },
    keep(bytes) {
      withFile(path, 'r+', (descriptor) => {
        if (fstatSync(descriptor).size > bytes) ftruncateSync(descriptor, bytes);
      });
    },
  };
}

function withFile(path: string, flags: string, use: (descriptor: number) => void): void {
  const descriptor = openSync(path, flags);
  try {
    use(descriptor);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
