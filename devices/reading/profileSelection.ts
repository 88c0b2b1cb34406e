/** Selective access to a profile, and what its columns are. Blue Book, class 7: range_descriptor and entry_descriptor. */
import { instantOf, localDateTimeOf } from '../cosem/dateTime.ts';
import type { Selection } from '../dlms/apdu/apdu.ts';
import type { Data } from '../dlms/encoding/axdr.ts';
import { fromHex, toHex } from '../dlms/encoding/bytes.ts';
import {
  array,
  bytesOf,
  int8,
  membersOf,
  numberOf,
  octets,
  structure,
  uint16,
  uint32,
} from '../dlms/encoding/values.ts';
import type { AskedRange } from './readingTargets.ts';

/** A captured quantity, as capture_objects names it. */
export interface Captured {
  readonly classId: number;
  readonly ln: string;
  readonly attribute: number;
  readonly index: number;
}

const CLOCK = 8;
/** Ends of an open range: no meter is older, or has captured beyond. */
const EARLIEST = Date.UTC(2000, 0, 1) / 1000;
const LATEST = Date.UTC(2099, 11, 31, 23, 59, 59) / 1000;

export function capturedBy(captureObjects: Data | undefined): readonly Captured[] {
  return (membersOf(captureObjects) ?? []).flatMap((entry) => {
    const [classId, ln, attribute, index] = membersOf(entry) ?? [];
    const name = bytesOf(ln);
    const [id, number] = [numberOf(classId), numberOf(attribute)];
    if (name?.length !== 6 || id === undefined || number === undefined) return [];
    return [{ classId: id, ln: toHex(name), attribute: number, index: numberOf(index) ?? 0 }];
  });
}

/**
 * The entries of a whole buffer that lie within a range. Undefined if the range is of time and an entry bears none: some
 * meters leave out a time that follows from the one before.
 */
export function entriesWithin(buffer: Data, range: AskedRange, columns: readonly Captured[]): Data | undefined {
  const entries = membersOf(buffer) ?? [];
  if (range.by === 'entry') return array(entries.slice((range.from ?? 1) - 1, range.to ?? entries.length));
  const clock = columns.findIndex(({ classId }) => classId === CLOCK);
  const times = entries.map((entry) => instantOf(membersOf(entry)?.[clock]));
  if (clock < 0 || times.includes(undefined)) return undefined;
  const { from = EARLIEST, to = LATEST } = range;
  return array(entries.filter((_, i) => times[i]! >= from && times[i]! <= to));
}

/**
 * Returns the selection of a range; a text if the profile cannot be asked for it. `deviation` is that of the device's
 * clock, in minutes from local time to UTC: many meters compare the fields of a date-time as they stand.
 */
export function selectionOf(
  range: AskedRange,
  columns: readonly Captured[],
  deviation: number | undefined,
): Selection | string {
  if (range.by === 'entry') {
    return {
      selector: 2,
      // 0 as an end means the highest there is.
      parameters: structure(uint32(range.from ?? 1), uint32(range.to ?? 0), uint16(1), uint16(0)),
    };
  }
  const clock = columns.find(({ classId }) => classId === CLOCK);
  if (!clock) return 'it captures no clock, so it has no range of time: ask for entries, as in @1..10';
  const restricting = structure(
    uint16(clock.classId),
    octets(fromHex(clock.ln)),
    int8(clock.attribute),
    uint16(clock.index),
  );
  const from = localDateTimeOf(range.from ?? EARLIEST, deviation);
  const to = localDateTimeOf(range.to ?? LATEST, deviation);
  return { selector: 1, parameters: structure(restricting, octets(from), octets(to), array([])) };
}
