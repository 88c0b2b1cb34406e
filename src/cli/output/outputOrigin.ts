import { createHash } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { JoinInputs } from '../../interchange/history/mergeJoin.ts';
import type { Provenance } from '../../report/provenance.ts';
import type { LoadedScenario } from '../../../sim/scenario/load.ts';
import type { Io } from '../shell/io.ts';
import { benchVersion } from '../shell/version.ts';
import { sha256Of } from './fileHash.ts';

/** What a command knows of its origin beside its command line. What it leaves out is null, or none. */
export type OriginParts = Partial<Omit<Provenance, 'command' | 'set' | 'version'>>;

type InputOrigins = NonNullable<Provenance['inputs']>;

/** The origin of what a command puts out. Every output of every command states it. */
export function originOf({ asked }: Pick<Io, 'asked'>, parts: OriginParts = {}): Provenance {
  const { scenarios = [], rules = null, seed = null, replications = null, inputs } = parts;
  return {
    command: asked.command,
    set: asked.set,
    scenarios,
    rules,
    seed,
    replications,
    ...(inputs === undefined ? {} : { inputs }),
    version: benchVersion(),
  };
}

/** A scenario as an origin states it: its name, and the hash of all that it resolves to. */
export function scenarioOrigin({ scenario, hash, rules }: LoadedScenario): OriginParts {
  return { scenarios: [{ name: scenario.name, hash }], rules: rules.name, seed: scenario.seed };
}

/** The files of records as an origin states them. They are read once more for their hashes. */
export function inputsOrigin({ installations, attempts, events }: JoinInputs): InputOrigins {
  return [...installations, ...attempts, ...events].map(({ name, path }) => ({
    name: basename(name),
    sha256: sha256Of(path),
  }));
}

/** Files, and all files within folders, as an origin states them. */
export function pathsOrigin(paths: readonly string[]): InputOrigins {
  return paths.flatMap((path) => {
    const files = statSync(path).isDirectory()
      ? readdirSync(path, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => join(entry.parentPath, entry.name))
          .toSorted()
      : [path];
    return files.map((file) => ({ name: basename(file), sha256: sha256Of(file) }));
  });
}

/** As `pathsOrigin`, of the names that stand for files: a pattern, a word or standard input has no hash here. */
export function filesOrigin(names: readonly string[]): InputOrigins {
  return pathsOrigin(names.filter((name) => existsSync(name)));
}

const IDENTITY_DIGITS = 32;

/**
 * What tells an output from those of others: the command, the scenarios and files that it read, and the version. The seed
 * and the rules follow from these.
 */
export function identityOf({ command, scenarios, inputs = [], version }: Provenance): string {
  const text = JSON.stringify([command, scenarios.map(({ name, hash }) => [name, hash]), inputs.map(({ name, sha256 }) => [name, sha256]), version]); // prettier-ignore
  return createHash('sha256').update(text).digest('hex').slice(0, IDENTITY_DIGITS);
}
