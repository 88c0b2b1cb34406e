// What is generated from the schema of fleet files is committed, and the samples are right.
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { formsOf, type FieldSchema } from '../../../src/document/fields.ts';
import { FLEET_FIELDS } from '../../../devices/fleet/fleetSchema.ts';
import { fleetFieldTable, fleetJsonSchema } from '../../../devices/fleet/fleetSchemaText.ts';
import { fleetBench } from './fleetBench.ts';

const bench = fleetBench();
afterAll(bench.stop);
const FLEETS = new URL('../../../scenarios/fleets/', import.meta.url).pathname;
const README = new URL('../../../scenarios/README.md', import.meta.url).pathname;

test('scenarios/fleets/fleet.schema.json is what the schema says; `-u` rewrites it', async () => {
  await expect(fleetJsonSchema()).toMatchFileSnapshot(`${FLEETS}fleet.schema.json`);
});

test('the list of scenarios/README.md is what the schema says; `-u` rewrites it', async () => {
  const text = readFileSync(README, 'utf8');
  const table = /(<!-- fleet fields: begin .*-->\n)[^]*(<!-- fleet fields: end -->)/;
  expect(text).toMatch(table);
  const generated = `<!-- prettier-ignore-start -->\n\n${fleetFieldTable()}\n<!-- prettier-ignore-end -->\n`;
  await expect(text.replace(table, (_all, begin, end) => `${begin}${generated}${end}`)).toMatchFileSnapshot(README);
});

test('every field says what it means', () => {
  function* within(field: FieldSchema, path: string): Iterable<[string, FieldSchema]> {
    for (const form of formsOf(field)) {
      for (const [name, inner] of Object.entries(form.properties ?? {})) {
        yield [`${path}.${name}`, inner];
        yield* within(inner, `${path}.${name}`);
      }
      if (form.items) yield* within(form.items, `${path}[]`);
      if (typeof form.additionalProperties === 'object') yield* within(form.additionalProperties, `${path}.*`);
    }
  }
  const fields = [...within(FLEET_FIELDS, '')];
  expect(fields.length).toBeGreaterThan(40);
  const silent = fields.filter(([, field]) => (field.description ?? '').length < 8 && field.const === undefined);
  expect(silent.map(([path]) => path)).toEqual([]);
});

test('every sample is right', () => {
  const samples = readdirSync(FLEETS).filter((name) => name.endsWith('.yaml'));
  expect(samples.length).toBeGreaterThanOrEqual(1);
  for (const name of samples) expect(bench.problems(`extends: ${FLEETS}${name}\n`), name).toBe('');
});
