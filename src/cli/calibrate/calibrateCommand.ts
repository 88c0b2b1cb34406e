import { Command } from 'commander';
import type { Shell } from '../shell/command.ts';
import { drawsCommand } from './drawsCommand.ts';
import { linesCommand } from './linesCommand.ts';
import { rangesCommand } from './rangesCommand.ts';

/** `smets1-bench calibrate`: what the numbers of a scenario may be, and what data say of them. */
export function calibrateCommand(shell: Shell): Command {
  return new Command('calibrate')
    .description('Draw the assumptions of a scenario from their priors, and hold them against what was published.')
    .enablePositionalOptions()
    .addCommand(drawsCommand(shell))
    .addCommand(linesCommand(shell))
    .addCommand(rangesCommand(shell));
}
