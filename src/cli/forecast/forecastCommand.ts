import { Command, InvalidArgumentError } from 'commander';
import type { Shell } from '../shell/command.ts';
import { UsageError } from '../shell/exit.ts';
import type { Io } from '../shell/io.ts';
import { dateOption, folder, oneOf, pageFile, repeatable, workersOption, maxErrorsOption } from '../shell/options.ts';
import { withFileOptions } from '../shell/recordInputs.ts';
import { backtestCommand } from './backtestCommand.ts';
import { coverageCommand } from './coverageCommand.ts';
import { runForecast, type ForecastOptions } from './forecastRun.ts';
import { PARTS } from './portfolioReader.ts';
import { thresholdsCommand } from './thresholdsCommand.ts';
import { givenOption } from '../library/givenOption.ts';
import { replaceOption } from '../output/ownFiles.ts';

/** The subcommands of `forecast`, in the order of its help. Each is a maker of its own file in this folder. */
const SUBCOMMANDS: readonly ((shell: Shell) => Command)[] = [coverageCommand, thresholdsCommand, backtestCommand];

/** `smets1-bench forecast`: what each category will hold, month by month, from what is known today. */
export function forecastCommand(shell: Shell): Command {
  const command = withFileOptions(new Command('forecast'))
    .enablePositionalOptions()
    .argument('[library]', 'folder that calibrate has made')
    .option('--as-of <date>', 'London date at whose end all is known', dateOption)
    .option('--until <date>', "last day; its last month end is forecast (default: the library's horizon)", dateOption)
    .option(
      '--histories <dir>',
      'folder of records (installations, attempts, events); without them the priors alone speak',
    )
    .addOption(repeatable('--installations <file>', 'instead of --histories: the installations record'))
    .addOption(repeatable('--attempts <file>', 'the attempts record'))
    .addOption(repeatable('--events <file>', 'the events record'))
    .option('--by <names>', 'also by supplier and area, joined by commas', byList, [])
    .addOption(givenOption())
    .addOption(repeatable('--what-if <name: path=value>', 'also forecast as if this had always been so'))
    .option('--out <dir>', 'where the tables go: forecast, visits, installations', folder)
    .option('--html <file>', 'write the forecast as one page with pictures', pageFile)
    .addOption(replaceOption())
    .addOption(workersOption('threads, where cells of the library are missing'))
    .addOption(maxErrorsOption())
    .option('--format <format>', 'of standard output: text or json', oneOf('text', 'json'), 'text')
    .addHelpText(
      'after',
      `
Records are those of decide. Each installation is matched with simulated lives that stood the same; what became of them
is corrected by a regression over the draws of the library. Sizes, dormancy, gas and payment mode are those of the records.
Intervals hold dice, parameters and shocks of the priors. An alarm says when no draw resembles the records, and widens
them. A library without states at the as-of gets them first: that takes minutes, once.

Examples:
  smets1-bench calibrate various1 --priors scenarios/priors/various1.yaml --out out/library
  smets1-bench forecast out/library --as-of 2021-11-03
  smets1-bench forecast out/library --as-of 2021-11-03 --histories out/records --by supplier --out out/forecast
  smets1-bench forecast out/library --as-of 2021-11-03 --histories out/records --given "retries stop when=effective"

--given says what is known of the process, and what histories up to the as-of may not tell: whether retries stop, whether
there are shocks. Every draw of the library lives again with the value (minutes, once); the rest stays as drawn. The
answer shows the lines with and without it.

A what-if lives the whole library again under the setting, on the same dice: minutes, once. It holds from the start of the
simulated lives, so that it answers: had it always been so, seen from the states of today.

scenarios/priors/README.md has the columns. Exit codes: 0 done, 1 usage or library wrong, 2 rows were refused.`,
    )
    .action(shell.action(forecast));
  for (const make of SUBCOMMANDS) command.addCommand(make(shell));
  return command;
}

/** Dimensions that every forecast has. */
const ALWAYS = ['cohort', 'category', 'month'];

function byList(text: string): readonly string[] {
  const names = text.split(',').map((name) => name.trim());
  const wrong = names.find((name) => !ALWAYS.includes(name) && !PARTS.includes(name as (typeof PARTS)[number]));
  if (wrong !== undefined) throw new InvalidArgumentError(`found ${wrong}, expected ${[...ALWAYS, ...PARTS].join(', ')}.`); // prettier-ignore
  return names;
}

function forecast(io: Io, library: string | undefined, options: ForecastOptions): Promise<number> {
  if (library === undefined) throw new UsageError('LIBRARY is needed: a folder that calibrate has made; or a subcommand: see --help'); // prettier-ignore
  return runForecast(io, library, options);
}
