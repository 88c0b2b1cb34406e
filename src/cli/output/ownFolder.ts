import { readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { writeWhole } from '../../interchange/format/outputFile.ts';
import type { Provenance } from '../../report/provenance.ts';
import { MANIFEST, prepareDirectory } from '../shell/outDirectory.ts';
import { sha256Of } from './fileHash.ts';
import { manifestText, refuseOtherFolder } from './ownFiles.ts';

/** A folder that a command fills file by file. */
export interface OwnFolder {
  readonly directory: string;
  /** The kind of command, for the manifest. */
  readonly kind: string;
  readonly provenance: Provenance;
  /** Names that may stand in the folder before any output does. */
  readonly beside?: readonly string[];
}

/**
 * Takes a folder for a command: it must not exist, be empty, or hold outputs of this same command. The manifest is
 * written at once, so that a command that breaks off can be carried out again.
 * @throws UsageError that names what was found
 */
export function claimFolder(folder: OwnFolder, options: { readonly replace: boolean }): void {
  prepareDirectory(folder.directory, folder.beside);
  refuseOtherFolder(folder.directory, folder.provenance, options);
  writeManifest(folder, {});
}

/** Writes the manifest of a folder that is complete. It names every file, those in folders within it included. */
export function completeFolder(folder: OwnFolder): void {
  const { directory } = folder;
  const files = readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)))
    .filter((name) => name !== MANIFEST)
    .toSorted();
  writeManifest(
    folder,
    Object.fromEntries(files.map((name) => [name.split(sep).join('/'), { sha256: sha256Of(join(directory, name)) }])),
  );
}

function writeManifest({ directory, kind, provenance }: OwnFolder, files: Parameters<typeof manifestText>[2]): void {
  writeWhole(join(directory, MANIFEST), manifestText(kind, provenance, files));
}
