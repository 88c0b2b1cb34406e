// The files of `run`, byte for byte: workers, a second time, another time zone and locale change nothing. Whether their
// contents are right is for test/differential and test/cli.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, inject, test } from 'vitest';
import { EVERYTHING } from '../../scenarios.ts';
import { isWhole } from '../../../sampleSize.ts';

const isTried = isWhole('WORKERS', 'files of many workers, other time zones and locales');

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'smets1-workers-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the command and answers the hash of each file, and of standard output less the time it took. */
async function hashesOf(name: string, workers: number, env: Record<string, string>): Promise<Record<string, string>> {
  const out = join(folder, name);
  // Two shards and two replications: four pieces of work for the workers to share. Those that fill the first shard wait
  // for their displays, which costs little.
  const set = ['--set', 'populations.foc-display.installations=64000', '--replications', '2'];
  const args = [inject('command'), 'run', EVERYTHING, ...set, '--workers', String(workers), '--out', out];
  const stdout = await new Promise<string>((resolve, reject) => {
    const child = spawn(process.execPath, [...args, '--format', 'json'], {
      cwd: ROOT,
      env: { ...process.env, ...env },
    });
    let text = '';
    let errors = '';
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve(text) : reject(new Error(`exit code ${code}: ${errors}`))));
  });
  const hash = (data: Buffer | string) => createHash('sha256').update(data).digest('hex');
  const files = readdirSync(out).toSorted();
  return {
    ...Object.fromEntries(files.map((file) => [file, hash(readFileSync(join(out, file)))])),
    stdout: hash(stdout.replace(/"kernelSeconds": [\d.e-]+/, '')),
  };
}

test.runIf(isTried)(
  'runs with 1, 2 and 5 workers, repeated, in another time zone and locale write the same bytes',
  async () => {
    const first = await hashesOf('one', 1, { TZ: 'Europe/London', LANG: 'en_GB.UTF-8' });
    expect(Object.keys(first)).toEqual(
      expect.arrayContaining(['attempts.parquet', 'manifest.json', 'verdicts.parquet']),
    );
    expect(await hashesOf('two', 2, { TZ: 'Pacific/Kiritimati', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' })).toEqual(
      first,
    );
    // Over the files of the first run.
    expect(await hashesOf('one', 5, { TZ: 'America/St_Johns', LANG: 'de_DE.UTF-8' })).toEqual(first);
  },
);
