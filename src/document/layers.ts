import type { Files } from './files.ts';
import { mergeTrees, type MergeOptions } from './merge.ts';
import { parseYaml } from './parse.ts';
import { problemAt, type Position, type Problem } from './problem.ts';
import { foundText, type Tree } from './tree.ts';

/** The layer of values set on the command line. It lies above all files. */
export const LAYER_SET = 17;
/** The layer of built-in values. It lies beneath all files. */
export const LAYER_BUILT_IN = -1;

/** The longest chain of `extends`. Nobody can follow a longer one. */
const CHAIN_MAX = LAYER_SET - 1;

export interface Layers {
  /** The merged document, or the part of it that could be read. It is undefined if nothing could be read. */
  readonly tree: Tree | undefined;
  /** The chain of files, from the one that was asked for to the one that extends nothing. */
  readonly files: readonly string[];
  readonly problems: readonly Problem[];
  /** True if every file of the chain was read. Only then is a name that the tree lacks really missing. */
  readonly complete: boolean;
}

/** Reads a file and the files it extends, and merges them, base first. */
export function readLayers(options: {
  path: string;
  files: Files;
  merge: MergeOptions;
  /**
   * Returns the built-in document that `extends` may name instead of a file, or undefined if there is none of that
   * name.
   */
  builtIn?: (name: string) => Tree | undefined;
}): Layers {
  const problems: Problem[] = [];
  const files: string[] = [];
  const trees: Tree[] = [];
  let complete = false;
  let next: { path: string; from: Position | undefined } | undefined = { path: options.path, from: undefined };
  while (next !== undefined) {
    const { path, from } = next;
    next = undefined;
    const builtIn = from && options.builtIn?.(path);
    if (builtIn) {
      trees.push(builtIn);
      complete = true;
      break;
    }
    const file = from ? options.files.beside(from.file, path) : path;
    const read = readOne(file, options.files, CHAIN_MAX - files.length);
    files.push(file);
    // Errors inside an extended file are reported at their position there. A file that cannot be read is reported at
    // the `extends` line.
    if ('unreadable' in read) {
      problems.push(
        problemAt(from ?? { file, line: 0, column: 0, layer: 0 }, from ? 'extends' : '', {
          found: from ? `${JSON.stringify(path)}, which cannot be read (${read.unreadable})` : read.unreadable,
          expected: 'a file that can be read',
          ...(from ? { mend: `The path is relative to ${from.file}: ${file}.` } : {}),
        }),
      );
      break;
    }
    problems.push(...read.problems);
    if (!read.tree) break;
    trees.push(read.tree);
    const base = baseOf(read.tree, problems);
    if (base === 'none') {
      complete = true;
      break;
    }
    if (base === 'wrong') break;
    const target = options.builtIn?.(base.path) ? undefined : options.files.beside(file, base.path);
    if (target !== undefined && files.includes(target)) {
      const circle = [...files.slice(files.indexOf(target)), target].join(' -> ');
      problems.push(
        problemAt(base.from, 'extends', { found: `a circle: ${circle}`, expected: 'a chain that ends in a file' }),
      );
    } else if (files.length >= CHAIN_MAX) {
      problems.push(
        problemAt(base.from, 'extends', {
          found: `a chain of more than ${CHAIN_MAX} files`,
          expected: 'a shorter one',
        }),
      );
    } else next = base;
  }
  const tree = trees.reduceRight<Tree | undefined>(
    (base, over) => (base ? mergeTrees(base, over, options.merge) : over),
    undefined,
  );
  return { tree, files, problems, complete };
}

/** Why a file cannot be read, in words: the `found` of a problem. */
export function unreadableText(error: unknown): string {
  const known: Record<string, string> = {
    ENOENT: 'no such file',
    EISDIR: 'a folder, not a file',
    EACCES: 'reading it is not permitted',
  };
  return known[String((error as { code?: unknown }).code)] ?? (error instanceof Error ? error.message : String(error));
}

function readOne(
  file: string,
  { read }: Files,
  layer: number,
): { unreadable: string } | { tree: Tree | undefined; problems: readonly Problem[] } {
  let text: string;
  try {
    text = read(file);
  } catch (error) {
    return { unreadable: unreadableText(error) };
  }
  const { tree, problems } = parseYaml(text, { file, layer });
  if (tree === undefined || tree.kind === 'map') return { tree, problems };
  const wrong = problemAt(tree.position, '', { found: foundText(tree), expected: 'a map of fields' });
  return { tree: undefined, problems: [...problems, wrong] };
}

function baseOf(tree: Tree, problems: Problem[]): { path: string; from: Position } | 'none' | 'wrong' {
  const field = tree.kind === 'map' ? tree.entries.get('extends')?.tree : undefined;
  if (field === undefined) return 'none';
  if (field.kind === 'scalar' && typeof field.value === 'string' && field.value !== '')
    return { path: field.value, from: field.position };
  problems.push(problemAt(field.position, 'extends', { found: foundText(field), expected: 'the path of a file' }));
  return 'wrong';
}
