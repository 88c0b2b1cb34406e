/**
 * Reads instants as other programs write them. The records have one form, `YYYY-MM-DDThh:mm:ssZ`. This file reads every
 * other form that means exactly the same: an offset from UTC, a fraction of zeros, a space in place of the `T`. A time
 * without a zone is ambiguous, and is read only if the user names the zone.
 */
import { formatInstant, INSTANT_MAX, INSTANT_MIN, londonOffset, parseSeconds, type Instant } from '../../time.ts';

/** The ways to read a time that names no zone: refuse it, read it as UTC, or read it as the time on London's clocks. */
export const ZONELESS = ['refuse', 'utc', 'london'] as const;
export type Zoneless = (typeof ZONELESS)[number];

/** The option of the commands that names the zone. Texts of refusals name it too. */
export const ZONELESS_OPTION = '--times-without-zone';

/** The advice on how to mend a time without a zone. */
export const ZONELESS_MEND = `a time with its zone (Z or an offset), or ${ZONELESS_OPTION} utc|london`;

/** The instant that a text means, or a description of the text that was expected instead. */
export type InstantReading = { readonly at: Instant } | { readonly expected: string };

/** Describes the form of an instant, for texts. */
export const INSTANT_EXPECTED = `YYYY-MM-DDThh:mm:ssZ from ${formatInstant(INSTANT_MIN)} to ${formatInstant(INSTANT_MAX)}`;

/** RFC 3339, the space of its section 5.6, and the shorter offsets of ISO 8601 (`+00`, `+0000`). */
const FORM = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:[.,](\d{1,12}))?(?: ?([Zz]|UTC|[+-]\d\d(?::?\d\d)?))?$/;

/** Reads a text that is not in the records' own form. */
export function readForeignInstant(text: string, zoneless: Zoneless): InstantReading {
  const parts = FORM.exec(text);
  if (parts === null) return { expected: INSTANT_EXPECTED };
  const [, date, time, fraction = '', zone] = parts;
  const wall = parseSeconds(`${date}T${time}Z`);
  if (wall === undefined) return { expected: INSTANT_EXPECTED };
  if (/[1-9]/.test(fraction)) return { expected: `a whole second; ${INSTANT_EXPECTED}` };
  if (zone === undefined) return readWallClock(wall, zoneless);
  const offset = offsetSeconds(zone);
  return offset === undefined ? { expected: INSTANT_EXPECTED } : inRange(wall - offset);
}

/** Reads seconds since 1970 on a clock that names no zone. */
export function readWallClock(wall: number, zoneless: Zoneless): InstantReading {
  if (zoneless === 'refuse') return { expected: ZONELESS_MEND };
  return zoneless === 'utc' ? inRange(wall) : readLondonClock(wall);
}

/**
 * Reads a time on London's clocks. In autumn one hour occurs twice, and in spring one hour is left out. A time in
 * either hour names no single instant.
 */
function readLondonClock(wall: number): InstantReading {
  const candidates = [wall - 3600, wall].filter((at) => at + londonOffset(at) === wall);
  const [at] = candidates;
  if (at === undefined) return { expected: "another time: London's clocks left this one out" };
  if (candidates.length > 1) return { expected: "a time with its zone: London's clocks showed this one twice" };
  return inRange(at);
}

function inRange(at: number): InstantReading {
  return at >= INSTANT_MIN && at <= INSTANT_MAX ? { at } : { expected: INSTANT_EXPECTED };
}

function offsetSeconds(zone: string): number | undefined {
  if (/^(?:[Zz]|UTC)$/.test(zone)) return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = zone.length > 3 ? Number(zone.slice(-2)) : 0;
  if (hours > 23 || minutes > 59) return undefined;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 3600 + minutes * 60);
}
