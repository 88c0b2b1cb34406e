/** A bench for rigs: emulated homes on real carriers in this process, rig files from text, and everything that came of a run. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { diskFiles } from '../../../src/cli/shell/readText.ts';
import { formatProblems } from '../../../src/document/problem.ts';
import { emulate, type Emulation, type EmulateOptions } from '../../../devices/emulate/emulate.ts';
import { profileOf } from '../../../devices/emulate/profile.ts';
import { profileSchema } from '../../../devices/emulate/profileSchema.ts';
import { LAB_KEYS } from '../../../devices/personas/labProfile.ts';
import { loadRigFile, type RigFileResult } from '../../../devices/rig/file/loadRigFile.ts';
import { runRig, type RigRun, type RunRigOptions } from '../../../devices/rig/run/runRig.ts';
import type { RigSetup } from '../../../devices/rig/file/rigSetup.ts';
import type { Direction } from '../../../devices/transport/framePolicy.ts';
import { wallTimers, type Timers } from '../../../devices/transport/timers.ts';
import type { FrameRecord } from '../../../devices/transport/tap.ts';
import { openAll, pairings } from '../../kit/headEnd/audit.ts';

export const TITLES = { chf: '534D424300000001', esme: '534D424500000001', gsme: '534D424700000001' } as const;
/** Everything that a migration writes, to the lab's first installation. */
export const ALLOWED = `allow: { keys: [${list()}], configuration: [${list()}], firmware: [${list()}] }\n`;

function list(): string {
  return Object.values(TITLES)
    .map((title) => `'${title}'`)
    .join(', ');
}

/** Never asleep, or a test would wait for half an hour. */
export const AWAKE = { sleep: { wakeSeconds: 60, awakeSeconds: 60 } };

export async function emulated(
  profile: object = AWAKE,
  options: Partial<Omit<EmulateOptions, 'profile'>> & { readonly framing?: 'wrapper' | 'hdlc' } = {},
): Promise<Emulation & { readonly port: number }> {
  const { framing = 'wrapper', ...rest } = options;
  const emulation = await emulate({
    profile: profileOf(profileSchema.parse(profile), () => ''),
    device: 'installation',
    ...(rest.serial || rest.mqtt ? {} : { tcp: { host: '127.0.0.1', port: 0, framing } }),
    ...rest,
  });
  const port = Number(emulation.servedAt[0]?.address.split(':').at(-1));
  return Object.defineProperty(emulation, 'port', { value: port }) as Emulation & { port: number };
}

/** Real time, so many times as fast: firmware takes its seconds to be verified and activated. */
export function fastTimers(times: number): Timers {
  const wall = wallTimers();
  const start = wall.nowMilliseconds();
  return {
    nowMilliseconds: () => start + (wall.nowMilliseconds() - start) * times,
    after: (milliseconds, action) => wall.after(milliseconds / times, action),
  };
}

/** The command of a driver that fails as its setting `mode` says: `dies`, `babbles`, `misdates` or `hangs`. For a rig file. */
export const FAULTY_DRIVER = JSON.stringify([
  process.execPath,
  fileURLToPath(new URL('faultyDriver.mjs', import.meta.url)),
]);

/** A folder that goes when the test file ends: `afterAll(bench.stop)`. */
export function rigBench() {
  const folder = mkdtempSync(join(tmpdir(), 'smb-rig-'));
  let files = 0;
  const load = (text: string, environment: Readonly<Record<string, string>> = {}): RigFileResult => {
    files += 1;
    const path = join(folder, `rig${files}.yaml`);
    writeFileSync(path, text);
    return loadRigFile({
      path,
      files: diskFiles,
      readBytes: (file) => new Uint8Array(readFileSync(file)),
      environment,
      now: Date.UTC(2022, 1, 1) / 1000,
    });
  };
  const setup = (text: string, environment?: Readonly<Record<string, string>>): RigSetup => {
    const loaded = load(text, environment);
    if (!loaded.ok) throw new Error(formatProblems(loaded.problems));
    return loaded.setup;
  };
  return {
    folder,
    ledgers: join(folder, 'ledgers'),
    load,
    setup,
    problems: (text: string): string => {
      const loaded = load(text);
      return loaded.ok ? '' : formatProblems(loaded.problems).replaceAll(`${folder}/`, '');
    },
    run: async (text: string | RigSetup, options: Partial<RunRigOptions> = {}): Promise<Ran> => {
      const given = typeof text === 'string' ? setup(text) : text;
      const frames: FrameRecord[] = [];
      const notes: string[] = [];
      const run = await runRig(given, {
        ledgerFolder: join(folder, 'ledgers', given.document.name),
        onNote: (note) => void notes.push(note),
        lines: (line) => void frames.push(JSON.parse(line) as FrameRecord),
        ...options,
      });
      return { ...run, frames, notes };
    },
    stop: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export type Ran = RigRun & { readonly frames: readonly FrameRecord[]; readonly notes: readonly string[] };

export function bytesOf(frames: readonly FrameRecord[]): { direction: Direction; bytes: Uint8Array }[] {
  return frames.map(({ dir, hex }) => ({ direction: dir, bytes: new Uint8Array(Buffer.from(hex, 'hex')) }));
}

/** Steps that were not simply answered. */
export function failures({ rows }: RigRun): readonly string[] {
  return rows
    .filter(({ observation }) => observation !== 'answered')
    .map((row) => `${row.step} ${row.observation} ${row.code}`);
}

/** Writes of any kind that left: SET and ACTION, the proofs of HLS apart. Read with every key that the devices have. */
export function writes({ frames }: { readonly frames: readonly FrameRecord[] }): readonly string[] {
  const { opened, unopened } = openAll(bytesOf(frames), pairings([LAB_KEYS.guek], [LAB_KEYS.gak]));
  expect(unopened).toBe(0);
  expect(opened.length).toBeGreaterThan(10);
  const plain = opened
    .filter(({ direction }) => direction === 'c2s')
    .map(({ plain: bytes }) => Buffer.from(bytes).toString('hex'));
  return plain.filter((hex) => /^c[13]/.test(hex) && !/^c301..000f0000280000ff01/.test(hex));
}
