/** Where a value stands. `layer` counts from the file that nothing extends (0) to what the command line sets. */
export interface Position {
  /** A file, `--set path=value`, or the name of what is built in. */
  readonly file: string;
  /** From 1; 0 where there are no lines (command line, built-in). */
  readonly line: number;
  readonly column: number;
  readonly layer: number;
}

/** One thing wrong with a document, for the person who wrote it. */
export interface Problem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Empty for the document as a whole. */
  readonly path: string;
  readonly found: string;
  readonly expected: string;
  /** The valid name that was probably meant. */
  readonly nearest?: string;
  /** How to mend it: a sentence. */
  readonly mend?: string;
}

/** Problems beyond this many are counted, not printed: the first ones explain the rest. */
const PRINTED_MAX = 50;

export function problemAt(
  position: Position,
  path: string,
  about: Omit<Problem, 'file' | 'line' | 'column' | 'path'>,
): Problem {
  return { file: position.file, line: position.line, column: position.column, path, ...about };
}

/** `file:line:column › path: found ..., expected ....` and, beneath, how to mend it. */
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
