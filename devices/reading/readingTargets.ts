/** What a user asks a device for: `1.0.1.8.0.255`, `1-0:1.8.0*255.2`, `3/1.8.0`, `1.0.99.1.0.255@2026-01-01..2026-01-31`. */
import { parseSeconds } from '../../src/time.ts';
import { obis } from '../cosem/object.ts';

/** A part of a profile: by time (seconds since 1970) or by entries, counted from 1. An end that is left out is open. */
export type AskedRange =
  | { readonly by: 'time'; readonly from: number | undefined; readonly to: number | undefined; readonly text: string }
  | { readonly by: 'entry'; readonly from: number | undefined; readonly to: number | undefined; readonly text: string };

/** One object asked for. Without a class the usual ones are tried; without an attribute all are read. */
export interface AskedObject {
  readonly classId: number | undefined;
  /** 12 hexadecimal digits, upper case. */
  readonly ln: string;
  readonly attribute: number | undefined;
  readonly range: AskedRange | undefined;
}

const TARGET_FORM =
  'expected OBJECT[.ATTRIBUTE][@FROM..TO], the object as 1.0.1.8.0.255, 1-0:1.8.0 or 1.8.0, its class before it as 3/1.0.1.8.0.255 if it has to be named, the range as dates, instants or entry numbers';

const DOTTED = /^(\d{1,3}(?:\.\d{1,3}){5})(?:\.(\d{1,3}))?$/;
const WITH_MEDIUM = /^(\d{1,3})-(\d{1,3}):(\d{1,3})\.(\d{1,3})(?:\.(\d{1,3}))?(?:\*(\d{1,3})(?:\.(\d{1,3}))?)?$/;
const SHORT = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;
const ATTRIBUTE_MAX = 127;
const CLASS_MAX = 0xffff;
const DAY_END = 86_399;

/** Reads one argument; a text says what is wrong with it. */
export function parseTarget(text: string): AskedObject | string {
  const found = /^(?:(\d{1,5})\/)?([^@/]+)(?:@(.+))?$/.exec(text);
  const name = found?.[2] === undefined ? undefined : nameOf(found[2]);
  if (!found || !name) return `found ${text}, ${TARGET_FORM}`;
  const classId = found[1] === undefined ? undefined : Number(found[1]);
  if (classId !== undefined && classId > CLASS_MAX) return `found class ${classId}, expected at most ${CLASS_MAX}`;
  const { numbers, attribute } = name;
  if (numbers.some((number) => number > 255)) return `found ${text}, expected numbers of 0 to 255 in the object`;
  if (attribute !== undefined && (attribute < 1 || attribute > ATTRIBUTE_MAX))
    return `found attribute ${attribute} in ${text}, expected 1 to ${ATTRIBUTE_MAX}`;
  const range = found[3] === undefined ? undefined : parseRange(found[3]);
  if (typeof range === 'string') return range;
  return { classId, ln: obis(numbers.join('.')), attribute, range };
}

function nameOf(
  text: string,
): { readonly numbers: readonly number[]; readonly attribute: number | undefined } | undefined {
  const optional = (part: string | undefined): number | undefined => (part === undefined ? undefined : Number(part));
  const dotted = DOTTED.exec(text);
  if (dotted) return { numbers: dotted[1]!.split('.').map(Number), attribute: optional(dotted[2]) };
  const long = WITH_MEDIUM.exec(text);
  if (long) {
    const [a, b, c, d, e = '0', f = '255'] = long.slice(1, 7);
    return { numbers: [a, b, c, d, e, f].map(Number), attribute: optional(long[7]) };
  }
  const short = SHORT.exec(text);
  return short ? { numbers: [1, 0, ...short.slice(1).map(Number), 255], attribute: undefined } : undefined;
}

/** Reads `FROM..TO`; either end may be left out. A date means its first or its last second, UTC. */
export function parseRange(text: string): AskedRange | string {
  const form = `found range ${text}, expected FROM..TO of dates (2026-01-31), instants (2026-01-31T10:00:00Z) or entry numbers`;
  const ends = text.split('..');
  const [first, last] = ends;
  if (ends.length !== 2 || first === undefined || last === undefined || (first === '' && last === '')) return form;
  const isEntry = [first, last].every((end) => end === '' || /^\d{1,9}$/.test(end));
  const from = first === '' ? undefined : isEntry ? Number(first) : instantOf(first, 0);
  const to = last === '' ? undefined : isEntry ? Number(last) : instantOf(last, DAY_END);
  if ((first !== '' && from === undefined) || (last !== '' && to === undefined)) return form;
  if (isEntry && (from === 0 || to === 0)) return `found range ${text}, expected entries counted from 1`;
  if (from !== undefined && to !== undefined && from > to)
    return `found range ${text}, expected an end not before its start`;
  return { by: isEntry ? 'entry' : 'time', from, to, text };
}

function instantOf(text: string, intoDay: number): number | undefined {
  const midnight = parseSeconds(`${text}T00:00:00Z`);
  return midnight === undefined ? parseSeconds(text) : midnight + intoDay;
}
