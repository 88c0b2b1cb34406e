import { monthOf, londonDay, endOfLondonDate, startOfLondonDate } from '../../../src/time.ts';
import { emptyCounts, type Counts } from '../../kernel/life/counts.ts';
import { digest } from '../../scenario/hash.ts';
import { asOfsOf, identityOf, KEY_DIGITS, type Cell } from './cell.ts';

/** Version of the text of a cell. */
const FORMAT = 1;
const HEAD = `{"format":${FORMAT},"sha256":"`;
const MIDDLE = '","cell":';
const HASH_DIGITS = 64;
const BODY_FROM = HEAD.length + HASH_DIGITS + MIDDLE.length;

/** A finished cell: its counts by replication, and the identity that they belong to. */
export interface CellRecord {
  readonly counts: readonly Counts[];
  /** The canonical JSON of which the key is the hash. */
  readonly identity: string;
}

/** The arrays of counts, in a fixed order. Each is written as pairs of position and number, without its zeros. */
const ARRAYS = ['volumes', 'ends', 'migratedInstallations', 'migratedMeters'] as const;

interface Body {
  readonly of: unknown;
  readonly asOfs: number;
  readonly months: number;
  readonly counts: readonly (readonly (readonly number[])[])[];
}

/** A finished cell as the text of its file. The same cell gives the same text everywhere. */
export function cellText(cell: Cell, counts: readonly Counts[]): string {
  const { from, horizon } = cell.scenario;
  const months = monthOf(londonDay(endOfLondonDate(horizon))) - monthOf(londonDay(startOfLondonDate(from))) + 1;
  const rest = { asOfs: asOfsOf(cell.scenario).length, months, counts: counts.map((own) => ARRAYS.map((name) => pairs(own[name]))) }; // prettier-ignore
  const body = `{"of":${identityOf(cell)},${JSON.stringify(rest).slice(1)}`;
  return `${HEAD}${digest(body)}${MIDDLE}${body}}\n`;
}

/**
 * Reads the text of a cell's file. Returns undefined for a text that is not exactly this cell: torn, empty, foreign, of
 * another format, or under a wrong name. The caller treats such a file as a missing cell.
 */
export function parseCellText(text: string, key: string): CellRecord | undefined {
  const body = checkedBody(text);
  if (body === undefined) return undefined;
  const { asOfs, months, counts } = JSON.parse(body) as Body;
  const identity = identityIn(body);
  if (digest(identity).slice(0, KEY_DIGITS) !== key) return undefined;
  return { identity, counts: counts.map((own) => countsOf(own, asOfs, months)) };
}

/** True if `parseCellText` would accept the text. This is cheaper, because it parses no count. */
export function isCellText(text: string, key: string): boolean {
  const body = checkedBody(text);
  return body !== undefined && digest(identityIn(body)).slice(0, KEY_DIGITS) === key;
}

/** Cuts the identity out as text, because parsing it and writing it again would cost more than reading the counts. */
function identityIn(body: string): string {
  return body.slice('{"of":'.length, body.lastIndexOf(',"asOfs":'));
}

function checkedBody(text: string): string | undefined {
  if (!text.startsWith(HEAD) || !text.endsWith('}}\n')) return undefined;
  const body = text.slice(BODY_FROM, -2);
  return digest(body) === text.slice(HEAD.length, HEAD.length + HASH_DIGITS) ? body : undefined;
}

function pairs(values: Int32Array): number[] {
  const found: number[] = [];
  values.forEach((value, i) => {
    if (value !== 0) found.push(i, value);
  });
  return found;
}

function countsOf(arrays: readonly (readonly number[])[], asOfs: number, months: number): Counts {
  const counts = emptyCounts(asOfs, months);
  ARRAYS.forEach((name, a) => {
    const own = arrays[a] as readonly number[];
    for (let i = 0; i < own.length; i += 2) counts[name][own[i] as number] = own[i + 1] as number;
  });
  return counts;
}
