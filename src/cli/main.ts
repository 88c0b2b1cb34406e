import { Command, CommanderError } from 'commander';
import { layDownAtBrokenPipe } from './brokenPipe.ts';
import { decideCommand } from './decide.ts';
import { devicesCommand } from './devices.ts';
import { emulateCommand } from './emulate.ts';
import { EXIT, UsageError } from './exit.ts';
import { explainCommand } from './explain.ts';
import { fitCommand } from './fit.ts';
import { reportCommand } from './report.ts';
import { rigCommand } from './rig.ts';
import { rulesCommand } from './rules.ts';
import { runCommand } from './run.ts';
import { scenarioCommand } from './scenario.ts';
import { benchVersion } from './version.ts';

/** One file a command, each exporting `xxxCommand(): Command`; the order is that of `--help`. */
const COMMANDS: readonly (() => Command)[] = [
  runCommand,
  explainCommand,
  decideCommand,
  reportCommand,
  fitCommand,
  scenarioCommand,
  rulesCommand,
  emulateCommand,
  rigCommand,
  devicesCommand,
];

function program(): Command {
  const root = new Command('smets1-bench')
    .description('Simulation and hardware-emulation test bench for SMETS1 migration.')
    .version(benchVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .showSuggestionAfterError()
    .addHelpText(
      'after',
      '\nExit codes: 0 done, 1 usage or scenario wrong, 2 rows refused, 3 defect, 4 property failed.',
    );
  // Without an action commander answers a bare call with the help text and exit code 1; asking nothing is no error.
  if (COMMANDS.length === 0) root.action(() => root.outputHelp());
  for (const command of COMMANDS) root.addCommand(command());
  return exitByException(root);
}

/** Commander ends the process itself unless every command is told not to; output still in a pipe would be lost. */
function exitByException(command: Command): Command {
  command.exitOverride();
  for (const sub of command.commands) exitByException(sub);
  return command;
}

/** Commands set `process.exitCode` themselves for what is no exception: rows refused, a property failed. */
async function main(argv: readonly string[]): Promise<void> {
  try {
    await program().parseAsync(argv);
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage;
    } else if (error instanceof UsageError) {
      process.stderr.write(`${error.message}\n`);
      process.exitCode = EXIT.usage;
    } else {
      process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
      process.stderr.write('This is a defect of smets1-bench, not of your input.\n');
      process.exitCode = EXIT.internal;
    }
  }
}

// `smets1-bench ... | head` closes the pipe early; that is the reader's wish, not a failure. A watch is
// laid down first, as on Ctrl-C.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE' && layDownAtBrokenPipe()) return;
  if (error.code === 'EPIPE') process.exit(EXIT.done);
  process.stderr.write(`standard output: ${error.message}\n`);
  process.exit(EXIT.internal);
});

await main(process.argv);
