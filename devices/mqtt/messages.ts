import { z } from 'zod';
import { checked, type Decoded } from '../transport/checked.ts';
import { PAYLOAD_BYTES_MAX } from './mqttLimits.ts';

/** RFC 3339 with any offset. */
const instantText = z.iso.datetime({ offset: true }).refine((text) => /^20(1[2-9]|2\d|3[0-7])-/.test(text), {
  error: 'an instant lies between 2012 and 2037',
});
const counter = z
  .int()
  .min(0)
  .max(2 ** 31 - 1);
const name = z.string().max(64);

/** The identity of a device. Retained. `t` is the device's own time; the broker's time is not device time. */
export const birthSchema = z.object({
  v: z.literal(1),
  boot: counter,
  t: instantText,
  kind: z.enum(['CHF', 'ESME', 'GSME']),
  source: z.enum(['emulated', 'serial', 'mqtt']),
  model: z.object({ maker: name, model: name, fw: name }).optional(),
  sysTitle: z
    .string()
    .regex(/^[0-9A-Fa-f]{16}$/)
    .optional(),
  cap: z.array(name).max(32).default([]),
});
export type Birth = z.infer<typeof birthSchema>;

/**
 * Says whether a device is online. It is retained, and also the will. `session` names the present client of the byte
 * pipe. `instance` names the process that serves the device, so that two processes under one name can be distinguished.
 */
export const statusSchema = z.object({
  state: z.enum(['online', 'offline']),
  boot: counter,
  session: name.optional(),
  instance: name.optional(),
});
export type Status = z.infer<typeof statusSchema>;

/** The state of a device's links as it sees them. `seq` counts within a boot. csq 0-31 or 99 (3GPP 27.007), rssi dBm. */
export const linkSchema = z.object({
  boot: counter,
  seq: counter,
  t: instantText,
  wan: z
    .object({ up: z.boolean(), lastContact: instantText.optional(), csq: z.int().min(0).max(99).optional() })
    .optional(),
  han: z
    .object({
      up: z.boolean(),
      lastContact: instantText.optional(),
      rssi: z.number().min(-200).max(50).optional(),
      lqi: z.number().min(0).max(255).optional(),
    })
    .optional(),
});
export type Link = z.infer<typeof linkSchema>;

export function encodeStatus(status: Status): string {
  return JSON.stringify(status);
}

export function decodeStatus(payload: Uint8Array): Status | undefined {
  const decoded = decodeJson(statusSchema, payload);
  return decoded.ok ? decoded.value : undefined;
}

export type { Decoded };

/** Parses JSON of bounded size against a schema. The reason names the field, never the content. */
export function decodeJson<T>(schema: z.ZodType<T>, payload: Uint8Array): Decoded<T> {
  if (payload.length > PAYLOAD_BYTES_MAX) return { ok: false, reason: `more than ${PAYLOAD_BYTES_MAX} bytes` };
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
  } catch {
    return { ok: false, reason: 'not JSON in UTF-8' };
  }
  return checked(schema, parsed, 'the message');
}
