import { readFileSync } from 'node:fs';
import type { LoadedRig, RigFileResult, RigSetup } from '../../../devices/index.ts';
import { formatProblems } from '../../document/problem.ts';
import { UsageError } from '../shell/exit.ts';
import { refuseOtherKind } from '../shell/fileKind.ts';
import type { Io } from '../shell/io.ts';
import { diskFiles } from '../shell/readText.ts';

/**
 * Reads a rig file with the files and variables that it names; the result may be everything that is wrong. `text`: what the file
 * will hold once it is written.
 */
export async function tryRig(io: Io, path: string, text?: string): Promise<RigFileResult> {
  const { loadRigFile } = await import('../../../devices/index.ts');
  return loadRigFile({
    path,
    files: { ...diskFiles, read: (file) => (text !== undefined && file === path ? text : diskFiles.read(file)) },
    readBytes: (file) => new Uint8Array(readFileSync(file)),
    environment: io.env,
    now: Math.floor(io.now() / 1000),
  });
}

/** A rig as commands take it. Throws UsageError with all problems. */
export async function loadRig(io: Io, path: string): Promise<LoadedRig> {
  const loaded = await tryRig(io, path);
  if (!loaded.ok) {
    refuseOtherKind(path, 'rig');
    throw new UsageError(formatProblems(loaded.problems));
  }
  return loaded;
}

/** Where the key ledgers of a rig lie. */
export async function ledgerFolderOf(io: Io, { document, ledgerFolder }: RigSetup): Promise<string> {
  const { defaultLedgerFolder } = await import('../../../devices/index.ts');
  return ledgerFolder ?? defaultLedgerFolder(document.name, io.env);
}
