/** The exit codes of every command (DESIGN.md 5.3). */
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

/** What the user can mend: printed without a stack, exit code 1. */
export class UsageError extends Error {
  override name = 'UsageError';
}
