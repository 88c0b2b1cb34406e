import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commandLine } from './harness.ts';
import { describe, expect, inject, test } from 'vitest';

// What a person gets who types `run`. That the counts are right is shown in test/sim and test/golden.

async function bench(...args: readonly string[]): Promise<{ status: number; stdout: string; stderr: string }> {
  const { code, out, err } = await commandLine(args);
  return { status: code, stdout: out, stderr: err };
}

describe('run', () => {
  test('run says in words that no category was met', async () => {
    const { status, stdout, stderr } = await bench('run', 'scenarios/quiet.yaml', '--workers', '1');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('\nNo category was met by any installation: every volume is 0');
    expect(stdout).not.toContain('reason');
  });

  test('one replication shows no range, and a scenario without published figures has no column for them', async () => {
    const { stdout } = await bench('run', 'test/cli/fixtures/small.yaml', '--workers', '1');
    expect(/^ +reason.*$/m.exec(stdout)?.[0].trim().split(/ {2,}/)).toEqual(['reason', 'mean']);
    expect(stdout).not.toContain('published');
    expect(stdout).toContain('One run shows no range');
  });

  test('the screen and every table on demand fit 80 columns', async () => {
    const { stdout } = await bench('run', 'test/cli/fixtures/small.yaml', '--workers', '1', '--replications', '3', '--detail', '--monthly'); // prettier-ignore
    expect(stdout).toContain('By cohort');
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  test('run names a change with its earlier value, and compares it with the unchanged scenario on common dice', async () => {
    const args = ['run', 'test/cli/fixtures/small.yaml', '--workers', '1', '--replications', '2'];
    const { stdout } = await bench(...args, '--set', 'amendments.clauses.five-retries.shows.atLeast=1');
    expect(stdout).toMatch(/^A change of small/);
    expect(stdout).toContain('\n  amendments.clauses.five-retries.shows.atLeast: 5 -> 1\n');
    expect(stdout).toMatch(/^ +reason +mean +before +change/m);
    // Only the clause that was changed may gain; nothing before it in the order of precedence moves.
    expect(stdout).toMatch(/^18\.7 .* 0 +0$/m);
    expect(stdout).toMatch(/^18\.9 .* \+\d+ +\d+$/m);
    expect((await bench(...args, '--no-baseline', '--set', 'title=x')).stdout).not.toMatch(/^ +reason +mean +before/m);
  });

  test('run --format json prints one JSON text and nothing else on standard output', async () => {
    const { status, stdout } = await bench('run', 'test/cli/fixtures/small.yaml', '--workers', '1', '--format', 'json', '--replications', '8'); // prettier-ignore
    expect(status).toBe(0);
    expect(Object.keys(JSON.parse(stdout) as object)).toEqual(['provenance', 'seed', 'scenarioHash', 'installations', 'ends', 'volumes', 'kernelSeconds']); // prettier-ignore
  });

  const shell = (command: string) => spawnSync('bash', ['-c', command], { encoding: 'utf8', timeout: 600_000 });
  const BENCH = `node '${inject('command')}'`;

  test('run still gives its answer if nobody reads standard error', () => {
    // Four replications are four steps of progress, each a line on a standard error that is closed.
    const asked = `${BENCH} run test/cli/fixtures/small.yaml --workers 1 --replications 4 --format json`;
    const { stdout, stderr } = shell(`(${asked} 2>&1 >&3 3>&- | true) 3>&1; echo "code \${PIPESTATUS[0]}" >&2`);
    expect(Object.keys(JSON.parse(stdout) as object)).toContain('volumes');
    expect(stderr).toBe('code 0\n');
  });

  test.skipIf(!existsSync('/dev/full'))(
    'run says that there is no room for its answer, which is no defect (needs /dev/full)',
    () => {
      const { status, stderr } = shell(`${BENCH} run scenarios/quiet.yaml --workers 1 > /dev/full`);
      expect(status).toBe(1);
      expect(stderr).toMatch(/^standard output: ENOSPC/);
    },
  );

  test.skipIf(!existsSync('/proc/self'))(
    'run ends properly if no directory can be made for its files (needs /proc)',
    async () => {
      const { status, stderr } = await bench('run', 'scenarios/quiet.yaml', '--workers', '1', '--out', '/proc/no/such');
      expect(status).toBe(1);
      expect(stderr).toContain('--out /proc/no/such: no directory can be made there');
    },
  );

  test.each([
    [['run'], "missing required argument 'scenario'"],
    [['run', 'scenarios/quiet.yaml', '--replications', '0'], '--replications'],
    [['run', 'scenarios/quiet.yaml', '--sed', 'x'], '--seed'],
    [['run', 'scenarios/quiet.yaml', '--as-of', '2020-01-01'], 'expected a day from 2021-02-01 to 2022-12-31'],
    [['run', 'scenarios/quit.yaml'], 'no such file'],
    [['rum'], 'Did you mean run?'],
  ])('run refuses %j with exit code 1 and gives the reason on standard error', async (args, words) => {
    const { status, stdout, stderr } = await bench(...args);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toContain(words);
    expect(stderr).not.toMatch(/^ +at /m); // no stack
  });

  test('what to do next is written as it works where the reader is: through npx unless his shell finds the bench', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'bench-words-'));
    const scripts = join(folder, 'node_modules', '.bin');
    mkdirSync(scripts, { recursive: true });
    for (const place of [folder, scripts]) writeFileSync(join(place, 'smets1-bench'), '');
    const next = async (path: string): Promise<string> => {
      const { out } = await commandLine(['run', 'test/cli/reportRun.yaml', '--replications', '1', '--workers', '1'], { env: { PATH: path } }); // prettier-ignore
      return /what a word means: +(.*) glossary/.exec(out)?.[1] ?? out;
    };
    try {
      expect(await next(`/nowhere:${folder}`)).toBe('smets1-bench');
      expect(await next(scripts)).toBe('npx smets1-bench');
      expect(await next('')).toBe('npx smets1-bench');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
