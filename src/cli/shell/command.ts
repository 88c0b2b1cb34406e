import type { ExitCode } from './exit.ts';
import type { Io } from './io.ts';

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

/** A shell over an `Io`, and the exit code of the last action that ran. */
export function shellOver(io: Io): { readonly shell: Shell; readonly exitCode: () => ExitCode } {
  let code: ExitCode = 0;
  const action: Shell['action'] =
    (run) =>
    async (...args) => {
      code = (await run(io, ...args)) ?? 0;
    };
  return { shell: { io, action }, exitCode: () => code };
}
