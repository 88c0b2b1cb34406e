import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { inFolder, MEGABYTE, runCommand, runProgram } from './child.ts';
import { loadScenarioFile } from '../../src/cli/shell/scenarioFile.ts';
import type { Spent } from './measure.ts';
import { figure, printGoal, printTable } from './print.ts';
import type { Sizes } from './sizes.ts';

export const ESTATE = 'scenarios/estate.yaml';
const PEAK_MOST_MEGABYTES = 2000;
const QUICK_SHARE = 0.01;

interface Entry {
  readonly rows: number;
  readonly sha256: string;
}

/** What estateWriterWorker.ts answers. */
export interface BareWriter extends Spent {
  /** Seconds of the same process spent outside the writer. */
  readonly simulating: number;
  readonly files: Readonly<Record<string, Entry>>;
}

/**
 * The whole estate with all outputs, as a user starts it: peak memory, seconds, rows a second, beside the Parquet writer
 * alone on the same batches. The files of both are the same, byte for byte.
 */
export async function estateBenchmark({ quick }: Sizes): Promise<boolean> {
  const set = quick ? smallerEstate(QUICK_SHARE) : [];
  return inFolder(async (folder) => {
    const out = join(folder, 'run');
    const run = await runCommand([
      ...['run', ESTATE, '--out', out, '--format', 'json'],
      ...set.flatMap((path) => ['--set', path]),
    ]);
    if (run.status !== 0) return failed('run', run);
    const { installations, kernelSeconds } = JSON.parse(run.stdout) as { installations: number; kernelSeconds: number };
    const { files } = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')) as Pick<BareWriter, 'files'>;
    const bare = await runProgram('estateWriterWorker.ts', [join(folder, 'bare'), ...set]);
    if (bare.status !== 0) return failed('the bare writer', bare);
    const writer = JSON.parse(bare.stdout) as BareWriter;

    const names = Object.keys(files).filter((name) => name.endsWith('.parquet'));
    printTable(
      ['file', 'rows', 'MB'],
      names.map((name) => [name, String(files[name]?.rows), megabytes(statSync(join(out, name)).size)]),
    );
    const rows = names.reduce((sum, name) => sum + (files[name]?.rows ?? 0), 0);
    const line = (name: string, { wall, processor }: Spent): string[] => {
      const ratio = [wall / writer.wall, processor / writer.processor];
      return [name, ...[wall, processor].map(figure), Math.round(rows / wall).toString(), ...ratio.map(figure)];
    };
    printTable(
      ['process', 'seconds', 'processor s', 'rows/s', 'x writer, seconds', 'x writer, processor'],
      [line('run, start-up included', run), line('Parquet writer alone', writer)],
    );
    console.log(
      `${installations} installations, ${rows} rows; kernelSeconds ${figure(kernelSeconds)} with writing in it.`,
    );
    console.log(`On one thread: simulating ${figure(writer.simulating)} s, writing ${figure(writer.wall)} s.`);
    const same = names.every((name) => files[name]?.sha256 === writer.files[name]?.sha256);
    console.log(same ? 'Both wrote the same bytes.' : 'disagree: the files of the two differ');
    const found = run.peakBytes / MEGABYTE;
    const what = 'peak memory of the run with all outputs';
    return printGoal({ what, found, atMost: PEAK_MOST_MEGABYTES, unit: 'MB', quick }) && same;
  });
}

/** The estate's populations at a share of their sizes, as values of `--set`. */
export function smallerEstate(share: number): string[] {
  return Object.entries(loadScenarioFile(ESTATE, []).scenario.populations).map(
    ([name, { installations }]) => `populations.${name}.installations=${Math.ceil(installations * share)}`,
  );
}

function failed(what: string, { status, stderr }: { status: number | null; stderr: string }): boolean {
  console.log(`failed: ${what} ended with ${status}: ${stderr}`);
  return false;
}

function megabytes(bytes: number): string {
  return (bytes / MEGABYTE).toFixed(1);
}
