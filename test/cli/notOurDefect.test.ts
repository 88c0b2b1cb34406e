// Exit code 3 says that the bench is wrong. What the machine lacks is told with exit code 1 and its mend.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, inject, test, vi } from 'vitest';
import { commandLine } from './harness.ts';

const folder = mkdtempSync(join(tmpdir(), 'not-our-defect-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

const records = join(folder, 'records.csv');
writeFileSync(records, 'installation_id\n');

test('a place for temporary files that is not there is named, and so is its variable', async () => {
  const missing = join(folder, 'missing');
  vi.stubEnv('TMPDIR', missing);
  const { code, out, err } = await commandLine(['explain', '--installations', records, '--attempts', records, '--installation', '1']); // prettier-ignore
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toBe(`${missing}: found no such file or folder\n  Let TMPDIR name a folder that can be written to.\n`);
});

test.skipIf(process.platform === 'win32')(
  'a limit on the size of files is named, and leaves no half of a run (needs ulimit)',
  () => {
    const out = join(folder, 'run');
    const command = `ulimit -f 10; exec "${process.execPath}" "${inject('command')}" run scenarios/quiet.yaml --workers 1 --out "${out}"`; // prettier-ignore
    const { status, stdout, stderr } = spawnSync('bash', ['-c', command], { encoding: 'utf8', timeout: 600_000 });
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toContain('the file would be larger than is allowed (ulimit -f)');
    expect(readdirSync(out)).toEqual([]);
  },
);

test('a clock before 2012 stops a watch, which would write the time into everything, and is named', async () => {
  vi.spyOn(Date, 'now').mockReturnValue(Date.parse('2001-01-01T00:00:00Z'));
  const args = ['rig', 'scenarios/rigs/watch.yaml', '--watch', '--once', '--out', join(folder, 'watch')];
  const { code, out, err } = await commandLine(args);
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toContain('the clock of this machine stands at 2001-01-01T00:00:00.000Z; expected 2012 to 2037');
});

test('a clock before 2012 is nothing to a rig in memory', async () => {
  vi.spyOn(Date, 'now').mockReturnValue(Date.parse('2001-01-01T00:00:00Z'));
  const { code } = await commandLine(['rig', 'scenarios/rigs/lab.yaml']);
  expect(code).toBe(0);
});
