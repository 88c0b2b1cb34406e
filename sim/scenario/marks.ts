import { formatPath, parsePath, type Path } from '../../src/document/path.ts';
import { LAYER_BUILT_IN, LAYER_SET } from '../../src/document/layers.ts';
import type { Position } from '../../src/document/problem.ts';
import { positionAt, treeAt, type Tree } from '../../src/document/tree.ts';
import type { Scenario } from './schema.ts';
import type { RangeEnd } from './schemaBasics.ts';

export type Mark = Scenario['marks'][number]['mark'];

/** One value of a resolved scenario and its origin. */
export interface MarkedLeaf {
  readonly path: string;
  readonly value: number | string | boolean | null;
  /** True for a number or a date that makes a claim about the world. It needs a mark. */
  readonly isClaim: boolean;
  /** The mark; null if the file states no origin. */
  readonly mark: Mark | null;
  readonly note: string;
  /** Where the number may lie, as its mark states it; null if the mark states nothing. `rangeOf` makes numbers of it. */
  readonly range: readonly [RangeEnd, RangeEnd] | null;
  /** The position of the value; undefined for a default. */
  readonly position: Position | undefined;
}

/** Settings of a run. They make no claim about the world and need no mark. */
const NO_CLAIM: readonly string[] = ['$schema', 'format', 'extends', 'name', 'title', 'seed', 'replications', 'asOf', 'ends']; // prettier-ignore
const DATE = /^\d{4}-\d\d-\d\d$/;

/** The mark of the share of a link class that names none: the class takes the remainder. */
const REMAINDER = { mark: 'our assumption', note: 'the remainder of the classes', range: null } as const;

interface Pattern {
  readonly path: Path;
  readonly mark: Mark;
  readonly note: string;
  readonly range: MarkedLeaf['range'];
  readonly layer: number;
  /** The position among the marks and among the paths of the mark, for messages. */
  readonly at: Path;
}

/** Every value of a resolved scenario in order, with its mark. */
export function markedLeaves(scenario: Scenario, tree: Tree): readonly MarkedLeaf[] {
  const patterns = patternsOf(scenario, tree);
  return leavesOf(scenario).map(({ path, value, isClaim }) => {
    const leaf = treeAt(tree, path);
    const isRemainder = leaf === undefined && path.at(-3) === 'classes' && path.at(-1) === 'share';
    if (NO_CLAIM.includes(String(path[0])))
      return {
        path: formatPath(path),
        value,
        isClaim,
        mark: null,
        note: leaf ? '' : 'default',
        range: null,
        position: leaf?.position,
      };
    const found = isRemainder ? REMAINDER : markOf(path, leaf?.position.layer ?? LAYER_BUILT_IN, patterns);
    const { mark, note, range } = found;
    return { path: formatPath(path), value, isClaim, mark, note, range, position: leaf?.position };
  });
}

/** Marks that cover nothing: they are misspelt, or their values have been removed. */
export function idleMarks(scenario: Scenario, tree: Tree): readonly { path: Path; pattern: string }[] {
  const leaves = leavesOf(scenario);
  return patternsOf(scenario, tree)
    .filter((pattern) => !leaves.some(({ path }) => covers(pattern.path, path)))
    .map(({ path, at }) => ({ path: at, pattern: formatPath(path) }));
}

/** Stated ranges that a number lies outside of: a misprint, or a number that was changed without its range. */
export function strayRanges(
  scenario: Scenario,
  tree: Tree,
): readonly { readonly path: Path; readonly found: string; readonly expected: string }[] {
  const patterns = patternsOf(scenario, tree);
  return leavesOf(scenario).flatMap(({ path, value, isClaim }) => {
    const layer = treeAt(tree, path)?.position.layer ?? LAYER_BUILT_IN;
    const { range, at } = markOf(path, layer, patterns);
    if (!isClaim || typeof value !== 'number' || range === null || at === undefined) return [];
    const [low, high] = range;
    // Relative ends hold every number, so only plain ones can be wrong.
    const isAbove = typeof low === 'number' && low > value;
    const isBelow = typeof high === 'number' && high < value;
    if (!isAbove && !isBelow) return [];
    const found = `[${low}, ${high}] for ${value} at ${formatPath(path)}`;
    return [{ path: [...at.slice(0, 2), 'range'], found, expected: 'a range that holds the number' }];
  });
}

function patternsOf(scenario: Scenario, tree: Tree): readonly Pattern[] {
  return scenario.marks.flatMap(({ paths, mark, note, range = null }, i) =>
    paths.flatMap((text, j): Pattern[] => {
      const path = parsePath(text);
      const at = ['marks', i, 'paths', j];
      return path ? [{ path, mark, note, range, layer: positionAt(tree, at).layer, at }] : [];
    }),
  );
}

/**
 * Finds the mark of a path: the longest pattern that covers the path, and among equals the last. A mark applies to its
 * own file and to the files that this file extends. If a later file or `--set` changes the value, the mark no longer
 * applies.
 */
function markOf(
  path: Path,
  layer: number,
  patterns: readonly Pattern[],
): Pick<MarkedLeaf, 'mark' | 'note' | 'range'> & { readonly at?: Path } {
  if (layer === LAYER_BUILT_IN) return { mark: 'our assumption', note: 'default', range: null };
  if (layer === LAYER_SET) return { mark: 'our assumption', note: '--set', range: null };
  let best: Pattern | undefined;
  for (const pattern of patterns) {
    if (pattern.layer < layer || !covers(pattern.path, path)) continue;
    if (best === undefined || weight(pattern.path) >= weight(best.path)) best = pattern;
  }
  return best ?? { mark: null, note: '', range: null };
}

/** Compares patterns by length first; at equal length, names outweigh stars. */
function weight(pattern: Path): number {
  return pattern.length * 1000 - pattern.filter((part) => part === '*').length;
}

function covers(pattern: Path, path: Path): boolean {
  return pattern.length <= path.length && pattern.every((part, i) => part === '*' || String(part) === String(path[i]));
}

interface Leaf {
  readonly path: Path;
  readonly value: MarkedLeaf['value'];
  readonly isClaim: boolean;
}

function leavesOf(scenario: Scenario): readonly Leaf[] {
  const leaves: Leaf[] = [];
  const walk = (value: unknown, path: Path): void => {
    if (path[0] === 'marks' || value === undefined) return; // marks are printed beside the values that they mark
    if (Array.isArray(value)) value.forEach((item, i) => walk(item, [...path, i]));
    else if (typeof value === 'object' && value !== null)
      for (const [name, item] of Object.entries(value)) walk(item, [...path, name]);
    else leaves.push({ path, value: value as Leaf['value'], isClaim: isClaim(value, path) });
  };
  walk(scenario, []);
  return leaves;
}

function isClaim(value: unknown, path: Path): boolean {
  if (NO_CLAIM.includes(String(path[0]))) return false;
  return typeof value === 'number' || (typeof value === 'string' && DATE.test(value));
}
