import { formatPath, parsePath, type Path } from '../../src/document/path.ts';
import { LAYER_BUILT_IN, LAYER_SET } from '../../src/document/layers.ts';
import type { Position } from '../../src/document/problem.ts';
import { positionAt, treeAt, type Tree } from '../../src/document/tree.ts';
import type { Scenario } from './schema.ts';

export type Mark = Scenario['marks'][number]['mark'];

/** One value of a resolved scenario and where it comes from. */
export interface MarkedLeaf {
  readonly path: string;
  readonly value: number | string | boolean | null;
  /** A number or a date that says something of the world: it needs a mark. */
  readonly isClaim: boolean;
  /** Null: nobody said where it comes from. */
  readonly mark: Mark | null;
  readonly note: string;
  /** Where it stands; undefined for a default. */
  readonly position: Position | undefined;
}

/** Settings of a run, not claims about the world: they need no mark. */
const NO_CLAIM: readonly string[] = ['$schema', 'format', 'extends', 'name', 'title', 'seed', 'replications', 'asOf', 'ends']; // prettier-ignore
const DATE = /^\d{4}-\d\d-\d\d$/;

/** The share that a link class takes when it names none. */
const REMAINDER = { mark: 'our assumption', note: 'the remainder of the classes' } as const;

interface Pattern {
  readonly path: Path;
  readonly mark: Mark;
  readonly note: string;
  readonly layer: number;
  /** Position among the marks and among the paths of the mark, for messages. */
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
        position: leaf?.position,
      };
    const { mark, note } = isRemainder ? REMAINDER : markOf(path, leaf?.position.layer ?? LAYER_BUILT_IN, patterns);
    return { path: formatPath(path), value, isClaim, mark, note, position: leaf?.position };
  });
}

/** Marks that cover nothing: misspelt, or left behind when their values went. */
export function idleMarks(scenario: Scenario, tree: Tree): readonly { path: Path; pattern: string }[] {
  const leaves = leavesOf(scenario);
  return patternsOf(scenario, tree)
    .filter((pattern) => !leaves.some(({ path }) => covers(pattern.path, path)))
    .map(({ path, at }) => ({ path: at, pattern: formatPath(path) }));
}

function patternsOf(scenario: Scenario, tree: Tree): readonly Pattern[] {
  return scenario.marks.flatMap(({ paths, mark, note }, i) =>
    paths.flatMap((text, j): Pattern[] => {
      const path = parsePath(text);
      const at = ['marks', i, 'paths', j];
      return path ? [{ path, mark, note, layer: positionAt(tree, at).layer, at }] : [];
    }),
  );
}

/**
 * The longest pattern that covers the path, the last of equals. A mark speaks of its own file and of those that the file
 * extends: what a later file or `--set` changes is no longer what the mark vouched for.
 */
function markOf(
  path: Path,
  layer: number,
  patterns: readonly Pattern[],
): { readonly mark: Mark | null; readonly note: string } {
  if (layer === LAYER_BUILT_IN) return { mark: 'our assumption', note: 'default' };
  if (layer === LAYER_SET) return { mark: 'our assumption', note: '--set' };
  let best: Pattern | undefined;
  for (const pattern of patterns) {
    if (pattern.layer < layer || !covers(pattern.path, path)) continue;
    if (best === undefined || weight(pattern.path) >= weight(best.path)) best = pattern;
  }
  return best ? { mark: best.mark, note: best.note } : { mark: null, note: '' };
}

/** Length first, then names rather than stars. */
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
    if (path[0] === 'marks' || value === undefined) return; // they are printed beside what they mark
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
