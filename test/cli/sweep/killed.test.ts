import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { designDice } from '../../../sim/sweep/sweepDice.ts';
import { commandLine } from '../harness.ts';
import { isWhole, sampleSize } from '../../sampleSize.ts';
import { cellFiles, outputsOf, TINY } from './sweepFolder.ts';

const folder = mkdtempSync(join(tmpdir(), 'sweep-killed-'));
const at = (name: string): string => join(folder, name);
const KILLS = sampleSize('SWEEP_KILLS', { whole: 20, part: 1 });
const SEED = process.env['SWEEP_KILL_SEED'] ?? 'killed';
const dice = designDice(SEED);
const isCi = process.env['CI'] === 'true';

const has = (program: string): boolean => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
/** Worker threads are killed everywhere; what runs as several processes, in CI. */
const hasProcesses = isWhole('SWEEP_PROCESSES', 'sweeps of several processes that are killed');
/** Skips where a program is missing, and says so; in CI everything has to be there. */
const needs = (program: string) => {
  if (!hasProcesses) return test.skip;
  const isThere = has(program);
  if (!isThere && !isCi) console.log(`skipped: ${program} is not installed`);
  return isThere || isCi ? test : test.skip;
};

const running = new Set<ChildProcess>();
function bench(...args: string[]): ChildProcess {
  // A group of its own: whatever the command starts is killed with it.
  const child = spawn(process.execPath, [inject('command'), ...args], { detached: true, stdio: 'ignore' });
  running.add(child);
  child.on('exit', () => running.delete(child));
  return child;
}

function kill(child: ChildProcess): void {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch (error) {
    // It has ended by itself, and Node has not said so yet.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

const ended = (child: ChildProcess): Promise<number | null> =>
  child.exitCode === null && child.signalCode === null
    ? new Promise((resolve) => child.on('exit', resolve))
    : Promise.resolve(child.exitCode);

/** Finished cells. Names alone: a temporary file may be gone before one could look at it. */
const cells = (store: string): number =>
  existsSync(store)
    ? readdirSync(store, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json')).length
    : 0;

/** Kills a process when the store has so many more cells, or lets it end. No clock decides when. */
async function killAfter(child: ChildProcess, store: string, more: number): Promise<void> {
  const before = cells(store);
  while (child.exitCode === null && child.signalCode === null && cells(store) < before + more) await sleep(2);
  kill(child);
  await ended(child);
}

/** How many cells a process may still make before it is killed: from none to five. */
const moreCells = (kill: number): number => Math.floor(dice(kill, 0) * 6);

afterAll(() => {
  running.forEach(kill);
  rmSync(folder, { recursive: true, force: true });
});

describe(`a sweep whose processes are killed (SWEEP_KILL_SEED=${SEED}, ${KILLS} kills)`, () => {
  let undisturbed: Readonly<Record<string, string>>;
  beforeAll(async () => {
    expect((await commandLine(['sweep', TINY, '--out', at('whole'), '--workers', '1'])).code).toBe(0);
    undisturbed = outputsOf(at('whole'));
  });

  test('a sweep of worker threads that are killed gives the bytes of an undisturbed run', async () => {
    for (let i = 0; i < KILLS; i += 1)
      await killAfter(bench('sweep', TINY, '--out', at('pool'), '--workers', '2'), at('pool/cells'), moreCells(i));
    expect((await commandLine(['sweep', TINY, '--out', at('pool'), '--workers', '1'])).code).toBe(0);
    expect(outputsOf(at('pool'))).toEqual(undisturbed);
    expect(cellFiles(at('pool/cells')).filter((name) => name.includes('partial'))).toEqual([]);
  });

  test.runIf(hasProcesses)(
    'a sweep of parallel shards that are killed gives the bytes of an undisturbed run',
    async () => {
      const shards = (n: number) => bench('sweep', TINY, '--out', at('shards'), '--workers', '1', '--shard', `${n}/2`);
      for (let i = 0; i < Math.ceil(KILLS / 2); i += 1) {
        const [first, second] = [shards(1), shards(2)];
        await Promise.all([killAfter(first, at('shards/cells'), moreCells(i)), killAfter(second, at('shards/cells'), moreCells(i + 100))]); // prettier-ignore
      }
      expect(await ended(shards(2))).toBe(0);
      expect(await ended(shards(1))).toBe(0);
      expect(outputsOf(at('shards'))).toEqual(undisturbed);
    },
  );

  needs('parallel')(
    'gives the same bytes under GNU parallel',
    async () => {
      const command = `${process.execPath} src/cli/smets1-bench.mjs sweep ${TINY} --out ${at('parallel')} --workers 1 --own --shard {}/3`;
      const { status, stderr } = spawnSync('parallel', ['--will-cite', '-j', '2', command, ':::', '3', '2', '1'], { encoding: 'utf8' }); // prettier-ignore
      expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
      expect((await commandLine(['sweep', 'merge', TINY, '--out', at('parallel')])).code).toBe(0);
      expect(outputsOf(at('parallel'))).toEqual(undisturbed);
    },
    600_000,
  );

  needs('redis-server')(
    'gives the same bytes from workers on a queue, one of them killed again and again',
    async () => {
      const { url, stop } = await redis();
      try {
        const sweep = bench('sweep', TINY, '--out', at('queue'), '--redis', url);
        for (let i = 0; i < Math.ceil(KILLS / 2); i += 1)
          await killAfter(
            bench('sweep', 'work', '--redis', url, '--workers', '2'),
            at('queue/cells'),
            moreCells(i + 200),
          );
        const worker = bench('sweep', 'work', '--redis', url, '--workers', '2');
        // Who queues may die as well: what is computed by then is taken from the queue by the next call.
        await killAfter(sweep, at('queue/cells'), 2);
        expect(await ended(bench('sweep', TINY, '--out', at('queue'), '--redis', url))).toBe(0);
        kill(worker);
        expect(outputsOf(at('queue'))).toEqual(undisturbed);
      } finally {
        stop();
      }
    },
    600_000,
  );
});

async function redis(): Promise<{ readonly url: string; readonly stop: () => void }> {
  const port = await freePort();
  const server = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder], { stdio: 'ignore' }); // prettier-ignore
  for (let i = 0; i < 500; i += 1) {
    if (spawnSync('redis-cli', ['-p', String(port), 'ping'], { encoding: 'utf8' }).stdout.includes('PONG')) break;
    await sleep(20);
  }
  return { url: `redis://127.0.0.1:${port}`, stop: () => void server.kill('SIGKILL') };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
