import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Makes a folder and the folders above it that do not exist. Folders that exist are left as they are.
 *
 * Not by `mkdirSync(path, { recursive: true })`: below /proc that call never returns (Node 20).
 *
 * @param mode permissions of the folders that are made; default: those of the process
 * @throws an error of `node:fs` with its code, such as EACCES, ENOENT (below /proc), or ENOTDIR and EEXIST for a file
 */
export function makeFolders(path: string, { mode }: { readonly mode?: number } = {}): void {
  const missing: string[] = [];
  let folder = resolve(path);
  while (!existsSync(folder) && dirname(folder) !== folder) {
    missing.push(folder);
    folder = dirname(folder);
  }
  if (missing.length === 0 && !statSync(folder).isDirectory()) mkdirSync(folder);
  for (const name of missing.reverse()) makeOne(name, mode);
}

function makeOne(folder: string, mode: number | undefined): void {
  try {
    mkdirSync(folder, mode === undefined ? undefined : { mode });
  } catch (error) {
    // Another process was faster.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || !statSync(folder).isDirectory()) throw error;
  }
}
