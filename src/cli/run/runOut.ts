import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { MANIFEST } from '../shell/outDirectory.ts';
import { UsageError } from '../shell/exit.ts';
import { readText } from '../shell/readText.ts';

/** What tells one run from another. */
export interface RunIdentity {
  readonly scenario: string;
  readonly scenarioHash: string;
  readonly seed: string;
  readonly replications: number;
  readonly version: string;
}

/** Refuses to replace the outputs of another run unless the reader asked for it; the same run may be written again. */
export function checkReplaced(directory: string, run: RunIdentity, replace: boolean): void {
  const path = join(directory, MANIFEST);
  if (replace || !existsSync(path)) return;
  const found = identityOf(path);
  const same =
    found !== undefined && (Object.keys(run) as (keyof RunIdentity)[]).every((key) => found[key] === run[key]);
  if (same) return;
  const name = found?.scenario === undefined ? 'other outputs' : `the run ${found.scenario}#${found.scenarioHash}, seed ${found.seed}, ${found.replications} replications, version ${found.version}`; // prettier-ignore
  throw new UsageError(
    `--out ${directory}: found ${name}; expected an empty directory, or this same run\n  Name another directory, or add --replace.`,
  );
}

function identityOf(path: string): Partial<RunIdentity> | undefined {
  try {
    return JSON.parse(readText(path)) as Partial<RunIdentity>;
  } catch {
    return undefined;
  }
}
