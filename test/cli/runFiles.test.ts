import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, inject, test } from 'vitest';
import { commandLine } from './harness.ts';

// What becomes of --out when a run does not come to its end. That a run which does writes the right files is reportRun's.
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'run-files-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SMALL = ['run', 'test/cli/reportRun.yaml', '--replications', '1', '--workers', '1', '--format', 'json'];
/** Long enough to be met in the middle of it, in pieces that are short: between two of them a signal is heard. */
const LONG = ['run', 'test/cli/reportRun.yaml', '--replications', '3000', '--workers', '1', '--format', 'json'];

async function run(...args: string[]): Promise<{ status: number; stderr: string }> {
  const { code, err } = await commandLine(args);
  return { status: code, stderr: err };
}

/** Starts the long run and ends it by a signal once it writes. */
async function interrupted(out: string, signal: NodeJS.Signals): Promise<number | null> {
  const child = spawn(process.execPath, [inject('command'), ...LONG, '--replace', '--out', out], {
    cwd: ROOT,
    stdio: 'ignore',
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  const writes = (): boolean => existsSync(out) && readdirSync(out).some((name) => name.startsWith('.partial-'));
  while (child.exitCode === null && !writes()) await new Promise((resolve) => setTimeout(resolve, 20));
  child.kill(signal);
  return ended;
}

test('an interrupted run leaves nothing behind, and leaves an earlier run unchanged', async () => {
  const out = join(folder, 'interrupted');
  expect(await interrupted(out, 'SIGINT')).toBe(130);
  expect(readdirSync(out)).toEqual([]);

  expect((await run(...SMALL, '--out', out)).status).toBe(0);
  const names = readdirSync(out).toSorted();
  expect(names).toEqual(['attempts.parquet', 'events.parquet', 'installations.parquet', 'manifest.json', 'report.json', 'scenario.json', 'spans.parquet', 'verdicts.parquet', 'volumes.csv']); // prettier-ignore
  const before = names.map((name) => readFileSync(join(out, name)));
  expect(await interrupted(out, 'SIGTERM')).toBe(143);
  expect(readdirSync(out).toSorted()).toEqual(names);
  expect(names.map((name) => readFileSync(join(out, name)))).toEqual(before);
});

test('a run never replaces another one silently', async () => {
  const out = join(folder, 'replaced');
  expect((await run(...SMALL, '--out', out)).status).toBe(0);
  const files = () =>
    readdirSync(out)
      .toSorted()
      .map((name) => readFileSync(join(out, name)));
  const before = files();
  const other = await run(...SMALL, '--seed', 'another', '--out', out);
  expect(other.status).toBe(1);
  expect(other.stderr).toContain('add --replace');
  expect(files()).toEqual(before);
  // The same run may be written again, to the same bytes.
  expect((await run(...SMALL, '--out', out)).status).toBe(0);
  expect(files()).toEqual(before);
  expect((await run(...SMALL, '--seed', 'another', '--out', out, '--replace')).status).toBe(0);
  expect(files()).not.toEqual(before);
});

test('the manifest names the command, the settings and the replication of the records', async () => {
  const out = join(folder, 'provenance');
  expect((await run(...SMALL, '--set', 'changes.replacementPerYear=0.2', '--out', out)).status).toBe(0);
  const read = (name: string) => JSON.parse(readFileSync(join(out, name), 'utf8')) as Record<string, unknown>;
  const manifest = read('manifest.json');
  expect(manifest['command']).toBe('smets1-bench run test/cli/reportRun.yaml --set changes.replacementPerYear=0.2'); // prettier-ignore
  expect(manifest['set']).toEqual(['changes.replacementPerYear=0.2']);
  expect(manifest['recordsOf']).toEqual({ replication: 0 });
  expect(read('scenario.json')['hash']).toBe(manifest['scenarioHash']);
  expect(JSON.stringify(read('report.json'))).not.toContain(folder);
});

test('files that a killed run left do not stop the next run', async () => {
  const out = join(folder, 'killed');
  mkdirSync(join(out, '.partial-1'), { recursive: true });
  writeFileSync(join(out, '.partial-1', 'attempts.parquet'), 'half');
  expect((await run(...SMALL, '--out', out)).status).toBe(0);
  expect(readdirSync(out)).not.toContain('.partial-1');
});

test('a path that cannot be written is reported in words and not as a defect', async () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  const { status, stderr } = await run(...SMALL, '--out', join(file, 'out'));
  expect(status).toBe(1);
  expect(stderr).toContain('a file stands where a directory is needed');
  expect(stderr).not.toContain('defect');
});
