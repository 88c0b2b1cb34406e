// The commands by the names under which they are loaded; what each does is for the files beside this one.
import { expect, test } from 'vitest';
import { COMMANDS, commandsFor } from '../../src/cli/commands.ts';
import { silentShell } from './harness.ts';

const names = async (first: string | undefined) =>
  (await commandsFor(first, silentShell())).map((command) => command.name());

test.each(Object.keys(COMMANDS))('%s alone is loaded where it is asked for', async (name) => {
  expect(await names(name)).toEqual([name]);
});

test.each([undefined, '--help', 'help', 'runn', 'constructor', '--unknown'])(
  'all are there where a person may be looking for one: %s',
  async (first) => expect(await names(first)).toEqual(Object.keys(COMMANDS)),
);

test('none is needed to say the version', async () => {
  expect(await names('--version')).toEqual([]);
});
