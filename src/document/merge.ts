import { listTree, mapTree, type Entry, type MapTree, type Tree } from './tree.ts';

/** The rules by which a file changes the one that it extends. */
export interface MergeOptions {
  /**
   * Fields whose value decides which other fields a map has. A map that changes such a field replaces the map beneath
   * it.
   */
  readonly discriminators?: readonly string[];
  /** The names of maps that are replaced as a whole. */
  readonly whole?: readonly string[];
  /** Fields for which null is a value. Null does not remove such a field. */
  readonly nullable?: readonly string[];
  /** Top-level lists to which a file adds. Other lists are replaced. */
  readonly appended?: readonly string[];
}

/** Merges `over` onto `base`: maps are merged, lists and values are replaced, and null removes a name of the base. */
export function mergeTrees(base: Tree, over: Tree, options: MergeOptions): Tree {
  if (base.kind !== 'map' || over.kind !== 'map') return over;
  return mergeMaps(base, over, options, true);
}

function mergeMaps(base: MapTree, over: MapTree, options: MergeOptions, top: boolean): MapTree {
  const entries = new Map<string, Entry>(base.entries);
  for (const [name, entry] of over.entries) {
    const beneath = base.entries.get(name)?.tree;
    const { tree } = entry;
    if (beneath === undefined) entries.set(name, entry);
    else if (tree.kind === 'scalar' && tree.value === null && !options.nullable?.includes(name)) entries.delete(name);
    else if (tree.kind === 'list' && beneath.kind === 'list' && top && options.appended?.includes(name))
      entries.set(name, { key: entry.key, tree: listTree([...beneath.items, ...tree.items], tree.position) });
    else if (tree.kind !== 'map' || beneath.kind !== 'map' || replaces(beneath, tree, name, options))
      entries.set(name, entry);
    else entries.set(name, { key: entry.key, tree: mergeMaps(beneath, tree, options, false) });
  }
  return mapTree(entries, over.position);
}

function replaces(base: MapTree, over: MapTree, name: string, options: MergeOptions): boolean {
  if (options.whole?.includes(name)) return true;
  return (options.discriminators ?? []).some((field) => {
    const before = base.entries.get(field)?.tree;
    const after = over.entries.get(field)?.tree;
    return before?.kind === 'scalar' && after?.kind === 'scalar' && before.value !== after.value;
  });
}
