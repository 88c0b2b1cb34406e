/** The electricity meter (ESME): registers, half-hourly load profile, clock, disconnect control. */
import type { DeviceModel, Env, ModelClient } from '../cosem/deviceModel.ts';
import { dateTimeData, startOfMonth } from '../cosem/dateTime.ts';
import { disconnectControl } from '../cosem/disconnectControl.ts';
import { rights } from '../cosem/object.ts';
import { CLOCK_COLUMN, profileGeneric } from '../cosem/profileGeneric.ts';
import { extendedRegister, register, UNIT } from '../cosem/register.ts';
import type { Data } from '../dlms/encoding/axdr.ts';
import { uint16, uint32, uint8 } from '../dlms/encoding/values.ts';
import { EXTENDED_REGISTER, meterObjects, PROFILE, REGISTER } from './common.ts';
import { drawn, rateAt, rateNow } from './consumption.ts';
import { LAB_CLIENTS, LAB_PDU_BYTES_MAX } from './labProfile.ts';

const HALF_HOUR = 1800;
/** Ten days of half hours; SMETS1 asks for 13 months, which a test would read for minutes. Our assumption. */
const PROFILE_ENTRIES = 480;

const importAt = (env: Env, at: number): Data => uint32(drawn(env.device, 'electricity', at));

/** The highest demand of the wave falls on the same time each day; it is dated to the start of the month. */
function maximumDemand(env: Env): Data {
  let highest = 0;
  for (let hour = 0; hour < 24; hour++) {
    highest = Math.max(highest, rateAt(env.device.identity.seed, 'electricity', hour * 3600));
  }
  return uint32(Math.round(highest));
}

/** The model of an ESME; the same object for all devices made from it. */
export function esmeModel(clients: readonly ModelClient[] = LAB_CLIENTS): DeviceModel {
  const watts = { scaler: 0, unit: UNIT.watt, rights: REGISTER };
  return {
    kind: 'esme',
    clients,
    pduBytesMax: LAB_PDU_BYTES_MAX,
    saps: [],
    objects: [
      ...meterObjects(clients),
      register({
        name: '1.0.1.8.0.255',
        read: (env) => importAt(env, env.at),
        scaler: 0,
        unit: UNIT.wattHour,
        rights: REGISTER,
      }),
      register({ name: '1.0.2.8.0.255', read: () => uint32(0), scaler: 0, unit: UNIT.wattHour, rights: REGISTER }),
      register({
        ...watts,
        name: '1.0.1.7.0.255',
        read: (env) => uint32(rateNow(env.device, 'electricity', env.at)),
      }),
      register({ name: '1.0.32.7.0.255', read: () => uint16(2412), scaler: -1, unit: UNIT.volt, rights: REGISTER }),
      extendedRegister({
        ...watts,
        name: '1.0.1.6.0.255',
        read: maximumDemand,
        status: () => uint8(0),
        capturedAt: (env) => dateTimeData(startOfMonth(env.at)),
        rights: EXTENDED_REGISTER,
      }),
      profileGeneric({
        name: '1.0.99.1.0.255',
        periodSeconds: HALF_HOUR,
        entriesMax: PROFILE_ENTRIES,
        columns: [CLOCK_COLUMN, { classId: 3, name: '1.0.1.8.0.255', attribute: 2, value: importAt }],
        rights: PROFILE,
      }),
      disconnectControl('0.0.96.3.10.255', rights({ reader: 'rrr --', management: 'rrr XX' })),
    ],
  };
}
