import { Command, CommanderError } from 'commander';
import { commandsFor } from './commands.ts';
import { shellOver, type Shell } from './shell/command.ts';
import { EXIT, ExitWith, Interrupted, UsageError, type ExitCode } from './shell/exit.ts';
import { fileError } from './shell/fileErrors.ts';
import { fitHelp } from './shell/helpText.ts';
import { writeLine, writeText, type Io } from './shell/io.ts';
import { benchVersion } from './shell/version.ts';

/** Help is wrapped at this width where no terminal says another. */
const HELP_COLUMNS = 80;

/**
 * Runs one command line and returns its exit code. It touches no global of the process: text goes to `io`, and errors
 * become exit codes here and nowhere else.
 *
 * @param argv the arguments after the name of the program, for instance `['run', 'scenarios/quiet.yaml']`
 */
export async function runCommandLine(argv: readonly string[], io: Io): Promise<ExitCode> {
  try {
    const { shell, exitCode, watch } = shellOver(io);
    // Commander takes one short form of an option; both are common for the version.
    const args = argv[0] === '-v' ? ['-V', ...argv.slice(1)] : argv;
    const root = await program(args, shell, watch);
    await root.parseAsync(args, { from: 'user' });
    return exitCode();
  } catch (error) {
    return answer(error, io);
  }
}

/** Prints an error for the user and gives its exit code. */
function answer(error: unknown, { err }: Io): ExitCode {
  // Commander has printed its own message.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  if (error instanceof ExitWith) return error.code;
  if (error instanceof Interrupted) {
    if (error.by !== 'EPIPE') writeLine(err, `interrupted: ${error.kept}`);
    return error.exitCode;
  }
  // The reader of standard output went away while something was piped to it.
  if ((error as NodeJS.ErrnoException | undefined)?.code === 'EPIPE') return EXIT.done;
  const mendable = error instanceof UsageError ? error : fileError(error);
  if (mendable) {
    writeLine(err, mendable.message);
    return EXIT.usage;
  }
  writeLine(err, error instanceof Error ? (error.stack ?? error.message) : String(error));
  writeLine(err, 'This is a defect of smets1-bench, not of your input.');
  return EXIT.internal;
}

async function program(args: readonly string[], shell: Shell, watch: (command: Command) => void): Promise<Command> {
  const root = new Command('smets1-bench')
    .description('Simulation and hardware-emulation test bench for SMETS1 migration.')
    .version(benchVersion(), '-V, --version', 'print the version (also -v)')
    .helpOption('-h, --help', 'print help')
    .showSuggestionAfterError()
    // An option after a command's name is that command's: `sweep plan` has options that `sweep` has too.
    .enablePositionalOptions()
    // What a command takes is for its own help. The list of commands loads none of them.
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .addHelpText(
      'after',
      '\nExit codes: 0 done, 1 usage or scenario wrong, 2 rows refused, 3 defect, 4 property failed.\nA command that is interrupted ends with 130 (Ctrl-C), 143 (SIGTERM) or 129 (SIGHUP).',
    );
  for (const command of await commandsFor(args, shell)) root.addCommand(command);
  return throughShell(root, shell.io, watch);
}

/** Commander ends the process and writes to the globals unless every command is told not to. */
function throughShell(command: Command, io: Io, watch: (command: Command) => void): Command {
  watch(command);
  command.exitOverride().configureOutput({
    // Help and version.
    writeOut: (text) => void io.out.write(fitHelp(text, io.out.columns ?? HELP_COLUMNS)),
    writeErr: (text) => writeText(io.err, text),
    getOutHelpWidth: () => io.out.columns ?? HELP_COLUMNS,
    getErrHelpWidth: () => io.err.columns ?? HELP_COLUMNS,
  });
  for (const option of command.options) {
    // An option that may be repeated begins with an empty list, which is no news to a reader.
    if (Array.isArray(option.defaultValue) && option.defaultValue.length === 0)
      option.defaultValueDescription ??= 'none';
  }
  for (const sub of command.commands) throughShell(sub, io, watch);
  return command;
}
