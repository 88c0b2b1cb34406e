/**
 * The gas meter (GSME): battery powered, and asleep except for a moment every half hour. The rest of the home knows it
 * only through the mirror in the CHF.
 */
import { derivedData } from '../cosem/data.ts';
import type { DeviceModel, ModelClient, ObjectDevice } from '../cosem/deviceModel.ts';
import { dateTimeData } from '../cosem/dateTime.ts';
import { disconnectControl } from '../cosem/disconnectControl.ts';
import { rights } from '../cosem/object.ts';
import { CLOCK_COLUMN, profileGeneric } from '../cosem/profileGeneric.ts';
import { extendedRegister, UNIT } from '../cosem/register.ts';
import { uint16, uint32, uint8 } from '../dlms/encoding/values.ts';
import { EXTENDED_REGISTER, meterObjects, PROFILE, READ } from './common.ts';
import { drawn } from './consumption.ts';
import { LAB_CLIENTS, LAB_PDU_BYTES_MAX } from './labProfile.ts';

/**
 * Seconds from one wake of a GSME to the next: its value at a CAD changes every 30 minutes (devices/README.md section
 * 1).
 */
export const WAKE_SECONDS = 1800;
/** Seconds that it stays awake after the last exchange. Our assumption. */
export const AWAKE_SECONDS = 60;

/** The times at which a gas meter can be reached. A meter that stays awake for its whole period never sleeps. */
export interface Sleep {
  /** Seconds from one wake to the next. */
  readonly wakeSeconds: number;
  /** Seconds that it listens after a wake, and after every exchange. */
  readonly awakeSeconds: number;
}

export const LAB_SLEEP: Sleep = { wakeSeconds: WAKE_SECONDS, awakeSeconds: AWAKE_SECONDS };

/** Life of a lithium cell: 15 years. Our assumption. */
const BATTERY_LIFE_DAYS = 15 * 365;

/** Returns the last wake at or before an instant. Each meter has its own phase. */
export function lastWake(device: ObjectDevice, at: number, { wakeSeconds } = LAB_SLEEP): number {
  const phase = (device.identity.seed * 7919) % wakeSeconds;
  return Math.floor((at - phase) / wakeSeconds) * wakeSeconds + phase;
}

/** Returns the remaining life of the battery in days, never below zero. */
export function batteryDays(device: ObjectDevice, at: number): number {
  return Math.max(0, BATTERY_LIFE_DAYS - Math.floor((at - device.identity.installedAt) / 86_400));
}

/** Returns the gas volume in cubic decimetres. */
export function gasVolume(device: ObjectDevice, at: number): number {
  return drawn(device, 'gas', at);
}

export function gsmeModel(clients: readonly ModelClient[] = LAB_CLIENTS): DeviceModel {
  return {
    kind: 'gsme',
    clients,
    pduBytesMax: LAB_PDU_BYTES_MAX,
    saps: [],
    objects: [
      ...meterObjects(clients),
      extendedRegister({
        name: '7.0.3.0.0.255',
        read: (env) => uint32(gasVolume(env.device, env.at)),
        scaler: -3,
        unit: UNIT.cubicMetre,
        status: () => uint8(0),
        capturedAt: (env) => dateTimeData(env.device.clockAt(env.at)),
        rights: EXTENDED_REGISTER,
      }),
      profileGeneric({
        name: '7.0.99.1.0.255',
        periodSeconds: WAKE_SECONDS,
        entriesMax: 480,
        columns: [
          CLOCK_COLUMN,
          {
            classId: 4,
            name: '7.0.3.0.0.255',
            attribute: 2,
            value: (env, capturedAt) => uint32(gasVolume(env.device, capturedAt)),
          },
        ],
        rights: PROFILE,
      }),
      // Remaining battery, days.
      derivedData('0.0.96.6.6.255', (env) => uint16(batteryDays(env.device, env.at)), READ),
      disconnectControl('0.0.96.3.10.255', rights({ reader: 'rrr --', management: 'rrr XX' })),
    ],
  };
}
