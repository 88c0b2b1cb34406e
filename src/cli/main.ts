import { Command, CommanderError } from 'commander';
import { EXIT, UsageError } from './exit.ts';
import { benchVersion } from './version.ts';

/**
 * One file a command, each exporting `xxxCommand(): Command`; the order is that of `--help`. Imported when asked for: the
 * simulation, the readers of records and the devices take most of a second to load, and no command needs all of them.
 */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  run: async () => (await import('./run.ts')).runCommand(),
  explain: async () => (await import('./explain.ts')).explainCommand(),
  decide: async () => (await import('./decide.ts')).decideCommand(),
  report: async () => (await import('./report.ts')).reportCommand(),
  fit: async () => (await import('./fit.ts')).fitCommand(),
  scenario: async () => (await import('./scenario.ts')).scenarioCommand(),
  rules: async () => (await import('./rules.ts')).rulesCommand(),
  emulate: async () => (await import('./emulate.ts')).emulateCommand(),
  rig: async () => (await import('./rig.ts')).rigCommand(),
  devices: async () => (await import('./devices.ts')).devicesCommand(),
};

/** The command that is named first, or all of them: for help, and for the names that are near to a wrong one. */
async function loaded(first: string | undefined): Promise<readonly Command[]> {
  if (first === '-V' || first === '--version') return [];
  const named = first !== undefined && Object.hasOwn(COMMANDS, first) ? COMMANDS[first] : undefined;
  return Promise.all((named ? [named] : Object.values(COMMANDS)).map((load) => load()));
}

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
  for (const command of await loaded(first)) root.addCommand(command);
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

// `smets1-bench ... | head` closes the pipe early; that is the reader's wish, not a failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.done);
  process.stderr.write(`standard output: ${error.message}\n`);
  process.exit(EXIT.internal);
});

await main(process.argv);
