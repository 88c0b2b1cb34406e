import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Node, type Pair } from 'yaml';
import { formatPath, type Path } from './path.ts';
import { problemAt, type Position, type Problem } from './problem.ts';
import { listTree, mapTree, type Entry, type Tree } from './tree.ts';

/** Limits on a document that a person writes by hand. A file beyond them is a mistake or an attack. */
const CHARACTERS_MAX = 524_288;
const VALUES_MAX = 200_000;
const DEPTH_MAX = 48;

export interface Parsed {
  /** The document, or undefined if the file holds nothing that can be used. */
  readonly tree: Tree | undefined;
  readonly problems: readonly Problem[];
}

/**
 * Reads YAML 1.2 (which includes JSON) into a tree with positions. Every fault of form becomes a problem; none throws.
 */
export function parseYaml(text: string, options: { file: string; layer?: number }): Parsed {
  const layer = options.layer ?? 0;
  const top: Position = { file: options.file, line: 1, column: 1, layer };
  const whole = (found: string, expected: string): Parsed => ({
    tree: undefined,
    problems: [problemAt(top, '', { found, expected })],
  });
  if (text.length > CHARACTERS_MAX)
    return whole(`${text.length} characters`, `at most ${CHARACTERS_MAX}: a file that a person wrote`);
  // The parser is recursive: a line of brackets would exhaust the stack before the parser could report it.
  if (nesting(text) > DEPTH_MAX) return whole(`more than ${DEPTH_MAX} nested brackets`, `at most ${DEPTH_MAX}`);
  const lines = new LineCounter();
  try {
    // The library's `uniqueKeys` takes quadratic time. Duplicates are looked for below instead.
    const document = parseDocument(text, {
      lineCounter: lines,
      uniqueKeys: false,
      prettyErrors: false,
      logLevel: 'error', // `silent` would accept a second document without an error
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

/** An upper bound on the nesting of brackets and leading dashes. The count includes those inside quoted text. */
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
  /**
   * Finished nodes by anchor. An alias shares the node's tree, so a chain of aliases that expands without limit costs
   * nothing until its size is counted.
   */
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
      // A name with an empty value has no value position, so the value takes the position of the name.
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
