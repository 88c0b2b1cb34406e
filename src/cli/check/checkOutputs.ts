import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { writeWhole } from '../../interchange/format/outputFile.ts';
import { join } from 'node:path';
import { CATEGORIES, type ExclusionCategory } from '../../clauses/clause.ts';
import { makeFolders } from '../../interchange/makeFolders.ts';
import { junitText, type JunitSuite } from '../../report/junit.ts';
import type { Provenance } from '../../report/provenance.ts';
import { junitOrigin, namedOutput, refuseOthers } from '../output/ownFiles.ts';
import { claimFolder, completeFolder, type OwnFolder } from '../output/ownFolder.ts';
import type { CheckPlaces } from './fleet/checkPlaces.ts';
import { UsageError } from '../shell/exit.ts';
import { MANIFEST } from '../shell/outDirectory.ts';

/** The outputs of a check. */
export interface CheckOutputs {
  /** Writes the report for CI, if it was asked for. */
  junit(suites: readonly JunitSuite[], seed?: string): void;
  /** Names every file of the folder in its manifest. */
  complete(): void;
  /** Leaves the folder as it was, unless something has been written to it. */
  abandon(): void;
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
  const before = out === undefined ? undefined : standingIn(out);
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
    abandon() {
      if (out === undefined) return;
      const others = readdirSync(out).filter((name) => name !== MANIFEST);
      if (others.join('/') !== (before?.others ?? []).join('/')) return;
      if (before === undefined) rmSync(out, { recursive: true, force: true });
      else if (before.manifest === undefined) rmSync(join(out, MANIFEST), { force: true });
      else writeWhole(join(out, MANIFEST), before.manifest);
    },
  };
}

/** What stands in a folder: the text of its manifest, and its other names; undefined if there is no such folder. */
function standingIn(folder: string) {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) return undefined;
  const manifest = join(folder, MANIFEST);
  return {
    manifest: existsSync(manifest) ? readFileSync(manifest, 'utf8') : undefined,
    others: readdirSync(folder).filter((name) => name !== MANIFEST),
  };
}

/** Carries out a check. One that is refused, or breaks off before it has written anything, leaves no folder behind. */
export async function unlessRefused<T>(outputs: CheckOutputs, check: () => Promise<T>): Promise<T> {
  try {
    return await check();
  } catch (error) {
    outputs.abandon();
    throw error;
  }
}

/** The folder that new cases are written to. */
export function caseFolder({ out, cases }: { readonly out?: string; readonly cases: string }): string {
  return out === undefined ? cases : join(out, CASES);
}

/** The chosen categories in the order of the rules; undefined: none was chosen, so all are compared. */
export function inOrder(chosen: readonly ExclusionCategory[] | undefined): readonly ExclusionCategory[] | undefined {
  return chosen && CATEGORIES.filter((category) => chosen.includes(category));
}
