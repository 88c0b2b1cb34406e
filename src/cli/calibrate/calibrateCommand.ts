import { Command } from 'commander';
import type { Shell } from '../shell/command.ts';
import { drawsCommand } from './drawsCommand.ts';

/** `smets1-bench calibrate`: what the numbers of a scenario may be, and what data say of them. */
export function calibrateCommand(shell: Shell): Command {
  return new Command('calibrate')
    .description('Draw the assumptions of a scenario from their priors.')
    .enablePositionalOptions()
    .addCommand(drawsCommand(shell));
}
