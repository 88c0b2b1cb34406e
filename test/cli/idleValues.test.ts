// Every command that simulates a scenario says on standard error which of its values change nothing.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { commandLine } from './harness.ts';

let folder: string;
let scenario: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'idle-'));
  scenario = join(folder, 'idle.yaml');
  const base = resolve('scenarios/quiet.yaml');
  writeFileSync(
    scenario,
    `extends: ${base}
sharedOutages:
  late:
    by: operator
    perYear: 0
    members: [operator-1]
    dated: [{ from: 2031-01-01, days: 2 }]
`,
  );
  writeFileSync(
    join(folder, 'sweep.yaml'),
    `format: 1
name: idle
title: A sweep over a scenario with an outage beyond its horizon
scenario: idle.yaml
replications: 1
outcomes: [migrated/all]
design: { kind: oneAtATime }
factors:
  days: { path: process.IOC.daysBetweenAttempts, values: [7, 14] }
`,
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each([
  ['explain', () => ['explain', scenario, '--installation', '0']],
  ['compare', () => ['compare', scenario, scenario, '--replications', '1', '--workers', '1']],
  ['sweep plan', () => ['sweep', 'plan', join(folder, 'sweep.yaml')]],
])('%s warns of values that change nothing', async (_, args) => {
  const { err } = await commandLine(args());
  expect(err).toContain('changes nothing');
});
