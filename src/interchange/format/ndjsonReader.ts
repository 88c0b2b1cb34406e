import { createReadStream } from 'node:fs';
import { RECORD_CHARACTERS_MAX, type Source } from './csvReader.ts';
import { nearest } from '../../document/nearest.ts';
import { TextGatherer, type RawBatch } from '../record/rawBatch.ts';
import { FileRefused, show, type Refuse } from '../record/refusal.ts';
import type { RecordSchema } from '../record/records.ts';

/**
 * NDJSON: one JSON object a line, its keys the record's columns; null, '' and an absent key are all empty. Values are
 * texts; numbers are taken by their digits where they are whole (ids, meter points, counts). Empty lines are passed
 * over; a line that is no such object is refused. Of a key that stands twice in an object the last counts, as JSON has
 * it. Memory: a batch of rows and one chunk; a line of more than RECORD_CHARACTERS_MAX throws FileRefused.
 */
export async function* readNdjson(source: Source, record: RecordSchema, refuse: Refuse): AsyncGenerator<RawBatch> {
  const decoder = new TextDecoder('utf-8');
  const gatherer = new TextGatherer(record.columns.map(() => true));
  const indexOf = new Map(record.columns.map((column, index) => [column.name, index]));
  let rest = '';
  let line = 0;

  function gather(text: string): void {
    line += 1;
    const json = text.endsWith('\r') ? text.slice(0, -1) : text;
    if (json === '') return;
    const problem = gatherObject(parse(json), indexOf, gatherer);
    if (problem) {
      refuse({ file: source.name, line, column: '*', found: show(json), expected: 'a JSON object', ...problem });
    } else {
      gatherer.endRow(line);
    }
  }

  for await (const chunk of createReadStream(source.path, { highWaterMark: 1 << 19 })) {
    const all = rest + decoder.decode(chunk as Uint8Array, { stream: true });
    let from = 0;
    for (let newline = all.indexOf('\n'); newline >= 0; newline = all.indexOf('\n', from)) {
      gather(all.slice(from, newline));
      from = newline + 1;
      if (gatherer.full) yield gatherer.take();
    }
    rest = all.slice(from);
    if (rest.length > RECORD_CHARACTERS_MAX) {
      const found = `a line of more than ${RECORD_CHARACTERS_MAX} characters`;
      throw new FileRefused({ file: source.name, line: line + 1, column: '*', found, expected: 'shorter lines' });
    }
  }
  rest += decoder.decode();
  if (rest !== '') gather(rest);
  if (gatherer.rows > 0) yield gatherer.take();
}

/** `undefined` for what is not JSON: the engine's message would quote the text, meter points and all. */
function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

type Problem = { column?: string; found?: string; expected?: string };

/** Sets the cells of a row; returns what is wrong with it. */
function gatherObject(
  value: unknown,
  indexOf: ReadonlyMap<string, number>,
  gatherer: TextGatherer,
): Problem | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
  for (const index of indexOf.values()) gatherer.set(index, null);
  for (const key in value) {
    const index = indexOf.get(key);
    if (index === undefined) {
      const near = nearest(key, [...indexOf.keys()]);
      const expected = `only ${[...indexOf.keys()].join(', ')}${near ? ` (${near}?)` : ''}`;
      return { found: `key ${show(key) || '""'}`, expected };
    }
    const cell = (value as Record<string, unknown>)[key];
    if (typeof cell === 'string') gatherer.set(index, cell);
    else if (typeof cell === 'number' && Number.isSafeInteger(cell)) gatherer.set(index, String(cell));
    else if (cell !== null) return { column: key, found: describe(cell), expected: 'a text or null' };
  }
  return undefined;
}

function describe(cell: unknown): string {
  if (Array.isArray(cell)) return 'a list';
  return typeof cell === 'object' ? 'an object' : `a ${typeof cell}`;
}
