/** What is said of the fields of a schema: the generated tables of scenarios/README.md, and the meaning of every field. */
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { formsOf, type FieldSchema } from '../src/document/fields.ts';

const README = new URL('../scenarios/README.md', import.meta.url).pathname;

/**
 * Expects that a table of scenarios/README.md is the generated one. `vitest -u` rewrites it.
 *
 * @param mark the words before `: begin` and `: end` in the comments around the table
 */
export async function expectReadmeTable(mark: string, table: string): Promise<void> {
  const text = readFileSync(README, 'utf8');
  const place = new RegExp(`(<!-- ${mark}: begin .*-->\n)[^]*(<!-- ${mark}: end -->)`);
  expect(text).toMatch(place);
  const generated = `<!-- prettier-ignore-start -->\n\n${table}\n<!-- prettier-ignore-end -->\n`;
  await expect(text.replace(place, (_all, begin, end) => `${begin}${generated}${end}`)).toMatchFileSnapshot(README);
}

/** Every field within a schema with its path. A list item and a name that the writer chooses are `*`. */
export function* fieldsWithin(field: FieldSchema, path = ''): Iterable<[string, FieldSchema]> {
  for (const form of formsOf(field)) {
    for (const [name, inner] of Object.entries(form.properties ?? {})) {
      yield [`${path}.${name}`, inner];
      yield* fieldsWithin(inner, `${path}.${name}`);
    }
    for (const inner of [form.items, form.additionalProperties])
      if (typeof inner === 'object') yield* fieldsWithin(inner, `${path}.*`);
  }
}

/** Expects that every field says what it means, and that the schema has more than `least` fields. */
export function expectMeanings(schema: FieldSchema, least: number): void {
  const fields = [...fieldsWithin(schema)];
  expect(fields.length).toBeGreaterThan(least);
  const silent = fields.filter(([, field]) => (field.description ?? '').length < 8 && field.const === undefined);
  expect(silent.map(([path]) => path)).toEqual([]);
}
