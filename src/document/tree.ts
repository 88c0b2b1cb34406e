import type { Path } from './path.ts';
import type { Position } from './problem.ts';

/**
 * A document in which every value holds the position where it was written. It is immutable: merging builds new maps
 * over shared leaves.
 */
export type Tree = MapTree | ListTree | ScalarTree;

export interface Entry {
  readonly key: Position;
  readonly tree: Tree;
}
export interface MapTree {
  readonly kind: 'map';
  readonly position: Position;
  readonly entries: ReadonlyMap<string, Entry>;
  /** The number of values in the tree, the tree itself included. */
  readonly size: number;
}
export interface ListTree {
  readonly kind: 'list';
  readonly position: Position;
  readonly items: readonly Tree[];
  readonly size: number;
}
export interface ScalarTree {
  readonly kind: 'scalar';
  readonly position: Position;
  readonly value: string | number | boolean | null;
  /** The text as it was written. */
  readonly text: string;
  readonly size: 1;
}

export function mapTree(entries: ReadonlyMap<string, Entry>, position: Position): MapTree {
  let size = 1;
  for (const entry of entries.values()) size += entry.tree.size;
  return { kind: 'map', position, entries, size };
}

export function listTree(items: readonly Tree[], position: Position): ListTree {
  let size = 1;
  for (const item of items) size += item.size;
  return { kind: 'list', position, items, size };
}

/**
 * Makes a tree of a plain value. Every node gets the same position: a built-in document has no lines, nor has the
 * command line.
 */
export function treeOf(value: unknown, position: Position): Tree {
  if (Array.isArray(value))
    return listTree(
      value.map((item) => treeOf(item, position)),
      position,
    );
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(
      ([name, item]) => [name, { key: position, tree: treeOf(item, position) }] as const,
    );
    return mapTree(new Map(entries), position);
  }
  const scalar = value as ScalarTree['value'];
  return { kind: 'scalar', position, value: scalar, text: String(value), size: 1 };
}

/** Returns the plain value of a tree. `fromEntries` makes every name an own property, `__proto__` too. */
export function plainOf(tree: Tree): unknown {
  switch (tree.kind) {
    case 'scalar':
      return tree.value;
    case 'list':
      return tree.items.map(plainOf);
    case 'map':
      return Object.fromEntries([...tree.entries].map(([name, entry]) => [name, plainOf(entry.tree)]));
  }
}

export function treeAt(root: Tree, path: Path): Tree | undefined {
  let tree: Tree | undefined = root;
  for (const part of path) tree = tree === undefined ? undefined : childOf(tree, part);
  return tree;
}

function childOf(tree: Tree, part: string | number): Tree | undefined {
  if (tree.kind === 'map') return tree.entries.get(String(part))?.tree;
  return tree.kind === 'list' && typeof part === 'number' ? tree.items[part] : undefined;
}

/**
 * The position of the value at a path. If there is no such value, the position of the innermost map or list around it.
 */
export function positionAt(root: Tree, path: Path): Position {
  for (let length = path.length; length > 0; length -= 1) {
    const tree = treeAt(root, path.slice(0, length));
    if (tree === undefined) continue;
    // A map that lacks a name is reported at its own key, because the map itself begins a line later.
    if (length < path.length) return keyPositionAt(root, path.slice(0, length)) ?? tree.position;
    return tree.position;
  }
  return root.position;
}

/** The position of the name of a value. */
export function keyPositionAt(root: Tree, path: Path): Position | undefined {
  const around = treeAt(root, path.slice(0, -1));
  return around?.kind === 'map' ? around.entries.get(String(path.at(-1)))?.key : undefined;
}

/** Describes a value in a few words. */
export function foundText(tree: Tree | undefined): string {
  if (tree === undefined) return 'nothing';
  if (tree.kind === 'map') return tree.entries.size === 0 ? 'an empty map' : 'a map';
  if (tree.kind === 'list') return `a list of ${tree.items.length}`;
  if (tree.value === null) return 'nothing (null)';
  const text = tree.text.length > 60 ? `${tree.text.slice(0, 57)}...` : tree.text;
  return typeof tree.value === 'string' ? JSON.stringify(text) : text;
}
