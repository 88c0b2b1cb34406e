// The commands by the names under which they are loaded; what each does is for the files beside this one.
import { expect, test } from 'vitest';
import { COMMANDS, commandsFor } from '../../src/cli/commands.ts';
import { commandLine, silentShell } from './harness.ts';

/** Whether each command that a command line is given was loaded: a loaded one knows its options or its subcommands. */
async function loaded(...args: readonly string[]): Promise<Readonly<Record<string, boolean>>> {
  const commands = await commandsFor(args, silentShell());
  return Object.fromEntries(
    commands.map((one) => [one.name(), one.options.length + one.registeredArguments.length + one.commands.length > 0]),
  );
}

test.each(Object.keys(COMMANDS))('only the command %s is loaded when it is asked for', async (name) => {
  expect(await loaded(name)).toEqual({ [name]: true });
});

test.each([undefined, '--help', 'help', 'runn', 'constructor', '--unknown'])(
  'all commands are named and none is loaded if a person may be looking for one: %s',
  async (first) => {
    const commands = await loaded(...(first === undefined ? [] : [first]));
    expect(commands).toEqual(Object.fromEntries(Object.keys(COMMANDS).map((name) => [name, false])));
  },
);

test('`help run` loads the command that it names and no other', async () => {
  const commands = await loaded('help', 'run');
  expect(Object.keys(commands).filter((name) => commands[name])).toEqual(['run']);
  expect((await commandLine(['help', 'run'])).out).toBe((await commandLine(['run', '--help'])).out);
});

test('an unknown command is answered with the name that is near to it', async () => {
  const { code, err } = await commandLine(['runn']);
  expect(code).toBe(1);
  expect(err).toContain('Did you mean run?');
});

test('no command is loaded to print the version', async () => {
  expect(await loaded('--version')).toEqual({});
});
