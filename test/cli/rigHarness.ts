/** `rig` as it is typed, in a folder of its own with a state folder of its own. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import type { FrameRecord } from '../../devices/transport/tap.ts';
import { commandLine, type Answer } from './harness.ts';

export const OUTPUTS = [
  'attempts.csv',
  'contacts.csv',
  'events.csv',
  'frames.jsonl',
  'frames.pcap',
  'installations.csv',
  'junit.xml',
  'manifest.json',
  'steps.json',
];

/** `beforeAll(harness.start)`, `afterAll(harness.stop)`. */
export function rigHarness() {
  const folder = mkdtempSync(join(tmpdir(), 'smb-rig-cli-'));
  const state = process.env['XDG_STATE_HOME'];
  let files = 0;
  const at = (name: string): string => join(folder, name);
  return {
    folder,
    at,
    read: (...path: readonly string[]): string => readFileSync(join(folder, ...path), 'utf8'),
    json: <T>(...path: readonly string[]): T => JSON.parse(readFileSync(join(folder, ...path), 'utf8')) as T,
    frames: (out: string): FrameRecord[] =>
      readFileSync(at(`${out}/frames.jsonl`), 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as FrameRecord),
    rig: (...args: readonly string[]): Promise<Answer> => commandLine(['rig', ...args]),
    /** A rig file of a name of its own. */
    file(text: string): string {
      const path = at(`rig${(files += 1)}.yaml`);
      writeFileSync(path, `name: cli${files}\n${text}`);
      return path;
    },
    ledgersOf: (path: string): string =>
      join(folder, 'state', 'smets1-bench', 'keys', `cli${/(\d+)\.yaml/.exec(path)![1]}`),
    start: () => void (process.env['XDG_STATE_HOME'] = join(folder, 'state')),
    stop() {
      if (state === undefined) delete process.env['XDG_STATE_HOME'];
      else process.env['XDG_STATE_HOME'] = state;
      rmSync(folder, { recursive: true });
    },
  };
}

/** `rig` in a process of its own. */
export function startRig(...args: readonly string[]) {
  const child = spawn(process.execPath, [inject('command'), 'rig', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: process.env,
  });
  const texts = { out: '', err: '' };
  child.stdout.on('data', (bytes: Buffer) => (texts.out += bytes.toString()));
  child.stderr.on('data', (bytes: Buffer) => (texts.err += bytes.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  return { child, ended, texts };
}

/** Waits for what a process does; one that has ended will not do it any more. */
export async function until(isDone: () => boolean, ended: Promise<unknown>): Promise<void> {
  let isOver = false;
  void ended.then(() => (isOver = true));
  while (!isDone()) {
    if (isOver) throw new Error('the process ended before');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Every form in which key bytes might stand in a file or on a stream. */
export function formsOf(key: Uint8Array): Buffer[] {
  const bytes = Buffer.from(key);
  const hex = bytes.toString('hex');
  // Of base64 the part that does not depend on what stands before.
  return [bytes, Buffer.from(hex), Buffer.from(hex.toUpperCase()), Buffer.from(bytes.toString('base64').slice(0, 20))];
}

/** Every key that the ledgers of a folder hold, old ones included. */
export function ledgerKeys(folder: string): Uint8Array[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return names.flatMap((name) => {
    const { ledger } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as { ledger: { rows: { key: string }[] } };
    return ledger.rows.map(({ key }) => new Uint8Array(Buffer.from(key, 'hex')));
  });
}
