import { writeFileSync } from 'node:fs';
import { UsageError } from './exit.ts';

/** What a file system refuses, in words. Each can be mended by the user: another place, more room, other rights. */
const WORDS: Readonly<Record<string, string>> = {
  EACCES: 'permission is denied',
  EPERM: 'permission is denied',
  EROFS: 'it lies on a file system that is read only',
  ENOENT: 'found no such file or folder',
  ENOTDIR: 'a file stands where a directory is needed',
  EISDIR: 'a directory stands where a file is needed',
  EEXIST: 'a file stands where a directory is needed',
  ENOSPC: 'there is no room left',
  EDQUOT: 'there is no room left',
  EFBIG: 'the file would be larger than is allowed (ulimit -f)',
  EMFILE: 'too many files are open (ulimit -n)',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'its links lead in a circle',
};

/** The words for an error of the file system; undefined for any other error. */
export function fileErrorWords(error: unknown): string | undefined {
  return WORDS[(error as NodeJS.ErrnoException | undefined)?.code ?? ''];
}

/** An error of the file system as a UsageError that names the path; undefined for any other error. */
export function fileError(error: unknown): UsageError | undefined {
  const words = fileErrorWords(error);
  if (words === undefined) return undefined;
  const { path, syscall } = error as NodeJS.ErrnoException;
  return new UsageError(`${path ?? syscall ?? 'a file'}: ${words}`, { cause: error });
}

/**
 * Writes a text to a file that must not be there yet.
 * @param shown how messages name the file
 * @throws UsageError if a file is there, or none can be written
 */
export function writeNew(path: string, text: string, shown = path): void {
  try {
    writeFileSync(path, text, { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST')
      throw new UsageError(`${shown}: there is a file already, which is not overwritten; name another`);
    const words = fileErrorWords(error);
    if (words === undefined) throw error;
    throw new UsageError(`${shown}: ${words}\n  Name another file.`, { cause: error });
  }
}
