import { z } from 'zod';
import { formsOf, typeText, type FieldSchema } from '../../src/interchange/yaml/fields.ts';
import { SCENARIO_FIELDS } from './load.ts';
import { SHARED_FORMS } from './schema.ts';

/** Defaults that rest on more than our assumption. */
export const DEFAULT_SOURCES: Readonly<Record<string, string>> = {
  'rules': 'Various 1, 3 November 2021',
  'from': 'Various 1, background; the day of the month is our assumption',
  'horizon': 'Various 1, background: SMETS2 deadline',
  'comparison.dataCut': 'Various 1, its date',
  'metersPerInstallation': 'our inference from meters and installations migrated',
  'links.han.<name>.wakeMinutes': 'press and vendors: about every 30 minutes',
};

/** Defaults that choose a form of output or of dice and claim nothing of the world. */
const NO_CLAIM = ['seed', 'replications', 'asOf', 'fit', 'ends', 'marks', 'amendments'];

interface Row {
  readonly field: string;
  readonly type: string;
  readonly fallback: string;
  readonly meaning: string;
}

/** Every field of a scenario: what may stand there, its default and where that comes from, what it means. Markdown. */
export function fieldTable(): string {
  const shared = Object.entries(SHARED_FORMS).map(
    ([title, form]) => [title, z.toJSONSchema(form, { target: 'draft-7', io: 'input' }) as FieldSchema] as const,
  );
  const forms = new Map(shared.map(([title, field]) => [shapeOf(field), title]));
  const parts = [section('The file', SCENARIO_FIELDS, '', forms)];
  for (const [title, field] of shared) {
    const others = new Map([...forms].filter(([, other]) => other !== title));
    parts.push(section(`What ${title} is`, field, '', others));
  }
  return `${parts.join('\n')}`;
}

function section(title: string, field: FieldSchema, path: string, shared: ReadonlyMap<string, string>): string {
  const rows = [...rowsOf(field, path, shared)];
  const lines = rows.map((row) => `| ${[row.field, row.type, row.fallback, row.meaning].map(cell).join(' | ')} |`);
  return [`### ${title}`, '', '| field | may be | default | meaning |', '| --- | --- | --- | --- |', ...lines, ''].join(
    '\n',
  );
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

/** The shape of a field without what its place says of it: equal shapes are the same form. */
function shapeOf(field: FieldSchema): string {
  const { description: _description, default: _default, ...shape } = field;
  return JSON.stringify({ ...shape, $schema: undefined });
}

function* rowsOf(field: FieldSchema, path: string, shared: ReadonlyMap<string, string>): Iterable<Row> {
  for (const form of formsOf(field)) {
    const kind = field === form ? undefined : Object.entries(form.properties ?? {}).find(([, { const: fixed }]) => fixed !== undefined); // prettier-ignore
    const variant = kind ? ` (${kind[0]}: ${String(kind[1].const)})` : '';
    const required = new Set(form.required ?? []);
    for (const [name, inner] of Object.entries(form.properties ?? {}))
      yield* fieldRows(inner, `${path === '' ? '' : `${path}.`}${name}`, {
        variant,
        isRequired: required.has(name),
        shared,
      });
    if (typeof form.additionalProperties === 'object' && Object.keys(form.additionalProperties).length > 0)
      yield* fieldRows(form.additionalProperties, `${path}.<${keyWord(form)}>`, { variant, isRequired: true, shared });
    if (form.items) yield* rowsOf(form.items, `${path}[]`, shared);
  }
}

function keyWord(form: FieldSchema): string {
  return form.propertyNames?.enum ? 'cohort' : 'name';
}

function* fieldRows(
  field: FieldSchema,
  path: string,
  options: { variant: string; isRequired: boolean; shared: ReadonlyMap<string, string> },
): Iterable<Row> {
  const same = options.shared.get(shapeOf(field));
  const isMap = formsOf(field).some((form) => form.type === 'object');
  // An entry of a map of names is told by its fields.
  const isEntry = path.endsWith('>') && field.description === undefined;
  const row: Row = {
    field: `\`${path}\`${options.variant}`,
    type: same ?? (isMap ? mapText(field) : typeText(field)),
    fallback: defaultText(field, path, options.isRequired),
    meaning: field.description ?? '',
  };
  if (!isEntry || same !== undefined) yield row;
  if (same === undefined) yield* rowsOf(field, path, options.shared);
}

function mapText(field: FieldSchema): string {
  const forms = formsOf(field);
  if (forms.length > 1) return 'one of the forms below';
  return forms[0]?.properties ? 'a map' : 'a map of names';
}

function defaultText(field: FieldSchema, path: string, isRequired: boolean): string {
  if (field.default === undefined) return isRequired ? 'must be given' : 'left out';
  const value =
    typeof field.default === 'string' && field.default !== '' ? field.default : JSON.stringify(field.default);
  if (NO_CLAIM.includes(path)) return `\`${value}\``;
  return `\`${value}\` (${DEFAULT_SOURCES[path] ?? 'our assumption'})`;
}
