/**
 * Makes the model of an emulated device from a read-out of another one. It shows what was read, and it lives by objects
 * of its own: associations, security, counters, firmware, time and identifiers. The titles and names of the device that
 * was read are not taken over.
 */
import type { Attribute, CosemObject, DeviceModel, Method, ModelClient } from '../cosem/deviceModel.ts';
import { constant, derived, obis, stored } from '../cosem/object.ts';
import { RESULT, type Selection } from '../dlms/apdu/apdu.ts';
import { decodeData, type Data } from '../dlms/encoding/axdr.ts';
import { fromHex } from '../dlms/encoding/bytes.ts';
import { array, membersOf, numberOf, structure, text } from '../dlms/encoding/values.ts';
import { instantOf } from '../cosem/dateTime.ts';
import { commonObjects } from '../personas/common.ts';
import { LAB_PDU_BYTES_MAX } from '../personas/labProfile.ts';
import type { DeviceReading, ReadAttribute, ReadObject } from '../reading/deviceReading.ts';
import type { Profile } from './profile.ts';

const ASSOCIATIONS: readonly number[] = [12, 15];
const CLOCK = 8;
const PROFILE = 7;
/** Identifiers of a device or of its place: 0.0.96.1.x.255. The emulated device shows its own serial number there. */
const IDENTIFIER = /^000060010\dFF$/;
/** Firmware is shown as it was read. */
const FIRMWARE = obis('1.0.0.2.0.255');
const ATTRIBUTES_MAX = 255;

/** A read-out that cannot be served. The message says where. */
export class ReadingFault extends Error {
  override name = 'ReadingFault';
}

/** Returns a profile whose electricity meter is the device of a read-out. Throws a ReadingFault. */
export function profileFromReading(profile: Profile, reading: DeviceReading): Profile {
  if (reading.by !== 'dlms') throw new ReadingFault(`found a read-out by ${reading.by}, expected one of DLMS objects`);
  const model = modelFromReading(reading, profile.clients);
  return { ...profile, device: 'esme', kinds: { ...profile.kinds, esme: { ...profile.kinds.esme, model } } };
}

function modelFromReading(reading: DeviceReading, clients: readonly ModelClient[]): DeviceModel {
  const isPublic = reading.authentication === 'none';
  const read = new Map<string, CosemObject>();
  for (const [i, object] of reading.objects.entries()) {
    const isThere = object.attributes.some(({ axdr, access }) => axdr !== undefined || access !== undefined);
    if (object.class === 0 || !isThere || ASSOCIATIONS.includes(object.class)) continue;
    const made = objectFrom(object, { isPublic, place: `objects.${i}` });
    if (!read.has(made.ln)) read.set(made.ln, made);
  }
  if (read.size === 0)
    throw new ReadingFault('found no object with a value, expected a read-out made with --all or with objects');
  const own = commonObjects(clients).map((object) => ownObject(object, read.get(object.ln)));
  const names = new Set(own.map(({ ln }) => ln));
  const objects = [...own, ...[...read.values()].filter(({ ln }) => !names.has(ln))];
  return { kind: 'esme', clients, pduBytesMax: LAB_PDU_BYTES_MAX, saps: [], objects };
}

/** An object that the emulated device lives by, with what was read where that can stand. */
function ownObject(own: CosemObject, read: CosemObject | undefined): CosemObject {
  if (!read || read.classId !== own.classId) return own;
  if (own.ln === FIRMWARE) return { ...own, attributes: read.attributes };
  if (own.classId !== CLOCK) return own;
  // The time runs on; the other attributes are those of the clock that was read.
  return {
    ...own,
    attributes: own.attributes.map((attribute, i) => (i === 0 ? attribute : (read.attributes[i] ?? attribute))),
  };
}

function objectFrom(object: ReadObject, { isPublic, place }: { isPublic: boolean; place: string }): CosemObject {
  const { class: classId, version = 0, attributes } = object;
  const ln = obis(object.object);
  const byId = new Map<number, ReadAttribute>();
  // An attribute may stand twice, once for each range of a profile: the first with a value counts.
  for (const one of attributes) if (byId.get(one.attribute)?.axdr === undefined) byId.set(one.attribute, one);
  const last = Math.min(ATTRIBUTES_MAX, Math.max(2, ...byId.keys()));
  const values = new Map(
    [...byId].flatMap(([id, { axdr }]) =>
      axdr === undefined ? [] : [[id, valueOf(axdr, `${place}, attribute ${id}`)] as const],
    ),
  );
  const made = Array.from({ length: last - 1 }, (_, i) =>
    attributeFrom({ classId, ln, id: i + 2, of: byId.get(i + 2), values }),
  );
  const letters = Array.from({ length: last - 1 }, (_, i) => letterOf(byId.get(i + 2))).join('');
  const methods = Math.max(0, ...(object.methods ?? []).map(({ method }) => method));
  const access = Array.from({ length: methods }, (_, i) => methodLetter(object, i + 1)).join('');
  const right = { attributes: `r${letters}`, methods: access };
  return {
    classId,
    version,
    ln,
    attributes: made,
    methods: Array.from({ length: methods }, (): Method => () => RESULT.otherReason),
    rights: { ...(isPublic && { public: right }), reader: right, management: right },
  };
}

function valueOf(axdr: string, place: string): Data {
  const decoded = decodeData(fromHex(axdr));
  if (!decoded.ok) throw new ReadingFault(`${place}: its axdr is no value: ${decoded.error}`);
  return decoded.value;
}

function methodLetter({ methods }: ReadObject, id: number): string {
  const access = methods?.find(({ method }) => method === id)?.access ?? 'no access';
  if (access === 'no access') return '-';
  return access.includes('authenticated') ? 'X' : 'x';
}

function letterOf(of: ReadAttribute | undefined): string {
  const { access, axdr } = of ?? {};
  if (access === undefined) return axdr === undefined ? '-' : 'r';
  const [read, write] = [access.includes('read'), access.includes('write')];
  const letter = read && write ? 'b' : write ? 'w' : read ? 'r' : '-';
  return access.includes('authenticated') ? letter.toUpperCase() : letter;
}

interface AttributeOf {
  readonly classId: number;
  readonly ln: string;
  readonly id: number;
  readonly of: ReadAttribute | undefined;
  readonly values: ReadonlyMap<number, Data>;
}

function attributeFrom({ classId, ln, id, of, values }: AttributeOf): Attribute {
  const value = values.get(id);
  if (value === undefined) {
    const result = Number(/result (\d+)/.exec(of?.problem ?? '')?.[1] ?? RESULT.readWriteDenied);
    return { read: () => result };
  }
  if (IDENTIFIER.test(ln) && id === 2 && (value.type === 'octetString' || value.type === 'visibleString'))
    return derived((env) => text(env.device.identity.serial));
  if (classId === PROFILE && id === 2) {
    const clockAt = clockColumn(of, values.get(3));
    return { read: (_, selection) => (selection ? selected(value, selection, clockAt) : value), selectors: [1, 2] };
  }
  return of?.access?.includes('write') ? stored(`read ${ln} ${id}`, value) : constant(value);
}

/** The position of the clock among the columns of a profile; -1 if it captures none. */
function clockColumn(of: ReadAttribute | undefined, captureObjects: Data | undefined): number {
  if (of?.columns) return of.columns.findIndex(({ class: classId }) => classId === CLOCK);
  return (membersOf(captureObjects) ?? []).findIndex((entry) => numberOf(membersOf(entry)?.[0]) === CLOCK);
}

/** Selective access to entries as they were read: by range of the clock, or by entry and column from 1. */
function selected(buffer: Data, { selector, parameters }: Selection, clockAt: number): Data | number {
  const entries = membersOf(buffer) ?? [];
  const asked = membersOf(parameters) ?? [];
  if (selector === 1) {
    const [from, to] = [instantOf(asked[1]), instantOf(asked[2])];
    if (clockAt < 0 || from === undefined || to === undefined) return RESULT.typeUnmatched;
    return array(
      entries.filter((entry) => {
        const at = instantOf(membersOf(entry)?.[clockAt]);
        return at !== undefined && at >= from && at <= to;
      }),
    );
  }
  const [from = 1, to = 0, first = 1, last = 0] = asked.map((one) => numberOf(one));
  const rows = entries.slice(Math.max(from, 1) - 1, to === 0 ? undefined : to);
  return array(
    rows.map((row) =>
      structure(...(membersOf(row) ?? []).slice(Math.max(first, 1) - 1, last === 0 ? undefined : last)),
    ),
  );
}
