import { formatPath, type Path } from '../../../src/document/path.ts';
import { formatDay } from '../../../src/time.ts';
import type { Coordinate } from '../design/designMatrix.ts';
import { evenLevels } from '../design/grid.ts';
import { expandPath, ownValue, settingPathOf, type OwnValues } from './ownValue.ts';
import { quantileOf, type Belief } from './quantiles.ts';
import { dateAt, dayOf, isDateBound, shiftOf } from './dateRange.ts';
import type { PathValue } from './shareGroups.ts';
import { timesOf } from '../../scenario/schemaBasics.ts';
import { twelveDecimals } from '../../../src/text/twelveDecimals.ts';
import type { Bound, FactorDistribution, FactorSpec } from './sweepSchema.ts';

/** The settings of a factor at one coordinate. */
export interface FactorSetting {
  /** The value for tables: a number if the factor is numeric, otherwise text. */
  readonly label: string | number;
  readonly values: readonly PathValue[];
  /** The path of a scenario that replaces the sweep's; undefined: the sweep's own. */
  readonly scenario: string | undefined;
}

/** One thing that a sweep varies, with its paths found and its bounds known. */
export interface Factor {
  readonly name: string;
  readonly paths: readonly string[];
  /** The number of distinct values, for designs that take levels; undefined for ranges and distributions. */
  readonly choices: number | undefined;
  /** The scenario's own value; undefined for a factor of whole scenarios, or if the paths have different values. */
  readonly own: string | number | undefined;
  /** True if every label is a number. */
  readonly isNumeric: boolean;
  /** True if every path is in the rule set. Such a factor changes no life unless it changes when attempts end. */
  readonly isOfRules: boolean;
  at(coordinate: Coordinate): FactorSetting;
}

export type FactorResult = { readonly factor: Factor } | { readonly path: Path; readonly expected: string };

/** Prepares a factor for the scenario that it varies, or returns the field that is wrong and what is expected there. */
export function factorOf(name: string, spec: FactorSpec, own: OwnValues): FactorResult {
  if (spec.scenarios) return { factor: ofScenarios(name, spec.scenarios) };
  const texts = spec.paths ?? [spec.path as string];
  const targets: Path[] = [];
  for (const [i, text] of texts.entries()) {
    const at: Path = spec.paths ? ['paths', i] : ['path'];
    const pattern = settingPathOf(text);
    if (pattern === undefined) return { path: at, expected: 'a path, such as faults.data-error.share' };
    const found = expandPath(pattern, own);
    if (found.length === 0) return { path: at, expected: 'a path that names something in the scenario' };
    targets.push(...found);
  }
  const owns = targets.map((path) => ownValue(path, own));
  const missing = isRelative(spec) ? owns.findIndex((value) => typeof value !== 'number') : -1;
  if (missing >= 0)
    return {
      path: spec.paths ? ['paths', 0] : ['path'],
      expected: `a number that x1.5 can multiply at ${formatPath(targets[missing] as Path)}`,
    };
  const undated = isShift(spec) ? owns.findIndex((value) => dayOf('+0d', value) === undefined) : -1;
  if (undated >= 0)
    return {
      path: spec.paths ? ['paths', 0] : ['path'],
      expected: `a date that the factor can move at ${formatPath(targets[undated] as Path)}`,
    };
  const wrong = boundsFault(spec, owns);
  if (wrong !== undefined) return wrong;
  return { factor: ofPaths(name, spec, targets, owns) };
}

/** True if some number of the factor multiplies the scenario's own number. */
function isRelative(spec: FactorSpec): boolean {
  const numbers = [...(spec.values ?? []), ...(spec.range ?? []), ...Object.values(spec.distribution ?? {})];
  return numbers.some((value) => timesOf(value) !== undefined);
}

/** True if some value of the factor moves the scenario's own date. */
function isShift(spec: FactorSpec): boolean {
  return [...(spec.values ?? []), ...(spec.range ?? [])].some((value) => shiftOf(value) !== undefined);
}

function ofScenarios(name: string, scenarios: Readonly<Record<string, string>>): Factor {
  const names = Object.keys(scenarios);
  return {
    name,
    paths: [],
    choices: names.length,
    own: undefined,
    isNumeric: false,
    isOfRules: false,
    at(coordinate) {
      if (coordinate === null) return { label: '', values: [], scenario: undefined };
      const label = names[choiceAt(coordinate, names.length)] as string;
      return { label, values: [], scenario: scenarios[label] };
    },
  };
}

function ofPaths(name: string, spec: FactorSpec, targets: readonly Path[], owns: readonly unknown[]): Factor {
  const same = owns.every((value) => JSON.stringify(value) === JSON.stringify(owns[0])) ? owns[0] : undefined;
  const own = typeof same === 'number' || typeof same === 'string' ? same : same === undefined ? undefined : JSON.stringify(same); // prettier-ignore
  const at = (coordinate: Coordinate): FactorSetting => {
    if (coordinate === null) return { label: own ?? '', values: [], scenario: undefined };
    const values = targets.map((path, i) => ({ path, value: valueAt(spec, coordinate, owns[i]) }));
    return { label: labelOf(spec, coordinate, values), values, scenario: undefined };
  };
  const choices = spec.values?.length;
  const shown = choices === undefined ? [0, 1] : Array.from({ length: choices }, (_, i) => (i + 0.5) / choices);
  return {
    name,
    paths: targets.map(formatPath),
    choices,
    own,
    isNumeric: typeof own !== 'string' && shown.every((coordinate) => typeof at(coordinate).label === 'number'),
    isOfRules: targets.every(([first]) => first === 'amendments'),
    at,
  };
}

/** Shows the value if all paths have the same one, and otherwise the number by which they are multiplied. */
function labelOf(spec: FactorSpec, coordinate: number, values: readonly PathValue[]): string | number {
  const first = values[0]?.value;
  if (values.every(({ value }) => value === first)) return typeof first === 'number' ? first : labelText(first);
  // Dates that move together differ, and the first of them stands for all.
  if (isShift(spec)) return labelText(first);
  const unit = valueAt({ ...spec, whole: false }, coordinate, 1);
  return typeof unit === 'number' ? `x${unit}` : labelText(unit);
}

function labelText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function choiceAt(coordinate: number, choices: number): number {
  return Math.min(choices - 1, Math.floor(coordinate * choices));
}

function valueAt(spec: FactorSpec, coordinate: number, own: unknown): unknown {
  if (spec.values) {
    const chosen = spec.values[choiceAt(coordinate, spec.values.length)];
    if (shiftOf(chosen) !== undefined) return formatDay(dayOf(chosen, own) as number);
    const times = timesOf(chosen);
    return times === undefined ? chosen : rounded(times * (own as number), spec.whole);
  }
  const u = Math.min(Math.max(coordinate, 0), 1);
  if (spec.distribution) return rounded(quantileOf(beliefOf(spec.distribution, own), u), spec.whole);
  const range = spec.range as NonNullable<FactorSpec['range']>;
  if (range.some(isDateBound)) {
    const [first, last] = range.map((end) => dayOf(end, own)) as [number, number];
    return dateAt(first, last, u);
  }
  const [from, to] = range.map((end) => boundOf(end, own, spec.whole)) as [number, number];
  // In a range of whole numbers every number is equally likely: 5 to 14 are ten numbers.
  if (spec.whole && !spec.log) return Math.min(to, Math.floor(from + u * (to - from + 1)));
  const value = spec.log ? quantileOf({ kind: 'logUniform', from, to }, u) : from + (to - from) * u;
  return rounded(value, spec.whole);
}

function rounded(value: number, whole: boolean): number {
  return whole ? Math.round(value) : twelveDecimals(value);
}

function boundOf(bound: Bound, own: unknown, whole = false): number {
  const times = timesOf(bound);
  return times === undefined ? (bound as number) : rounded(times * (own as number), whole);
}

/** The distribution with absolute numbers in place of relative ones. */
function beliefOf(distribution: FactorDistribution, own: unknown): Belief {
  const numbers = Object.entries(distribution).map(([name, value]) => [name, name === 'kind' ? value : boundOf(value, own)]); // prettier-ignore
  return Object.fromEntries(numbers) as Belief;
}

function boundsFault(
  spec: FactorSpec,
  owns: readonly unknown[],
): { readonly path: Path; readonly expected: string } | undefined {
  for (const own of owns) {
    if (spec.range?.some(isDateBound)) {
      const fault = datesFault(spec, own);
      if (fault !== undefined) return { path: ['range'], expected: fault };
    } else if (spec.range) {
      const [from, to] = spec.range.map((bound) => boundOf(bound, own, spec.whole)) as [number, number];
      if (from > to) return { path: ['range'], expected: 'the smaller end first' };
      if (spec.log && from <= 0)
        return { path: ['range'], expected: 'both ends above 0, since the range is cut by ratio' };
      if (spec.whole && !(Number.isInteger(from) && Number.isInteger(to)) && !spec.log)
        return { path: ['range'], expected: 'whole numbers, since whole is true' };
    }
    if (!spec.distribution) continue;
    const belief = beliefOf(spec.distribution, own);
    if ('from' in belief && belief.from > belief.to) return { path: ['distribution'], expected: 'from not above to' };
    if (belief.kind === 'logUniform' && belief.from <= 0)
      return { path: ['distribution', 'from'], expected: 'above 0' };
    if (belief.kind === 'logNormal' && belief.median <= 0)
      return { path: ['distribution', 'median'], expected: 'above 0' };
    if (belief.kind === 'triangular' && (belief.mode < belief.from || belief.mode > belief.to))
      return { path: ['distribution', 'mode'], expected: 'a mode between from and to' };
  }
  return undefined;
}

/** Checks a range of dates. Returns what is expected instead, or undefined if the range is right. */
function datesFault({ range, log, whole }: FactorSpec, own: unknown): string | undefined {
  const days = (range ?? []).map((end) => dayOf(end, own));
  const [from, to] = days;
  if (from === undefined || to === undefined) return 'two dates, or two shifts such as [-14d, +14d]';
  if (from > to) return 'the earlier date first';
  return log || whole ? 'neither log nor whole with dates: they move by whole days' : undefined;
}

/** The coordinates of a factor in a design of levels: its choices, or coordinates at equal distances. */
export function levelsOf(factor: Factor, levels: number): readonly number[] {
  if (factor.choices === undefined) return evenLevels(levels);
  const { choices } = factor;
  return Array.from({ length: choices }, (_, i) => (i + 0.5) / choices);
}
