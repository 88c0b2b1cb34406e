import { fieldsAt, formsOf, namesAt, type FieldSchema } from './fields.ts';
import { LAYER_SET } from './layers.ts';
import { mergeTrees, type MergeOptions } from './merge.ts';
import { nearest } from './nearest.ts';
import { parseYaml } from './parse.ts';
import { formatPath, parsePath, type Path } from './path.ts';
import { problemAt, UNKNOWN_NAME, type Position, type Problem } from './problem.ts';
import { foundText, listTree, mapTree, type Tree } from './tree.ts';

/** One value to set at one path. It overrides the files. */
export interface Setting {
  readonly path: Path;
  readonly tree: Tree;
}

/** Reads `path=value`, where the value is YAML. `flag` is the name of the option that held it. */
export function parseSetting(
  text: string,
  options: { flag: string; toPath?: (text: string) => Path | undefined },
): Setting | Problem {
  const position: Position = { file: `${options.flag} ${text}`, line: 0, column: 0, layer: LAYER_SET };
  const equals = text.indexOf('=');
  const name = text.slice(0, Math.max(equals, 0)).trim();
  const path = (options.toPath ?? parsePath)(name);
  if (equals < 0 || path === undefined) {
    return problemAt(position, '', {
      found: equals < 0 ? 'no equals sign' : `${JSON.stringify(name)} as a path`,
      expected: 'path=value',
      mend: 'Names are joined by dots, items of lists counted from 0: faults.silent.share=0.1, asOf[0]=2021-11-30.',
    });
  }
  const value = text.slice(equals + 1).trim();
  if (value === '') return { path, tree: { kind: 'scalar', position, value: '', text: '', size: 1 } };
  const parsed = parseYaml(value, { file: position.file, layer: LAYER_SET });
  const fault = parsed.problems[0];
  if (parsed.tree === undefined || fault !== undefined)
    return problemAt(position, formatPath(path), {
      found: fault?.found ?? 'nothing',
      expected: 'a value as YAML writes it',
      mend: 'Put text with special characters in quotes.',
    });
  return { path, tree: movedTo(parsed.tree, position) };
}

/**
 * Gives every value of a tree the position of the option. Lines and columns inside an option mean nothing to its
 * reader.
 */
function movedTo(tree: Tree, position: Position): Tree {
  if (tree.kind === 'list') return listTree(tree.items.map((item) => movedTo(item, position)), position); // prettier-ignore
  if (tree.kind === 'scalar') return { ...tree, position };
  const entries = [...tree.entries].map(([name, entry]) => [name, { key: position, tree: movedTo(entry.tree, position) }] as const); // prettier-ignore
  return mapTree(new Map(entries), position);
}

/** Sets a value at a path, as a file that extends the document would do. An unknown path is a problem. */
export function applySetting(
  root: Tree,
  setting: Setting,
  options: { schema: FieldSchema; merge: MergeOptions },
): Tree | Problem {
  const unknown = unknownPath(root, setting, options.schema);
  return unknown ?? put(root, setting.path, setting.tree, options.merge);
}

function unknownPath(root: Tree, { path, tree: value }: Setting, schema: FieldSchema): Problem | undefined {
  let here: Tree | undefined = root;
  for (const [i, part] of path.entries()) {
    const around = path.slice(0, i);
    const at = (found: string, expected: string, near?: string): Problem =>
      problemAt(value.position, formatPath(path.slice(0, i + 1)), {
        found,
        expected,
        ...(near === undefined ? {} : { nearest: formatPath([...around, near]) }),
      });
    if (typeof part === 'number') {
      if (here?.kind !== 'list')
        return at(`an item of ${foundText(here)}`, `the whole list: ${formatPath(around)}=[...]`);
      if (part >= here.items.length)
        return at(`item ${part} of ${foundText(here)}`, `an item from 0 to ${here.items.length - 1}`);
      here = here.items[part];
      continue;
    }
    if (here !== undefined && here.kind !== 'map') {
      const isList = here.kind === 'list';
      return at(`a name in ${foundText(here)}`, isList ? 'an item, counted from 0: [0]' : 'a path that ends before it');
    }
    const present = here ? [...here.entries.keys()] : [];
    const { names, open } = namesAt(schema, around, root);
    const last = i === path.length - 1;
    const known = names.includes(part) || (open && (present.includes(part) || last)) || isFree(schema, around, root);
    if (!known) {
      const valid = [...new Set([...names, ...present])];
      const listed = valid.length === 0 ? 'a path that ends before it' : `one of ${valid.slice(0, 16).join(', ')}`;
      return at(UNKNOWN_NAME, listed, nearest(part, valid));
    }
    here = here?.entries.get(part)?.tree;
  }
  return undefined;
}

/** True if the schema puts no constraint on a place: any value may stand there, at any depth. */
function isFree(schema: FieldSchema, path: Path, root: Tree): boolean {
  return fieldsAt(schema, path, root)
    .flatMap(formsOf)
    .some((form) => Object.keys(form).length === 0);
}

function put(tree: Tree | undefined, path: Path, value: Tree, merge: MergeOptions): Tree {
  const [part, ...rest] = path;
  if (part === undefined) return tree === undefined ? value : mergeTrees(tree, value, merge);
  if (typeof part === 'number' && tree?.kind === 'list') {
    const items = tree.items.map((item, i) => (i === part ? put(item, rest, value, merge) : item));
    return listTree(items, tree.position);
  }
  // The setting becomes one more map that is merged onto the document, so all rules of merging apply to it too.
  const inner = tree?.kind === 'map' ? tree.entries.get(String(part))?.tree : undefined;
  if (rest.length > 0 && inner !== undefined) {
    const entries = new Map(tree?.kind === 'map' ? tree.entries : []);
    entries.set(String(part), { key: value.position, tree: put(inner, rest, value, merge) });
    return mapTree(entries, tree?.position ?? value.position);
  }
  const beneath = rest.length > 0 ? put(undefined, rest, value, merge) : value;
  const over = mapTree(new Map([[String(part), { key: value.position, tree: beneath }]]), value.position);
  return tree === undefined ? over : mergeTrees(tree, over, merge);
}
