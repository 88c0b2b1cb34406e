/** Class 8, Clock. The device keeps UTC; writing the time moves its offset from the world's. Blue Book 4.5.1. */
import { RESULT } from '../dlms/apdu/apdu.ts';
import { bool, enumerated, int16, int8, numberOf, octets, uint8 } from '../dlms/encoding/values.ts';
import { fromHex } from '../dlms/encoding/bytes.ts';
import { dateTimeData, instantOf } from './dateTime.ts';
import { constant, derived, obis } from './object.ts';
import type { CosemObject } from './deviceModel.ts';

/** Last Sunday of March and of October, 01:00 and 02:00, as Great Britain changes; every year. */
const DST_BEGIN = fromHex('FFFF03FE0701000000000000');
const DST_END = fromHex('FFFF0AFE0702000000000000');
/** Blue Book 4.5.1: shift_time takes -900 to 900 seconds. */
const SHIFT_SECONDS_MAX = 900;

export function clock(rights: CosemObject['rights']): CosemObject {
  return {
    classId: 8,
    version: 0,
    ln: obis('0.0.1.0.0.255'),
    attributes: [
      {
        read: (env) => dateTimeData(env.device.clockAt(env.at)),
        write: (env, value) => {
          const instant = instantOf(value);
          if (instant === undefined) return RESULT.typeUnmatched;
          env.device.clockOffsetSeconds = instant - Math.floor(env.at);
          return RESULT.success;
        },
      },
      constant(int16(0)),
      derived(() => uint8(0)),
      constant(octets(DST_BEGIN)),
      constant(octets(DST_END)),
      constant(int8(60)),
      constant(bool(false)),
      // Clock base 1: internal crystal.
      constant(enumerated(1)),
    ],
    methods: [
      (env) => roundTo(env, 900),
      () => RESULT.otherReason,
      (env) => roundTo(env, 60),
      () => RESULT.otherReason,
      () => RESULT.otherReason,
      (env, parameter) => {
        const shift = numberOf(parameter);
        if (shift === undefined || Math.abs(shift) > SHIFT_SECONDS_MAX) return RESULT.typeUnmatched;
        env.device.clockOffsetSeconds += shift;
        return RESULT.success;
      },
    ],
    rights,
  };
}

function roundTo(env: Parameters<CosemObject['methods'][number]>[0], seconds: number): number {
  const now = env.device.clockAt(env.at);
  env.device.clockOffsetSeconds += Math.round(now / seconds) * seconds - now;
  return RESULT.success;
}
