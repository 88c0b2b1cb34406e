/** Files of one schema: read, parsed and checked, with the place of everything that is wrong. */
import type { z } from 'zod';
import type { FieldSchema } from './fields.ts';
import type { Files } from './files.ts';
import { readLayers, unreadableText } from './layers.ts';
import type { MergeOptions } from './merge.ts';
import { parseYaml } from './parse.ts';
import { problemAt, type Problem } from './problem.ts';
import { plainOf, type Tree } from './tree.ts';
import { zodProblems } from './zodProblems.ts';

export type CheckedFile<T> =
  | { readonly ok: true; readonly value: T; readonly tree: Tree }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/**
 * Reads a YAML file without layers and checks it against a schema.
 *
 * @param fields the schema's fields, for the nearest name of a wrong one
 */
export function readChecked<Schema extends z.ZodType>(
  { path, files }: { readonly path: string; readonly files: Files },
  schema: Schema,
  fields: FieldSchema,
): CheckedFile<z.output<Schema>> {
  const failed = (...problems: readonly Problem[]) => ({ ok: false, problems }) as const;
  let text: string;
  try {
    text = files.read(path);
  } catch (error) {
    const atTop = { file: path, line: 0, column: 0, layer: 0 };
    return failed(problemAt(atTop, '', { found: unreadableText(error), expected: 'a file that can be read' }));
  }
  const { tree, problems } = parseYaml(text, { file: path, layer: 0 });
  if (tree === undefined || problems.length > 0) return failed(...problems);
  const parsed = schema.safeParse(plainOf(tree));
  if (!parsed.success) return failed(...zodProblems(parsed.error.issues, tree, fields));
  return { ok: true, value: parsed.data, tree };
}

/** A document made of a file and those that it extends, which its schema takes; or the problems of both. */
export type LayeredFile<T> =
  | {
      readonly ok: true;
      readonly value: T;
      readonly tree: Tree;
      /** The file and those that it extends. */
      readonly files: readonly string[];
      /** What is wrong with the files although their values can be checked further. */
      readonly problems: readonly Problem[];
    }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/**
 * Reads a YAML file with the files that it extends, and checks what they give together against a schema.
 *
 * @param fields the schema's fields, for the nearest name of a wrong one
 */
export function readLayered<Schema extends z.ZodType>(
  options: { readonly path: string; readonly files: Files; readonly merge: MergeOptions },
  schema: Schema,
  fields: FieldSchema,
): LayeredFile<z.output<Schema>> {
  const { tree, files, problems, complete } = readLayers(options);
  if (tree === undefined || !complete) return { ok: false, problems };
  const parsed = schema.safeParse(plainOf(tree));
  if (!parsed.success) return { ok: false, problems: [...problems, ...zodProblems(parsed.error.issues, tree, fields)] };
  return { ok: true, value: parsed.data, tree, files, problems };
}
