import { Command } from 'commander';
import { compileModel } from '../../../sim/kernel/model/model.ts';
import { differencesOf } from '../../report/differences.ts';
import type { Provenance } from '../../report/provenance.ts';
import type { Baseline, RunReport } from '../../report/runReport.ts';
import { parseDate } from '../../time.ts';
import { valuesOf } from '../report/whatIfForm.ts';
import { scenarioTexts } from '../report/scenarioTexts.ts';
import { whatIfAsked, type WhatIfKind } from '../report/whatIfForm.ts';
import { writePage } from '../report/writePage.ts';
import type { Shell } from '../shell/command.ts';
import { Interrupted, UsageError } from '../shell/exit.ts';
import { type Io, writeAnswer } from '../shell/io.ts';
import { benchWords } from '../shell/benchWords.ts';
import { commandText } from '../shell/commandText.ts';
import { collect, folder, oneOf, pageFile, threadsOf, whole, workersOption, whatIfOption } from '../shell/options.ts';
import { knownRangesOf } from '../shell/knownRangesFile.ts';
import { loadScenarioFile, warnOfIdle, type ScenarioFile } from '../shell/scenarioFile.ts';
import { namedOutput, refuseOtherFolder, refuseOthers, replaceOption } from '../output/ownFiles.ts';
import { originOf, scenarioOrigin } from '../output/outputOrigin.ts';
import { outError } from '../shell/outDirectory.ts';
import { progressOn } from '../shell/progress.ts';
import { benchVersion } from '../shell/version.ts';
import { changesOf } from './scenarioChanges.ts';
import { monthEnds, reportOfRun } from './reportOfRun.ts';
import { openRunFiles, publishRun } from './runFiles.ts';
import { headline, runJson, volumesOf, type RunResult } from './runResult.ts';
import { countedScenario, runScenario, type RunSettings } from './runScenario.ts';
import { runText } from './runText.ts';

interface RunOptions {
  readonly seed?: string;
  readonly replications?: number;
  readonly asOf: readonly string[];
  readonly workers?: number;
  readonly out?: string;
  readonly replace: boolean;
  readonly html?: string;
  readonly whatIf: WhatIfKind;
  readonly set: readonly string[];
  readonly against?: string;
  readonly baseline: boolean;
  readonly detail: boolean;
  readonly by?: 'cohort';
  readonly monthly: boolean;
  readonly format: 'text' | 'json';
}

/** `smets1-bench run SCENARIO`: simulate, decide, count. */
export function runCommand({ action }: Shell): Command {
  return new Command('run')
    .argument('<scenario>', 'scenario file (YAML), or the name of a shipped one')
    .option('--seed <text>', "seed (default: the scenario's)")
    .option('--replications <n>', "replications (default: the scenario's)", whole(1, 10_000))
    .option('--set <path=value>', 'change a field of the scenario; may be repeated', collect, [])
    .option(
      '--against <scenario>',
      'compare with another scenario on the same dice (default: with --set, the unchanged one)',
    )
    .option('--no-baseline', 'with --set: leave out the run of the unchanged scenario that it is compared with')
    .option('--as-of <date>', 'also count the volumes at the end of this London day; may be repeated', collect, [])
    .option('--detail', 'show every table', false)
    .option('--by <group>', 'show the volumes by cohort', oneOf('cohort'))
    .option('--monthly', "show the volumes at each month's end", false)
    .option('--html <file>', 'write the report as one page with pictures and what-ifs', pageFile)
    .addOption(whatIfOption())
    .option('--out <dir>', 'write every record of replication 0 and every count; see below', folder)
    .addOption(replaceOption())
    .addOption(workersOption())
    .option('--format <format>', 'text or json', oneOf('text', 'json'), 'text')
    .addHelpText(
      'after',
      `
Examples:
  smets1-bench run scenarios/various1.yaml --html out/report.html
  smets1-bench run scenarios/various1.yaml --set amendments.clauses.five-retries.shows.atLeast=4
  smets1-bench run scenarios/fleet-shocks.yaml --against scenarios/various1.yaml
  smets1-bench run scenarios/various1.yaml --replications 50 --by cohort --monthly
  smets1-bench run scenarios/quiet.yaml --out out/quiet --format json | jq .ends

--out writes installations, attempts, events, spans and verdicts of replication 0 (Parquet); volumes.csv, the means over
all replications; report.json, everything that the report says; scenario.json, the resolved scenario and its rules; and
manifest.json, which names the command and the hash of each file. Outputs of another command are refused unless --replace.
JSON: provenance (command, settings, scenario and hash), seed, scenarioHash, installations, ends, volumes (the rows of
volumes.csv), kernelSeconds. Two equal runs give equal
JSON but for kernelSeconds, which stands last. Progress goes to standard error. A path of --set is a field of scenarios/README.md; scenario
print shows those of a scenario.

Exit codes: 0 done, 1 usage, scenario or rule file wrong, 3 defect.`,
    )
    .action(action(run));
}

async function run(io: Io, path: string, options: RunOptions): Promise<void> {
  if (options.seed !== undefined && !/^.{1,200}$/s.test(options.seed)) {
    throw new UsageError(`--seed: found ${options.seed.length} characters, expected 1 to 200`);
  }
  const file = loadScenarioFile(path, options.set);
  const other = otherSide(path, options);
  warnOfIdle(io, file);
  for (const date of options.asOf) checkAsOf(date, file.scenario.from, file.scenario.horizon);
  const settings = { ...settingsOf(file, options), elapsed: io.elapsed, interruption: io.interruption() };
  const { seed, replications } = settings;
  const version = benchVersion();
  const command = commandOf(path, file, settings, options);
  const provenance: Provenance = {
    ...originOf(io, { ...scenarioOrigin(file), seed, replications }),
    command,
  };
  refuseOtherFolder(options.out, provenance, options);
  refuseOthers([namedOutput('--html', options.html)], provenance, options);
  const metadata = { scenario: file.scenario.name, scenarioHash: file.hash, seed, version };
  const source = options.out !== undefined || options.whatIf === 'full' ? scenarioTexts(file, options.set) : undefined;
  const { scenario, rules } = file;
  const whatIf = whatIfAsked(options.whatIf, { scenario, rules, values: valuesOf(file), seed, command: '', source });
  const progress = progressOn(io.err, io.env['TERM']);
  const began = io.elapsed();
  // In a folder of their own until all are complete: a run that fails, or is ended, leaves no file behind.
  let files: ReturnType<typeof openRunFiles> | undefined;
  try {
    if (options.out !== undefined) {
      files = openRunFiles(options.out, compileModel(countedScenario(file, settings), file.rules), metadata);
    }
    const sink = files;
    const runs = other === undefined || other.hash === file.hash ? 1 : 2;
    const result = await runScenario(file, {
      ...settings,
      onProgress: (share) => progress.update(share / runs),
      ...(sink ? { onRecords: (records) => sink.append(records) } : {}),
    });
    const before = runs === 1 || other === undefined ? undefined : await runScenario(other, {
      ...settings,
      // Its own days are counted: the other scenario may end earlier.
      asOf: [],
      months: [],
      onProgress: (share) => progress.update((1 + share) / runs),
    }); // prettier-ignore
    progress.stop();
    const report = reportOfRun(result, {
      changes: options.set.length === 0 ? [] : changesOf(options.set, loadScenarioFile(path, [])),
      version,
      command,
      baseline: before === undefined ? null : baselineOf(before, result),
      marks: file.marks,
      months: settings.months,
    });
    const volumes = volumesOf(result);
    if (files) await publishRun(files, { provenance, result, report, volumes, values: valuesOf(file), source }); // prettier-ignore
    if (options.html !== undefined) {
      await writePage(options.html, [report], { provenance, whatIf: whatIf && { ...whatIf, command: report.command } });
    }
    if (options.format === 'json') io.out.write(runJson(result, volumes, provenance));
    else
      writeAnswer(
        io.out,
        runText(report, {
          detail: options.detail,
          byCohort: options.by === 'cohort',
          monthly: options.monthly,
          plain: io.out.isTTY !== true,
          bench: benchWords(io.env),
          path,
          set: options.set,
          out: options.out,
          page: options.html,
          seconds: io.elapsed() - began,
          kernelSeconds: result.simulation.kernelSeconds,
          workers: settings.workers,
          known: knownRangesOf(report.scenario),
        }),
      );
  } catch (error) {
    progress.stop();
    files?.abort();
    if (error instanceof Interrupted && options.out !== undefined) error.kept = `${options.out} is as it was before`;
    throw options.out === undefined ? error : outError(error, options.out);
  }
}

/** The scenario that the run is compared with; undefined if it stands alone. */
function otherSide(path: string, { against, set, baseline, format }: RunOptions): ScenarioFile | undefined {
  if (against !== undefined && format !== 'text')
    throw new UsageError('--against goes with text; `compare A B --format json` compares two scenarios for a program');
  if (format !== 'text') return undefined;
  if (against !== undefined) return loadScenarioFile(against, []);
  return set.length > 0 && baseline ? loadScenarioFile(path, []) : undefined;
}

function settingsOf(
  { scenario }: ScenarioFile,
  options: RunOptions,
): Omit<RunSettings, 'onProgress' | 'elapsed' | 'interruption'> {
  const counted = options.monthly || options.html !== undefined || options.out !== undefined;
  return {
    seed: options.seed ?? scenario.seed,
    replications: options.replications ?? scenario.replications,
    workers: threadsOf(options.workers),
    asOf: options.asOf,
    months: counted ? monthEnds(scenario) : [],
  };
}

/** The command that gives these results again: what decides them, and nothing that only says where they go. */
function commandOf(
  path: string,
  { scenario }: ScenarioFile,
  { seed, replications }: Pick<RunSettings, 'seed' | 'replications'>,
  { set, asOf, against }: RunOptions,
): string {
  return commandText(['run', path], {
    'seed': seed === scenario.seed ? undefined : seed,
    'replications': replications === scenario.replications ? undefined : replications,
    set,
    against,
    'as-of': asOf,
  });
}

function baselineOf(before: RunResult, after: RunResult): Baseline {
  return {
    name: before.scenario.name,
    hash: before.hash,
    rows: differencesOf(headline(before), headline(after)),
  } satisfies RunReport['baseline'];
}

function checkAsOf(date: string, from: string, horizon: string): void {
  if (parseDate(date) === undefined) throw new UsageError(`--as-of ${date}: expected a date YYYY-MM-DD`);
  if (date < from || date > horizon) {
    throw new UsageError(`--as-of ${date}: expected a day from ${from} to ${horizon}, which the scenario simulates`);
  }
}
