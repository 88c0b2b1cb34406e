import { UNKNOWN_NAME, type Problem } from './problem.ts';

/** The places of a document that may hold secrets, and the advice to print instead of showing one. */
export interface SecretPlaces {
  readonly path: RegExp;
  readonly mend: string;
}

/** Descriptions that may be printed for a place that holds a secret. They name a thing or its form, never its text. */
const STRUCTURE = /^(nothing|a map|an empty map|a list of \d+|a file .*|a variable .*|a secret|no secret.*)$/;

/**
 * Returns the problem in a form that is safe to print. At a place that holds a secret, the text that was found is left
 * out, and so is the advice on how to quote it.
 */
export function hideSecrets(problem: Problem, { path, mend: instead }: SecretPlaces): Problem {
  if (!path.test(problem.path)) return problem;
  const { mend: _, nearest, ...rest } = problem;
  const isName = problem.found === UNKNOWN_NAME;
  if (isName) return { ...rest, ...(nearest !== undefined && { nearest }) };
  if (STRUCTURE.test(problem.found)) return rest;
  return { ...rest, found: 'a value that is not shown here', mend: instead };
}
