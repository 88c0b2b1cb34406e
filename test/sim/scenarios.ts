import { fileURLToPath } from 'node:url';
import { assert } from '../../src/assert.ts';
import { diskFiles } from '../../src/cli/shell/readText.ts';
import { formatProblems } from '../../src/document/problem.ts';
import { compileModel, type Model } from '../../sim/kernel/model/model.ts';
import { loadScenario, type LoadedScenario } from '../../sim/scenario/load.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** A scenario of the project by its path, with settings as `--set` takes them. */
export function scenarioAt(path: string, set: readonly string[] = []): LoadedScenario {
  const loaded = loadScenario({ path: `${ROOT}${path}`, files: diskFiles, set });
  assert(loaded.ok, loaded.ok ? '' : formatProblems(loaded.errors));
  return loaded;
}

export function modelAt(path: string, set: readonly string[] = []): Model {
  const { scenario, rules } = scenarioAt(path, set);
  return compileModel(scenario, rules);
}

/** Reaches every clause, check, effect, fault kind and end. */
export const EVERYTHING = 'test/sim/fixtures/everything.yaml';
