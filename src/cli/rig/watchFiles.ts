import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolders } from '../../interchange/makeFolders.ts';
import { writeWhole } from '../../interchange/format/outputFile.ts';
import { formatInstant, type Instant } from '../../time.ts';
import type { RigRun, RigSetup, WatchRigOptions } from '../../../devices/index.ts';
import { FRAMES, frameEntries } from './frameEntries.ts';
import { openFrameFiles } from './frameFiles.ts';
import { MANIFEST } from '../shell/outDirectory.ts';
import { manifestHead, writeRecords, type Entry } from './rigFiles.ts';
import { stepsFile, type RigHead } from './rigJson.ts';
import { rigJunit } from './rigJunit.ts';
import type { WatchSummary } from './watchSummary.ts';
import { junitOrigin } from '../output/ownFiles.ts';

export interface Written {
  readonly run: RigRun;
  readonly setup: RigSetup;
  readonly head: RigHead;
  readonly summary: WatchSummary;
}

/** Matches half-written files of a process that died. */
const PARTIAL = /\.partial-\d+$/;

/**
 * Writes the outputs of a watch. They all follow from its journal, so they are written anew, each whole, the manifest
 * last.
 */
export async function writeWatchFiles(directory: string, { run, setup, head, summary }: Written): Promise<void> {
  const files: Record<string, Entry> = await writeRecords(directory, run, setup);
  const put = (name: string, rows: number, text: string): void => {
    files[name] = { rows, sha256: writeWhole(join(directory, name), text) };
  };
  const steps = stepsFile(run, { ...head, rules: setup.rules.name });
  put('steps.json', run.rows.length, `${JSON.stringify(steps, null, 2)}\n`);
  put(
    'junit.xml',
    run.rows.length,
    rigJunit(run.rows, { rig: head.rig, rules: setup.rules, origin: junitOrigin(head.provenance) }),
  );
  put('watch.json', run.attempts.length, `${JSON.stringify(summary, null, 2)}\n`);
  const manifest = { ...manifestHead({ run, setup, head }), files: { ...files, ...frameEntries(directory) } };
  writeWhole(join(directory, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`);
}

/** Removes half-written files of processes that died. Only the holder of the lock may call it. */
export function clearPartials(directory: string): void {
  for (const folder of [directory, join(directory, FRAMES)]) {
    if (!existsSync(folder)) continue;
    for (const name of readdirSync(folder)) if (PARTIAL.test(name)) rmSync(join(folder, name), { force: true });
  }
}

/** The files for the frames of an attempt, named by its instant. If an attempt that broke off is repeated, its frames are replaced. */
export function framesOf(directory: string): NonNullable<WatchRigOptions['recordingOf']> {
  return (at: Instant) => {
    const folder = join(directory, FRAMES);
    makeFolders(folder);
    const name = join(folder, formatInstant(at).replaceAll(/[-:]/g, ''));
    const files = openFrameFiles(name);
    return { lines: files.lines, pcap: files.pcap, close: () => void files.commit() };
  };
}
