// What is generated from the schema of fleet files is committed, and the samples are right.
import { readdirSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { FLEET_FIELDS } from '../../../devices/fleet/fleetSchema.ts';
import { fleetFieldTable, fleetJsonSchema } from '../../../devices/fleet/fleetSchemaText.ts';
import { expectMeanings, expectReadmeTable } from '../../schemaTexts.ts';
import { fleetBench } from './fleetBench.ts';

const bench = fleetBench();
afterAll(bench.stop);
const FLEETS = new URL('../../../scenarios/fleets/', import.meta.url).pathname;

test('scenarios/fleets/fleet.schema.json is what the schema says; `-u` rewrites it', async () => {
  await expect(fleetJsonSchema()).toMatchFileSnapshot(`${FLEETS}fleet.schema.json`);
});

test('the list of scenarios/README.md is what the schema says; `-u` rewrites it', async () => {
  await expectReadmeTable('fleet fields', fleetFieldTable());
});

test('every field says what it means', () => expectMeanings(FLEET_FIELDS, 40));

test('every sample is right', () => {
  const samples = readdirSync(FLEETS).filter((name) => name.endsWith('.yaml'));
  expect(samples.length).toBeGreaterThanOrEqual(1);
  for (const name of samples) expect(bench.problems(`extends: ${FLEETS}${name}\n`), name).toBe('');
});
