/** What a person named on the command line, and what stands there instead of what was expected. */
import { existsSync, statSync } from 'node:fs';
import { UsageError } from './exit.ts';
import { NotTextError, readText } from './readText.ts';

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
