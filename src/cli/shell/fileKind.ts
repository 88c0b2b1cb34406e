import { formatProblems, type Problem } from '../../document/problem.ts';
import { EXIT, UsageError, type ExitCode } from './exit.ts';
import { type Io, writeLine } from './io.ts';
import { readText } from './readText.ts';

/** A kind of file that people write, the top-level names that only it has, and the command that takes it. */
const KINDS = {
  scenario: {
    words: 'a scenario',
    names: ['populations', 'entryCurves', 'process', 'sharedOutages', 'comparison'],
    command: 'run',
  },
  rig: {
    words: 'a rig file',
    names: ['devices', 'installation', 'emulated', 'headEnds', 'ledger', 'allow', 'watch', 'schedule'],
    command: 'rig',
  },
  fleet: { words: 'a fleet file', names: ['groups', 'attached', 'headEnd', 'contacts'], command: 'fleet' },
  sweep: { words: 'a sweep', names: ['scenario', 'design', 'factors', 'outcomes', 'strataMin'], command: 'sweep' },
  priors: {
    words: 'a file of priors',
    names: ['parameters', 'assumptions', 'set'],
    command: 'calibrate SCENARIO --priors',
  },
  rules: {
    words: 'a rule set',
    names: ['clauses', 'readings', 'precedence', 'expiresOn', 'windows'],
    command: 'rules check',
  },
} as const;

export type FileKind = keyof typeof KINDS;

/**
 * For a file that was found wrong as `expected`: refuses it in one sentence if it is a file of another kind, by the names
 * that stand at its top. Says nothing of a file that cannot be read, or whose kind does not show.
 *
 * @throws UsageError that names the command for the file
 */
export function refuseOtherKind(path: string, expected: FileKind): void {
  const words = otherKindWords(path, expected);
  if (words !== undefined) throw new UsageError(words);
}

function otherKindWords(path: string, expected: FileKind): string | undefined {
  let text: string;
  try {
    text = readText(path);
  } catch {
    return undefined;
  }
  const found = kindOf(text);
  if (found === undefined || found === expected) return undefined;
  const { words, command } = KINDS[found];
  return `${path}: found ${words}, expected ${KINDS[expected].words}\n  Write: smets1-bench ${command} ${path}`;
}

/** What a check of one file found: words for it, or everything that is wrong. */
export type FileChecked = { readonly words: string } | { readonly problems: readonly Problem[] };

/** `rig check`, `fleet check` and their like: a line for each file that is right, then everything that is wrong. */
export async function checkFiles(
  io: Io,
  { kind, files }: { readonly kind: FileKind; readonly files: readonly string[] },
  check: (path: string) => FileChecked | Promise<FileChecked>,
): Promise<ExitCode> {
  const problems: Problem[] = [];
  const others: string[] = [];
  for (const path of files) {
    const checked = await check(path);
    if ('words' in checked) {
      writeLine(io.out, `${path}: ok, ${checked.words}`);
      continue;
    }
    const other = otherKindWords(path, kind);
    if (other === undefined) problems.push(...checked.problems);
    else others.push(other);
  }
  if (problems.length === 0 && others.length === 0) return EXIT.done;
  writeLine(io.err, [...others, ...(problems.length === 0 ? [] : [formatProblems(problems)])].join('\n'));
  return EXIT.usage;
}

/** The one kind whose names stand at the top of a YAML or JSON text; undefined where none, or several, do. */
function kindOf(text: string): FileKind | undefined {
  const names = new Set(Array.from(text.matchAll(/^(?:(\w+)| {0,2}"(\w+)") *:/gm), ([, plain, quoted]) => plain ?? quoted)); // prettier-ignore
  const found = (Object.keys(KINDS) as FileKind[]).filter((kind) => KINDS[kind].names.some((name) => names.has(name)));
  return found.length === 1 ? found[0] : undefined;
}
