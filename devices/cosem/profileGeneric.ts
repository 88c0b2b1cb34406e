/**
 * Class 7, Profile generic: a load profile that is a function of time, so that its buffer costs no memory. Entries lie at
 * whole multiples of the period in the device's time. Selective access by range (1) and by entry (2). Blue Book 4.3.6.
 */
import { RESULT, type Selection } from '../dlms/apdu/apdu.ts';
import type { Data } from '../dlms/encoding/axdr.ts';
import { equalBytes, fromHex } from '../dlms/encoding/bytes.ts';
import {
  array,
  bytesOf,
  enumerated,
  int8,
  membersOf,
  numberOf,
  octets,
  structure,
  uint16,
  uint32,
} from '../dlms/encoding/values.ts';
import { dateTimeData, instantOf } from './dateTime.ts';
import { constant, derived, obis } from './object.ts';
import type { CosemObject, Env } from './deviceModel.ts';

/** One column. The first of a profile is the clock. */
export interface CaptureColumn {
  readonly classId: number;
  readonly name: string;
  readonly attribute: number;
  /** The value as captured at an instant of the world. */
  readonly value: (env: Env, capturedAt: number) => Data;
}

export interface ProfileRow {
  readonly name: string;
  readonly periodSeconds: number;
  readonly entriesMax: number;
  readonly columns: readonly CaptureColumn[];
  readonly rights: CosemObject['rights'];
}

/** The clock column, which is also the sort object. */
export const CLOCK_COLUMN: CaptureColumn = {
  classId: 8,
  name: '0.0.1.0.0.255',
  attribute: 2,
  value: (env, capturedAt) => dateTimeData(env.device.clockAt(capturedAt)),
};

/** Index of an entry is its instant over the period, so that ranges are arithmetic. */
interface Window {
  readonly first: number;
  readonly last: number;
}

const EMPTY: Window = { first: 1, last: 0 };

export function profileGeneric(row: ProfileRow): CosemObject {
  const ln = obis(row.name);
  const { periodSeconds, entriesMax, columns } = row;
  const definitions = columns.map((column) =>
    structure(uint16(column.classId), octets(fromHex(obis(column.name))), int8(column.attribute), uint16(0)),
  );

  /** Entries present now: from installation (or the last reset), as many as fit. */
  const present = (env: Env): Window => {
    const since = env.device.peekSlot<{ at: number }>(`reset ${ln}`)?.at ?? env.device.identity.installedAt;
    const last = Math.floor(env.at / periodSeconds);
    const first = Math.max(Math.floor(since / periodSeconds) + 1, last - entriesMax + 1);
    return first > last ? EMPTY : { first, last };
  };

  const rows = (env: Env, window: Window, chosen: readonly CaptureColumn[]): Data => {
    const entries: Data[] = [];
    for (let index = window.first; index <= window.last; index++) {
      entries.push(structure(...chosen.map((column) => column.value(env, index * periodSeconds))));
    }
    return array(entries);
  };

  const byRange = (env: Env, parameters: Data): Data | number => {
    const [restricting, from, to, selected] = membersOf(parameters) ?? [];
    const sortBy = bytesOf(membersOf(restricting)?.[1]);
    if (!sortBy || !equalBytes(sortBy, fromHex(obis(CLOCK_COLUMN.name)))) return RESULT.scopeOfAccessViolated;
    const [fromAt, toAt] = [instantOf(from), instantOf(to)];
    const chosen = chooseColumns(columns, selected);
    if (fromAt === undefined || toAt === undefined || !chosen) return RESULT.typeUnmatched;
    const offset = env.device.clockOffsetSeconds;
    const all = present(env);
    const first = Math.max(all.first, Math.ceil((fromAt - offset) / periodSeconds));
    const last = Math.min(all.last, Math.floor((toAt - offset) / periodSeconds));
    return rows(env, { first, last }, chosen);
  };

  const byEntry = (env: Env, parameters: Data): Data | number => {
    const [fromEntry, toEntry, fromColumn, toColumn] = (membersOf(parameters) ?? []).map(numberOf);
    if (fromEntry === undefined || toEntry === undefined || fromColumn === undefined || toColumn === undefined) {
      return RESULT.typeUnmatched;
    }
    const all = present(env);
    // Entries and columns count from 1; 0 as an end means the highest there is.
    const first = all.first + Math.max(fromEntry, 1) - 1;
    const last = toEntry === 0 ? all.last : Math.min(all.last, all.first + toEntry - 1);
    const chosen = columns.slice(Math.max(fromColumn, 1) - 1, toColumn === 0 ? undefined : toColumn);
    return chosen.length === 0 ? RESULT.scopeOfAccessViolated : rows(env, { first, last }, chosen);
  };

  const buffer = (env: Env, selection: Selection | undefined): Data | number => {
    if (!selection) return rows(env, present(env), columns);
    return selection.selector === 1 ? byRange(env, selection.parameters) : byEntry(env, selection.parameters);
  };

  return {
    classId: 7,
    version: 1,
    ln,
    attributes: [
      { read: buffer, selectors: [1, 2] },
      constant(array(definitions)),
      constant(uint32(periodSeconds)),
      // Sort method 1: first in, first out.
      constant(enumerated(1)),
      constant(definitions[0]!),
      derived((env) => {
        const { first, last } = present(env);
        return uint32(last - first + 1);
      }),
      constant(uint32(entriesMax)),
    ],
    methods: [
      (env) => {
        env.device.slot(`reset ${ln}`, () => ({ at: 0 })).at = env.at;
        return RESULT.success;
      },
      // Capture is periodic only: a capture on demand has no place at a multiple of the period.
      () => RESULT.otherReason,
    ],
    rights: row.rights,
  };
}

/** The columns named by capture-object definitions; an empty list names all. */
function chooseColumns(
  columns: readonly CaptureColumn[],
  selected: Data | undefined,
): readonly CaptureColumn[] | undefined {
  const wanted = membersOf(selected);
  if (!wanted) return undefined;
  if (wanted.length === 0) return columns;
  const keys = wanted.map((item) => {
    const [classId, ln, attribute] = membersOf(item) ?? [];
    const name = bytesOf(ln);
    return `${numberOf(classId)} ${name ? Buffer.from(name).toString('hex').toUpperCase() : ''} ${numberOf(attribute)}`;
  });
  const chosen = columns.filter((column) =>
    keys.includes(`${column.classId} ${obis(column.name)} ${column.attribute}`),
  );
  return chosen.length === 0 ? undefined : chosen;
}
