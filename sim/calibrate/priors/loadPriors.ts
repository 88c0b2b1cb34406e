import { readChecked } from '../../../src/document/checkedFile.ts';
import { faultProblem } from '../../../src/document/fieldFault.ts';
import type { Files } from '../../../src/document/files.ts';
import type { Path } from '../../../src/document/path.ts';
import type { Problem } from '../../../src/document/problem.ts';
import type { Tree } from '../../../src/document/tree.ts';
import { openScenario, type LoadedScenario, type LoadResult } from '../../scenario/load.ts';
import type { Factor } from '../../sweep/factor/factors.ts';
import { assumedPriors } from './assumedPriors.ts';
import { priorFactor } from './priorFactor.ts';
import { PRIORS_FIELDS, priorsSchema, type PriorsFile } from './priorsSchema.ts';

/** Priors over the numbers of one scenario: the file checked, every parameter found in the scenario. */
export interface Priors {
  readonly name: string;
  readonly title: string;
  readonly file: PriorsFile;
  /** Seed of the draws, and of the lives that are lived under them. */
  readonly seed: string;
  /** What is drawn: the parameters of the file, then the assumptions that none of them names. */
  readonly parameters: readonly Factor[];
  /** The scenario with the file's settings, before any draw. */
  readonly base: LoadedScenario;
  /** Resolves the scenario under settings `path=value`, which come after those of the file. */
  readonly resolve: (settings: readonly string[]) => LoadResult;
}

export type PriorsResult =
  { readonly ok: true; readonly priors: Priors } | { readonly ok: false; readonly problems: readonly Problem[] };

/**
 * Reads a file of priors and the scenario whose numbers it is about. Everything that is wrong is returned at once.
 * @param path the file of priors
 * @param scenario the scenario file
 * @param set settings of the caller, before those of the file
 */
export function loadPriors(options: {
  readonly path: string;
  readonly scenario: string;
  readonly files: Files;
  readonly set?: readonly string[];
}): PriorsResult {
  const file = readChecked(options, priorsSchema, PRIORS_FIELDS);
  if (!file.ok) return file;
  return withScenario(file.value, { ...options, tree: file.tree });
}

function withScenario(
  file: PriorsFile,
  options: { readonly scenario: string; readonly files: Files; readonly tree: Tree; readonly set?: readonly string[] },
): PriorsResult {
  const { scenario, files, tree, set = [] } = options;
  const open = openScenario({ path: scenario, files });
  const plain = open(set);
  if (!plain.ok) return { ok: false, problems: plain.errors };
  const resolve = (more: readonly string[]): LoadResult => open([...set, ...file.set, ...more]);
  const base = resolve([]);
  if (!base.ok) {
    const problems = base.errors.map((error) => ({ ...error, path: `set: ${error.path}` }));
    return { ok: false, problems };
  }
  const problems: Problem[] = [];
  const parameters: Factor[] = [];
  const owner = new Map<string, string>();
  const fault = (path: Path, expected: string): void => void problems.push(faultProblem(tree, { path, expected }));
  for (const [name, spec] of Object.entries(file.parameters)) {
    const result = priorFactor(name, spec, base);
    if (!('factor' in result)) {
      fault(['parameters', name, ...result.path], result.expected);
      continue;
    }
    parameters.push(result.factor);
    for (const target of result.factor.paths) {
      const other = owner.get(target);
      if (other !== undefined) fault(['parameters', name], `each path in one parameter: ${target} is drawn by ${other} too`); // prettier-ignore
      owner.set(target, name);
    }
  }
  if (file.assumptions) parameters.push(...assumedPriors(base, { ...file.assumptions, taken: new Set(owner.keys()) }));
  if (parameters.length === 0) fault(['parameters'], 'at least one parameter, or assumptions');
  if (problems.length > 0) return { ok: false, problems };
  const { name, title } = file;
  return {
    ok: true,
    priors: { name, title, file, seed: file.seed ?? base.scenario.seed, parameters, base, resolve },
  };
}
