/** Reads NDJSON: each line is one JSON object, and its keys are the record's columns. */
import { TextGatherer, type RawBatch } from '../record/rawBatch.ts';
import { FileRefused, show, type Refuse } from '../record/refusal.ts';
import type { Column, RecordSchema } from '../record/records.ts';
import { columnOfName, PASSED_OVER } from './columnNames.ts';
import { RECORD_CHARACTERS_MAX } from './csvSplitter.ts';
import type { Input } from './formats.ts';
import { isYesNo } from '../parquet/parquetKinds.ts';
import { textChunks } from './textChunks.ts';

/**
 * Reads NDJSON, plain or gzip. null, '' and an absent key all mean empty. Values are texts. A whole number is read by
 * its digits (ids, meter points, counts). true and false mean yes and no if the column has these choices. Empty lines
 * are skipped. A line that is no such object, or that has a key twice, is refused. Memory: a batch of rows and one
 * chunk.
 * @throws FileRefused for a line of more than RECORD_CHARACTERS_MAX characters
 */
export async function* readNdjson(
  input: Omit<Input, 'format'>,
  record: RecordSchema,
  refuse: Refuse,
): AsyncGenerator<RawBatch> {
  const decoder = new TextDecoder('utf-8');
  const gatherer = new TextGatherer(record.columns.map(() => true));
  const row = new RowFiller(input, record, gatherer);
  let rest = '';
  let line = 0;

  function gather(text: string): void {
    line += 1;
    const json = text.endsWith('\r') ? text.slice(0, -1) : text;
    if (json === '') return;
    const problem = row.fill(json);
    if (problem) {
      refuse({ file: input.name, line, column: '*', found: show(json), expected: 'a JSON object', ...problem });
    } else {
      gatherer.endRow(line);
    }
  }

  for await (const chunk of textChunks(input, 'ndjson')) {
    const all = rest + decoder.decode(chunk, { stream: true });
    let from = 0;
    for (let newline = all.indexOf('\n'); newline >= 0; newline = all.indexOf('\n', from)) {
      gather(all.slice(from, newline));
      from = newline + 1;
      if (gatherer.full) yield gatherer.take();
    }
    rest = all.slice(from);
    if (rest.length > RECORD_CHARACTERS_MAX) {
      const found = `a line of more than ${RECORD_CHARACTERS_MAX} characters`;
      throw new FileRefused({ file: input.name, line: line + 1, column: '*', found, expected: 'shorter lines' });
    }
  }
  rest += decoder.decode();
  if (rest !== '') gather(rest);
  if (gatherer.rows > 0) yield gatherer.take();
}

/** A fault of a line. A field that is left out describes the line as a whole. */
interface Problem {
  readonly column?: string;
  readonly found?: string;
  readonly expected?: string;
}

/** Fills the cells of one row after the other. */
class RowFiller {
  readonly #record: RecordSchema;
  readonly #gatherer: TextGatherer;
  readonly #input: Omit<Input, 'format'>;
  readonly #positions = new Map<string, number>();
  /** The value of each column if a line has no key for it. */
  readonly #absent: readonly (string | null)[];

  constructor(input: Omit<Input, 'format'>, record: RecordSchema, gatherer: TextGatherer) {
    this.#record = record;
    this.#gatherer = gatherer;
    this.#input = input;
    this.#absent = record.columns.map(({ name }) => input.constants?.get(name) ?? null);
  }

  /** Returns the fault of the line, or undefined. After a fault the row must not be ended. */
  fill(json: string): Problem | undefined {
    const value = parse(json);
    if (json.startsWith('[')) return { expected: 'a JSON object on each line, without a list around them' };
    if (typeof value !== 'object' || value === null) return {};
    for (const [index, cell] of this.#absent.entries()) this.#gatherer.set(index, cell);
    let keys = 0;
    for (const key in value) {
      keys += 1;
      const index = this.#positionOf(key);
      if (typeof index === 'object') return index;
      if (index === PASSED_OVER) continue;
      const problem = this.#set(index, (value as Record<string, unknown>)[key], key);
      if (problem) return problem;
    }
    return keyCount(json) > keys ? { found: 'a key twice', expected: 'each key once' } : undefined;
  }

  #set(index: number, cell: unknown, key: string): Problem | undefined {
    if (typeof cell === 'string') this.#gatherer.set(index, cell);
    else if (typeof cell === 'number' && Number.isSafeInteger(cell)) this.#gatherer.set(index, String(cell));
    else if (typeof cell === 'boolean' && isYesNo(this.#record.columns[index] as Column)) {
      this.#gatherer.set(index, cell ? 'yes' : 'no');
    } else if (cell === null) this.#gatherer.set(index, null);
    else return { column: key, found: describe(cell), expected: 'a text or null' };
    return undefined;
  }

  #positionOf(key: string): number | Problem {
    const known = this.#positions.get(key);
    if (known !== undefined) return known;
    try {
      const index = columnOfName(key, {
        record: this.#record,
        naming: this.#input.columns,
        constants: this.#input.constants,
        refused: (row) => new FileRefused({ file: this.#input.name, line: 0, ...row }),
      });
      this.#positions.set(key, index);
      return index;
    } catch (error) {
      if (!(error instanceof FileRefused)) throw error;
      return { found: error.row.found.replace(/^column/, 'key'), expected: error.row.expected };
    }
  }
}

/**
 * Returns undefined for a text that is not JSON. The engine's own error message would quote the text, and with it meter
 * points.
 */
function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/**
 * The number of keys of the outermost JSON object. A doubled key counts twice: JSON.parse would silently keep the last
 * one.
 */
function keyCount(json: string): number {
  let keys = 0;
  let depth = 0;
  for (let at = 0; at < json.length; at += 1) {
    const character = json.charCodeAt(at);
    if (character === OPENING_BRACE || character === OPENING_BRACKET) depth += 1;
    else if (character === CLOSING_BRACE || character === CLOSING_BRACKET) depth -= 1;
    else if (character === QUOTE) {
      at = endOfString(json, at);
      if (depth === 1 && isColonNext(json, at + 1)) keys += 1;
    }
  }
  return keys;
}

const QUOTE = 34;
const BACKSLASH = 92;
const OPENING_BRACKET = 91;
const CLOSING_BRACKET = 93;
const OPENING_BRACE = 123;
const CLOSING_BRACE = 125;

/** The position of the quote that ends a string of valid JSON. */
function endOfString(json: string, start: number): number {
  for (let at = start + 1; at < json.length; at += 1) {
    const character = json.charCodeAt(at);
    if (character === BACKSLASH) at += 1;
    else if (character === QUOTE) return at;
  }
  return json.length;
}

function isColonNext(json: string, from: number): boolean {
  let at = from;
  while (/\s/.test(json.charAt(at))) at += 1;
  return json.charAt(at) === ':';
}

function describe(cell: unknown): string {
  if (Array.isArray(cell)) return 'a list';
  if (typeof cell === 'number') return Number.isInteger(cell) ? 'a number beyond 2^53' : 'a number with a fraction';
  return typeof cell === 'object' ? 'an object' : `a ${typeof cell}`;
}
