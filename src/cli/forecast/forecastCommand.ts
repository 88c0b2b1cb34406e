import { Command } from 'commander';
import type { Shell } from '../shell/command.ts';
import { backtestCommand } from './backtestCommand.ts';
import { thresholdsCommand } from './thresholdsCommand.ts';

/** The subcommands of `forecast`, in the order of its help. Each is a maker of its own file in this folder. */
const SUBCOMMANDS: readonly ((shell: Shell) => Command)[] = [thresholdsCommand, backtestCommand];

/** `smets1-bench forecast`: what each category will hold, month by month, from what is known today. */
export function forecastCommand(shell: Shell): Command {
  const command = new Command('forecast')
    .description('Forecast what each exclusion category will hold, month by month.')
    .enablePositionalOptions();
  for (const make of SUBCOMMANDS) command.addCommand(make(shell));
  return command;
}
