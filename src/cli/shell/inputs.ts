import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FORMATS, formatOf, type Format, type Input } from '../../interchange/format/formats.ts';
import { STANDARD } from '../../interchange/format/outputFile.ts';
import { UsageError } from './exit.ts';
import { fileErrorWords } from './fileErrors.ts';

/** A folder in the machine's place for temporary files, readable by this user alone (0700). */
export function temporaryFolder(command: string): { readonly path: string; readonly remove: () => void } {
  const path = made(join(tmpdir(), `smets1-bench-${command}-`));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/**
 * An input file by its name; its ending tells the format.
 *
 * @param given the format of a file whose name does not tell
 * @throws UsageError if there is no such file, or the format cannot be told
 */
export function inputFile(name: string, given?: Format): Input {
  if (name === STANDARD) throw new UsageError('This command reads files, not standard input (-): name a file.');
  checkFile(name);
  return { name, path: name, format: formatNamed(name, given) };
}

/** A place for temporary files that is missing, full or closed to this user is the user's to mend. */
function made(prefix: string): string {
  try {
    return mkdtempSync(prefix);
  } catch (error) {
    const words = fileErrorWords(error);
    if (words === undefined) throw error;
    throw new UsageError(`${tmpdir()}: ${words}\n  Let TMPDIR name a folder that can be written to.`, { cause: error });
  }
}

/** Refuses a name that is not that of a file. */
function checkFile(name: string): void {
  if (!existsSync(name)) throw new UsageError(`${name}: found no such file, expected a file that can be read.`);
  if (!statSync(name).isFile()) throw new UsageError(`${name}: not a file.`);
}

/** The format that a name tells, or the one given. Standard input and output take the one given. */
export function formatNamed(name: string, given: Format | undefined): Format {
  const format = name === STANDARD ? given : (formatOf(name) ?? given);
  if (!format)
    throw new UsageError(
      `${name}: found a name that does not tell the format, expected .csv, .ndjson, .jsonl or .parquet\n  Or say the format: --format ${FORMATS.join('|')}.`,
    );
  return format;
}
