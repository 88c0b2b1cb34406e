/** Splits a growing text into CSV records of fields, by RFC 4180. */
import { FileRefused, type Refuse } from '../record/refusal.ts';
import type { Source } from './formats.ts';

/** The longest record, in characters. A record that does not end (a quote left open) must not fill the memory. */
export const RECORD_CHARACTERS_MAX = 1 << 20;

/**
 * Splits a file's text that is fed piece by piece. A malformed record is refused, and splitting continues at the next
 * line.
 */
export class RecordSplitter {
  /** The line, from 1, on which the last yielded record begins. */
  line = 0;
  readonly #source: Source;
  readonly #refuse: Refuse;
  #rest = '';
  #nextLine = 1;

  constructor(source: Source, refuse: Refuse) {
    this.#source = source;
    this.#refuse = refuse;
  }

  *push(text: string, last: boolean): Generator<string[]> {
    const all = this.#rest === '' ? text : this.#rest + text;
    let from = 0;
    while (from < all.length) {
      const newline = all.indexOf('\n', from);
      if (newline < 0 && !last) break;
      const end = newline < 0 ? all.length : newline;
      const line = all.slice(from, all.charCodeAt(end - 1) === 13 && end > from ? end - 1 : end);
      this.line = this.#nextLine;
      if (!line.includes('"')) {
        this.#checkLength(line.length);
        from = end + 1;
        this.#nextLine += 1;
        if (line !== '') yield line.split(',');
        continue;
      }
      const quoted = this.#quotedRecord(all, from, last);
      if (quoted === undefined) break;
      from = quoted.end;
      if (quoted.fields) yield quoted.fields;
    }
    this.#rest = all.slice(from);
    this.line = this.#nextLine;
    this.#checkLength(this.#rest.length);
  }

  #checkLength(characters: number): void {
    if (characters <= RECORD_CHARACTERS_MAX) return;
    throw new FileRefused({
      file: this.#source.name,
      line: this.line,
      column: '*',
      found: `a row of more than ${RECORD_CHARACTERS_MAX} characters`,
      expected: 'shorter rows; is a quote left open?',
    });
  }

  /** Reads a record that has a quote in it. Returns undefined if its end has not arrived yet. */
  #quotedRecord(all: string, start: number, last: boolean): { end: number; fields?: string[] } | undefined {
    const fields: string[] = [];
    let at = start;
    for (;;) {
      if (all[at] === '"') {
        const close = closingQuote(all, at + 1);
        if (close < 0) return last ? this.#malformed(all, start, 'a quote that is not closed') : undefined;
        fields.push(all.slice(at + 1, close).replaceAll('""', '"'));
        at = close + 1;
      } else {
        const from = at;
        while (at < all.length && all[at] !== ',' && all[at] !== '\n') {
          if (all[at] === '"') return this.#malformed(all, start, 'a quote inside a field that is not quoted');
          at += 1;
        }
        const ended = at < all.length || last;
        if (!ended) return undefined;
        fields.push(all.slice(from, all[at] !== ',' && all[at - 1] === '\r' && at > from ? at - 1 : at));
      }
      if (all[at] === '\r' && (all[at + 1] === '\n' || (last && at + 1 === all.length))) at += 1;
      if (at >= all.length && !last) return undefined;
      if (at >= all.length || all[at] === '\n') {
        for (let i = start; i < at; i += 1) if (all.charCodeAt(i) === 10) this.#nextLine += 1;
        this.#nextLine += 1;
        this.#checkLength(at - start);
        return { end: at + 1, fields };
      }
      if (all[at] === '\r' && at + 1 >= all.length) return undefined;
      if (all[at] !== ',') return this.#malformed(all, start, 'text after a closing quote');
      at += 1;
    }
  }

  /** Refuses the record and continues at the next line. */
  #malformed(all: string, start: number, found: string): { end: number } {
    const newline = all.indexOf('\n', start);
    const expected = 'fields by RFC 4180: quoted ones begin and end with a quote, quotes inside are doubled';
    this.#refuse({ file: this.#source.name, line: this.line, column: '*', found, expected });
    if (this.line === 1) {
      throw new FileRefused({ file: this.#source.name, line: 1, column: '*', found, expected: 'a header line' });
    }
    this.#nextLine += 1;
    return { end: newline < 0 ? all.length : newline + 1 };
  }
}

/**
 * The position of the quote that ends a quoted field: the first that is not doubled. It is -1 if that quote has not
 * arrived yet.
 */
function closingQuote(text: string, from: number): number {
  for (let at = text.indexOf('"', from); at >= 0; at = text.indexOf('"', at + 2)) {
    if (text.charCodeAt(at + 1) !== 34) return at;
  }
  return -1;
}
