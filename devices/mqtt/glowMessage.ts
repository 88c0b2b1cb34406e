import { z } from 'zod';
import type { Instant } from '../../src/time.ts';
import { deviceDate } from './deviceDate.ts';
import type { DeviceDate } from './deviceDate.ts';
import { decodeJson } from './messages.ts';
import type { Decoded } from './messages.ts';

/** The report of a Hildebrand Glow CAD on its own link, from CAD to hub. It says nothing about the gas meter. */
export interface GlowState {
  readonly kind: 'state';
  readonly cad: string;
  readonly at: Instant | undefined;
  readonly hanJoined: boolean | undefined;
  readonly rssi: number | undefined;
  readonly lqi: number | undefined;
}

/** One meter as the CAD mirrors it. `at` is the meter data's own time. The CAD repeats the message every few seconds. */
export interface GlowMeter {
  readonly kind: 'electricitymeter' | 'gasmeter';
  readonly cad: string;
  /** The date of the data; undefined if they hold no usable date. `undated` then gives the reason. */
  readonly at: Instant | undefined;
  /** `outside`: before 2012 or after 2037; a CAD without a clock says 1970. */
  readonly undated?: Extract<DeviceDate, { ok: false }>['why'];
  /** Undefined if there is no reading in kWh above 0. A CAD that has lost its hub reports zero. */
  readonly cumulativeKwh: number | undefined;
  /** A reading above 0 in another unit, or without a unit. */
  readonly otherUnit?: number;
  /** MPAN or MPRN; undefined if the CAD says "not available", "EMPTY" and the like. */
  readonly meterPoint: string | undefined;
}

/** The older cloud form (`SMART/HILD/<id>`): raw ZigBee attributes. No meter's data is dated in it, so it is no evidence. */
export interface GlowCloud {
  readonly kind: 'cloud';
  readonly cad: string;
  readonly hanJoined: boolean | undefined;
  readonly gasCumulative: number | undefined;
}

export type GlowMessage = GlowState | GlowMeter | GlowCloud;

/** The topics that hold messages in one of Glow's forms. */
export const GLOW_FILTERS = ['glow/+/STATE', 'glow/+/SENSOR/+', 'SMART/HILD/+'] as const;

const LOCAL = /^glow\/([0-9A-Za-z]{1,32})\/(STATE|SENSOR\/electricitymeter|SENSOR\/gasmeter)$/;
const CLOUD = /^SMART\/HILD\/([0-9A-Za-z]{1,32})$/;

const finite = z.number().optional().catch(undefined);
const text = z.string().max(64).optional().catch(undefined);

const stateSchema = z.looseObject({
  timestamp: text,
  han: z.looseObject({ rssi: finite, lqi: finite, status: text }).optional().catch(undefined),
});

const sideSchema = z.looseObject({ cumulative: finite, units: text, mpan: text, mprn: text });
const meterSchema = z.looseObject({
  timestamp: text,
  energy: z
    .looseObject({ import: sideSchema.optional().catch(undefined) })
    .optional()
    .catch(undefined),
});

const attributes = z.record(z.string().max(8), z.unknown()).optional().catch(undefined);
const cloudSchema = z.looseObject({
  gasMtr: z
    .looseObject({ '0702': z.looseObject({ '00': attributes, '03': attributes }).optional().catch(undefined) })
    .optional()
    .catch(undefined),
  pan: z.looseObject({ status: text }).optional().catch(undefined),
});

/** Returns the CAD of a topic; undefined if the topic is not Glow's. */
export function cadOf(topic: string): string | undefined {
  return (LOCAL.exec(topic) ?? CLOUD.exec(topic))?.[1];
}

/**
 * Decodes a message; undefined if the topic is not Glow's. A field of the wrong type counts as absent, because CADs
 * differ by firmware.
 */
export function decodeGlow(topic: string, payload: Uint8Array): Decoded<GlowMessage> | undefined {
  const local = LOCAL.exec(topic);
  if (local !== null) return local[2] === 'STATE' ? state(local[1]!, payload) : meter(local[1]!, local[2]!, payload);
  const cloud = CLOUD.exec(topic);
  return cloud === null ? undefined : cloudMessage(cloud[1]!, payload);
}

function state(cad: string, payload: Uint8Array): Decoded<GlowMessage> {
  const decoded = decodeJson(stateSchema, payload);
  if (!decoded.ok) return decoded;
  const { timestamp, han } = decoded.value;
  return {
    ok: true,
    value: {
      kind: 'state',
      cad,
      at: stated(timestamp),
      hanJoined: han?.status === undefined ? undefined : han.status === 'joined',
      rssi: han?.rssi,
      lqi: han?.lqi,
    },
  };
}

function meter(cad: string, leaf: string, payload: Uint8Array): Decoded<GlowMessage> {
  const kind = leaf === 'SENSOR/gasmeter' ? 'gasmeter' : 'electricitymeter';
  const decoded = decodeJson(z.looseObject({ [kind]: meterSchema }), payload);
  if (!decoded.ok) return decoded;
  const { timestamp, energy } = decoded.value[kind] as z.infer<typeof meterSchema>;
  const side = energy?.import;
  const date = deviceDate(timestamp);
  const reading = side?.cumulative !== undefined && side.cumulative > 0 ? side.cumulative : undefined;
  const point = kind === 'gasmeter' ? side?.mprn : side?.mpan;
  const whole = kind === 'gasmeter' ? /^\d{6,11}$/ : /^\d{13}$/;
  return {
    ok: true,
    value: {
      kind,
      cad,
      at: date.ok ? date.at : undefined,
      ...(!date.ok && { undated: date.why }),
      cumulativeKwh: side?.units === 'kWh' ? reading : undefined,
      ...(side?.units !== 'kWh' && reading !== undefined && { otherUnit: reading }),
      meterPoint: point !== undefined && whole.test(point) ? point : undefined,
    },
  };
}

function stated(timestamp: string | undefined): Instant | undefined {
  const date = deviceDate(timestamp);
  return date.ok ? date.at : undefined;
}

function cloudMessage(cad: string, payload: Uint8Array): Decoded<GlowMessage> {
  const decoded = decodeJson(cloudSchema, payload);
  if (!decoded.ok) return decoded;
  const { gasMtr, pan } = decoded.value;
  const sets = gasMtr?.['0702'];
  // ZigBee SE: 0x0000 CurrentSummationDelivered, 0x0301 Multiplier, 0x0302 Divisor, all in hexadecimal text.
  const [raw, multiplier, divisor] = [hex(sets?.['00']?.['00']), hex(sets?.['03']?.['01']), hex(sets?.['03']?.['02'])];
  const scaled = raw === undefined || !divisor ? undefined : (raw * (multiplier ?? 1)) / divisor;
  return {
    ok: true,
    value: {
      kind: 'cloud',
      cad,
      hanJoined: pan?.status === undefined ? undefined : pan.status === 'joined',
      gasCumulative: scaled,
    },
  };
}

/** Parses hexadecimal text of up to 48 bits, the size of ZigBee's summations. */
function hex(value: unknown): number | undefined {
  return typeof value === 'string' && /^[0-9A-Fa-f]{1,12}$/.test(value) ? Number.parseInt(value, 16) : undefined;
}
