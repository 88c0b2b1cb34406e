import { isRulesFile, resolveRules } from '../../src/rules/resolveRules.ts';
import { settingOf } from '../../src/rules/amend.ts';
import type { RuleSet } from '../../src/rules/ruleset.ts';
import { endOfLondonDate, parseDate } from '../../src/time.ts';
import type { FieldSchema } from '../../src/document/fields.ts';
import { faultProblem } from '../../src/document/fieldFault.ts';
import { remembered, type Files } from '../../src/document/files.ts';
import { readLayers, type Layers } from '../../src/document/layers.ts';
import type { MergeOptions } from '../../src/document/merge.ts';
import { parsePath, type Path } from '../../src/document/path.ts';
import { problemAt, type Position, type Problem } from '../../src/document/problem.ts';
import { applySetting, parseSetting } from '../../src/document/settings.ts';
import { foundText, plainOf, positionAt, treeAt, type Tree } from '../../src/document/tree.ts';
import { offendingPaths, zodProblems } from '../../src/document/zodProblems.ts';
import type { Fault } from './numberChecks.ts';
import { scenarioFaults } from './scenarioChecks.ts';
import { scenarioWarnings } from './scenarioWarnings.ts';
import { fitFaults } from './fitLines.ts';
import { scenarioHash } from './hash.ts';
import { idleMarks, markedLeaves, strayRanges, type MarkedLeaf } from './marks.ts';
import { canonical, withoutPaths } from './resolve.ts';
import { SCENARIO_FIELDS, scenarioSchema, type Scenario } from './schema.ts';

export type ScenarioProblem = Problem;

/** A scenario that was read without an error, with its rules, its hash and the mark of every number. */
export interface LoadedScenario {
  readonly ok: true;
  /** The path of the file that was asked for. */
  readonly path: string;
  /**
   * The scenario with every default resolved. The names of every map are in code-unit order, so that no result depends
   * on the order of a file.
   */
  readonly scenario: Scenario;
  /** The rule set that results from `rules` and `amendments`. */
  readonly rules: RuleSet;
  readonly hash: string;
  /** The number of scenario files that were merged through `extends`. */
  readonly layers: number;
  /** Every file that was read, the one asked for first. */
  readonly sources: readonly string[];
  /** The path of the comparison data, as `files` takes it; undefined if the scenario names none. */
  readonly publishedVolumes: string | undefined;
  readonly publishedSeries: string | undefined;
  /** Returns the position of a value; undefined for a default. */
  readonly positions: (path: string) => Position | undefined;
  readonly marks: readonly MarkedLeaf[];
  /** Findings that are not errors: marks that match no value, and the findings in `idle`. */
  readonly warnings: readonly ScenarioProblem[];
  /** The warnings about values that change nothing, such as an outage whose days lie outside the simulation. */
  readonly idle: readonly ScenarioProblem[];
}

/** A loaded scenario, or everything that is wrong with the file. */
export type LoadResult = LoadedScenario | { readonly ok: false; readonly errors: readonly ScenarioProblem[] };

const { rules: rulesField, horizon: horizonField } = SCENARIO_FIELDS.properties as Readonly<
  Record<string, FieldSchema>
>;
const DEFAULT_RULES = rulesField?.default as string;
const DEFAULT_HORIZON = horizonField?.default as string;

/**
 * The rules for merging scenarios. A distribution, a contact mode and a success chance have one kind each, so another
 * kind replaces them. The marks of a file are added to those of the file it extends.
 */
const MERGE: MergeOptions = {
  discriminators: ['kind', 'mode'],
  whole: ['success'],
  nullable: ['inForceFrom'],
  appended: ['marks'],
};

/** Reads a scenario through `files`, merges, checks and resolves it. All faults are returned at once. */
export function loadScenario(options: { path: string; files: Files; set?: readonly string[] }): LoadResult {
  return openScenario(options)(options.set ?? []);
}

/**
 * Reads the files of a scenario once. The returned function resolves them with settings `path=value`. It may be called
 * often: a sweep calls it thousands of times.
 */
export function openScenario(options: { path: string; files: Files }): (set: readonly string[]) => LoadResult {
  const files = remembered(options.files);
  const layers = readLayers({ path: options.path, files, merge: MERGE });
  return (set) => resolveLayers(layers, { path: options.path, files, set });
}

function resolveLayers(layers: Layers, options: { path: string; files: Files; set: readonly string[] }): LoadResult {
  const errors: Problem[] = [...layers.problems];
  if (layers.tree === undefined) return { ok: false, errors };
  const tree = withSettings(layers.tree, options.set, errors);
  if (!layers.complete) return { ok: false, errors };

  const { scenario, wrong } = parseScenario(tree, errors);
  const rules = rulesOf(tree, { path: options.path, files: options.files, horizon: scenario?.horizon });
  if (!rules.ok) errors.push(...rules.problems);
  if (scenario === undefined) return { ok: false, errors: errors.sort(byPlace) };
  const sources = [...layers.files];
  const fileOf = (field: 'publishedVolumes' | 'publishedSeries' | 'rules', text: string): string =>
    options.files.beside(fileNaming(tree, field, options.path), text);
  const publishedVolumes = scenario.publishedVolumes && fileOf('publishedVolumes', scenario.publishedVolumes);
  const publishedSeries = scenario.publishedSeries && fileOf('publishedSeries', scenario.publishedSeries);
  for (const [field, path] of Object.entries({ publishedVolumes, publishedSeries }))
    if (path !== undefined) readable(path, field, { tree, files: options.files, sources, errors });
  const faults = [...scenarioFaults(scenario), ...fitFaults(scenario, publishedVolumes, options.files)];
  const problemOf = (fault: Fault): Problem => faultProblem(tree, fault);
  for (const fault of faults.filter(({ path }) => !wrong.some((other) => overlap(other, path))))
    errors.push(problemOf(fault));
  if (!rules.ok || errors.length > 0) return { ok: false, errors: errors.sort(byPlace) };
  // A mark of an extended file covers nothing if the extending file replaced its numbers. That is no mistake.
  const marks = (): Problem[] =>
    [
      ...idleMarks(scenario, tree).map(({ path, pattern }) =>
        problemOf({ path, found: pattern, expected: 'a path that covers a number or a date' }),
      ),
      ...strayRanges(scenario, tree).map(problemOf),
    ].filter(({ file }) => file === options.path);
  return {
    ok: true,
    path: options.path,
    scenario,
    rules: rules.rules,
    hash: scenarioHash(scenario, rules.rules),
    layers: layers.files.length,
    sources: [...sources, ...rules.sources],
    publishedVolumes,
    publishedSeries,
    positions: (text) => {
      const path = parsePath(text);
      return path && treeAt(tree, path) && positionAt(tree, path);
    },
    // Marks are computed on demand, because a sweep resolves thousands of points and reads the marks of none.
    get marks() {
      return markedLeaves(scenario, tree);
    },
    get idle() {
      return scenarioWarnings(scenario).map(problemOf);
    },
    get warnings() {
      return [...marks(), ...this.idle];
    },
  };
}

function withSettings(tree: Tree, set: readonly string[], errors: Problem[]): Tree {
  let result = tree;
  for (const text of set) {
    const setting = parseSetting(text, { flag: '--set', toPath: settingPath });
    const next = 'tree' in setting ? applySetting(result, setting, { schema: SCENARIO_FIELDS, merge: MERGE }) : setting;
    if (!('kind' in next)) errors.push(ofRules(text, next));
    else if (text.trim().startsWith('extends'))
      errors.push({ file: `--set ${text}`, line: 0, column: 0, path: 'extends', found: 'extends', expected: 'another field: files are merged before --set' }); // prettier-ignore
    else result = next;
  }
  return result;
}

/** `rules` names the rule set. What is in it is changed through `amendments`. */
function ofRules(text: string, problem: Problem): Problem {
  const inside = /^\s*rules\.([^=]+)/.exec(text)?.[1];
  return inside === undefined ? problem : { ...problem, nearest: `amendments.${inside.trim()}` };
}

/** The path of a setting. The part after `amendments.` is one name, because it is a path into the rule set. */
function settingPath(text: string): Path | undefined {
  const amendment = /^amendments\.(.+)$/.exec(text)?.[1];
  return amendment === undefined ? parsePath(text) : ['amendments', amendment];
}

/**
 * Returns the resolved scenario. After failures it returns the part without the wrong fields, so that the checks across
 * fields can run too. Those checks report nothing about the wrong fields or the maps that contain them.
 */
function parseScenario(
  tree: Tree,
  errors: Problem[],
): { readonly scenario: Scenario | undefined; readonly wrong: readonly Path[] } {
  const plain = plainOf(tree);
  const parsed = scenarioSchema.safeParse(plain);
  if (parsed.success) return { scenario: canonical(parsed.data, SCENARIO_FIELDS), wrong: [] };
  errors.push(...zodProblems(parsed.error.issues, tree, SCENARIO_FIELDS));
  const wrong = offendingPaths(parsed.error.issues);
  const rest = scenarioSchema.safeParse(withoutPaths(plain, wrong));
  return { scenario: rest.success ? canonical(rest.data, SCENARIO_FIELDS) : undefined, wrong };
}

function overlap(a: Path, b: Path): boolean {
  return a.every((part, i) => i >= b.length || part === b[i]);
}

/**
 * True if the text is a date that the calendar has. The checks report a horizon outside the calendar; the rules are
 * still examined.
 */
function isKnownDate(text: string | undefined): text is string {
  return text !== undefined && parseDate(text) !== undefined;
}

/**
 * The file that contains a field. A path set on the command line is relative to the scenario, like the scenario's own
 * paths.
 */
function fileNaming(tree: Tree, field: string, path: string): string {
  const position = treeAt(tree, [field])?.position;
  return position && position.line > 0 ? position.file : path;
}

function readable(
  path: string,
  field: string,
  { tree, files, sources, errors }: { tree: Tree; files: Files; sources: string[]; errors: Problem[] },
): void {
  try {
    files.read(path);
    sources.push(path);
  } catch {
    errors.push(
      problemAt(positionAt(tree, [field]), field, {
        found: foundText(treeAt(tree, [field])),
        expected: 'a file that can be read',
        mend: `The path is relative to the file it stands in: ${path}.`,
      }),
    );
  }
}

/**
 * The rule set that results from `rules` and `amendments`, read from the tree. It is thus available even if the rest of
 * the scenario is wrong.
 */
function rulesOf(
  tree: Tree,
  options: { path: string; files: Files; horizon: string | undefined },
): ReturnType<typeof resolveRules> {
  const field = treeAt(tree, ['rules']);
  const amended = treeAt(tree, ['amendments']);
  const amendments =
    amended?.kind === 'map' ? [...amended.entries].map(([text, entry]) => settingOf(text, entry.tree)) : [];
  const asked = field?.kind === 'scalar' && typeof field.value === 'string' ? field.value : DEFAULT_RULES;
  const name = isRulesFile(asked) ? options.files.beside(fileNaming(tree, 'rules', options.path), asked) : asked;
  const result = resolveRules(name, {
    amendments,
    asOf: endOfLondonDate(isKnownDate(options.horizon) ? options.horizon : DEFAULT_HORIZON),
    files: options.files,
  });
  if (result.ok) return result;
  // A rule set that cannot be read is reported at the line that names it.
  const problems = result.problems.map((problem) =>
    problem.line === 0 && problem.file === name
      ? { ...problem, ...positionOf(tree, 'rules'), path: 'rules', found: `${JSON.stringify(asked)}, ${problem.found}` }
      : problem,
  ); // prettier-ignore
  return { ok: false, problems };
}

function positionOf(tree: Tree, field: string): Pick<Problem, 'file' | 'line' | 'column'> {
  const { file, line, column } = positionAt(tree, [field]);
  return { file, line, column };
}

function byPlace(a: Problem, b: Problem): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return a.line - b.line || a.column - b.column;
}
