/** Class 40, Push setup: data that a device sends unasked, as a data-notification. Blue Book 4.4.8. */
import { RESULT } from '../dlms/apdu/apdu.ts';
import { encodeDataNotification } from '../dlms/apdu/apduResponse.ts';
import { fromHex } from '../dlms/encoding/bytes.ts';
import { array, enumerated, int8, nothing, octets, structure, text, uint16, uint8 } from '../dlms/encoding/values.ts';
import { dateTimeOf } from './dateTime.ts';
import type { CosemDevice } from './device.ts';
import { constant, obis } from './object.ts';
import type { CosemObject } from './deviceModel.ts';

export interface PushItem {
  readonly classId: number;
  readonly name: string;
  readonly attribute: number;
}

export interface PushRow {
  readonly name: string;
  readonly items: readonly PushItem[];
  /** `host:port` of the head-end. */
  readonly destination: string;
  readonly rights: CosemObject['rights'];
}

export function pushSetup(row: PushRow): CosemObject {
  const list = row.items.map((item) =>
    structure(uint16(item.classId), octets(fromHex(obis(item.name))), int8(item.attribute), uint16(0)),
  );
  return {
    classId: 40,
    version: 0,
    ln: obis(row.name),
    attributes: [
      constant(array(list)),
      // Transport 0 is TCP, message 0 is A-XDR.
      constant(structure(enumerated(0), text(row.destination), enumerated(0))),
      constant(array([])),
      constant(uint16(0)),
      constant(uint8(3)),
      constant(uint16(60)),
    ],
    methods: [
      (env) => {
        env.device.slot('push', () => ({ wanted: 0 })).wanted++;
        return RESULT.success;
      },
    ],
    rights: row.rights,
  };
}

/** True if a client asked for a push since the last call. The call clears the request. */
export function takePushRequest(device: CosemDevice): boolean {
  const slot = device.peekSlot<{ wanted: number }>('push');
  const wanted = (slot?.wanted ?? 0) > 0;
  if (slot) slot.wanted = 0;
  return wanted;
}

/** Returns the data-notification of these items at instant `at`, read with the rights of `client`. */
export function buildPush(
  device: CosemDevice,
  options: { readonly items: readonly PushItem[]; readonly client: number; readonly at: number },
): Uint8Array {
  const { items, client, at } = options;
  const values = items.map(
    ({ classId, name, attribute: id }) => device.readAs(client, { classId, ln: obis(name), id }, at) ?? nothing,
  );
  return encodeDataNotification({ longInvoke: 0, at: dateTimeOf(device.clockAt(at)), body: structure(...values) });
}
