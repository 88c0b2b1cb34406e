import { availableParallelism } from 'node:os';
import { setImmediate as immediate } from 'node:timers/promises';
import { Command } from 'commander';
import { parseDate } from '../../time.ts';
import { endsOf, runJson, runText, volumesOf, type RunResult } from './runText.ts';
import { compileModel } from '../../../sim/kernel/model/model.ts';
import { simulate } from '../../../sim/kernel/run/simulate.ts';
import { UsageError } from '../shell/exit.ts';
import { collect, oneOf, whole } from '../shell/options.ts';
import { loadScenarioFile } from '../shell/scenarioFile.ts';
import { outError } from '../shell/outDirectory.ts';
import { progressOn } from '../shell/progress.ts';
import { openRunFiles, type FileEntry } from './runFiles.ts';
import { benchVersion } from '../shell/version.ts';

interface RunOptions {
  readonly seed?: string;
  readonly replications?: number;
  readonly asOf: readonly string[];
  readonly workers?: number;
  readonly out?: string;
  readonly set: readonly string[];
  readonly format: 'text' | 'json';
}

const WORKERS_MAX = 64;

/** `smets1-bench run SCENARIO`: simulate, decide, count. */
export function runCommand(): Command {
  return new Command('run')
    .description('Simulate a scenario and report exclusion volumes per cohort and category.')
    .argument('<scenario>', 'scenario file (YAML)')
    .option('--seed <text>', "seed (default: the scenario's)")
    .option('--replications <n>', "replications (default: the scenario's)", whole(1, 10_000))
    .option('--as-of <date>', 'also count the volumes at the end of this London day; may be repeated', collect, [])
    .option('--workers <n>', 'threads; the results do not depend on it (default: one a core)', whole(1, WORKERS_MAX))
    .option(
      '--out <dir>',
      'write installations, attempts, events, spans, verdicts (Parquet), volumes.csv, manifest.json',
    )
    .option('--set <path=value>', 'change a field of the scenario; may be repeated', collect, [])
    .option('--format <format>', 'text or json', oneOf('text', 'json'), 'text')
    .addHelpText(
      'after',
      `
Examples:
  smets1-bench run scenarios/various1.yaml
  smets1-bench run scenarios/various1.yaml --replications 50 --set process.IOC.daysBetweenAttempts=14
  smets1-bench run scenarios/quiet.yaml --out out/quiet --format json | jq .ends

The records of --out are those of replication 0; the volumes are means over all replications.
JSON: seed, scenarioHash, installations, kernelSeconds, ends, volumes (the rows of volumes.csv). Progress goes to standard
error. A path of --set is a field of scenarios/README.md; scenario print shows those of a scenario.

Exit codes: 0 done, 1 usage, scenario or rule file wrong, 3 defect.`,
    )
    .action(run);
}

async function run(path: string, options: RunOptions): Promise<void> {
  if (options.seed !== undefined && !/^.{1,200}$/s.test(options.seed)) {
    throw new UsageError(`--seed: found ${options.seed.length} characters, expected 1 to 200`);
  }
  const file = loadScenarioFile(path, options.set);
  for (const date of options.asOf) checkAsOf(date, file.scenario.from, file.scenario.horizon);
  const { comparison } = file.scenario;
  const asOf = [...file.scenario.asOf, ...options.asOf];
  if (comparison.operator === 'qualifying') asOf.push(comparison.dataCut);
  const scenario = { ...file.scenario, asOf: [...new Set(asOf)].toSorted() };
  const seed = options.seed ?? scenario.seed;
  const replications = options.replications ?? scenario.replications;
  const workers = options.workers ?? Math.min(availableParallelism(), WORKERS_MAX);
  const version = benchVersion();

  const metadata = { scenario: scenario.name, scenarioHash: file.hash, seed, version };
  const progress = progressOn(process.stderr, process.env['TERM']);
  const began = seconds();
  // In a folder of their own until all are complete: a run that fails, or is ended, leaves no file behind.
  let files: ReturnType<typeof openRunFiles> | undefined;
  const onSignal = (signal: NodeJS.Signals): void => {
    progress.stop();
    files?.abort();
    process.exit(signal === 'SIGINT' ? 130 : 143);
  };
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  try {
    if (options.out !== undefined) files = openRunFiles(options.out, compileModel(scenario, file.rules), metadata);
    const sink = files;
    const simulation = await simulate(scenario, file.rules, {
      seed,
      replications,
      workers,
      now: seconds,
      onProgress: async (share) => {
        progress.update(share);
        // A turn of the loop: with one worker, this is where a signal to end is heard.
        await immediate();
      },
      ...(sink
        ? {
            onRecords: (records) => sink.append(records),
          }
        : {}),
    });
    progress.stop();
    const result: RunResult = {
      scenario,
      rules: file.rules,
      hash: file.hash,
      version,
      seed,
      replications,
      workers,
      simulation,
      seconds: seconds() - began,
      asFitted: options.set.length === 0 && file.layers === 1 && comparison.operator === 'envisaged',
      published: file.volumes,
      series: file.series,
    };
    const volumes = volumesOf(result);
    if (files) {
      const entries = await files.close(volumes);
      files.publish({
        format: 1,
        scenario: scenario.name,
        scenarioHash: file.hash,
        seed,
        replications,
        rules: file.rules,
        version,
        counts: { ...rowsOf(entries), ends: endsOf(result) },
        files: entries,
      });
    }
    process.stdout.write(
      options.format === 'json'
        ? runJson(result, volumes)
        : runText(result, volumes, { path, out: options.out, set: options.set }),
    );
  } catch (error) {
    progress.stop();
    files?.abort();
    throw options.out === undefined ? error : outError(error, options.out);
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}

/** Rows of each record by its name, as its file has them. */
function rowsOf(entries: Readonly<Record<string, FileEntry>>): Record<string, number> {
  const records = Object.entries(entries).filter(([name]) => name.endsWith('.parquet'));
  return Object.fromEntries(records.map(([name, { rows }]) => [name.replace('.parquet', ''), rows]));
}

function checkAsOf(date: string, from: string, horizon: string): void {
  if (parseDate(date) === undefined) throw new UsageError(`--as-of ${date}: expected a date YYYY-MM-DD`);
  if (date < from || date > horizon) {
    throw new UsageError(`--as-of ${date}: expected a day from ${from} to ${horizon}, which the scenario simulates`);
  }
}

function seconds(): number {
  return performance.now() / 1000;
}
