import type { Path } from './path.ts';
import type { Tree } from './tree.ts';

/** The part of a JSON Schema (draft 7, as zod writes it) that problems and documents are made from. */
export interface FieldSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly properties?: Readonly<Record<string, FieldSchema>>;
  readonly required?: readonly string[];
  readonly propertyNames?: FieldSchema;
  readonly additionalProperties?: FieldSchema | boolean;
  readonly items?: FieldSchema;
  readonly anyOf?: readonly FieldSchema[];
  readonly oneOf?: readonly FieldSchema[];
}

/** The forms that a field may take: the members of a union, or the field itself. */
export function formsOf(field: FieldSchema): readonly FieldSchema[] {
  const union = field.anyOf ?? field.oneOf;
  return union ? union.flatMap(formsOf) : [field];
}

/**
 * The forms whose fixed fields (`kind`, `mode`, `type`) agree with the value in the document. If none agrees, all
 * forms.
 */
function fittingForms(field: FieldSchema, tree: Tree | undefined): readonly FieldSchema[] {
  const forms = formsOf(field);
  if (tree?.kind !== 'map') return forms;
  const fitting = forms.filter((form) =>
    Object.entries(form.properties ?? {}).every(([name, { const: fixed }]) => {
      const value = tree.entries.get(name)?.tree;
      return fixed === undefined || (value?.kind === 'scalar' && value.value === fixed);
    }),
  );
  return fitting.length > 0 ? fitting : forms;
}

/** Every field that the schema allows at a path. The list is empty if the schema allows nothing there. */
export function fieldsAt(schema: FieldSchema, path: Path, tree?: Tree): readonly FieldSchema[] {
  let fields: readonly FieldSchema[] = [schema];
  let here = tree;
  for (const part of path) {
    const forms = fields.flatMap((field) => fittingForms(field, here));
    fields = forms.flatMap((form) => stepInto(form, part));
    if (here?.kind === 'map') here = here.entries.get(String(part))?.tree;
    else here = here?.kind === 'list' && typeof part === 'number' ? here.items[part] : undefined;
  }
  return fields;
}

function stepInto(form: FieldSchema, part: string | number): readonly FieldSchema[] {
  if (typeof part === 'number') return form.items ? [form.items] : [];
  const own = Object.hasOwn(form.properties ?? {}, part) ? form.properties?.[part] : undefined;
  if (own) return [own];
  if (typeof form.additionalProperties !== 'object') return [];
  const names = form.propertyNames?.enum;
  return names && !names.includes(part) ? [] : [form.additionalProperties];
}

/** The names that the schema allows in a map. `open` is true if it allows any other name too. */
export function namesAt(
  schema: FieldSchema,
  path: Path,
  tree?: Tree,
): { readonly names: readonly string[]; readonly open: boolean } {
  const here = path.reduce<Tree | undefined>(
    (at, part) =>
      at?.kind === 'map'
        ? at.entries.get(String(part))?.tree
        : at?.kind === 'list'
          ? at.items[part as number]
          : undefined,
    tree,
  );
  const forms = fieldsAt(schema, path, tree).flatMap((field) => fittingForms(field, here));
  const names = forms.flatMap((form) => [
    ...Object.keys(form.properties ?? {}),
    ...((form.propertyNames?.enum as readonly string[] | undefined) ?? []),
  ]);
  const open = forms.some((form) => typeof form.additionalProperties === 'object' && !form.propertyNames?.enum);
  return { names: [...new Set(names)], open };
}

/** The values that a field takes, without their meaning: for example `a number from 0 to 1`. */
export function typeText(field: FieldSchema): string {
  const forms = formsOf(field);
  if (forms.length > 1) return [...new Set(forms.map(typeText))].join(' or ');
  if (field.const !== undefined) return JSON.stringify(field.const);
  if (field.enum) return `one of ${field.enum.map(String).join(', ')}`;
  switch (field.type) {
    case 'integer':
      return `a whole number${rangeText(field)}`;
    case 'number':
      return `a number${rangeText(field)}`;
    case 'boolean':
      return 'true or false';
    case 'null':
      return 'null';
    case 'array':
      return listText(field);
    case 'object':
      return field.properties ? `a map of ${Object.keys(field.properties).join(', ')}` : 'a map of names';
    case 'string':
      return stringText(field);
    default:
      return 'a value';
  }
}

function rangeText({ minimum, maximum, exclusiveMinimum }: FieldSchema): string {
  const low = minimum !== undefined && minimum > Number.MIN_SAFE_INTEGER ? minimum : undefined;
  const high = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER ? maximum : undefined;
  if (exclusiveMinimum !== undefined)
    return high === undefined ? ` above ${exclusiveMinimum}` : ` above ${exclusiveMinimum}, at most ${high}`;
  if (low !== undefined && high !== undefined) return ` from ${low} to ${high}`;
  if (low !== undefined) return ` of at least ${low}`;
  return high === undefined ? '' : ` of at most ${high}`;
}

function listText({ minItems, maxItems }: FieldSchema): string {
  if (minItems !== undefined && maxItems !== undefined) return `a list of ${minItems} to ${maxItems}`;
  if (minItems !== undefined) return `a list of at least ${minItems}`;
  return maxItems === undefined ? 'a list' : `a list of at most ${maxItems}`;
}

/** Words for the patterns that the schemas use. A pattern that is not listed is shown as it is. */
const PATTERN_WORDS: Readonly<Record<string, string>> = {
  '^[a-z0-9][A-Za-z0-9-]*$': 'a name of letters, digits and hyphens',
  '^[A-Za-z0-9_-]{1,32}$': 'a code of letters, digits, hyphens and underscores',
};

function stringText({ format, pattern, minLength, maxLength }: FieldSchema): string {
  if (format === 'date') return 'a date YYYY-MM-DD';
  if (pattern !== undefined) return PATTERN_WORDS[pattern] ?? `text that fits ${pattern}`;
  if (minLength !== undefined && minLength > 0)
    return maxLength === undefined ? 'text, not empty' : `text of ${minLength} to ${maxLength} characters`;
  return maxLength === undefined ? 'text' : `text of at most ${maxLength} characters`;
}

/** The values that may stand at a path, and their meaning. */
export function expectedText(fields: readonly FieldSchema[]): string {
  const type = [...new Set(fields.map(typeText))].join(' or ') || 'nothing';
  const meaning = fields.find((field) => field.description !== undefined)?.description;
  return meaning === undefined ? type : `${type} (${meaning})`;
}
