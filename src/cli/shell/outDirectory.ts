import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { makeFolders } from '../../interchange/makeFolders.ts';
import { UsageError } from './exit.ts';
import { fileErrorWords } from './fileErrors.ts';
import { isAlive } from '../../../devices/rig/bench/isAlive.ts';

/** What every folder of outputs holds, and is known by. */
export const MANIFEST = 'manifest.json';
/** What the folder of a watch is known by: its outputs follow from it, and nobody else writes there. */
export const JOURNAL = 'watch.jsonl';

/** Folders of what is not complete, within the directory that it is for; one that was left behind holds nothing of worth. */
const PARTIAL = '.partial-';

/** Files that are written in a folder of their own and get their places together. */
export interface Staging {
  readonly folder: string;
  /** Moves every file into the directory, the manifest last: with it the directory is what it says. */
  publish(): void;
  discard(): void;
}

/** The staging folders that this process has open: several command lines may run in it. */
const open = new Set<string>();

/** True if somebody works on a staging folder of this process number. A number that another program has now counts for nobody. */
function isWritten(folder: string, pid: number): boolean {
  if (pid === process.pid) return open.has(resolve(folder));
  if (!Number.isInteger(pid) || pid < 1 || !isAlive(pid)) return false;
  const words = `/proc/${pid}/cmdline`;
  // Without /proc nothing more can be known of the process: it is taken for a bench.
  if (!existsSync('/proc/self/cmdline')) return true;
  try {
    return readFileSync(words, 'utf8').includes('smets1-bench');
  } catch {
    return false;
  }
}

/**
 * A staging folder in a directory that `prepareDirectory` has let pass.
 * @param beside names that may stand in the directory before any output does
 */
export function stage(directory: string, beside: readonly string[] = []): Staging {
  prepareDirectory(directory, beside);
  for (const name of readdirSync(directory)) {
    if (!name.startsWith(PARTIAL)) continue;
    const left = join(directory, name);
    if (isWritten(left, Number(name.slice(PARTIAL.length)))) {
      throw new UsageError(
        `--out ${directory}: another command is writing there (${name})\n  Wait for it, or name another directory.`,
      );
    }
    rmSync(left, { recursive: true, force: true });
  }
  const folder = join(directory, `${PARTIAL}${process.pid}`);
  mkdirSync(folder);
  open.add(resolve(folder));
  const discard = (): void => {
    open.delete(resolve(folder));
    rmSync(folder, { recursive: true, force: true });
  };
  return {
    folder,
    publish() {
      const names = readdirSync(folder).filter((name) => name !== MANIFEST);
      rmSync(join(directory, MANIFEST), { force: true });
      for (const name of [...names, MANIFEST]) renameSync(join(folder, name), join(directory, name));
      discard();
    },
    discard,
  };
}

/** An error about an output directory as a UsageError with its mend; any other error as it is. */
export function outError(error: unknown, directory: string, mend = 'Name another directory.'): unknown {
  const isMissing = (error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT';
  const words = isMissing ? 'no directory can be made there' : fileErrorWords(error);
  return words === undefined ? error : new UsageError(`--out ${directory}: ${words}\n  ${mend}`);
}

/** The names in an output directory. If it does not exist, it is made. */
function namesIn(directory: string): readonly string[] {
  if (!existsSync(directory)) makeFolders(directory);
  if (!statSync(directory).isDirectory())
    throw new UsageError(`--out ${directory}: found a file, expected a directory`);
  return readdirSync(directory);
}

/** A directory that does not exist, is empty, or holds an earlier run; any other is refused rather than written into. */
export function prepareDirectory(directory: string, beside: readonly string[] = []): void {
  const names = namesIn(directory).filter((name) => !name.startsWith(PARTIAL) && !beside.includes(name));
  if (names.includes(JOURNAL)) {
    throw new UsageError(
      `--out ${directory}: found a watch (${JOURNAL}), expected an empty directory or an earlier run's\n  Name another directory: a watch is gone on with by rig --watch alone.`,
    );
  }
  if (names.length > 0 && !names.includes(MANIFEST)) {
    throw new UsageError(
      `--out ${directory}: found other files, expected an empty directory or an earlier run's\n  Name another directory, or empty this one.`,
    );
  }
}

/** A directory that does not exist, is empty, or holds a watch; any other is refused rather than written into. */
export function prepareWatchDirectory(directory: string): void {
  const names = namesIn(directory);
  if (names.includes(JOURNAL) || names.every((name) => name.startsWith('watch.'))) return;
  throw new UsageError(
    `--out ${directory}: found other files, expected an empty directory or that of a watch (${JOURNAL})\n  Name another directory, or empty this one.`,
  );
}
