import type { core } from 'zod';
import { expectedText, fieldsAt, formsOf, namesAt, type FieldSchema } from './fields.ts';
import { nearest } from './nearest.ts';
import { formatPath, type Path } from './path.ts';
import { problemAt, UNKNOWN_NAME, type Problem } from './problem.ts';
import { foundText, keyPositionAt, positionAt, treeAt, type Tree } from './tree.ts';

type Issue = core.$ZodIssue;

/**
 * Turns the issues that zod found into problems with positions. The schema's own descriptions state what was expected.
 */
export function zodProblems(issues: readonly Issue[], tree: Tree, schema: FieldSchema): readonly Problem[] {
  const problems = issues.flatMap((issue) => problemsOf(issue, [], tree, schema));
  // Each value gets one problem: the first one, which states the most basic requirement.
  const told = new Set<string>();
  return problems.filter(({ path }) => !told.has(path) && told.add(path));
}

/** The paths of the faults. A second check can then leave them out and look at the rest. */
export function offendingPaths(issues: readonly Issue[]): readonly Path[] {
  return issues.flatMap((issue) => {
    const path = issue.path as Path;
    return issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...path, key]) : [path];
  });
}

function problemsOf(issue: Issue, above: Path, tree: Tree, schema: FieldSchema): readonly Problem[] {
  const path = [...above, ...(issue.path as Path)];
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownName([...path, key], tree, schema));
  if (issue.code === 'invalid_key') return [unknownName(path, tree, schema)];
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    // The form with the fewest faults is taken as the one that was meant.
    const fewest = [...issue.errors].sort((a, b) => a.length - b.length)[0] ?? [];
    const within = fewest.some((inner) => inner.path.length > 0 || inner.code === 'unrecognized_keys');
    if (within) return fewest.flatMap((inner) => problemsOf(inner, path, tree, schema));
  }
  return [wrongValue(path, issue, tree, schema)];
}

/** The most names that one answer lists. */
const NAMES_MAX = 16;

/** The problem for a name that no field has. It suggests the nearest valid name. */
function unknownName(path: Path, tree: Tree, schema: FieldSchema): Problem {
  const name = String(path.at(-1));
  const around = path.slice(0, -1);
  const { names, open } = namesAt(schema, around, tree);
  const pattern = fieldsAt(schema, around, tree).flatMap(formsOf)[0]?.propertyNames;
  const listed = names.slice(0, NAMES_MAX).join(', ');
  const expected =
    open || names.length === 0
      ? (pattern?.description ?? 'another name')
      : `one of ${listed}${names.length > NAMES_MAX ? ', ...' : ''}`;
  const position = keyPositionAt(tree, path) ?? positionAt(tree, path);
  if (names.includes(name) && !open) {
    // The name belongs to another form of the union: each name is known, but they exclude each other.
    const forms = fieldsAt(schema, around, tree)
      .flatMap(formsOf)
      .map((form) => Object.keys(form.properties ?? {}));
    const together = forms.map((form) => form.join(' and ')).join(', or ');
    return problemAt(position, formatPath(path), { found: 'a name beside others that exclude it', expected: `either ${together}` }); // prettier-ignore
  }
  const near = nearest(name, names);
  return problemAt(position, formatPath(path), {
    found: open ? `the name ${JSON.stringify(name.slice(0, 60))}` : UNKNOWN_NAME,
    expected,
    ...(near === undefined ? {} : { nearest: near }),
  });
}

function wrongValue(path: Path, issue: Issue, tree: Tree, schema: FieldSchema): Problem {
  const value = treeAt(tree, path);
  const others = value?.kind === 'scalar' && value.value === null ? othersInOpenMap(path, tree, schema) : [];
  if (others.length > 0) return nothingToTake(path, tree, others);
  const fields = fieldsAt(schema, path, tree);
  const custom = issue.code === 'custom' ? issue.message : undefined;
  const expected = custom ?? (fields.length > 0 ? expectedText(fields) : issue.message);
  const near =
    value?.kind === 'scalar' && typeof value.value === 'string' ? nearest(value.value, wordsOf(fields)) : undefined;
  const mend = forShell(mendOf(value, fields), { value, path });
  return problemAt(positionAt(tree, path), formatPath(path), {
    found: foundText(value),
    expected,
    ...(near === undefined ? {} : { nearest: near }),
    ...(mend === undefined ? {} : { mend }),
  });
}

/**
 * The other names of the map that a name stands in, where that map takes any name. The list is empty if the map has a
 * fixed set of names.
 */
function othersInOpenMap(path: Path, tree: Tree, schema: FieldSchema): readonly string[] {
  const around = path.slice(0, -1);
  const map = treeAt(tree, around);
  if (map?.kind !== 'map' || path.length === 0 || !namesAt(schema, around, tree).open) return [];
  return [...map.entries.keys()].filter((name) => name !== String(path.at(-1)));
}

/** Null removes a name of the extended file. This problem reports a null that had nothing to remove. */
function nothingToTake(path: Path, tree: Tree, others: readonly string[]): Problem {
  const near = nearest(String(path.at(-1)), others);
  const listed = others.slice(0, NAMES_MAX).join(', ');
  return problemAt(positionAt(tree, path), formatPath(path), {
    found: 'nothing (null), which takes a name away, but there is none of this name',
    expected: `one of ${listed}${others.length > NAMES_MAX ? ', ...' : ''}`,
    ...(near === undefined ? {} : { nearest: formatPath([...path.slice(0, -1), near]) }),
  });
}

function wordsOf(fields: readonly FieldSchema[]): readonly string[] {
  return fields
    .flatMap(formsOf)
    .flatMap((form) => form.enum ?? [form.const])
    .filter((word): word is string => typeof word === 'string');
}

/** A shell takes the quotes of an option away: `--set seed='123'` says `seed=123` again. They need quotes around them. */
function forShell(
  mend: string | undefined,
  { value, path }: { readonly value: Tree | undefined; readonly path: Path },
): string | undefined {
  if (mend === undefined || value?.kind !== 'scalar' || !mend.includes(IN_QUOTES)) return mend;
  const flag = /^--[\w-]+ /.exec(value.position.file)?.[0];
  return flag === undefined ? mend : `${IN_QUOTES}, and these in quotes for the shell: ${flag}"${formatPath(path)}='${value.text}'".`; // prettier-ignore
}

const IN_QUOTES = 'Write it in quotes';

/** Advice for common mistakes in YAML, chosen by the value that was found and the fields that are allowed. */
function mendOf(value: Tree | undefined, fields: readonly FieldSchema[]): string | undefined {
  const types = new Set(fields.flatMap(formsOf).map((form) => form.type));
  if (value?.kind === 'map' || value?.kind === 'list') {
    if (value.kind === 'map' && types.has('array')) return 'Begin each item of a list with a dash.';
    return undefined;
  }
  if (value === undefined) return undefined;
  const numeric = types.has('number') || types.has('integer');
  if (typeof value.value === 'string' && numeric) {
    if (/^[\d.]+\s*%$/.test(value.value)) return 'Write a share as a number: 5 % is 0.05.';
    if (/^\d[\d_, ]*$/.test(value.value)) return 'Write the number without quotes, spaces, commas or underscores.';
  }
  if (typeof value.value === 'number' && !Number.isFinite(value.value) && numeric) return 'Write a finite number.';
  if (typeof value.value === 'string' && types.has('boolean')) return 'Write true or false, without quotes.';
  if (typeof value.value !== 'string' && value.value !== null && types.has('string') && !numeric)
    return `${IN_QUOTES}: '${value.text}'.`;
  return undefined;
}
