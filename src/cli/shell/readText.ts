import { readFileSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import type { Files } from '../../document/files.ts';

/** A file that a person wrote has at most this many bytes; more is refused before it is read. */
const BYTES_MAX = 8_388_608;

/** Reads a text file for the loaders, which know no files. */
export function readText(path: string): string {
  const { size } = statSync(path);
  if (size > BYTES_MAX) throw new Error(`${size} bytes, at most ${BYTES_MAX} are read`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path));
  } catch (error) {
    if (error instanceof TypeError) throw new Error('it is not UTF-8 text', { cause: error });
    throw error;
  }
}

/** The files of this machine, for the loaders. */
export const diskFiles: Files = {
  read: readText,
  beside: (file, path) => (isAbsolute(path) ? path : join(dirname(file), path)),
};
