import { readChecked } from '../../../src/document/checkedFile.ts';
import type { Files } from '../../../src/document/files.ts';
import { formatPath, type Path } from '../../../src/document/path.ts';
import { problemAt, UNKNOWN_NAME, type Problem } from '../../../src/document/problem.ts';
import { foundText, positionAt, treeAt, type Tree } from '../../../src/document/tree.ts';
import { digest } from '../../scenario/hash.ts';
import { openScenario, type LoadedScenario, type LoadResult } from '../../scenario/load.ts';
import type { DesignMatrix } from '../design/designMatrix.ts';
import { assumedFactors, type AssumedFactors } from '../factor/assumedFactors.ts';
import { factorOf, levelsOf, type Factor } from '../factor/factors.ts';
import { ownValue } from '../factor/ownValue.ts';
import { settingText } from '../factor/shareGroups.ts';
import { SWEEP_FIELDS, sweepSchema, type SweepFile } from '../factor/sweepSchema.ts';
import { designFaults, designOf } from './sweepDesign.ts';
import { DEFAULT_OUTCOMES, OUTCOME_FORM, parseOutcome, type Outcome } from './sweepOutcomes.ts';

/** A sweep that is ready to be planned: its file checked, its factors found in the scenario, its design laid out. */
export interface Sweep {
  readonly name: string;
  readonly title: string;
  readonly file: SweepFile;
  readonly seed: string;
  readonly factors: readonly Factor[];
  /** If the file asks for all assumptions: the number with a stated range, and the number that is not moved. Otherwise 0. */
  readonly assumed: Pick<AssumedFactors, 'stated' | 'fixed'>;
  /** The points after the base point. The base point is number 0 and has the scenario's own value of every factor. */
  readonly design: DesignMatrix;
  readonly outcomes: readonly Outcome[];
  /** The precision of the base point's mean at which replications end; undefined: their number is fixed. */
  readonly stop:
    { readonly outcome: Outcome; readonly halfWidth: number; readonly replicationsMax: number } | undefined;
  /** The scenario before it is varied. */
  readonly base: LoadedScenario;
  /** Opens a scenario file once, and resolves it under settings. */
  readonly open: (path: string) => (set: readonly string[]) => LoadResult;
  /** The hashes of all texts that decide the points, by path. Undefined: the points depend on more than files. */
  readonly texts?: () => Readonly<Record<string, string>>;
}

export type SweepResult =
  { readonly ok: true; readonly sweep: Sweep } | { readonly ok: false; readonly problems: readonly Problem[] };

/** The coordinate at which a factor is tried. */
const MIDDLE = 0.5;

/** Reads and checks a sweep file and the scenario that it varies. Returns all problems at once. */
export function loadSweep(options: { readonly path: string; readonly files: Files }): SweepResult {
  const { path, files } = options;
  const file = readChecked(options, sweepSchema, SWEEP_FIELDS);
  if (!file.ok) return file;
  return prepareSweep(file.value, { files, place: (to) => files.beside(path, to), tree: file.tree, path });
}

/** Options of `prepareSweep`, besides the content of the file. */
export interface PrepareOptions {
  readonly files: Files;
  /** The path of a file that the sweep names. */
  readonly place: (path: string) => string;
  /** The tree of the sweep file, in which problems are located. Default: problems name `path` alone. */
  readonly tree?: Tree;
  readonly path: string;
}

/** Finds the factors of a sweep in its scenario and lays out its design. A sweep need not come from a file. */
export function prepareSweep(file: SweepFile, { files, place, tree, path }: PrepareOptions): SweepResult {
  const problems: Problem[] = [];
  const fault = (at: Path, about: Pick<Problem, 'expected' | 'nearest'> & { readonly found?: string }): void => {
    const position = tree ? positionAt(tree, at) : { file: path, line: 0, column: 0, layer: 0 };
    problems.push(problemAt(position, formatPath(at), { found: foundText(tree && treeAt(tree, at)), ...about }));
  };
  const hashes = new Map<string, string>();
  const hashing: Files = {
    read(at) {
      const text = files.read(at);
      hashes.set(at, digest(text));
      return text;
    },
    beside: (file_, at) => files.beside(file_, at),
  };
  const opened = new Map<string, (set: readonly string[]) => LoadResult>();
  const open = (at: string): ((set: readonly string[]) => LoadResult) => {
    const known = opened.get(at) ?? openScenario({ path: at, files: hashing });
    opened.set(at, known);
    return known;
  };
  const base = open(place(file.scenario))([]);
  if (!base.ok) return { ok: false, problems: base.errors };
  const factors: Factor[] = [];
  const { assumptions } = file;
  const isRight = (setting: string): boolean => open(place(file.scenario))([setting]).ok;
  const { factors: assumedSpecs, ...assumed } = assumptions
    ? assumedFactors(base, { ...assumptions, isRight })
    : { factors: {}, stated: 0, fixed: 0 };
  const specs = { ...sweepSchema.shape.factors.parse(assumedSpecs), ...file.factors };
  const hasScenarios = Object.values(specs).some(({ scenarios }) => scenarios !== undefined);
  for (const [name, spec] of Object.entries(specs)) {
    const placed =
      spec.scenarios && Object.fromEntries(Object.entries(spec.scenarios).map(([as, at]) => [as, place(at)]));
    const result = factorOf(name, placed ? { ...spec, scenarios: placed } : spec, base);
    if ('factor' in result) factors.push(result.factor);
    else fault(['factors', name, ...result.path], { expected: result.expected });
    // A path may also belong to another scenario of the sweep.
    if (!('factor' in result) || hasScenarios) continue;
    const unknown = unknownName(result.factor, base, open(place(file.scenario)));
    if (unknown !== undefined) fault(['factors', name, spec.paths ? 'paths' : 'path'], unknown);
  }
  if (Object.keys(specs).length === 0) fault(['factors'], { expected: 'at least one factor' });
  if (factors.filter(({ paths }) => paths.length === 0).length > 1)
    fault(['factors'], { found: 'several factors of whole scenarios', expected: 'at most one' });
  onSharedPath(factors, (name, other) =>
    fault(['factors', name], { found: `a path that ${other} varies too`, expected: 'each path in one factor' }),
  );
  const outcomeAt = (text: string, at: Path): Outcome | undefined => {
    const outcome = parseOutcome(text);
    const { from, horizon } = base.scenario;
    if (outcome === undefined) fault(at, { expected: OUTCOME_FORM });
    else if (outcome.day !== undefined && (outcome.day < from || outcome.day > horizon))
      fault(at, { expected: `a day from ${from} to ${horizon}, which the scenario simulates` });
    return outcome;
  };
  const named = file.outcomes.length > 0 ? file.outcomes : DEFAULT_OUTCOMES;
  const outcomes = named.flatMap((text, i) => outcomeAt(text, ['outcomes', i]) ?? []);
  const stopsAt = file.stop && outcomeAt(file.stop.outcome, ['stop', 'outcome']);
  for (const { field, ...found } of designFaults(file.design, factors)) fault([field], found);
  if (problems.length > 0) return { ok: false, problems };
  const seed = file.seed ?? base.scenario.seed;
  const design = designOf(file.design, factors, seed);
  const texts = (): Readonly<Record<string, string>> => {
    for (const factor of factors.filter(({ paths }) => paths.length === 0))
      for (const level of levelsOf(factor, 1)) open(factor.at(level).scenario as string)([]);
    return Object.fromEntries(hashes);
  };
  const stop = file.stop && stopsAt ? { ...file.stop, outcome: stopsAt } : undefined;
  const { name, title } = file;
  return {
    ok: true,
    sweep: { name, title, file, seed, factors, design, outcomes, stop, base, open, assumed, texts },
  };
}

/** The names that are expected in a path of a factor, if the path holds a name that no scenario has. */
function unknownName(
  factor: Factor,
  base: LoadedScenario,
  resolve: (set: readonly string[]) => LoadResult,
): Pick<Problem, 'expected' | 'nearest'> | undefined {
  for (const target of factor.at(MIDDLE).values) {
    if (ownValue(target.path, base) !== undefined) continue;
    const loaded = resolve([settingText(target)]);
    const problem = loaded.ok ? undefined : loaded.errors.find(({ found }) => found === UNKNOWN_NAME);
    if (problem === undefined) continue;
    const { expected, nearest } = problem;
    // Problems of the rules name a path within the rule set.
    const root = target.path[0] === 'amendments' ? 'amendments.' : '';
    return { expected, ...(nearest !== undefined && { nearest: `${root}${nearest}` }) };
  }
  return undefined;
}

/** Calls `tell` for each factor that varies a path which another one varies already. */
function onSharedPath(factors: readonly Factor[], tell: (name: string, other: string) => void): void {
  const owner = new Map<string, string>();
  for (const { name, paths } of factors)
    for (const path of paths) {
      const other = owner.get(path);
      if (other !== undefined && other !== name) tell(name, other);
      owner.set(path, name);
    }
}
