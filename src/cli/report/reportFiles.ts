import { existsSync, mkdirSync, readdirSync, renameSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { csvLine } from '../../interchange/format/rowWriter.ts';
import { openOutput, type OpenOutput } from '../../interchange/format/outputFile.ts';
import { UsageError } from '../shell/exit.ts';

/** Writes one CSV; it appears under its name when it is whole, or with the other files of an OutputSet. */
export function writeCsv(
  path: string,
  columns: readonly string[],
  rows: Iterable<readonly string[]>,
  open: OpenOutput = openOutput,
): void {
  const file = open(path);
  try {
    file.write(Buffer.from(csvLine(columns)));
    for (const row of rows) file.write(Buffer.from(csvLine(row)));
    file.commit();
  } catch (error) {
    file.abort();
    throw error;
  }
}

/** A directory of files that appears under its name when all of them are whole, or not at all. */
export interface OutputDirectory {
  /** Where a file of this name is to be written until then. */
  path(name: string): string;
  commit(): void;
  abort(): void;
}

/** The directory must not exist, or be empty: files of an earlier report would pass for those of this one. */
export function checkDirectory(directory: string): void {
  const folder = dirname(directory);
  if (!existsSync(folder)) throw new UsageError(`${directory}: there is no folder ${folder}.`);
  if (!existsSync(directory)) return;
  if (!statSync(directory).isDirectory())
    throw new UsageError(`--out ${directory}: found a file, expected a directory`);
  if (readdirSync(directory).length > 0)
    throw new UsageError(`--out ${directory}: found files in it, expected an empty directory or none\n  Files of an earlier report would pass for those of this one.`); // prettier-ignore
}

/** Opens a directory that `checkDirectory` has nothing against. */
export function openDirectory(directory: string): OutputDirectory {
  const temporary = `${directory.replace(/[/\\]+$/, '')}.partial-${process.pid}`;
  rmSync(temporary, { recursive: true, force: true });
  mkdirSync(temporary);
  return {
    path: (name) => join(temporary, name),
    commit() {
      if (existsSync(directory)) rmdirSync(directory); // empty, or this throws
      renameSync(temporary, directory);
    },
    abort: () => rmSync(temporary, { recursive: true, force: true }),
  };
}
