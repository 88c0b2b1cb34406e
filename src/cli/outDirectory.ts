import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { UsageError } from './exit.ts';

/** What every folder of outputs holds, and is known by. */
export const MANIFEST = 'manifest.json';

/** A directory that does not exist, is empty, or holds an earlier run; any other is refused rather than written into. */
export function prepareDirectory(directory: string): void {
  if (!existsSync(directory)) {
    mkdirSync(directory, { recursive: true });
    return;
  }
  if (!statSync(directory).isDirectory())
    throw new UsageError(`--out ${directory}: found a file, expected a directory`);
  const names = readdirSync(directory);
  if (names.length > 0 && !names.includes(MANIFEST)) {
    throw new UsageError(
      `--out ${directory}: found other files, expected an empty directory or an earlier run's\n  Name another directory, or empty this one.`,
    );
  }
}
