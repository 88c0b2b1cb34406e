/**
 * What a programmer owes. A failed assertion is a defect of the bench (exit code 3), never an outcome of a migration
 * and never an answer to bad input.
 */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new AssertionError(message);
}

class AssertionError extends Error {
  override name = 'AssertionError';
}
