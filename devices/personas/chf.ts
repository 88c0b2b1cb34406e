/** The communications hub (CHF): GSM diagnostics, HAN membership, the mirror of the GSME, and what it pushes. */
import { dataObject, derivedData } from '../cosem/data.ts';
import type { CosemDevice } from '../cosem/device.ts';
import { dateTimeData, UNSPECIFIED } from '../cosem/dateTime.ts';
import { gprsModemSetup, gsmDiagnostic } from '../cosem/gsm.ts';
import { rights, stored } from '../cosem/object.ts';
import { buildPush, pushSetup, type PushItem } from '../cosem/pushSetup.ts';
import { extendedRegister, UNIT } from '../cosem/register.ts';
import type { Data } from '../dlms/encoding/axdr.ts';
import {
  array,
  bool,
  enumerated,
  int8,
  nothing,
  octets,
  structure,
  uint16,
  uint32,
  uint8,
  visible,
} from '../dlms/encoding/values.ts';
import { commonObjects, CONFIGURED, EXTENDED_REGISTER, READ } from './common.ts';
import { type Hub, hubOf, type HubMember, type JoinState, type Mirror } from './hub.ts';
import { LAB_CLIENTS, LAB_PDU_BYTES_MAX } from './labProfile.ts';
import type { DeviceModel, Env, ModelClient } from '../cosem/deviceModel.ts';

/** Server SAPs of an installation: the hub is the gateway to both meters. */
export const INSTALLATION_SAPS = { chf: 1, esme: 2, gsme: 3 } as const;

const JOIN_CODES: Readonly<Record<JoinState, number>> = { notJoined: 0, joined: 1, orphaned: 2 };
const LQI_FINE = 200;

/** The membership list: {EUI-64, kind, join state, last heard, RSSI dBm, LQI}. Of the maker's range. */
export const MEMBERSHIP = '0.0.128.2.0.255';
/** The mirrored gas register. */
const MIRROR = '7.0.3.0.0.255';

function hub(env: Env): Hub {
  const found = hubOf(env.device);
  found.lookAt(env.at);
  return found;
}

function mirror(env: Env, read: (mirror: Mirror) => Data, otherwise: Data = nothing): Data {
  const found = hub(env).mirror;
  return found ? read(found) : otherwise;
}

function memberRow(env: Env, of: Hub, member: HubMember): Data {
  return structure(
    octets(member.device.systemTitle),
    visible(member.kind),
    enumerated(JOIN_CODES[member.join]),
    member.lastHeardAt === undefined ? nothing : dateTimeData(member.lastHeardAt),
    int8(of.world.rssi?.(member.kind, env.at) ?? -75),
    uint8(member.join === 'joined' ? LQI_FINE : 0),
  );
}

/** The data that a CHF pushes daily: its identity, the time, the quality of its WAN, and the mirror. */
const PUSHED: readonly PushItem[] = [
  { classId: 1, name: '0.0.42.0.0.255', attribute: 2 },
  { classId: 8, name: '0.0.1.0.0.255', attribute: 2 },
  { classId: 47, name: '0.0.25.6.0.255', attribute: 6 },
  { classId: 4, name: MIRROR, attribute: 2 },
  { classId: 4, name: MIRROR, attribute: 5 },
];

export function chfModel(clients: readonly ModelClient[] = LAB_CLIENTS): DeviceModel {
  return {
    kind: 'chf',
    clients,
    pduBytesMax: LAB_PDU_BYTES_MAX,
    saps: [
      { sap: INSTALLATION_SAPS.chf, name: 'CHF' },
      { sap: INSTALLATION_SAPS.esme, name: 'ESME' },
      { sap: INSTALLATION_SAPS.gsme, name: 'GSME' },
    ],
    objects: [
      ...commonObjects(clients),
      gsmDiagnostic(
        (env) => hub(env).wan(env.at),
        rights({ public: 'rrrrrrr', reader: 'rrrrrrr', management: 'rrrrrrr' }),
      ),
      gprsModemSetup('lab.apn', rights({ reader: 'r-r', management: 'bwr' })),
      derivedData(
        MEMBERSHIP,
        (env) => {
          const found = hub(env);
          return array(found.members.map((member) => memberRow(env, found, member)));
        },
        READ,
      ),
      extendedRegister({
        name: MIRROR,
        read: (env) => mirror(env, ({ volumeCubicDecimetres }) => uint32(volumeCubicDecimetres)),
        scaler: -3,
        unit: UNIT.cubicMetre,
        status: (env) => mirror(env, ({ valveOpen }) => bool(valveOpen)),
        capturedAt: (env) => mirror(env, ({ at }) => dateTimeData(at), UNSPECIFIED),
        rights: EXTENDED_REGISTER,
      }),
      // The mirrored remaining battery of the GSME, days.
      derivedData('0.1.96.6.6.255', (env) => mirror(env, (found) => uint16(found.batteryDays)), READ),
      // Offset of the daily contact within its two hours, minutes.
      dataObject(
        '0.0.128.3.0.255',
        stored('contact offset', uint16(0), (value) => value.type === 'longUnsigned' && value.value <= 120),
        CONFIGURED,
      ),
      pushSetup({
        name: '0.0.25.9.0.255',
        items: PUSHED,
        destination: '127.0.0.1:4059',
        rights: rights({ reader: 'rrrrrr -', management: 'rrrrrr X' }),
      }),
    ],
  };
}

/** The CHF's daily data-notification, as an APDU. */
export function chfPush(device: CosemDevice, at: number): Uint8Array {
  return buildPush(device, { items: PUSHED, client: device.readerSap, at });
}
