import { readFileSync } from 'node:fs';
import { loadRigFile, type LoadedRig, type RigFileResult } from '../../devices/rig/loadRigFile.ts';
import { formatProblems } from '../interchange/yaml/problem.ts';
import { UsageError } from './exit.ts';
import { readText } from './readText.ts';

/** Reads a rig file with the files and variables that it names; the result may be everything that is wrong. */
export function tryRig(path: string): RigFileResult {
  return loadRigFile({
    path,
    readFile: readText,
    readBytes: (file) => new Uint8Array(readFileSync(file)),
    environment: process.env,
    now: Math.floor(Date.now() / 1000),
  });
}

/** A rig as commands take it. Throws UsageError with all problems. */
export function loadRig(path: string): LoadedRig {
  const loaded = tryRig(path);
  if (!loaded.ok) throw new UsageError(formatProblems(loaded.problems));
  return loaded;
}
