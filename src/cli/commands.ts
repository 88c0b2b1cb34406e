import type { Command } from 'commander';
import type { Shell } from './shell/command.ts';

/**
 * One folder a command, each with a maker `xxxCommand(shell): Command`; the order is that of `--help`. A command is
 * imported when it is asked for: the simulation, the readers of records and the devices take most of a second to load, and
 * no command needs all of them.
 */
export const COMMANDS: Readonly<Record<string, (shell: Shell) => Promise<Command>>> = {
  run: async (shell) => (await import('./run/runCommand.ts')).runCommand(shell),
  explain: async (shell) => (await import('./explain/explainCommand.ts')).explainCommand(shell),
  decide: async (shell) => (await import('./decide/decideCommand.ts')).decideCommand(shell),
  report: async (shell) => (await import('./report/reportCommand.ts')).reportCommand(shell),
  compare: async (shell) => (await import('./compare/compareCommand.ts')).compareCommand(shell),
  sensitivity: async (shell) => (await import('./sweep/sensitivityCommand.ts')).sensitivityCommand(shell),
  sweep: async (shell) => (await import('./sweep/sweepCommand.ts')).sweepCommand(shell),
  fit: async (shell) => (await import('./calibrate/fitCommand.ts')).fitCommand(shell),
  calibrate: async (shell) => (await import('./calibrate/calibrateCommand.ts')).calibrateCommand(shell),
  forecast: async (shell) => (await import('./forecast/forecastCommand.ts')).forecastCommand(shell),
  scenario: async (shell) => (await import('./scenario/scenarioCommand.ts')).scenarioCommand(shell),
  rules: async (shell) => (await import('./rules/rulesCommand.ts')).rulesCommand(shell),
  check: async (shell) => (await import('./check/checkCommand.ts')).checkCommand(shell),
  emulate: async (shell) => (await import('./emulate/emulateCommand.ts')).emulateCommand(shell),
  rig: async (shell) => (await import('./rig/rigCommand.ts')).rigCommand(shell),
  fleet: async (shell) => (await import('./fleet/fleetCommand.ts')).fleetCommand(shell),
  schema: async (shell) => (await import('./schema/schemaCommand.ts')).schemaCommand(shell),
  live: async (shell) => (await import('./live/liveCommand.ts')).liveCommand(shell),
  glossary: async (shell) => (await import('./docs/glossaryCommand.ts')).glossaryCommand(shell),
  devices: async (shell) => (await import('./devices/devicesCommand.ts')).devicesCommand(shell),
};

/** The command that is named first, or all of them: for help, and for the names that are near to a wrong one. */
export async function commandsFor(first: string | undefined, shell: Shell): Promise<readonly Command[]> {
  if (first === '-V' || first === '--version') return [];
  const named = first !== undefined && Object.hasOwn(COMMANDS, first) ? COMMANDS[first] : undefined;
  return Promise.all((named ? [named] : Object.values(COMMANDS)).map((load) => load(shell)));
}
