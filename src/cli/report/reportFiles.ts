import { existsSync, mkdirSync, readdirSync, renameSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { csvLine } from '../../interchange/format/rowWriter.ts';
import { openOutput, type OpenOutput } from '../../interchange/format/outputFile.ts';
import { UsageError } from '../shell/exit.ts';

/** What spreadsheets take for a formula. A number with a sign is none. */
const FORMULA = /^[=+\-@\t\r]/;
const NUMBER = /^[+-]?\d+(\.\d+)?$/;

/** A cell that a spreadsheet shows and does not compute. */
function guarded(cell: string): string {
  return FORMULA.test(cell) && !NUMBER.test(cell) ? `'${cell}` : cell;
}

/** Writes one CSV. It appears under its name when it is whole, or together with the other files of an OutputSet. */
export function writeCsv(
  path: string,
  columns: readonly string[],
  rows: Iterable<readonly string[]>,
  { guardFormulas, open = openOutput }: { readonly guardFormulas: boolean; readonly open?: OpenOutput },
): void {
  const file = open(path);
  try {
    file.write(Buffer.from(csvLine(columns)));
    for (const row of rows) file.write(Buffer.from(csvLine(guardFormulas ? row.map(guarded) : row)));
    file.commit();
  } catch (error) {
    file.abort();
    throw error;
  }
}

/** A directory of files that appears under its name when all of them are whole, or not at all. */
export interface OutputDirectory {
  /** The temporary path at which a file of this name is written until then. */
  path(name: string): string;
  commit(): void;
  abort(): void;
}

/**
 * Refuses a directory that exists and is not empty: files of an earlier report could be mistaken for files of this one.
 */
export function checkDirectory(directory: string): void {
  const folder = dirname(directory);
  if (!existsSync(folder)) throw new UsageError(`${directory}: there is no folder ${folder}.`);
  if (!existsSync(directory)) return;
  if (!statSync(directory).isDirectory())
    throw new UsageError(`--out ${directory}: found a file, expected a directory`);
  if (readdirSync(directory).length > 0)
    throw new UsageError(`--out ${directory}: found files in it, expected an empty directory or none\n  Files of an earlier report would pass for those of this one.`); // prettier-ignore
}

/** Opens a directory that `checkDirectory` has accepted. */
export function openDirectory(directory: string): OutputDirectory {
  const temporary = `${directory.replace(/[/\\]+$/, '')}.partial-${process.pid}`;
  rmSync(temporary, { recursive: true, force: true });
  mkdirSync(temporary);
  return {
    path: (name) => join(temporary, name),
    commit() {
      if (existsSync(directory)) rmdirSync(directory); // this throws if the directory is not empty
      renameSync(temporary, directory);
    },
    abort: () => rmSync(temporary, { recursive: true, force: true }),
  };
}
