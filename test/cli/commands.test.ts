// The commands by the names under which they are loaded; what each does is for the files beside this one.
import { expect, test } from 'vitest';
import { COMMANDS, commandsFor } from '../../src/cli/commands.ts';
import { silentShell } from './harness.ts';

const names = async (first: string | undefined) =>
  (await commandsFor(first, silentShell())).map((command) => command.name());

test.each(Object.keys(COMMANDS))('only the command %s is loaded when it is asked for', async (name) => {
  expect(await names(name)).toEqual([name]);
});

test.each([undefined, '--help', 'help', 'runn', 'constructor', '--unknown'])(
  'all commands are loaded if a person may be looking for one: %s',
  async (first) => expect(await names(first)).toEqual(Object.keys(COMMANDS)),
);

test('no command is loaded to print the version', async () => {
  expect(await names('--version')).toEqual([]);
});
