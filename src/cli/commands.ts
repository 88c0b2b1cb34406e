import type { Command } from 'commander';

/**
 * One file a command, each exporting `xxxCommand(): Command`; the order is that of `--help`. Imported when asked for: the
 * simulation, the readers of records and the devices take most of a second to load, and no command needs all of them.
 */
export const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  run: async () => (await import('./run/runCommand.ts')).runCommand(),
  explain: async () => (await import('./explain/explainCommand.ts')).explainCommand(),
  decide: async () => (await import('./decide/decideCommand.ts')).decideCommand(),
  report: async () => (await import('./report/reportCommand.ts')).reportCommand(),
  fit: async () => (await import('./calibrate/fitCommand.ts')).fitCommand(),
  scenario: async () => (await import('./scenario/scenarioCommand.ts')).scenarioCommand(),
  rules: async () => (await import('./rules/rulesCommand.ts')).rulesCommand(),
  emulate: async () => (await import('./emulate/emulateCommand.ts')).emulateCommand(),
  rig: async () => (await import('./rig/rigCommand.ts')).rigCommand(),
  devices: async () => (await import('./devices/devicesCommand.ts')).devicesCommand(),
};

/** The command that is named first, or all of them: for help, and for the names that are near to a wrong one. */
export async function commandsFor(first: string | undefined): Promise<readonly Command[]> {
  if (first === '-V' || first === '--version') return [];
  const named = first !== undefined && Object.hasOwn(COMMANDS, first) ? COMMANDS[first] : undefined;
  return Promise.all((named ? [named] : Object.values(COMMANDS)).map((load) => load()));
}
