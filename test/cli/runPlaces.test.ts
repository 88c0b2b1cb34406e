// `operator` and `hub_model`: where an installation stands among those that fail together. A run writes them, `decide` takes
// them, and records without them mean the same.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { afterAll, expect, test } from 'vitest';
import { commandLine } from './harness.ts';

const folder = mkdtempSync(join(tmpdir(), 'run-places-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SHOCK =
  'sharedOutages.shock={ by: hubModel, members: [hub-b], operators: [north], dated: [{ from: 2021-06-01, days: 30 }] }';
const SET = [
  '--set',
  'operators={ north: 0.4, south: 0.6 }',
  '--set',
  'hubModels={ hub-a: 0.7, hub-b: 0.3 }',
  '--set',
  SHOCK,
];

async function rowsOf(name: string): Promise<Record<string, unknown>[]> {
  const file = await asyncBufferFromFile(join(folder, 'out', `${name}.parquet`));
  return parquetReadObjects({ file, compressors });
}

test('a run writes the operator and the hub model of each installation, by which its outages can be told apart', async () => {
  const ran = await commandLine([
    'run',
    'scenarios/quiet.yaml',
    '--workers',
    '1',
    ...SET,
    '--out',
    join(folder, 'out'),
  ]);
  expect(ran).toMatchObject({ code: 0 });
  const installations = await rowsOf('installations');
  const share = (column: string, value: string): number =>
    installations.filter((row) => row[column] === value).length / installations.length;
  expect(Math.abs(share('operator', 'north') - 0.4)).toBeLessThan(0.04);
  expect(Math.abs(share('hub_model', 'hub-b') - 0.3)).toBeLessThan(0.04);
  expect(share('operator', 'north') + share('operator', 'south')).toBe(1);

  const placeOf = new Map(
    installations.map((row) => [row['installation_id'], [row['operator'], row['hub_model']].join(' ')]),
  );
  const failed = (await rowsOf('attempts')).filter((row) => row['outcome'] === 'MA112');
  expect(failed.length).toBeGreaterThan(5);
  expect(new Set(failed.map((row) => placeOf.get(row['installation_id'])))).toEqual(new Set(['north hub-b']));

  const records = ['installations', 'attempts', 'events'].flatMap((name) => [
    `--${name}`,
    join(folder, 'out', `${name}.parquet`),
  ]);
  const decided = await commandLine([
    'decide',
    ...records,
    '--as-of',
    '2022-12-31',
    '--out',
    join(folder, 'verdicts.csv'),
  ]);
  expect(decided).toMatchObject({ code: 0 });
});
