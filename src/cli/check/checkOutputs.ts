import { join } from 'node:path';
import { makeFolders } from '../../interchange/makeFolders.ts';
import { UsageError } from '../shell/exit.ts';

/** Makes the folders of outputs, so that one that cannot be made is named before time goes into its content. */
export function makeOutputFolders({ out, junit }: { readonly out?: string; readonly junit?: string }): void {
  for (const path of [out, junit === undefined ? undefined : join(junit, '..')]) {
    if (path === undefined) continue;
    try {
      makeFolders(path);
    } catch (error) {
      throw new UsageError(`${path}: ${(error as Error).message}`);
    }
  }
}
