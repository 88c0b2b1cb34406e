import { formsOf, typeText, type FieldSchema } from './fields.ts';

/** Options for writing a table of fields. */
export interface FieldTableOptions {
  /**
   * Forms that have a section of their own, by the text that `shapeOf` gives. The value is the title that stands for
   * them.
   */
  readonly shared?: ReadonlyMap<string, string>;
  /** Gives the source of the default at a path, or undefined where the default claims no source. */
  readonly noteOfDefault?: (path: string) => string | undefined;
}

interface Row {
  readonly field: string;
  readonly type: string;
  readonly fallback: string;
  readonly meaning: string;
}

/** Markdown in this project is at most 120 columns wide. The indent of a list item takes two of them. */
const LINE_MAX = 118;

/**
 * Writes every field of a form as a Markdown list: the values it takes, its default, the default's source, and its
 * meaning.
 * It is a list and not a table, because meanings are longer than a cell should be.
 */
export function fieldSection(title: string, field: FieldSchema, options: FieldTableOptions = {}): string {
  const items = [...rowsOf(field, '', options)].map(item);
  return [`### ${title}`, '', ...items, ''].join('\n');
}

function item({ field, type, fallback, meaning }: Row): string {
  const head = `- ${field}: ${type}; ${fallback}.`;
  const text = meaning === '' ? head : `${head} ${meaning.charAt(0).toUpperCase()}${meaning.slice(1)}.`;
  const pattern = new RegExp(`(.{1,${LINE_MAX}})(?: |$)`, 'g');
  return [...text.matchAll(pattern)].map(([, line]) => line).join('\n  ');
}

/**
 * Describes the shape of a field without the meaning it has at its place. Two fields with equal shapes have the same
 * form.
 */
export function shapeOf(field: FieldSchema): string {
  const { description: _description, default: _default, ...shape } = field;
  return JSON.stringify({ ...shape, $schema: undefined });
}

function* rowsOf(field: FieldSchema, path: string, options: FieldTableOptions): Iterable<Row> {
  for (const form of formsOf(field)) {
    const kind = field === form ? undefined : Object.entries(form.properties ?? {}).find(([, { const: fixed }]) => fixed !== undefined); // prettier-ignore
    const variant = kind ? ` (${kind[0]}: ${String(kind[1].const)})` : '';
    const required = new Set(form.required ?? []);
    for (const [name, inner] of Object.entries(form.properties ?? {}))
      yield* fieldRows(inner, `${path === '' ? '' : `${path}.`}${name}`, {
        ...options,
        variant,
        isRequired: required.has(name),
      });
    if (typeof form.additionalProperties === 'object' && Object.keys(form.additionalProperties).length > 0)
      yield* fieldRows(form.additionalProperties, `${path}.<${keyWord(form)}>`, {
        ...options,
        variant,
        isRequired: true,
      });
    if (form.items) yield* rowsOf(form.items, `${path}[]`, options);
  }
}

function keyWord(form: FieldSchema): string {
  return form.propertyNames?.enum ? 'cohort' : 'name';
}

function* fieldRows(
  field: FieldSchema,
  path: string,
  options: FieldTableOptions & { variant: string; isRequired: boolean },
): Iterable<Row> {
  const same = options.shared?.get(shapeOf(field));
  const isMap = formsOf(field).some((form) => form.type === 'object');
  // An entry of a map of names has no description itself; its fields describe it.
  const isEntry = path.endsWith('>') && field.description === undefined;
  const row: Row = {
    field: `\`${path}\`${options.variant}`,
    type: same ?? (isMap ? mapText(field) : typeText(field)),
    fallback: defaultText(field, path, options),
    meaning: field.description ?? '',
  };
  if (!isEntry || same !== undefined) yield row;
  if (same === undefined) yield* rowsOf(field, path, options);
}

function mapText(field: FieldSchema): string {
  const forms = formsOf(field);
  if (forms.length > 1) return 'one of the forms below';
  return forms[0]?.properties ? 'a map' : 'a map of names';
}

function defaultText(
  field: FieldSchema,
  path: string,
  { isRequired, noteOfDefault }: FieldTableOptions & { isRequired: boolean },
): string {
  if (field.default === undefined) return isRequired ? 'must be given' : 'may be left out';
  const value =
    typeof field.default === 'string' && field.default !== '' ? field.default : JSON.stringify(field.default);
  const note = noteOfDefault?.(path);
  return note === undefined ? `default \`${value}\`` : `default \`${value}\` (${note})`;
}
