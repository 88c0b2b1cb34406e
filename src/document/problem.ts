/** The position of a value. `layer` counts from the file that extends nothing (0) up to the command line. */
export interface Position {
  /** The path of a file, `--set path=value`, or the name of a built-in document. */
  readonly file: string;
  /** The line, from 1. It is 0 where there are no lines (command line, built-in documents). */
  readonly line: number;
  readonly column: number;
  readonly layer: number;
}

/** One fault of a document, reported to the person who wrote it. */
export interface Problem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** The path of the value. It is empty if the problem concerns the document as a whole. */
  readonly path: string;
  readonly found: string;
  readonly expected: string;
  /** The valid name that the writer probably meant. */
  readonly nearest?: string;
  /** A sentence that tells how to mend the fault. */
  readonly mend?: string;
}

/** What is found where a name is not one of those that the schema has. */
export const UNKNOWN_NAME = 'an unknown name';

/** The most problems that are printed. The rest are only counted, because the first ones explain them. */
const PRINTED_MAX = 50;

export function problemAt(
  position: Position,
  path: string,
  about: Omit<Problem, 'file' | 'line' | 'column' | 'path'>,
): Problem {
  return { file: position.file, line: position.line, column: position.column, path, ...about };
}

/** Writes `file:line:column › path: found ..., expected ....` and, on the next line, how to mend it. */
function formatProblem(problem: Problem): string {
  const place = problem.line > 0 ? `${problem.file}:${problem.line}:${problem.column}` : problem.file;
  const path = problem.path === '' ? '' : ` › ${problem.path}`;
  const lines = [`${place}${path}: found ${problem.found}, expected ${problem.expected}.`];
  if (problem.nearest !== undefined) lines.push(`  Did you mean \`${problem.nearest}\`?`);
  if (problem.mend !== undefined) lines.push(`  ${problem.mend}`);
  return lines.join('\n');
}

export function formatProblems(problems: readonly Problem[]): string {
  const printed = problems.slice(0, PRINTED_MAX).map(formatProblem);
  if (problems.length > PRINTED_MAX) printed.push(`... and ${problems.length - PRINTED_MAX} more.`);
  return printed.join('\n');
}
