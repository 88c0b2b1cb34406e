import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { shellWord } from '../../text/shellWord.ts';
import { counted, thousands } from '../../text/table.ts';
import { DRAWS_MAX, DRAWS_MIN, drawsOf } from '../../../sim/calibrate/priors/priorDraws.ts';
import { LIBRARY_DEFAULTS, type LibraryOptions } from '../../../sim/forecast/library/libraryPlan.ts';
import { fillLibrary } from '../library/libraryCells.ts';
import { createLibrary, isMeantAsLibrary, LIBRARY } from '../library/libraryFolder.ts';
import type { RecordsAsked } from '../library/libraryRecords.ts';
import type { Shell } from '../shell/command.ts';
import { UsageError, type ExitCode } from '../shell/exit.ts';
import { idleRecordOptions, idleReplace, refuseIdle } from '../output/idleOptions.ts';
import { type Io, writeAnswer } from '../shell/io.ts';
import {  collect, dateOption, folder, oneOf, pageFile, repeatable, shareOption, threadsOf, whole, workersOption, maxErrorsOption } from '../shell/options.ts'; // prettier-ignore
import { withFileOptions } from '../shell/recordInputs.ts';
import { scenarioPath } from '../shell/scenarioFile.ts';
import { drawsCommand } from './drawsCommand.ts';
import { askDraws } from './askDraws.ts';
import { askLibrary } from './askLibrary.ts';
import { operatorErrorOption, PUBLISHED } from './calibrationAnswer.ts';
import { ranksCommand } from './ranksCommand.ts';
import { rangesCommand } from './rangesCommand.ts';
import { priorsFile, refuseWrongDraws } from './priorsFile.ts';
import { replaceOption } from '../output/ownFiles.ts';

interface CalibrateOptions extends RecordsAsked {
  readonly priors?: string;
  readonly out?: string;
  readonly draws?: number;
  readonly replications?: number;
  readonly scale?: number;
  readonly asOf: readonly string[];
  readonly seed?: string;
  readonly set: readonly string[];
  readonly to?: string;
  readonly operatorError: number;
  readonly html?: string;
  readonly replace: boolean;
  readonly format: 'text' | 'json';
  readonly workers?: number;
}

/** Draws that are lived for published lines alone: many, each a small part of the homes. Ours. */
const LINE_DRAWS = { draws: 400, scale: 0.1 };

/** `smets1-bench calibrate`: what the numbers of a scenario may be, and what data say of them. */
export function calibrateCommand(shell: Shell): Command {
  const command = new Command('calibrate')
    .enablePositionalOptions()
    .argument('<scenario|library>', 'scenario file (YAML) or name of a shipped one; or the folder of a library')
    .option('--priors <file>', 'what each number may be (YAML): see scenarios/priors')
    .option('--out <dir>', 'folder of the library; with data: of the tables', folder)
    .option(
      '--draws <n>',
      `draws from the priors (default: ${LIBRARY_DEFAULTS.draws}; for --to without a library ${LINE_DRAWS.draws})`,
      whole(DRAWS_MIN, DRAWS_MAX),
    ) // prettier-ignore
    .option(
      '--replications <n>',
      `runs of each draw, with dice of their own (default: ${LIBRARY_DEFAULTS.replications})`,
      whole(1, 100),
    ) // prettier-ignore
    .option(
      '--scale <share>',
      `share of each population that a run lives (default: ${LIBRARY_DEFAULTS.scale}; for --to without a library ${LINE_DRAWS.scale})`,
      shareOption,
    ) // prettier-ignore
    .addOption(
      new Option('--as-of <date>', 'day at which states are kept; may be repeated. With data: the day of the histories')
        .argParser((text: string, before: readonly string[]) => collect(dateOption(text), before))
        .default([], 'the as-ofs of the scenario; with data, that of the library'),
    )
    .option('--seed <text>', "seed of draws and lives (default: that of the priors, or the scenario's)")
    .option('--set <path=value>', 'change a field of the scenario; may be repeated', collect, [])
    .option('--to <lines.csv>', `published lines that the draws are held against; ${PUBLISHED}: those of the scenario`)
    .addOption(operatorErrorOption('of --to: '))
    .option('--histories <dir>', 'folder of records (installations, attempts, events) that the library is held against')
    .addOption(repeatable('--installations <file>', 'instead of --histories: the installations record'))
    .addOption(repeatable('--attempts <file>', 'the attempts record'))
    .addOption(repeatable('--events <file>', 'the events record'));
  withFileOptions(command)
    .addOption(maxErrorsOption())
    .option('--html <file>', 'write what the data say as one page with pictures', pageFile)
    .addOption(replaceOption())
    .option('--format <format>', 'of what the data say: text or json', oneOf('text', 'json'), 'text')
    .addOption(workersOption('threads; no result depends on them'))
    .addHelpText(
      'after',
      `
A library holds, for each draw and run, in which states installations stood at an as-of and what became of them. forecast
matches real installations with them. With the defaults, one of the baseline takes minutes on two cores.
A cell that is there is never computed again: the same command goes on after a crash or Ctrl-C. forecast adds the cells of
another as-of by itself.

With data the answer is the posterior of each parameter, how much narrower it is than its prior, which data contradict the
priors, and the weight of each draw. A published figure is no exact target: it enters as the interval that its rounding
leaves (columns low and high of the file say another one), with the error of an operator's own count. A line whose relation
is input is no data. Lines are CSV with the columns category, cohorts, published and relation, as in
scenarios/data/published-volumes.csv. Histories enter as shares without a size, those of a forecast. Both may be given
together. fit is another thing: one number a line, and no error.

Examples:
  smets1-bench calibrate various1 --priors scenarios/priors/various1.yaml --out out/library
  smets1-bench calibrate out/library --histories out/records --as-of 2021-11-03 --out out/posterior
  smets1-bench calibrate out/library --to ${PUBLISHED}
  smets1-bench calibrate various1 --priors scenarios/priors/various1.yaml --to lines.csv --draws 1000
  smets1-bench calibrate coverage out/library --as-of 2021-11-03
  smets1-bench calibrate draws various1 --priors scenarios/priors/various1.yaml

A library is never replaced; --replace is for the tables and the page of an answer.
scenarios/priors/README.md has the columns. Exit codes: 0 done, 1 usage, scenario, priors, lines or folder wrong, 2 rows
were refused, 4 the draws say too little, or no draw comes near the data.`,
    )
    .action(shell.action(calibrate))
    .addCommand(drawsCommand(shell))
    .addCommand(ranksCommand(shell))
    .addCommand(rangesCommand(shell));
  return command;
}

async function calibrate(io: Io, of: string, options: CalibrateOptions): Promise<ExitCode | void> {
  const records = [...options.installations, ...options.attempts, ...options.events];
  const hasHistories = options.histories !== undefined || records.length > 0;
  if (isMeantAsLibrary(of)) {
    // A folder that is none is refused as such, whatever else is given.
    if (existsSync(join(of, LIBRARY))) refuseMakers(of, options);
    return askLibrary(io, of, options);
  }
  if (hasHistories)
    throw new UsageError(`${of}: histories are held against a library, and this is none\n  Make one, then ask it: calibrate ${of} --priors FILE --out LIBRARY, and calibrate LIBRARY --histories DIR`); // prettier-ignore
  const { priors, to } = options;
  const expected = 'a library, a scenario file, or the name of a shipped scenario';
  if (!existsSync(scenarioPath(of, expected))) throw new UsageError(`${of}: found no such folder or file, expected ${expected}`); // prettier-ignore
  if (priors === undefined) throw new UsageError('--priors FILE is needed: what each number may be (scenarios/priors)');
  if (to === undefined) {
    if (options.html !== undefined) throw new UsageError('--html shows what data say: name --to LINES.csv, or a library with --histories DIR'); // prettier-ignore
    refuseIdle(io, {
      ...idleRecordOptions(false),
      'operator-error': 'it is the error of published lines: name --to LINES.csv',
      'format': 'the cells of a library have one form',
      'replace': 'a library is never replaced',
    });
    return makeLibrary(io, of, { ...options, priors });
  }
  refuseIdle(io, { ...idleRecordOptions(false), ...idleReplace(options.out, options.html) });
  if (options.replications !== undefined) throw new UsageError('--replications is for a library; for --to without one each draw is lived once, so take more --draws'); // prettier-ignore
  if (options.asOf.length > 0) throw new UsageError('--as-of is for a library: published lines are compared at the day that the scenario names'); // prettier-ignore
  const { draws = LINE_DRAWS.draws, scale = LINE_DRAWS.scale } = options;
  return askDraws(io, of, { ...options, priors, to, draws, scale });
}

/** Refuses what only the making of a library takes. */
function refuseMakers(folderName: string, options: CalibrateOptions): void {
  const { priors, draws, replications, scale, seed, set } = options;
  const given = Object.entries({ priors, draws, replications, scale, seed, set: set[0] }).find(([, value]) => value !== undefined); // prettier-ignore
  if (given !== undefined) throw new UsageError(`--${given[0]}: ${folderName} is a library, which was made with its own; leave it out, or name a scenario`); // prettier-ignore
}

async function makeLibrary(
  io: Io,
  scenario: string,
  options: CalibrateOptions & { readonly priors: string },
): Promise<void> {
  const { priors: path, out, draws = LIBRARY_DEFAULTS.draws, replications = LIBRARY_DEFAULTS.replications, scale = LIBRARY_DEFAULTS.scale } = options; // prettier-ignore
  if (out === undefined) throw new UsageError('--out DIR is needed: where the library goes; or --to LINES.csv, for published lines without one'); // prettier-ignore
  const priors = priorsFile(scenario, path, options);
  const { from, horizon } = priors.base.scenario;
  const asOfs = options.asOf.length > 0 ? options.asOf : priors.base.scenario.asOf.filter((day) => day < horizon);
  if (asOfs.length === 0) throw new UsageError('--as-of DATE is needed: the scenario names no day at which to look');
  const wrong = asOfs.find((day) => day < from || day >= horizon);
  if (wrong !== undefined) throw new UsageError(`--as-of ${wrong}: expected a day from ${from} to the day before ${horizon}, which the scenario simulates`); // prettier-ignore
  refuseWrongDraws(priors, drawsOf(priors, draws));
  const library: LibraryOptions = { ...LIBRARY_DEFAULTS, draws, replications, scale };
  const made = createLibrary({ folder: out, scenario: scenarioPath(scenario), priors: path, seed: options.seed, set: options.set, options: library }); // prettier-ignore
  const workers = threadsOf(options.workers);
  for (const asOf of asOfs) {
    const { keys, computed } = await fillLibrary(io, made, { asOf, workers });
    writeAnswer(io.out, `${out}: as of ${asOf}, ${counted(keys.length, 'cell')}, ${thousands(computed)} computed, ${thousands(keys.length - computed)} there before\n`); // prettier-ignore
  }
  writeAnswer(io.out, `${counted(draws, 'draw')} of ${counted(priors.parameters.length, 'parameter')}, ${counted(replications, 'run')} each, seed ${priors.seed}, ${Number((100 * scale).toPrecision(3))} % of each population; until ${horizon}\n`); // prettier-ignore
  writeAnswer(
    io.out,
    `Next: smets1-bench forecast ${shellWord(out)} --as-of ${asOfs[0] as string} [--histories DIR]\n`,
  );
}
