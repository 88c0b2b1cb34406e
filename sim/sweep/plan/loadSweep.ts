import { readChecked } from '../../../src/document/checkedFile.ts';
import type { Files } from '../../../src/document/files.ts';
import { formatPath, type Path } from '../../../src/document/path.ts';
import { problemAt, type Problem } from '../../../src/document/problem.ts';
import { foundText, positionAt, treeAt, type Tree } from '../../../src/document/tree.ts';
import { digest } from '../../scenario/hash.ts';
import { openScenario, type LoadedScenario, type LoadResult } from '../../scenario/load.ts';
import type { DesignMatrix } from '../design/designMatrix.ts';
import { grid } from '../design/grid.ts';
import { latinHypercube } from '../design/latinHypercube.ts';
import { morrisDesign } from '../design/morrisDesign.ts';
import { oneAtATime } from '../design/oneAtATime.ts';
import { SALTELLI_FACTORS_MAX, saltelliDesign } from '../design/saltelliDesign.ts';
import { shiftedSobol, SOBOL_DIMENSIONS_MAX } from '../design/sobolSequence.ts';
import { assumedFactors, type AssumedFactors } from '../factor/assumedFactors.ts';
import { factorOf, levelsOf, type Factor } from '../factor/factors.ts';
import { SWEEP_FIELDS, sweepSchema, type DesignSpec, type SweepFile } from '../factor/sweepSchema.ts';
import { designDice } from '../sweepDice.ts';
import { DEFAULT_OUTCOMES, OUTCOME_FORM, parseOutcome, type Outcome } from './sweepOutcomes.ts';

/** A sweep that is ready to be planned: its file checked, its factors found in the scenario, its design laid out. */
export interface Sweep {
  readonly name: string;
  readonly title: string;
  readonly file: SweepFile;
  readonly seed: string;
  readonly factors: readonly Factor[];
  /** Of the assumptions, where the file asks for all of them: how many have a stated range, and how many stay. */
  readonly assumed: Pick<AssumedFactors, 'stated' | 'fixed'>;
  /** The points after the base point, which is number 0 and has every factor as the scenario has it. */
  readonly design: DesignMatrix;
  readonly outcomes: readonly Outcome[];
  /** Take replications until the base point's mean is known so well; undefined: a fixed number. */
  readonly stop:
    { readonly outcome: Outcome; readonly halfWidth: number; readonly replicationsMax: number } | undefined;
  /** The scenario that is varied, as it is. */
  readonly base: LoadedScenario;
  /** Opens a scenario file once, and resolves it under settings. */
  readonly open: (path: string) => (set: readonly string[]) => LoadResult;
  /** The hashes of all texts that decide the points, by path. Undefined: its points do not come from files alone. */
  readonly texts?: () => Readonly<Record<string, string>>;
}

export type SweepResult =
  { readonly ok: true; readonly sweep: Sweep } | { readonly ok: false; readonly problems: readonly Problem[] };

/** Points that a design may have; ours. A grid grows fast, and a mistyped one should be an error and not a month. */
const POINTS_MAX = 200_000;

/** Reads and checks a sweep file and the scenario it varies. Everything that is wrong is returned at once. */
export function loadSweep(options: { readonly path: string; readonly files: Files }): SweepResult {
  const { path, files } = options;
  const file = readChecked(options, sweepSchema, SWEEP_FIELDS);
  if (!file.ok) return file;
  return prepareSweep(file.value, { files, place: (to) => files.beside(path, to), tree: file.tree, path });
}

/** What a sweep is prepared with, besides what its file says. */
export interface PrepareOptions {
  readonly files: Files;
  /** The path of a file that the sweep names. */
  readonly place: (path: string) => string;
  /** Where problems are shown: the tree of the sweep file, if there is one. */
  readonly tree?: Tree;
  readonly path: string;
}

/** Finds the factors of a sweep in its scenario and lays out its design. For sweeps that no file says, too. */
export function prepareSweep(file: SweepFile, { files, place, tree, path }: PrepareOptions): SweepResult {
  const problems: Problem[] = [];
  const fault = (at: Path, about: { readonly found?: string; readonly expected: string }): void => {
    const position = tree ? positionAt(tree, at) : { file: path, line: 0, column: 0, layer: 0 };
    const found = about.found ?? foundText(tree && treeAt(tree, at));
    problems.push(problemAt(position, formatPath(at), { found, expected: about.expected }));
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
  for (const [name, spec] of Object.entries(specs)) {
    const placed =
      spec.scenarios && Object.fromEntries(Object.entries(spec.scenarios).map(([as, at]) => [as, place(at)]));
    const result = factorOf(name, placed ? { ...spec, scenarios: placed } : spec, base);
    if ('factor' in result) factors.push(result.factor);
    else fault(['factors', name, ...result.path], { expected: result.expected });
  }
  if (Object.keys(specs).length === 0) fault(['factors'], { expected: 'at least one factor' });
  if (factors.filter(({ paths }) => paths.length === 0).length > 1)
    fault(['factors'], { found: 'several factors of whole scenarios', expected: 'at most one' });
  twice(factors, (name, other) =>
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
  const count = pointsOf(file.design, factors);
  if (count > POINTS_MAX) fault(['design'], { found: `${count} points`, expected: `at most ${POINTS_MAX} points` });
  const dimensions = { sobol: SOBOL_DIMENSIONS_MAX, saltelli: SALTELLI_FACTORS_MAX }[file.design.kind as 'sobol'];
  if (dimensions !== undefined && factors.length > dimensions)
    fault(['factors'], { found: `${factors.length} factors`, expected: `at most ${dimensions} in this design` });
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

function twice(factors: readonly Factor[], tell: (name: string, other: string) => void): void {
  const owner = new Map<string, string>();
  for (const { name, paths } of factors)
    for (const path of paths) {
      const other = owner.get(path);
      if (other !== undefined && other !== name) tell(name, other);
      owner.set(path, name);
    }
}

/** How many points a design has, before it is laid out. */
function pointsOf(design: DesignSpec, factors: readonly Factor[]): number {
  const levels = (count: number): readonly number[] => factors.map((factor) => levelsOf(factor, count).length);
  switch (design.kind) {
    case 'oneAtATime':
      return levels(design.levels).reduce((sum, count) => sum + count, 0);
    case 'grid':
      return levels(design.levels).reduce((product, count) => product * count, 1);
    case 'lhs':
    case 'sobol':
      return design.points;
    case 'morris':
      return design.trajectories * (factors.length + 1);
    case 'saltelli':
      return design.samples * (factors.length + 2);
  }
}

function designOf(design: DesignSpec, factors: readonly Factor[], seed: string): DesignMatrix {
  const dice = designDice(seed);
  switch (design.kind) {
    case 'oneAtATime':
      return oneAtATime(factors.map((factor) => levelsOf(factor, design.levels)));
    case 'grid':
      return grid(factors.map((factor) => levelsOf(factor, design.levels)));
    case 'lhs':
      return latinHypercube(design.points, factors.length, dice);
    case 'sobol':
      return shiftedSobol(design.points, factors.length, dice);
    case 'morris':
      return morrisDesign(factors.length, design, dice);
    case 'saltelli':
      return saltelliDesign(design.samples, factors.length, dice);
  }
}
