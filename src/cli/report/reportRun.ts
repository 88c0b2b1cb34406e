import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Input } from '../../interchange/format/formats.ts';
import type { JoinInputs } from '../../interchange/history/mergeJoin.ts';
import { formatProblems } from '../../document/problem.ts';
import { parseSetting } from '../../document/settings.ts';
import { amendTree, builtInTree, rulePath, ruleSetOfTree } from '../../rules/amend.ts';
import type { RuleSet } from '../../rules/ruleset.ts';
import { parseInstant, type Instant } from '../../time.ts';
import { sha256Of } from '../output/fileHash.ts';
import type { OriginParts } from '../output/outputOrigin.ts';
import { UsageError } from '../shell/exit.ts';
import { MANIFEST } from '../shell/outDirectory.ts';
import { foundInstead, readText } from '../shell/readText.ts';
import { rulesNamed } from '../shell/rulesOption.ts';

/** The parts of a directory of `run --out` that a report needs. The records are those of replication 0. */
export interface RunDirectory {
  readonly inputs: JoinInputs;
  readonly rules: RuleSet;
  /** The last instant that was simulated. */
  readonly horizon: Instant;
  /** The scenario and the dice of the run, and the files that are read. */
  readonly origin: OriginParts;
}

/** Opens a run's directory. `rules` replaces the run's rules, and `setRule` changes them. */
export function readRun(
  directory: string,
  { rules, setRule, asOf }: { readonly rules?: string; readonly setRule: readonly string[]; readonly asOf?: Instant },
): RunDirectory {
  const manifest = join(directory, MANIFEST);
  if (!existsSync(manifest))
    throw new UsageError(`--run ${directory}: found ${foundInstead(directory, MANIFEST)}, expected a folder that run --out wrote`); // prettier-ignore
  const hashes = FILES_READ.map((name) => ({ name, sha256: checkSum(directory, name, manifest) }));
  const origin = { ...originOfManifest(manifest), inputs: hashes };
  const horizon = horizonOf(directory);
  const input = (name: string): Input[] => {
    const path = join(directory, `${name}.parquet`);
    if (!existsSync(path) || !statSync(path).isFile())
      throw new UsageError(`${path}: found no such file, expected it in the folder of a whole run.`);
    return [{ name: path, path, format: 'parquet' }];
  };
  const inputs = { installations: input('installations'), attempts: input('attempts'), events: input('events') };
  if (rules !== undefined) {
    return { inputs, rules: rulesNamed(rules, { setRule, asOf: asOf ?? horizon }), horizon, origin };
  }
  return { inputs, rules: rulesOfManifest(manifest, setRule), horizon, origin };
}

/** The files of a run that a report rests on. */
const FILES_READ = ['installations.parquet', 'attempts.parquet', 'events.parquet', 'volumes.csv'] as const;

/** Refuses a file that differs from its manifest: it was cut short, edited, or belongs to another run. Returns its hash. */
function checkSum(directory: string, name: string, manifest: string): string {
  const path = join(directory, name);
  if (!existsSync(path) || !statSync(path).isFile())
    throw new UsageError(`${path}: found no such file, expected it in the folder of a whole run.`);
  let wanted: unknown;
  try {
    wanted = (JSON.parse(readText(manifest)) as { files: Record<string, { sha256: string }> }).files[name]?.sha256;
  } catch {
    wanted = undefined;
  }
  if (typeof wanted !== 'string') {
    throw new UsageError(`${manifest}: found no SHA-256 of ${name}, expected the manifest of a run with its files`);
  }
  if (sha256Of(path) === wanted) return wanted;
  throw new UsageError(
    `${path}: it is not the file that ${MANIFEST} describes (its SHA-256 differs): cut short, changed, or of another run\n` +
      '  Run the scenario again, or name the records by --installations, --attempts and --events.',
  );
}

/** The scenario and the dice that a manifest names. A manifest of an earlier version may lack them. */
function originOfManifest(path: string): OriginParts {
  const found = JSON.parse(readText(path)) as Readonly<Record<string, unknown>>;
  const { scenario, scenarioHash: hash, seed, replications } = found;
  return {
    scenarios: typeof scenario === 'string' && typeof hash === 'string' ? [{ name: scenario, hash }] : [],
    seed: typeof seed === 'string' ? seed : null,
    replications: typeof replications === 'number' ? replications : null,
  };
}

/** Reads the rules from the manifest. It contains the whole resolved rule set, so no other file has to be found. */
function rulesOfManifest(path: string, setRule: readonly string[]): RuleSet {
  let tree: ReturnType<typeof builtInTree>;
  try {
    tree = builtInTree((JSON.parse(readText(path)) as { rules: RuleSet }).rules);
  } catch {
    throw new UsageError(`${path}: found something else, expected the manifest of a run with its rule set`);
  }
  const amended = amendTree(tree, setRule.map((text) => parseSetting(text, { flag: '--set-rule', toPath: rulePath }))); // prettier-ignore
  const result = ruleSetOfTree(amended.tree);
  const problems = [...amended.problems, ...(result.ok ? [] : result.problems)];
  if (!result.ok || problems.length > 0) throw new UsageError(formatProblems(problems));
  return result.rules;
}

/** The horizon. It is the last as-of of the volumes, because the manifest does not state it. */
function horizonOf(directory: string): Instant {
  const path = join(directory, 'volumes.csv');
  if (!existsSync(path)) throw new UsageError(`${path}: found no such file, expected it in the folder of a whole run.`);
  let horizon: Instant | undefined;
  for (const line of readText(path).split('\n').slice(1)) {
    const at = parseInstant(line.slice(0, line.indexOf(',')));
    if (at !== undefined && (horizon === undefined || at > horizon)) horizon = at;
  }
  if (horizon === undefined) throw new UsageError(`${path}: found no instant in its first column, expected as_of`);
  return horizon;
}
