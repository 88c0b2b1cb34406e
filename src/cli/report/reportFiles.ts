import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { csvLine } from '../../interchange/format/rowWriter.ts';
import { openOutput, OutputSet, type OpenOutput } from '../../interchange/format/outputFile.ts';
import { prepareDirectory } from '../shell/outDirectory.ts';
import { UsageError } from '../shell/exit.ts';
import { completeFolder } from '../output/ownFolder.ts';
import { hashedOutputs, refuseOtherFolder, writeSideManifest } from '../output/ownFiles.ts';
import type { Provenance } from '../../report/provenance.ts';

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

/** Writes the CSV of a report, and beside it the manifest that states its origin. Both appear, or neither. */
export function writeReport(
  path: string,
  provenance: Provenance,
  { kind, columns, rows, guardFormulas }: { readonly kind: string; readonly columns: readonly string[]; readonly rows: Iterable<readonly string[]>; readonly guardFormulas: boolean }, // prettier-ignore
): void {
  const outputs = new OutputSet();
  try {
    const { open, files } = hashedOutputs(outputs.open);
    writeCsv(path, columns, rows, { guardFormulas, open });
    writeSideManifest(path, provenance, { kind, files, open: outputs.open });
    outputs.publish();
  } finally {
    outputs.discard();
  }
}

/** A directory of files that appears under its name when all of them are whole, or not at all. */
export interface OutputDirectory {
  /** The temporary path at which a file of this name is written until then. */
  path(name: string): string;
  /** Writes the manifest, which names every file, and gives the directory its place. */
  commit(kind: string, provenance: Provenance): void;
  abort(): void;
}

/**
 * Refuses a directory that holds anything but a report of this same command: files of another report could be mistaken
 * for files of this one.
 */
export function checkDirectory(
  directory: string,
  provenance: Provenance,
  options: { readonly replace: boolean },
): void {
  const folder = dirname(directory);
  if (!existsSync(folder)) throw new UsageError(`${directory}: there is no folder ${folder}.`);
  if (!existsSync(directory)) return;
  prepareDirectory(directory);
  refuseOtherFolder(directory, provenance, options);
}

/** Opens a directory that `checkDirectory` has accepted. */
export function openDirectory(directory: string): OutputDirectory {
  const name = directory.replace(/[/\\]+$/, '');
  const temporary = `${name}.partial-${process.pid}`;
  const before = `${name}.before-${process.pid}`;
  rmSync(temporary, { recursive: true, force: true });
  mkdirSync(temporary);
  return {
    path: (file) => join(temporary, file),
    commit(kind, provenance) {
      completeFolder({ directory: temporary, kind, provenance });
      // What was accepted is replaced as a whole: no file of an earlier report stays.
      if (existsSync(directory)) renameSync(directory, before);
      renameSync(temporary, directory);
      rmSync(before, { recursive: true, force: true });
    },
    abort: () => rmSync(temporary, { recursive: true, force: true }),
  };
}
