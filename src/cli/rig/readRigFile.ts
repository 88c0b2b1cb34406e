import { readFileSync } from 'node:fs';
import type { LoadedRig, RigFileResult, RigSetup } from '../../../devices/index.ts';
import { formatProblems } from '../../document/problem.ts';
import { UsageError } from '../shell/exit.ts';
import { refuseOtherKind } from '../shell/fileKind.ts';
import type { Io } from '../shell/io.ts';
import { diskFiles } from '../shell/readText.ts';

/**
 * Reads a rig file with the files and variables that it names. The result may be the list of everything that is wrong.
 * `text` is the content of a file that is not written yet.
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

/**
 * Reads a rig for a command.
 * @throws UsageError with all problems
 */
export async function loadRig(io: Io, path: string): Promise<LoadedRig> {
  const loaded = await tryRig(io, path);
  if (!loaded.ok) {
    refuseOtherKind(path, 'rig');
    throw new UsageError(formatProblems(loaded.problems));
  }
  return loaded;
}

/** The folder of a rig's key ledgers. */
export async function ledgerFolderOf(io: Io, { document, ledgerFolder }: RigSetup): Promise<string> {
  const { defaultLedgerFolder } = await import('../../../devices/index.ts');
  return ledgerFolder ?? defaultLedgerFolder(document.name, io.env);
}
