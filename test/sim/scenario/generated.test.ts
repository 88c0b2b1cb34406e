import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { formsOf, type FieldSchema } from '../../../src/document/fields.ts';
import { editorSchema } from '../../../sim/scenario/editorSchema.ts';
import { DEFAULT_SOURCES, fieldTable } from '../../../sim/scenario/scenarioFields.ts';
import { SCENARIO_FIELDS } from '../../../sim/scenario/schema.ts';

// What is generated from the schema is committed, so that readers and editors need not run anything. `-u` rewrites.

const README = new URL('../../../scenarios/README.md', import.meta.url).pathname;
const SCHEMA = new URL('../../../scenarios/scenario.schema.json', import.meta.url).pathname;

test('scenarios/scenario.schema.json is what the schema says', async () => {
  await expect(editorSchema()).toMatchFileSnapshot(SCHEMA);
});

test('the table of scenarios/README.md is what the schema says', async () => {
  const text = readFileSync(README, 'utf8');
  const table = /(<!-- fields: begin .*-->\n)[^]*(<!-- fields: end -->)/;
  expect(text).toMatch(table);
  const generated = `<!-- prettier-ignore-start -->\n\n${fieldTable()}\n<!-- prettier-ignore-end -->\n`;
  await expect(text.replace(table, (_all, begin, end) => `${begin}${generated}${end}`)).toMatchFileSnapshot(README);
});

function* fieldsWithin(field: FieldSchema, path: string): Iterable<[string, FieldSchema]> {
  for (const form of formsOf(field)) {
    for (const [name, inner] of Object.entries(form.properties ?? {})) {
      yield [`${path}.${name}`, inner];
      yield* fieldsWithin(inner, `${path}.${name}`);
    }
    for (const inner of [form.items, form.additionalProperties])
      if (typeof inner === 'object') yield* fieldsWithin(inner, `${path}.*`);
  }
}

test('every field says what it means', () => {
  const fields = [...fieldsWithin(SCENARIO_FIELDS, '')];
  expect(fields.length).toBeGreaterThan(100);
  const silent = fields.filter(([, field]) => (field.description ?? '').length < 8 && field.const === undefined);
  expect(silent.map(([path]) => path)).toEqual([]);
});

test('a number of days, hours, minutes or pounds has its unit in its name or in its meaning', () => {
  const bare = [...fieldsWithin(SCENARIO_FIELDS, '')].filter(
    ([path, field]) =>
      ['days', 'hours', 'minutes'].some((unit) => field.description?.includes(`, ${unit}`)) &&
      !/days|hours|minutes|Days|Hours|Minutes/.test(path),
  );
  expect(bare.map(([path]) => path)).toEqual([]);
});

test('sources of defaults belong to fields with defaults', () => {
  for (const path of Object.keys(DEFAULT_SOURCES)) expect(fieldTable()).toMatch(`\`${path}\``);
});
