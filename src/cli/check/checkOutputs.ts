import { join } from 'node:path';
import { CATEGORIES, type ExclusionCategory } from '../../clauses/clause.ts';
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

/** The folder that new cases are written to. */
export function caseFolder({ out, cases }: { readonly out?: string; readonly cases: string }): string {
  return out === undefined ? cases : join(out, 'cases');
}

/** The chosen categories in the order of the rules; undefined: none was chosen, so all are compared. */
export function inOrder(chosen: readonly ExclusionCategory[] | undefined): readonly ExclusionCategory[] | undefined {
  return chosen && CATEGORIES.filter((category) => chosen.includes(category));
}
