import { dirname, relative, resolve, sep } from 'node:path';
import { loadScenario } from '../../../sim/scenario/load.ts';
import type { ScenarioSource } from '../../../sim/browser/protocol.ts';
import { filesOf } from '../../document/files.ts';
import { parseYaml } from '../../document/parse.ts';
import { plainOf } from '../../document/tree.ts';
import type { ScenarioFile } from '../shell/scenarioFile.ts';
import { readText } from '../shell/readText.ts';

/**
 * The texts that a scenario was read from, for a page that reads it again. Names are relative to the folder that holds
 * all of them, and comments are left out, because a page is handed on. Returns undefined if the texts alone do not give
 * the same scenario, as where a file is named by an absolute path.
 */
export function scenarioTexts(file: ScenarioFile, set: readonly string[]): ScenarioSource | undefined {
  const paths = file.sources.map((path) => resolve(path));
  const root = commonFolder(paths);
  const nameOf = (path: string): string => relative(root, path).split(sep).join('/');
  const texts = Object.fromEntries(paths.map((path) => [nameOf(path), textWithoutComments(path)]));
  const source = { path: nameOf(resolve(file.path)), texts, set };
  const again = loadScenario({ path: source.path, files: filesOf(texts), set });
  return again.ok && again.hash === file.hash ? source : undefined;
}

function commonFolder(paths: readonly string[]): string {
  let folder = dirname(paths[0] ?? '.');
  const holds = (path: string): boolean => !relative(folder, path).startsWith('..');
  while (!paths.every(holds) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}

/** YAML as JSON, which is YAML too; other files as they are. */
function textWithoutComments(path: string): string {
  const text = readText(path);
  if (!/\.ya?ml$/.test(path)) return text;
  const parsed = parseYaml(text, { file: path, layer: 0 });
  return parsed.tree === undefined ? text : JSON.stringify(plainOf(parsed.tree));
}
