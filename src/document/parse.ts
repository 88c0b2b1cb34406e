import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Node, type Pair } from 'yaml';
import { formatPath, type Path } from './path.ts';
import { problemAt, type Position, type Problem } from './problem.ts';
import { listTree, mapTree, type Entry, type Tree } from './tree.ts';

/** Limits on what a person writes by hand; beyond them a file is a mistake or an attack. */
const CHARACTERS_MAX = 524_288;
const VALUES_MAX = 200_000;
const DEPTH_MAX = 48;

export interface Parsed {
  /** Undefined when nothing sensible stands in the file. */
  readonly tree: Tree | undefined;
  readonly problems: readonly Problem[];
}

/** Reads YAML 1.2 (JSON is a part of it) into a tree with positions; every fault of form is a problem, none an exception. */
export function parseYaml(text: string, options: { file: string; layer?: number }): Parsed {
  const layer = options.layer ?? 0;
  const top: Position = { file: options.file, line: 1, column: 1, layer };
  const whole = (found: string, expected: string): Parsed => ({
    tree: undefined,
    problems: [problemAt(top, '', { found, expected })],
  });
  if (text.length > CHARACTERS_MAX)
    return whole(`${text.length} characters`, `at most ${CHARACTERS_MAX}: a file that a person wrote`);
  // The parser is recursive; a line of brackets would exhaust the stack before it could complain.
  if (nesting(text) > DEPTH_MAX) return whole(`more than ${DEPTH_MAX} nested brackets`, `at most ${DEPTH_MAX}`);
  const lines = new LineCounter();
  try {
    // `uniqueKeys` of the library is quadratic; duplicates are looked for below.
    const document = parseDocument(text, {
      lineCounter: lines,
      uniqueKeys: false,
      prettyErrors: false,
      logLevel: 'error', // `silent` would pass over a second document
    });
    const faults = [...document.errors, ...document.warnings];
    if (faults.length > 0) {
      const problems = faults.slice(0, 20).map((fault) => {
        const { line, col } = lines.linePos(fault.pos[0]);
        if (fault.code === 'MULTIPLE_DOCS') {
          return problemAt({ ...top, line, column: col }, '', {
            found: 'a second document (after a line ---)',
            expected: 'one document a file',
            mend: 'Put each document into a file of its own; one file takes from another by extends.',
          });
        }
        return problemAt({ ...top, line, column: col }, '', {
          found: fault.message.replace(/\s+/g, ' ').replace(/\.$/, '').slice(0, 160),
          expected: 'YAML',
        });
      });
      return { tree: undefined, problems };
    }
    if (document.contents === null) return whole('an empty file', 'a map of fields');
    return new Reader(lines, options.file, layer).read(document.contents);
  } catch (error) {
    if (error instanceof RangeError) return whole('values nested too deeply', `at most ${DEPTH_MAX} levels`);
    throw error;
  }
}

/** The deepest nesting of brackets and of leading dashes, by a count that also looks into quoted text: a bound only. */
function nesting(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const line of text.split('\n')) {
    if (line.trimStart().startsWith('#')) continue;
    const dashes = /^\s*((?:[-?]\s+){2,})/.exec(line)?.[1]?.match(/[-?]/g)?.length ?? 0;
    deepest = Math.max(deepest, depth + dashes);
    for (const character of line) {
      if (character === '[' || character === '{') deepest = Math.max(deepest, (depth += 1));
      else if ((character === ']' || character === '}') && depth > 0) depth -= 1;
    }
  }
  return deepest;
}

class Reader {
  readonly #lines: LineCounter;
  readonly #file: string;
  readonly #layer: number;
  readonly #problems: Problem[] = [];
  /** Finished nodes by anchor: an alias shares the tree, so that a bomb of aliases costs nothing until it is counted. */
  readonly #anchors = new Map<string, Tree>();

  constructor(lines: LineCounter, file: string, layer: number) {
    this.#lines = lines;
    this.#file = file;
    this.#layer = layer;
  }

  read(node: Node): Parsed {
    const tree = this.#convert(node, []);
    if (tree.size > VALUES_MAX) {
      const found = tree.size < 1e15 ? `${tree.size} values once aliases are expanded` : 'aliases without end';
      this.#problems.push(problemAt(tree.position, '', { found, expected: `at most ${VALUES_MAX}` }));
      return { tree: undefined, problems: this.#problems };
    }
    return { tree, problems: this.#problems };
  }

  #at(node: Node | null | undefined): Position {
    const { line, col } = this.#lines.linePos(node?.range?.[0] ?? 0);
    return { file: this.#file, line, column: col, layer: this.#layer };
  }

  #convert(node: Node | null, path: Path): Tree {
    const position = this.#at(node);
    const nothing: Tree = { kind: 'scalar', position, value: null, text: '', size: 1 };
    if (node === null) return nothing;
    if (path.length > DEPTH_MAX) {
      this.#refuse(position, path.slice(0, 3), 'values nested too deeply', `at most ${DEPTH_MAX} levels`);
      return nothing;
    }
    if (isAlias(node)) {
      const shared = this.#anchors.get(node.source);
      if (shared) return shared;
      this.#refuse(position, path, `*${node.source}`, 'the name of an anchor that is finished before it');
      return nothing;
    }
    const tree = this.#build(node, path, position);
    if ('anchor' in node && typeof node.anchor === 'string') this.#anchors.set(node.anchor, tree);
    return tree;
  }

  #build(node: Node, path: Path, position: Position): Tree {
    if (isSeq(node)) {
      const items = node.items.map((item, i) => this.#convert(item as Node | null, [...path, i]));
      return listTree(items, position);
    }
    if (isMap(node)) return this.#map(node.items as Pair<Node, Node | null>[], path, position);
    const value = isScalar(node) ? node.value : undefined;
    const text = isScalar(node) && typeof node.source === 'string' ? node.source : String(value);
    if (value === null || ['string', 'number', 'boolean'].includes(typeof value))
      return { kind: 'scalar', position, value: value as string | number | boolean | null, text, size: 1 };
    this.#refuse(position, path, text.slice(0, 60), 'text, a number, true, false, a map or a list');
    return { kind: 'scalar', position, value: null, text, size: 1 };
  }

  #map(pairs: readonly Pair<Node, Node | null>[], path: Path, position: Position): Tree {
    const entries = new Map<string, Entry>();
    for (const pair of pairs) {
      const key = this.#at(pair.key);
      const name = isScalar(pair.key) ? nameOf(pair.key.value, pair.key.source) : undefined;
      if (name === undefined || name === '__proto__') {
        this.#refuse(key, path, name ?? 'a name that is not plain text', 'a name');
        continue;
      }
      const tree = this.#convert(pair.value, [...path, name]);
      const first = entries.get(name);
      if (first) {
        this.#refuse(key, [...path, name], 'the name a second time', `it once (first in line ${first.key.line})`);
        continue;
      }
      // `name:` with nothing after it has no place of its own.
      entries.set(name, { key, tree: pair.value === null ? { ...tree, position: key } : tree });
    }
    return mapTree(entries, position);
  }

  #refuse(position: Position, path: Path, found: string, expected: string): void {
    this.#problems.push(problemAt(position, formatPath(path), { found, expected }));
  }
}

function nameOf(value: unknown, source: string | undefined): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? (source ?? String(value)) : undefined;
}
