/** The exit codes of every command. */
export const EXIT = {
  done: 0,
  /** Usage, scenario or rule file wrong. */
  usage: 1,
  /** Rows were refused, also with `--keep-going`. */
  refused: 2,
  /** A defect of the bench. */
  internal: 3,
  /** A property failed. */
  property: 4,
} as const;

/** One of `EXIT`, or 128 plus the number of the signal that interrupted the command. */
export type ExitCode = number;

/** An error that the user can mend: printed without a stack, exit code 1. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** A command that has printed everything it has to say ends with this exit code. */
export class ExitWith extends Error {
  override name = 'ExitWith';
  readonly code: ExitCode;

  constructor(code: ExitCode) {
    super(`exit code ${code}`);
    this.code = code;
  }
}

/** What can end a command from outside, and the exit code that a shell expects for it. */
const INTERRUPTIONS = {
  SIGHUP: 129,
  SIGINT: 130,
  SIGTERM: 143,
  /** The reader of standard output went away (`| head`): its wish, and no failure. */
  EPIPE: EXIT.done,
} as const;

export type Interruption = keyof typeof INTERRUPTIONS;

/**
 * The command was ended from outside before it was done. Ctrl-C has one meaning for all commands: what is whole is kept,
 * what is half-written is removed, `kept` says which, and the exit code is that of the signal. Commands that run until
 * they are stopped (`emulate`, `rig --watch`) return normally instead: being stopped is how they end.
 */
export class Interrupted extends Error {
  override name = 'Interrupted';
  readonly by: Interruption;
  /** What remains of the work, for the user. */
  kept = 'nothing was written';

  constructor(by: Interruption) {
    super(`interrupted by ${by}`);
    this.by = by;
  }

  get exitCode(): ExitCode {
    return INTERRUPTIONS[this.by];
  }
}
