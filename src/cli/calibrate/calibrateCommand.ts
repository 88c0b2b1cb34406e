import { Command } from 'commander';
import { counted, thousands } from '../../text/table.ts';
import { DRAWS_MAX, DRAWS_MIN, drawsOf } from '../../../sim/calibrate/priors/priorDraws.ts';
import { LIBRARY_DEFAULTS, type LibraryOptions } from '../../../sim/forecast/library/libraryPlan.ts';
import { fillLibrary } from '../library/libraryCells.ts';
import { createLibrary } from '../library/libraryFolder.ts';
import type { Shell } from '../shell/command.ts';
import { UsageError } from '../shell/exit.ts';
import { writeLine, type Io } from '../shell/io.ts';
import { collect, dateOption, folder, shareOption, threadsOf, whole, workersOption } from '../shell/options.ts';
import { scenarioPath } from '../shell/scenarioFile.ts';
import { drawsCommand } from './drawsCommand.ts';
import { linesCommand } from './linesCommand.ts';
import { rangesCommand } from './rangesCommand.ts';
import { priorsFile, refuseWrongDraws } from './priorsFile.ts';

interface CalibrateOptions {
  readonly priors?: string;
  readonly out?: string;
  readonly draws: number;
  readonly replications: number;
  readonly scale: number;
  readonly asOf: readonly string[];
  readonly seed?: string;
  readonly set: readonly string[];
  readonly workers?: number;
}

/** `smets1-bench calibrate`: what the numbers of a scenario may be, and what data say of them. */
export function calibrateCommand(shell: Shell): Command {
  return new Command('calibrate')
    .enablePositionalOptions()
    .argument('<scenario>', 'scenario file (YAML), or the name of a shipped one')
    .option('--priors <file>', 'what each number may be (YAML): see scenarios/priors')
    .option('--out <dir>', 'folder of the library', folder)
    .option('--draws <n>', 'draws from the priors', whole(DRAWS_MIN, DRAWS_MAX), LIBRARY_DEFAULTS.draws)
    .option(
      '--replications <n>',
      'runs of each draw, with dice of their own',
      whole(1, 100),
      LIBRARY_DEFAULTS.replications,
    ) // prettier-ignore
    .option('--scale <share>', 'share of each population that a run lives', shareOption, LIBRARY_DEFAULTS.scale)
    .option(
      '--as-of <date>',
      "day at which states are kept; may be repeated (default: the scenario's as-ofs)",
      (text: string, before: readonly string[]) => collect(dateOption(text), before),
      [],
    )
    .option('--seed <text>', "seed of draws and lives (default: that of the priors, or the scenario's)")
    .option('--set <path=value>', 'change a field of the scenario; may be repeated', collect, [])
    .addOption(workersOption('threads; the library does not depend on it'))
    .addHelpText(
      'after',
      `
A library holds, for each draw and run, in which states installations stood at an as-of and what became of them. forecast
matches real installations with them. A quarter of the baseline under 64 draws, twice each, takes minutes on two cores.
A cell that is there is never computed again: the same command goes on after a crash or Ctrl-C. forecast adds the cells of
another as-of by itself.

Examples:
  smets1-bench calibrate various1 --priors scenarios/priors/various1.yaml --out out/library
  smets1-bench calibrate draws various1 --priors scenarios/priors/various1.yaml

Exit codes: 0 done, 1 usage, scenario, priors or folder wrong.`,
    )
    .action(shell.action(calibrate))
    .addCommand(drawsCommand(shell))
    .addCommand(linesCommand(shell))
    .addCommand(rangesCommand(shell));
}

async function calibrate(io: Io, scenario: string, options: CalibrateOptions): Promise<void> {
  const { priors: path, out, draws, replications, scale } = options;
  if (path === undefined) throw new UsageError('--priors FILE is needed: what each number may be (scenarios/priors)');
  if (out === undefined) throw new UsageError('--out DIR is needed: where the library goes');
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
    writeLine(io.out, `${out}: as of ${asOf}, ${counted(keys.length, 'cell')}, ${thousands(computed)} computed, ${thousands(keys.length - computed)} there before`); // prettier-ignore
  }
  writeLine(io.out, `${counted(draws, 'draw')} of ${counted(priors.parameters.length, 'parameter')}, ${counted(replications, 'run')} each, seed ${priors.seed}, ${Number((100 * scale).toPrecision(3))} % of each population; until ${horizon}`); // prettier-ignore
}
