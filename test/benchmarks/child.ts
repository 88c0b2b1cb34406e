import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import type { Spent } from './measure.ts';

/** What a process spent from its start to its end, start-up included. */
export interface ChildSpent extends Spent {
  readonly peakBytes: number;
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const COMMAND = here('../../src/cli/smets1-bench.mjs');
export const MEGABYTE = 2 ** 20;

/** The command as a user starts it, in a process of its own, so that its peak memory is its own. */
export function runCommand(args: readonly string[]): Promise<ChildSpent> {
  return runNode([COMMAND, ...args]);
}

/** A program beside this file, in a process of its own; it takes its arguments and writes to standard output. */
export function runProgram(name: string, args: readonly string[]): Promise<ChildSpent> {
  // What lets this process run TypeScript lets that one.
  return runNode([...process.execArgv, here(name), ...args]);
}

async function runNode(args: readonly string[]): Promise<ChildSpent> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-usage-'));
  const file = join(folder, 'usage.json');
  try {
    const from = performance.now();
    const boot = new URL('usageBoot.mjs', import.meta.url).href;
    const child = spawn(process.execPath, ['--import', boot, ...args], { env: { ...process.env, BENCH_USAGE: file } });
    const [stdout, stderr] = [textOf(child.stdout), textOf(child.stderr)];
    const status = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    const wall = (performance.now() - from) / 1000;
    const usage = JSON.parse(readFileSync(file, 'utf8')) as { peakBytes: number; processor: number };
    return { ...usage, wall, status, stdout: await stdout, stderr: await stderr };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  stream.setEncoding('utf8');
  for await (const part of stream) text += part as string;
  return text;
}

/** Calls `work` with a folder that is gone afterwards. */
export async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
