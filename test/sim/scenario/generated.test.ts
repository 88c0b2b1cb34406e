import { expect, test } from 'vitest';
import { editorSchema } from '../../../sim/scenario/editorSchema.ts';
import { DEFAULT_SOURCES, fieldTable } from '../../../sim/scenario/scenarioFields.ts';
import { SCENARIO_FIELDS } from '../../../sim/scenario/schema.ts';
import { expectMeanings, expectReadmeTable, fieldsWithin } from '../../schemaTexts.ts';

// What is generated from the schema is committed, so that readers and editors need not run anything. `-u` rewrites.

const SCHEMA = new URL('../../../scenarios/scenario.schema.json', import.meta.url).pathname;

test('scenarios/scenario.schema.json is what the schema says', async () => {
  await expect(editorSchema()).toMatchFileSnapshot(SCHEMA);
});

test('the table of scenarios/README.md is what the schema says', async () => {
  await expectReadmeTable('fields', fieldTable());
});

test('every field says what it means', () => expectMeanings(SCENARIO_FIELDS, 100));

test('a number of days, hours, minutes or pounds has its unit in its name or in its meaning', () => {
  const bare = [...fieldsWithin(SCENARIO_FIELDS)].filter(
    ([path, field]) =>
      ['days', 'hours', 'minutes'].some((unit) => field.description?.includes(`, ${unit}`)) &&
      !/days|hours|minutes|Days|Hours|Minutes/.test(path),
  );
  expect(bare.map(([path]) => path)).toEqual([]);
});

test('sources of defaults belong to fields with defaults', () => {
  for (const path of Object.keys(DEFAULT_SOURCES)) expect(fieldTable()).toMatch(`\`${path}\``);
});
