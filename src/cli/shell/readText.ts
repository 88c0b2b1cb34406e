import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import type { Files } from '../../document/files.ts';
import { UsageError } from './exit.ts';

/** A file that a person wrote has at most this many bytes; more is refused before it is read. */
const BYTES_MAX = 8_388_608;

/** A file that was read and holds no text of ours. The message says what it holds. */
class NotTextError extends Error {
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

/** What was found in the place of a text file, by the code of the error. */
const FOUND: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  ENOTDIR: 'no such file',
  EISDIR: 'a folder',
  EACCES: 'a file that you may not read',
  EPERM: 'a file that you may not read',
};

/**
 * The text of a file.
 *
 * @param expected what the file should be, as `cases in YAML`
 * @param shown how messages name the file, as `--accept FILE`
 * @throws UsageError if there is no text to read
 */
export function readGiven(path: string, expected: string, shown = path): string {
  try {
    return readText(path);
  } catch (error) {
    const found = error instanceof NotTextError ? error.message : FOUND[(error as NodeJS.ErrnoException).code ?? ''];
    if (found === undefined) throw error;
    throw new UsageError(`${shown}: found ${found}, expected ${expected}`, { cause: error });
  }
}

/**
 * The value of a file of JSON.
 *
 * @throws UsageError if there is none
 */
export function readGivenJson(path: string, expected: string, shown = path): unknown {
  const text = readGiven(path, expected, shown);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${shown}: found ${text.trim() === '' ? 'an empty file' : 'no JSON'}, expected ${expected}`, { cause: error }); // prettier-ignore
  }
}

/** What stands at a path where a folder with certain files was expected: `no such folder`, `a file`, `a folder without`. */
export function foundInstead(path: string, wanted: string): string {
  if (!existsSync(path)) return 'no such folder';
  return statSync(path).isDirectory() ? `a folder without ${wanted}` : 'a file';
}
