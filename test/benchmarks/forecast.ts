import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { joinHistories } from '../../src/interchange/history/joinHistories.ts';
import { endOfLondonDate } from '../../src/time.ts';
import { recordInputs } from '../../src/cli/shell/recordInputs.ts';
import type { Io } from '../../src/cli/shell/io.ts';
import { commandLine } from '../cli/harness.ts';
import { meanOf } from '../../src/report/statistics.ts';
import { timed } from './measure.ts';
import { figure, printGoal, printTable } from './print.ts';
import type { Sizes } from './sizes.ts';

const SCENARIO = 'scenarios/various1.yaml';
const PRIORS = 'scenarios/priors/various1.yaml';
const AS_OF = '2021-11-03';
/** A forecast of records takes at most so many times the time of reading them. */
const READING_MOST = 2;
const ROUNDS = 3;

/**
 * A library, a forecast of the records of a run from it beside reading those records, all by processor time; the coverage
 * of the library's forecasts, and that of its posteriors.
 */
export async function forecastBenchmark({ quick }: Sizes): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'forecast-benchmark-'));
  const at = (name: string): string => join(folder, name);
  const bench = async (...args: string[]): Promise<string> => {
    const { code, out, err } = await commandLine(args);
    if (code !== 0) throw new Error(`${args.join(' ')}: ${err}`);
    return out;
  };
  try {
    const [draws, scale] = quick ? ['16', '0.02'] : ['64', '0.25'];
    const size = quick ? ['--set', 'populations.ioc-dormant.installations=20000'] : [];
    const making = await timed(async () => void (await bench('calibrate', SCENARIO, '--priors', PRIORS, '--out', at('library'), '--draws', draws, '--scale', scale, '--as-of', AS_OF, '--workers', '1'))); // prettier-ignore
    await bench(
      'run',
      SCENARIO,
      '--seed',
      'benchmark',
      '--replications',
      '1',
      '--out',
      at('run'),
      '--workers',
      '1',
      ...size,
    );
    const files = {
      installations: [at('run/installations.parquet')],
      attempts: [at('run/attempts.parquet')],
      events: [at('run/events.parquet')],
    };
    const io = { err: process.stderr, stdin: process.stdin } as unknown as Io;
    const inputs = await recordInputs(io, files, folder);
    const read = () =>
      timed(async () => {
        await joinHistories(inputs, {
          asOf: endOfLondonDate(AS_OF),
          temporary: folder,
          decide: () => undefined,
          open: () => ({ refuse: () => undefined, emit: () => undefined, discard: () => undefined }),
        });
      });
    const records = Object.entries(files).flatMap(([name, [path]]) => [`--${name}`, path as string]);
    const opening = await timed(async () => void (await bench('forecast', at('library'), '--as-of', AS_OF)));
    const forecast = () => timed(async () => void (await bench('forecast', at('library'), '--as-of', AS_OF, ...records))); // prettier-ignore
    // In turns, so that what else the machine does slows down both.
    const readings: number[] = [];
    const forecasts: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      readings.push((await read()).processor);
      forecasts.push((await forecast()).processor);
    }
    const [reading, forecasting] = [meanOf(readings), meanOf(forecasts)];
    const coverage = await bench('forecast', 'coverage', at('library'), '--as-of', AS_OF, '--truths', quick ? '8' : '32', '--workers', '1'); // prettier-ignore
    const posteriors = await bench('calibrate', 'coverage', at('library'), '--as-of', AS_OF, '--truths', quick ? '8' : '32', '--workers', '1'); // prettier-ignore
    const { counts } = JSON.parse(readFileSync(at('run/manifest.json'), 'utf8')) as {
      counts: { installations: number };
    };
    printTable(
      ['processor seconds', ''],
      [
        [`a library of ${draws} draws at scale ${scale}`, figure(making.processor)],
        ['opening it, and the prior predictive', figure(opening.processor)],
        [`reading ${counts.installations} histories`, figure(reading)],
        ['forecasting them', figure(forecasting)],
      ],
    );
    console.log(coverage);
    console.log(posteriors);
    return printGoal({ what: 'a forecast of records against reading them', found: forecasting / reading, atMost: READING_MOST, unit: 'x', quick }); // prettier-ignore
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
