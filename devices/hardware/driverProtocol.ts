import { z } from 'zod';
import { parseInstant } from '../../src/time.ts';

/** The version of the protocol. Both sides state it in their first line. */
export const DRIVER_PROTOCOL = 1;

/** The capabilities that a driver may declare. It is asked for nothing else. */
export const CAPABILITIES = ['probe', 'lastContact', 'read', 'power', 'observe'] as const;
export type Capability = (typeof CAPABILITIES)[number];

/** How a request can fail, in the words of src/migration. Success is `ok: true`. */
export const FAILED_OBSERVATIONS = ['noAnswer', 'refused', 'wrongKey', 'badData', 'systemFault'] as const;
export type FailedObservation = (typeof FAILED_OBSERVATIONS)[number];

const instantText = z
  .string()
  .refine((text) => parseInstant(text) !== undefined, {
    error: 'not an instant YYYY-MM-DDThh:mm:ssZ from 2012 to 2037',
  })
  .meta({ description: 'YYYY-MM-DDThh:mm:ssZ, UTC, 2012 to 2037' });
const shortText = z.string().max(200);
const link = z.enum(['wan', 'han']);
const none = z.strictObject({}).default({});
const value = z.union([z.string().max(4096), z.number(), z.boolean(), z.null()]);

/** First line from the driver, in answer to `{"hello":1}`. */
export const helloSchema = z.object({
  hello: z.literal(DRIVER_PROTOCOL),
  driver: shortText.min(1),
  version: shortText.optional(),
  capabilities: z.array(z.enum(CAPABILITIES)).max(CAPABILITIES.length),
});
export type DriverHello = z.infer<typeof helloSchema>;

/** The argument and result of each operation. Every driver has `open` and `close`. */
export const OPERATIONS = {
  open: { arg: z.object({ endpoint: shortText, settings: z.record(shortText, value).optional() }), result: none },
  probe: {
    arg: none,
    result: z.object({
      answered: z.boolean(),
      detail: shortText.optional(),
      model: z.object({ maker: shortText, model: shortText, fw: shortText.optional() }).optional(),
      sysTitle: z
        .string()
        .regex(/^[0-9A-Fa-f]{16}$/)
        .optional(),
    }),
  },
  lastContact: { arg: z.object({ link }), result: z.object({ at: instantText.nullable() }) },
  read: {
    arg: z.object({ object: shortText }),
    result: z.object({ value, unit: shortText.optional(), at: instantText.optional() }),
  },
  power: { arg: z.object({ action: z.enum(['on', 'off', 'cycle']) }), result: none },
  observe: { arg: none, result: none },
  close: { arg: none, result: none },
} as const;
export type Operation = keyof typeof OPERATIONS;
export type OperationArg<O extends Operation> = z.input<(typeof OPERATIONS)[O]['arg']>;
export type OperationResult<O extends Operation> = z.output<(typeof OPERATIONS)[O]['result']>;

/** The answer to a request. Answers may come in any order. */
export const answerSchema = z.union([
  z.object({ id: z.int().min(1), ok: z.literal(true), result: z.unknown().optional() }),
  z.object({
    id: z.int().min(1),
    ok: z.literal(false),
    observation: z.enum(FAILED_OBSERVATIONS),
    message: z.string().max(2000).default(''),
  }),
]);

/** Lines that come unasked after `observe`. */
export const eventSchema = z.discriminatedUnion('event', [
  z.object({ event: z.literal('contact'), link, at: instantText }),
  z.object({ event: z.literal('link'), link, up: z.boolean(), t: instantText }),
  z.object({ event: z.literal('reading'), object: shortText, value, unit: shortText.optional(), t: instantText }),
]);
export type DriverEvent = z.infer<typeof eventSchema>;

/** Returns the whole protocol as JSON Schema (draft 7), for authors of drivers in other languages. */
export function driverJsonSchema(): object {
  const schema = (of: z.ZodType): object => z.toJSONSchema(of, { target: 'draft-7', io: 'input' });
  const operations = Object.entries(OPERATIONS).map(([op, { arg, result }]) => [
    op,
    { arg: schema(arg), result: schema(result) },
  ]);
  return {
    protocol: DRIVER_PROTOCOL,
    hello: schema(helloSchema),
    answer: schema(answerSchema),
    event: schema(eventSchema),
    operations: Object.fromEntries(operations) as object,
  };
}
