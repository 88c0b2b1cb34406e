/**
 * Writes files that appear whole or not at all. Bytes go to a temporary file beside the output, which is renamed at the
 * end. A link is followed, and a replaced file passes on its mode. A path that is no regular file (a device, a pipe) is
 * written through and never replaced.
 */
import { createHash } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  lstatSync,
  openSync,
  readlinkSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
  type Stats,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { assert } from '../../assert.ts';

export interface OutputFile {
  write(bytes: Uint8Array): void;
  /**
   * Renames the file to its final name and returns the SHA-256 of all bytes, in hex. In an OutputSet the renaming comes
   * later.
   */
  commit(): string;
  abort(): void;
}

/**
 * Opens a file for writing.
 * @throws the error of the file system (ENOENT, EACCES and others)
 */
export type OpenOutput = (path: string) => OutputFile;

/** The name of standard input and standard output on a command line. */
export const STANDARD = '-';

/** Opens an output file that `commit` publishes at once. */
export const openOutput: OpenOutput = (path) => {
  const file = path === STANDARD ? standardOutput() : pendingFile(path);
  return {
    write: file.write,
    commit() {
      const hash = file.finish();
      file.publish();
      return hash;
    },
    abort: file.abort,
  };
};

/** Writes a text as a whole file, or nothing, and returns its SHA-256 in hex. */
export function writeWhole(path: string, text: string, open: OpenOutput = openOutput): string {
  const file = open(path);
  try {
    file.write(Buffer.from(text));
    return file.commit();
  } catch (error) {
    file.abort();
    throw error;
  }
}

/** A set of files of which all appear or none. `publish` renames them once every one of them is whole. */
export class OutputSet {
  readonly #files = new Set<Pending>();

  readonly open: OpenOutput = (path) => {
    const file = path === STANDARD ? standardOutput() : pendingFile(path);
    this.#files.add(file);
    return {
      write: file.write,
      commit: file.finish,
      abort: () => {
        this.#files.delete(file);
        file.abort();
      },
    };
  };

  /**
   * Renames the files to their final names. Devices and pipes are written first, because only they can still fail; the
   * file that was opened first comes last. Every file must have been committed.
   */
  publish(): void {
    const files = [...this.#files].reverse();
    for (const file of [...files.filter((one) => one.special), ...files.filter((one) => !one.special)]) file.publish();
    this.#files.clear();
  }

  /** Removes the files that have not been published. */
  discard(): void {
    for (const file of this.#files) file.abort();
    this.#files.clear();
  }
}

/** True if a path is written through and not replaced: standard output, a device, a pipe. */
export function isWrittenThrough(path: string): boolean {
  return path === STANDARD || isSpecial(statOf(path));
}

interface Pending {
  /** True of a device or a pipe. */
  readonly special: boolean;
  readonly write: (bytes: Uint8Array) => void;
  /** Closes the file, which is then whole, and returns its SHA-256. */
  readonly finish: () => string;
  readonly publish: () => void;
  readonly abort: () => void;
}

function standardOutput(): Pending {
  const hash = createHash('sha256');
  return {
    special: true,
    write(bytes) {
      hash.update(bytes);
      writeAll(1, bytes);
    },
    finish: () => hash.digest('hex'),
    publish: () => undefined,
    abort: () => undefined,
  };
}

let serial = 0;

function pendingFile(path: string): Pending {
  const target = linkTarget(path);
  const before = statOf(target);
  const special = isSpecial(before);
  serial += 1;
  const temporary = special ? join(tmpdir(), `smets1-bench-out-${process.pid}-${serial}`) : partialName(target);
  if (before?.isDirectory()) openSync(target, 'w'); // throws EISDIR
  if (before && !special) accessSync(target, constants.W_OK);
  const descriptor = openSync(temporary, 'w', special ? 0o600 : 0o666);
  const hash = createHash('sha256');
  let open = true;
  let gone = false;
  try {
    if (before && !special) chmodSync(temporary, before.mode & 0o7777);
  } catch (error) {
    closeSync(descriptor);
    rmSync(temporary, { force: true });
    throw error;
  }
  return {
    special,
    write(bytes) {
      assert(open, 'an output file is not written after it was closed');
      hash.update(bytes);
      writeAll(descriptor, bytes);
    },
    finish() {
      assert(open, 'an output file is closed once');
      open = false;
      closeSync(descriptor);
      return hash.digest('hex');
    },
    publish() {
      assert(!open, 'an output file is whole before it gets its name');
      if (gone) return;
      if (special) copyInto(temporary, target);
      else renameSync(temporary, target);
      gone = true;
    },
    abort() {
      if (open) closeSync(descriptor);
      open = false;
      if (!gone) rmSync(temporary, { force: true });
      gone = true;
    },
  };
}

function partialName(target: string): string {
  return `${target}.partial-${process.pid}`;
}

function statOf(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false });
}

function isSpecial(stats: Stats | undefined): boolean {
  return stats !== undefined && !stats.isFile() && !stats.isDirectory();
}

const LINKS_MAX = 40;

/** Follows a path through its links. The last link may lead to a file that does not exist yet. */
function linkTarget(path: string): string {
  let target = path;
  for (let links = 0; links < LINKS_MAX; links += 1) {
    const stats = lstatSync(target, { throwIfNoEntry: false });
    if (!stats?.isSymbolicLink()) return target;
    target = resolve(dirname(target), readlinkSync(target));
  }
  return path;
}

const COPY_BYTES = 1 << 16;

/** Writes a whole file into a device or a pipe, and removes the file. */
function copyInto(from: string, to: string): void {
  const source = openSync(from, 'r');
  const target = openSync(to, constants.O_WRONLY);
  try {
    const bytes = new Uint8Array(COPY_BYTES);
    for (let read = readSync(source, bytes); read > 0; read = readSync(source, bytes)) {
      writeAll(target, bytes.subarray(0, read));
    }
  } finally {
    closeSync(source);
    closeSync(target);
    rmSync(from, { force: true });
  }
}

function writeAll(descriptor: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) done += writeSome(descriptor, bytes, done);
}

/** Writes some bytes. If a pipe is full (EAGAIN) it waits, because the reader is slower than we are. */
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
