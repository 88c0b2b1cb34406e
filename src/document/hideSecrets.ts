import type { Problem } from './problem.ts';

/** Where secrets may stand in a document, and what to say instead of showing one. */
export interface SecretPlaces {
  readonly path: RegExp;
  readonly mend: string;
}

/** What may be shown of a secret's place: names, and what it is made of, never the text itself. */
const STRUCTURE = /^(nothing|a map|an empty map|a list of \d+|a file .*|a variable .*|a secret|no secret.*)$/;

/** The problem as it may be printed: of a place where a secret stands neither what was found nor how to quote it. */
export function hideSecrets(problem: Problem, { path, mend: instead }: SecretPlaces): Problem {
  if (!path.test(problem.path)) return problem;
  const { mend: _, nearest, ...rest } = problem;
  const isName = problem.found === 'an unknown name';
  if (isName) return { ...rest, ...(nearest !== undefined && { nearest }) };
  if (STRUCTURE.test(problem.found)) return rest;
  return { ...rest, found: 'a value that is not shown here', mend: instead };
}
