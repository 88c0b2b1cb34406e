import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

export const TINY = 'test/cli/sweep/tiny.yaml';

/** The files of a folder and their hashes, those of its store left out; none of a folder that is not there. */
export function outputsOf(folder: string): Readonly<Record<string, string>> {
  if (!existsSync(folder)) return {};
  const names = readdirSync(folder).filter((name) => statSync(join(folder, name)).isFile());
  return Object.fromEntries(names.sort().map((name) => [name, hashOfFile(join(folder, name))]));
}

/** Every file of a store by its name below it. */
export function cellFiles(store: string): readonly string[] {
  return readdirSync(store, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(store, name)).isFile())
    .sort();
}

function hashOfFile(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}
