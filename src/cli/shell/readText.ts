import { readFileSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import type { Files } from '../../document/files.ts';

/** A file that a person wrote has at most this many bytes; more is refused before it is read. */
const BYTES_MAX = 8_388_608;

/** A file that was read and holds no text of ours. The message says what it holds. */
export class NotTextError extends Error {
  override name = 'NotTextError';
}

/**
 * Reads a text file for the loaders, which know no files.
 *
 * @throws NotTextError if it is too large or holds bytes that are no text; else an error of the file system with its path
 */
export function readText(path: string): string {
  const found = statSync(path);
  // Reading a folder fails with an error that does not name it.
  if (found.isDirectory()) throw Object.assign(new Error('a folder stands where a file is needed'), { code: 'EISDIR', path }); // prettier-ignore
  const { size } = found;
  if (size > BYTES_MAX) throw new NotTextError(`${size} bytes, of which at most ${BYTES_MAX} are read`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path));
  } catch (error) {
    if (error instanceof TypeError) throw new NotTextError('bytes that are no UTF-8 text', { cause: error });
    throw error;
  }
}

/** The files of this machine, for the loaders. */
export const diskFiles: Files = {
  read: readText,
  beside: (file, path) => (isAbsolute(path) ? path : join(dirname(file), path)),
};
