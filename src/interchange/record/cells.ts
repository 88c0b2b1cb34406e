import { isMpan, isMprn } from '../../installation/identifiers.ts';
import { DAY, formatInstant, INSTANT_MAX, INSTANT_MIN, parseDate, parseInstant, SECONDS_MAX } from '../../time.ts';
import { INSTANT_EXPECTED, readForeignInstant, type Zoneless } from './instantText.ts';
import { lineOf, NOT_A_VALUE, type RawBatch, type RawColumn } from './rawBatch.ts';
import { show, type Refuse } from './refusal.ts';
import type { Column, RecordSchema } from './records.ts';

/** The longest text of a cell, in characters. */
const TEXT_CHARACTERS_MAX = 128;

/** The values that mean empty, for a choice and for an instant (no instant of the bench is 0). */
export const NO_CHOICE = 255;

/**
 * Rows whose cells have been checked one by one. Each column is of its type: `texts` for id, subject, text, meterPoint
 * and number ('' is empty), `instants` in epoch seconds, `choices` as positions in the column's `allowed`.
 */
export interface CheckedBatch {
  readonly rows: number;
  readonly lines: Float64Array | number;
  /** 1 for a row that is accepted so far, 0 for a refused row. Rules on whole rows may set more of them to 0. */
  readonly accepted: Uint8Array;
  readonly columns: readonly CheckedColumn[];
}

export type CheckedColumn = readonly string[] | Int32Array | Uint8Array;

/**
 * Turns a file's batches into checked ones. It holds small caches of texts that were already checked, so each file
 * needs its own checker.
 */
export function cellChecker(
  file: string,
  record: RecordSchema,
  refuse: Refuse,
  zoneless: Zoneless = 'refuse',
): (batch: RawBatch) => CheckedBatch {
  const columns = record.columns.map((column) => columnChecker(column, zoneless));
  return (batch) => {
    const accepted = new Uint8Array(batch.rows).fill(1);
    const checked = columns.map((check, index) =>
      check(batch.columns[index], batch.rows, (row, found, why) => {
        if (accepted[row] === 0) return; // only the first wrong column of a row is reported
        accepted[row] = 0;
        const column = record.columns[index] as Column;
        const expected = `${why ?? expectedIn(column, found)}${column.required ? '' : ', or nothing'}`;
        const shown = show(found.replace(NOT_A_VALUE, ''), column.type);
        refuse({ file, line: lineOf(batch, row), column: column.name, found: shown, expected });
      }),
    );
    return { rows: batch.rows, lines: batch.lines, accepted, columns: checked };
  };
}

const EXPECTED: Readonly<Record<Column['type'], (column: Column) => string>> = {
  id: () => `an id of 1 to ${TEXT_CHARACTERS_MAX} printing characters, not beginning with dmc:`,
  subject: () => 'an installation_id or dmc:<id>',
  instant: () => INSTANT_EXPECTED,
  meterPoint: ({ name }) => (name === 'mprn' ? 'an MPRN of 6 to 11 digits' : 'an MPAN of 13 digits') + CHECKED,
  choice: ({ allowed }) => (allowed ?? []).join('|'),
  text: () => `a text of at most ${TEXT_CHARACTERS_MAX} printing characters, in UTF-8`,
  count: () => 'a whole number from 0',
  number: () => 'a number in decimal digits',
  instants: () => 'instants joined by ;',
};
const CHECKED = ' with its check digits, or a pseudonym of it';

/** True for the text that `report --pseudonymise` writes for a meter point. */
function isPseudonym(text: string, column: string): boolean {
  return text.length === 37 && text.startsWith(`${column}-`) && /^[0-9a-f]{32}$/.test(text.slice(5));
}

function expectedIn(column: Column, found: string): string {
  if (found.startsWith(NOT_A_VALUE)) return 'a whole number that is exact';
  const expected = EXPECTED[column.type](column);
  const near = column.type === 'choice' ? meantChoice(found, column.allowed ?? []) : undefined;
  return near === undefined ? expected : `${expected} (${near}?)`;
}

/**
 * The choice that a text probably means, if case, spaces and brackets are ignored, or if it is another program's word
 * for it.
 */
function meantChoice(found: string, allowed: readonly string[]): string | undefined {
  const plain = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]+/g, '');
  const meant = OTHER_WORDS[plain(found)] ?? plain(found);
  return allowed.find((choice) => plain(choice) === meant);
}

const OTHER_WORDS: Readonly<Record<string, string>> = {
  true: 'yes', y: 'yes', t: 'yes', 1: 'yes', false: 'no', n: 'no', f: 'no', 0: 'no',
  prepay: 'prepayment', ppm: 'prepayment',
}; // prettier-ignore

/** `why` states what was expected, if that is more specific than the column's general description. */
type Wrong = (row: number, found: string, why?: string) => void;
type ColumnChecker = (raw: RawColumn | undefined, rows: number, wrong: Wrong) => CheckedColumn;

function columnChecker(column: Column, zoneless: Zoneless): ColumnChecker {
  if (column.type === 'choice') return choiceChecker(column);
  if (column.type === 'instant') return instantChecker(column, zoneless);
  return textChecker(column);
}

/** Calls `each(row, text)` with the text of each row. Numbers are written as their digits, and '' means empty. */
function eachText(raw: RawColumn | undefined, rows: number, digits: number, each: (row: number, text: string) => void) {
  if (raw === undefined) {
    for (let row = 0; row < rows; row += 1) each(row, '');
  } else if ('texts' in raw) {
    for (let row = 0; row < rows; row += 1) each(row, raw.texts[row] ?? '');
  } else if ('codes' in raw) {
    for (let row = 0; row < rows; row += 1) {
      const code = raw.codes[row] as number;
      each(row, code < 0 ? '' : (raw.dictionary[code] as string));
    }
  } else {
    let last = NaN;
    let text = '';
    for (let row = 0; row < rows; row += 1) {
      const number = raw.numbers[row] as number;
      if (number !== last) {
        last = number;
        text = number !== number ? '' : String(number).padStart(digits, '0');
      }
      each(row, text);
    }
  }
}

function choiceChecker(column: Column): ColumnChecker {
  const allowed = column.allowed ?? [];
  const codeOf = new Map<string, number>(allowed.map((value, code) => [value, code]));
  if (!column.required) codeOf.set('', NO_CHOICE);
  const emptyCode = codeOf.get('');
  return (raw, rows, wrong) => {
    const out = new Uint8Array(rows).fill(NO_CHOICE);
    if (raw && 'codes' in raw && raw.dictionary.length <= rows) {
      // Each entry of the dictionary is looked up once, and not once per row.
      const codes = raw.dictionary.map((text) => codeOf.get(text));
      for (let row = 0; row < rows; row += 1) {
        const given = raw.codes[row] as number;
        const code = given < 0 ? emptyCode : codes[given];
        if (code === undefined) wrong(row, given < 0 ? '' : (raw.dictionary[given] as string));
        else out[row] = code;
      }
      return out;
    }
    eachText(raw, rows, 0, (row, text) => {
      const code = codeOf.get(text);
      if (code === undefined) wrong(row, text);
      else out[row] = code;
    });
    return out;
  };
}

/** The start of each day met so far, in seconds. A history has the same few hundred days again and again. */
const dayCache = new Map<string, number>();

/**
 * Reads the records' own form as `parseInstant` does, 20 times as fast on a million rows. Returns undefined for another
 * form.
 */
function readInstant(text: string): number | undefined {
  if (text.length !== 20) return undefined;
  const day = text.slice(0, 10);
  let start = dayCache.get(day);
  if (start === undefined) {
    const date = parseDate(day);
    if (date === undefined) return undefined;
    start = date * DAY;
    dayCache.set(copied(day), start); // there are at most the 9,497 days from 2012 to 2037
  }
  const hours = twoDigits(text, 11);
  const minutes = twoDigits(text, 14);
  const seconds = twoDigits(text, 17);
  // If a field is no number or out of range, or a separator differs, the one full definition decides.
  const plain = hours < 24 && minutes < 60 && seconds < 60 && /^.{10}T..:..:..Z$/.test(text);
  return plain ? start + hours * 3600 + minutes * 60 + seconds : parseInstant(text);
}

function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 48;
  const ones = text.charCodeAt(at + 1) - 48;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : NaN;
}

function instantChecker(column: Column, zoneless: Zoneless): ColumnChecker {
  return (raw, rows, wrong) => {
    const out = new Int32Array(rows);
    if (raw && 'numbers' in raw) {
      for (let row = 0; row < rows; row += 1) {
        const at = raw.numbers[row] as number;
        const empty = at !== at;
        if (empty && !column.required) continue;
        if (!empty && Number.isInteger(at) && at >= INSTANT_MIN && at <= INSTANT_MAX) out[row] = at;
        else wrong(row, empty ? '' : secondsText(at));
      }
      return out;
    }
    eachText(raw, rows, 0, (row, text) => {
      if (text === '' && !column.required) return;
      const at = readInstant(text);
      if (at !== undefined) {
        out[row] = at;
        return;
      }
      const read = readForeignInstant(text, zoneless);
      if ('at' in read) out[row] = read.at;
      else wrong(row, text, text === '' ? undefined : read.expected);
    });
    return out;
  };
}

function secondsText(at: number): string {
  return Number.isInteger(at) && Math.abs(at) <= SECONDS_MAX ? formatInstant(at) : `${at} seconds after 1970`;
}

// Excludes control characters, lone surrogates, and U+FFFD, which replaces bytes that are not UTF-8.
const PRINTING = /^[^\p{Cc}\p{Cs}\u2028\u2029\ufffd]{1,128}$/u;
const VALID: Readonly<Record<Exclude<Column['type'], 'choice' | 'instant'>, (text: string, name: string) => boolean>> =
  {
    id: (text) => PRINTING.test(text) && !text.startsWith('dmc:'),
    subject: (text) => PRINTING.test(text) && text !== 'dmc:',
    meterPoint: (text, name) => (name === 'mprn' ? isMprn(text) : isMpan(text)) || isPseudonym(text, name),
    text: (text) => PRINTING.test(text),
    count: (text) => /^\d{1,9}$/.test(text),
    number: (text) => /^-?\d{1,15}(\.\d{1,15})?$/.test(text),
    instants: (text) => text.split(';').every((part) => parseInstant(part) !== undefined),
  };

/** The most texts that are kept as known to be valid, so that each is checked and copied once. */
const KNOWN_MAX = 20_000;

function textChecker(column: Column): ColumnChecker {
  const valid = VALID[column.type as keyof typeof VALID];
  // Ids and meter points hardly repeat, so a cache of them would only cost time.
  const repeats = column.type === 'text';
  const known = new Map<string, string>();
  const digits = column.name === 'mpan' ? 13 : 0;
  const accept = (text: string): string | undefined => {
    let taken = known.get(text);
    if (taken === undefined) {
      if (text === '' ? column.required : !valid(text, column.name)) return undefined;
      taken = copied(text);
      if (repeats && known.size < KNOWN_MAX) known.set(taken, taken);
    }
    return taken;
  };
  return (raw, rows, wrong) => {
    const out = new Array<string>(rows).fill('');
    if (raw && 'codes' in raw && raw.dictionary.length <= rows) {
      const taken = raw.dictionary.map(accept);
      const empty = accept('');
      for (let row = 0; row < rows; row += 1) {
        const given = raw.codes[row] as number;
        const text = given < 0 ? empty : taken[given];
        if (text === undefined) wrong(row, given < 0 ? '' : (raw.dictionary[given] as string));
        else out[row] = text;
      }
      return out;
    }
    let lastGiven: string | undefined;
    let lastTaken = '';
    eachText(raw, rows, digits, (row, text) => {
      if (text === lastGiven) {
        out[row] = lastTaken;
        return;
      }
      const taken = accept(text);
      if (taken === undefined) {
        wrong(row, text);
        return;
      }
      lastGiven = text;
      lastTaken = taken;
      out[row] = taken;
    });
    return out;
  };
}

/** Copies a text. A slice of a chunk would keep the whole chunk in memory. */
function copied(text: string): string {
  return text.length < 13 ? text : Buffer.from(text).toString();
}
