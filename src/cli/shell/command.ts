import type { Command } from 'commander';
import { commandText } from './commandText.ts';
import type { ExitCode } from './exit.ts';
import type { Asked, Io } from './io.ts';

/** What a command does: takes its arguments and options as Commander gives them; undefined is exit code 0. */
export type Action<A extends readonly unknown[]> = (
  io: Io,
  ...args: A
) => ExitCode | undefined | void | Promise<ExitCode | undefined | void>;

/** What the makers of commands are given. */
export interface Shell {
  readonly io: Io;
  /** Wraps a command's function for Commander; its exit code becomes that of the command line. */
  readonly action: <A extends readonly unknown[]>(run: Action<A>) => (...args: A) => Promise<void>;
}

/** A shell over an `Io`, the exit code of the last action that ran, and what makes a command's words known. */
export function shellOver(io: Io): {
  readonly shell: Shell;
  readonly exitCode: () => ExitCode;
  /** Notes the options of a command as they are typed. Without it, an action knows no option that was given. */
  readonly watch: (command: Command) => void;
} {
  let code: ExitCode = 0;
  const typed = new TypedOptions();
  const action: Shell['action'] =
    (run) =>
    async (...args) => {
      // Commander gives the command as the last argument.
      code = (await run({ ...io, asked: typed.asked(args.at(-1) as Command) }, ...args)) ?? 0;
    };
  return { shell: { io, action }, exitCode: () => code, watch: (command) => typed.watch(command) };
}

/**
 * Options that decide no result. They say where outputs go, in which form, who computes them, and how much of them is
 * shown.
 */
export const DECIDE_NOTHING: ReadonlySet<string> = new Set([
  'out',
  'compare-out',
  'cases',
  'html',
  'junit',
  'format',
  'workers',
  'store',
  'shard',
  'own',
  'redis',
  'retry-failed',
  'replace',
  'detail',
  'trace',
]);

/** The options of commands as they were typed. Commander keeps their parsed values alone. */
class TypedOptions {
  readonly #typed = new Map<Command, [name: string, value: string | undefined][]>();

  watch(command: Command): void {
    const typed: [string, string | undefined][] = [];
    this.#typed.set(command, typed);
    for (const option of command.options) {
      const name = option.name();
      command.on(`option:${name}`, (value?: string | null) => void typed.push([name, value ?? undefined]));
    }
  }

  /** The command line of a command, with the options of those that it is a part of. */
  asked(command: Command): Asked {
    const chain: Command[] = [];
    // The program itself has no parent, and its name begins every command line.
    for (let at: Command | null = command; at?.parent; at = at.parent) chain.unshift(at);
    const typed = chain.flatMap((one) => this.#typed.get(one) ?? []);
    const options: Record<string, true | string[]> = {};
    for (const [name, value] of typed) {
      if (DECIDE_NOTHING.has(name)) continue;
      const before = options[name];
      options[name] = value === undefined ? true : [...(Array.isArray(before) ? before : []), value];
    }
    return {
      command: commandText([...chain.map((one) => one.name()), ...command.args], options),
      typed: new Set(typed.map(([name]) => name)),
      set: typed.flatMap(([name, value]) => (name === 'set' && value !== undefined ? [value] : [])),
    };
  }
}
