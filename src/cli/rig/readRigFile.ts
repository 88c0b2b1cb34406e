import { readFileSync } from 'node:fs';
import type { LoadedRig, RigFileResult, RigSetup } from '../../../devices/index.ts';
import { formatProblems } from '../../document/problem.ts';
import { UsageError } from '../shell/exit.ts';
import { readText } from '../shell/readText.ts';

/**
 * Reads a rig file with the files and variables that it names; the result may be everything that is wrong. `text`: what the file
 * will hold once it is written.
 */
export async function tryRig(path: string, text?: string): Promise<RigFileResult> {
  const { loadRigFile } = await import('../../../devices/index.ts');
  return loadRigFile({
    path,
    readFile: (file) => (text !== undefined && file === path ? text : readText(file)),
    readBytes: (file) => new Uint8Array(readFileSync(file)),
    environment: process.env,
    now: Math.floor(Date.now() / 1000),
  });
}

/** A rig as commands take it. Throws UsageError with all problems. */
export async function loadRig(path: string): Promise<LoadedRig> {
  const loaded = await tryRig(path);
  if (!loaded.ok) throw new UsageError(formatProblems(loaded.problems));
  return loaded;
}

/** Where the key ledgers of a rig lie. */
export async function ledgerFolderOf({ document, ledgerFolder }: RigSetup): Promise<string> {
  const { defaultLedgerFolder } = await import('../../../devices/index.ts');
  return ledgerFolder ?? defaultLedgerFolder(document.name, process.env);
}
