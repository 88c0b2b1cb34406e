import { Command, CommanderError } from 'commander';
import { layDownAtBrokenPipe } from './shell/brokenPipe.ts';
import { commandsFor } from './commands.ts';
import { EXIT, UsageError } from './shell/exit.ts';
import { benchVersion } from './shell/version.ts';

async function program(first: string | undefined): Promise<Command> {
  const root = new Command('smets1-bench')
    .description('Simulation and hardware-emulation test bench for SMETS1 migration.')
    .version(benchVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .showSuggestionAfterError()
    .addHelpText(
      'after',
      '\nExit codes: 0 done, 1 usage or scenario wrong, 2 rows refused, 3 defect, 4 property failed.',
    );
  for (const command of await commandsFor(first)) root.addCommand(command);
  return exitByException(root);
}

/** Commander ends the process itself unless every command is told not to; output still in a pipe would be lost. */
function exitByException(command: Command): Command {
  command.exitOverride();
  for (const option of command.options) {
    // An option that may be repeated begins with an empty list, which is no news to a reader.
    if (Array.isArray(option.defaultValue) && option.defaultValue.length === 0) option.defaultValueDescription = 'none';
  }
  for (const sub of command.commands) exitByException(sub);
  return command;
}

/** Commands set `process.exitCode` themselves for what is no exception: rows refused, a property failed. */
async function main(argv: readonly string[]): Promise<void> {
  try {
    const root = await program(argv[2]);
    await root.parseAsync(argv);
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
  // A full disk, for one: that is the user's to mend.
  process.stderr.write(`standard output: ${error.message}\n`);
  process.exit(EXIT.usage);
});

// Nor is it one that nobody reads what is said beside the answer (progress, notes): the answer is still wanted.
process.stderr.on('error', () => undefined);

await main(process.argv);
