/** Classes 45 and 47: GPRS modem setup and GSM diagnostic, the WAN side of a hub. Blue Book 4.7.5, 4.7.8. */
import { RESULT } from '../dlms/apdu/apdu.ts';
import { array, enumerated, structure, text, uint16, uint8, visible } from '../dlms/encoding/values.ts';
import { dateTimeData } from './dateTime.ts';
import { constant, derived, obis, stored } from './object.ts';
import type { CosemObject, Env } from './deviceModel.ts';

/** A modem's knowledge of its network. */
export interface GsmState {
  readonly operator: string;
  /** Class 47: 0 not registered, 1 home network, 2 searching, 3 denied, 4 unknown, 5 roaming. */
  readonly status: number;
  readonly cellId: number;
  readonly locationId: number;
  /** 3GPP 27.007 CSQ: 0 to 31, 99 unknown. */
  readonly signalQuality: number;
  /** The instant of the measurement, seconds since the epoch. */
  readonly at: number;
}

export function gsmDiagnostic(state: (env: Env) => GsmState, rights: CosemObject['rights']): CosemObject {
  return {
    classId: 47,
    version: 0,
    ln: obis('0.0.25.6.0.255'),
    attributes: [
      derived((env) => visible(state(env).operator)),
      derived((env) => enumerated(state(env).status)),
      // Circuit-switched: 0 inactive.
      constant(enumerated(0)),
      // Packet-switched: 1 GPRS, 0 inactive.
      derived((env) => enumerated(state(env).status === 1 ? 1 : 0)),
      derived((env) => {
        const { cellId, locationId, signalQuality } = state(env);
        return structure(uint16(cellId), uint16(locationId), uint8(signalQuality), uint8(0));
      }),
      constant(array([])),
      derived((env) => dateTimeData(state(env).at)),
    ],
    methods: [],
    rights,
  };
}

export function gprsModemSetup(apn: string, rights: CosemObject['rights']): CosemObject {
  const qos = structure(uint8(0), uint8(0), uint8(0), uint8(0), uint8(0));
  return {
    classId: 45,
    version: 0,
    ln: obis('0.0.25.4.0.255'),
    attributes: [
      stored('apn', text(apn)),
      // The PIN is written, never read.
      {
        read: () => uint16(0),
        write: (_, value) => (value.type === 'longUnsigned' ? RESULT.success : RESULT.typeUnmatched),
      },
      constant(structure(qos, qos)),
    ],
    methods: [],
    rights,
  };
}
