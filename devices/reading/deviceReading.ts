/**
 * The read-out of one device as a document: what `devices read --format json` writes, `devices compare` compares, and
 * `emulate --from` serves. It holds no key and no password.
 */
import { z } from 'zod';

/** Names the format. A change of meaning takes another number. */
export const READING_FORMAT = 'smets1-bench read-out 1';

export type PlainValue = string | number | boolean | null | readonly PlainValue[];
const plainValue: z.ZodType<PlainValue> = z.lazy(() =>
  z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(plainValue)]),
);

const column = z.object({
  class: z.int(),
  object: z.string(),
  attribute: z.int(),
  name: z.string(),
  scaler: z.int().optional(),
  unit: z.string().optional(),
});
/** One captured quantity of a profile. */
export type ReadColumn = z.output<typeof column>;

const attribute = z.object({
  attribute: z.int().min(0).max(255),
  name: z.string().optional(),
  /** What the association list allows, in words. */
  access: z.string().optional(),
  type: z.string().optional(),
  value: plainValue.optional(),
  /** The value as it came, A-XDR in hexadecimal. */
  axdr: z.string().regex(/^(?:[0-9A-F]{2})*$/).optional(), // prettier-ignore
  /** The value times ten to the scaler, as decimal text. */
  scaled: z.string().optional(),
  unit: z.string().optional(),
  /** The part of a profile that was asked for. */
  range: z.string().optional(),
  columns: z.array(column).optional(),
  /** Why there is no value: the device's result in words, or why it was not asked. */
  problem: z.string().optional(),
});
export type ReadAttribute = z.output<typeof attribute>;

const object = z.object({
  class: z.int().min(0).max(0xffff),
  version: z.int().min(0).max(255).optional(),
  object: z.string().regex(/^(\d{1,3}\.){5}\d{1,3}$/),
  name: z.string(),
  attributes: z.array(attribute),
  methods: z.array(z.object({ method: z.int(), access: z.string() })).optional(),
});
export type ReadObject = z.output<typeof object>;

const dataSet = z.object({
  address: z.string(),
  value: z.union([z.string(), z.number(), z.boolean(), z.null()]).optional(),
  unit: z.string().optional(),
  at: z.string().optional(),
  problem: z.string().optional(),
});
/** A value that is known by a name alone: a line of a 62056-21 read-out, or an answer of a driver. */
export type ReadSet = z.output<typeof dataSet>;

export const readingSchema = z.object({
  format: z.literal(READING_FORMAT),
  /** Where it was read. Never holds a credential. */
  source: z.string(),
  readAt: z.string(),
  by: z.enum(['dlms', '62056-21', 'driver']),
  client: z.int().optional(),
  server: z.int().optional(),
  authentication: z.string().optional(),
  /** The device's system title, if it gave one. */
  title: z.string().optional(),
  identification: z.string().optional(),
  /** False if the device went silent, or would not let everything be read that was asked for. */
  complete: z.boolean(),
  problem: z.string().optional(),
  objects: z.array(object),
  sets: z.array(dataSet),
});
export type DeviceReading = z.output<typeof readingSchema>;
