import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CATEGORIES, type ExclusionCategory } from '../../clauses/clause.ts';
import { makeFolders } from '../../interchange/makeFolders.ts';
import { junitText, type JunitSuite } from '../../report/junit.ts';
import type { Provenance } from '../../report/provenance.ts';
import { junitOrigin, namedOutput, refuseOthers } from '../output/ownFiles.ts';
import { claimFolder, completeFolder, type OwnFolder } from '../output/ownFolder.ts';
import type { CheckPlaces } from './fleet/checkPlaces.ts';
import { UsageError } from '../shell/exit.ts';

/** The outputs of a check. */
export interface CheckOutputs {
  /** Writes the report for CI, if it was asked for. */
  junit(suites: readonly JunitSuite[], seed?: string): void;
  /** Names every file of the folder in its manifest. */
  complete(): void;
}

/** Cases of earlier checks stay: each is a file of its own. */
const CASES = 'cases';

/**
 * Takes the outputs of a check before time goes into their content: folders that cannot be made, and outputs of other
 * commands, are named at once.
 * @param typed the command as it was typed, up to its options
 */
export function claimOutputs(
  { out, junit, replace }: CheckPlaces,
  typed: string,
  provenance: Provenance,
): CheckOutputs {
  for (const path of [out, junit === undefined ? undefined : join(junit, '..')]) {
    if (path === undefined) continue;
    try {
      makeFolders(path);
    } catch (error) {
      throw new UsageError(`${path}: ${(error as Error).message}`);
    }
  }
  refuseOthers([namedOutput('--junit', junit)], provenance, { replace });
  const folder: OwnFolder | undefined =
    out === undefined ? undefined : { directory: out, kind: typed, provenance, beside: [CASES] };
  if (folder !== undefined) claimFolder(folder, { replace });
  return {
    junit(suites, seed) {
      if (junit === undefined) return;
      const origin = junitOrigin(seed === undefined ? provenance : { ...provenance, seed });
      writeFileSync(junit, junitText(typed, suites, origin));
    },
    complete() {
      if (folder !== undefined) completeFolder(folder);
    },
  };
}

/** The folder that new cases are written to. */
export function caseFolder({ out, cases }: { readonly out?: string; readonly cases: string }): string {
  return out === undefined ? cases : join(out, CASES);
}

/** The chosen categories in the order of the rules; undefined: none was chosen, so all are compared. */
export function inOrder(chosen: readonly ExclusionCategory[] | undefined): readonly ExclusionCategory[] | undefined {
  return chosen && CATEGORIES.filter((category) => chosen.includes(category));
}
