import { Command } from 'commander';
import type { Shell } from './shell/command.ts';

/** A row of the list of commands, and the function that makes the command. */
interface CommandRow {
  /** The description in the list and in the help of the command: one sentence. */
  readonly about: string;
  readonly load: (shell: Shell) => Promise<Command>;
}

/**
 * One folder a command, each with a maker `xxxCommand(shell): Command`; the order is that of `--help`. A command is
 * imported when it is asked for: the simulation, the readers of records and the devices take most of a second to load, and
 * no command needs all of them.
 */
export const COMMANDS: Readonly<Record<string, CommandRow>> = {
  run: {
    about: 'Simulate a scenario and report how many homes each clause would exclude.',
    load: async (shell) => (await import('./run/runCommand.ts')).runCommand(shell),
  },
  explain: {
    about: 'Explain one installation: its story, and what each clause makes of it.',
    load: async (shell) => (await import('./explain/explainCommand.ts')).explainCommand(shell),
  },
  decide: {
    about: 'Decide every exclusion category on exported histories.',
    load: async (shell) => (await import('./decide/decideCommand.ts')).decideCommand(shell),
  },
  report: {
    about: 'The reports of the exclusion process, from a run or from exported records.',
    load: async (shell) => (await import('./report/reportCommand.ts')).reportCommand(shell),
  },
  compare: {
    about: 'Compare two scenarios, or two runs, on common dice: by cohort and category.',
    load: async (shell) => (await import('./compare/compareCommand.ts')).compareCommand(shell),
  },
  sensitivity: {
    about: 'Move every number marked "our assumption" up and down, one at a time, and rank what that changes.',
    load: async (shell) => (await import('./sweep/sensitivityCommand.ts')).sensitivityCommand(shell),
  },
  sweep: {
    about: 'Run a scenario under many values of its assumptions, and say which of them matter.',
    load: async (shell) => (await import('./sweep/sweepCommand.ts')).sweepCommand(shell),
  },
  fit: {
    about: "Fit one number to each published line that a scenario's `fit` names, and leave each line out in turn.",
    load: async (shell) => (await import('./calibrate/fitCommand.ts')).fitCommand(shell),
  },
  calibrate: {
    about:
      'Live a scenario under many draws of its assumptions, for forecasts; or hold such draws against published lines and histories.',
    load: async (shell) => (await import('./calibrate/calibrateCommand.ts')).calibrateCommand(shell),
  },
  forecast: {
    about: 'Forecast what each exclusion category will hold, month by month.',
    load: async (shell) => (await import('./forecast/forecastCommand.ts')).forecastCommand(shell),
  },
  scenario: {
    about: 'Check and print scenarios, and what a scenario may say.',
    load: async (shell) => (await import('./scenario/scenarioCommand.ts')).scenarioCommand(shell),
  },
  rules: {
    about: 'List, print, check and compare rule sets.',
    load: async (shell) => (await import('./rules/rulesCommand.ts')).rulesCommand(shell),
  },
  check: {
    about: 'Hold your own exclusion engine, head-end or device to the rules and the laws.',
    load: async (shell) => (await import('./check/checkCommand.ts')).checkCommand(shell),
  },
  emulate: {
    about: 'Serve emulated devices over TCP, a serial line or MQTT until stopped.',
    load: async (shell) => (await import('./emulate/emulateCommand.ts')).emulateCommand(shell),
  },
  rig: {
    about: "One installation's migration end to end over emulated or attached devices.",
    load: async (shell) => (await import('./rig/rigCommand.ts')).rigCommand(shell),
  },
  fleet: {
    about: 'Thousands of emulated installations, and any attached ones, under one head-end.',
    load: async (shell) => (await import('./fleet/fleetCommand.ts')).fleetCommand(shell),
  },
  schema: {
    about: 'Print machine-readable schemas.',
    load: async (shell) => (await import('./schema/schemaCommand.ts')).schemaCommand(shell),
  },
  live: {
    about: 'Show sweeps, watches, fleets and runs as they go on, in a browser on this machine.',
    load: async (shell) => (await import('./live/liveCommand.ts')).liveCommand(shell),
  },
  glossary: {
    about: 'What the words and acronyms mean, each with its source.',
    load: async (shell) => (await import('./docs/glossaryCommand.ts')).glossaryCommand(shell),
  },
  devices: {
    about: 'Find attached hardware, and show what frames say.',
    load: async (shell) => (await import('./devices/devicesCommand.ts')).devicesCommand(shell),
  },
};

/** Loads one command of `COMMANDS`. */
export async function loadCommand(name: string, shell: Shell): Promise<Command> {
  const { about, load } = rowOf(name);
  return (await load(shell)).description(about);
}

/**
 * Returns the commands that a command line needs. If its first word is the name of a command, that command alone is loaded.
 * Otherwise a person may be looking for one: all commands are listed by name, and only those that the line names are loaded.
 */
export async function commandsFor(args: readonly string[], shell: Shell): Promise<readonly Command[]> {
  const [first = ''] = args;
  if (first === '-V' || first === '--version') return [];
  if (Object.hasOwn(COMMANDS, first)) return [await loadCommand(first, shell)];
  return Promise.all(
    Object.keys(COMMANDS).map(async (name) =>
      args.includes(name) ? loadCommand(name, shell) : new Command(name).description(rowOf(name).about),
    ),
  );
}

function rowOf(name: string): CommandRow {
  const row = COMMANDS[name];
  if (row === undefined) throw new RangeError(`no command ${name}`);
  return row;
}
