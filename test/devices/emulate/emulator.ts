/** The emulator as its users start it: a process of its own, through the command line. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { inject } from 'vitest';
import { commandLine } from '../../cli/harness.ts';

export interface Emulator {
  /** TCP ports in the order of the banner. */
  readonly ports: readonly number[];
  readonly banner: string;
  readonly pid: number;
  /** Its exit code, once it ends by itself. */
  readonly ended: Promise<number | null>;
  /** Everything it has written so far, both streams. */
  output(): string;
  /** Resident memory, MB. */
  memory(): number;
  /** Asks it to stop; gives its exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/** Starts `smets1-bench emulate ...args` and waits until it is ready; rejects with its output when it ends before. */
export async function startEmulator(...args: readonly string[]): Promise<Emulator> {
  const child = spawn(process.execPath, [inject('command'), 'emulate', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  await new Promise<void>((resolve, reject) => {
    child.stderr.on('data', (bytes: Buffer) => (text += bytes.toString()));
    child.stdout.on('data', (bytes: Buffer) => {
      text += bytes.toString();
      if (text.includes('\nready;')) resolve();
    });
    void ended.then((code) => reject(new Error(`emulate ended with ${code}: ${text}`)));
  });
  const banner = text;
  return {
    ports: [...banner.matchAll(/^serving tcp \S+:(\d+)/gm)].map(([, port]) => Number(port)),
    banner,
    pid: child.pid!,
    ended,
    output: () => text,
    memory: () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1024,
    async stop(signal = 'SIGTERM') {
      child.kill(signal);
      return ended;
    },
  };
}

/** Runs it to its end in this process, for what it refuses. */
export async function emulateOnce(...args: readonly string[]): Promise<{ code: number; text: string }> {
  const { code, out, err } = await commandLine(['emulate', ...args]);
  return { code, text: out + err };
}
