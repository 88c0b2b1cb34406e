import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { UsageError } from './exit.ts';

/** What every folder of outputs holds, and is known by. */
export const MANIFEST = 'manifest.json';
/** What the folder of a watch is known by: its outputs follow from it, and nobody else writes there. */
const JOURNAL = 'watch.jsonl';

/** A directory that does not exist, is empty, or holds an earlier run; any other is refused rather than written into. */
export function prepareDirectory(directory: string): void {
  if (!existsSync(directory)) {
    mkdirSync(directory, { recursive: true });
    return;
  }
  if (!statSync(directory).isDirectory())
    throw new UsageError(`--out ${directory}: found a file, expected a directory`);
  const names = readdirSync(directory);
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
  if (!existsSync(directory)) {
    mkdirSync(directory, { recursive: true });
    return;
  }
  if (!statSync(directory).isDirectory())
    throw new UsageError(`--out ${directory}: found a file, expected a directory`);
  const names = readdirSync(directory);
  if (names.includes(JOURNAL) || names.every((name) => name.startsWith('watch.'))) return;
  throw new UsageError(
    `--out ${directory}: found other files, expected an empty directory or that of a watch (${JOURNAL})\n  Name another directory, or empty this one.`,
  );
}
