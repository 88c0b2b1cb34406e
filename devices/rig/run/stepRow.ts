/** The record of each step: what was asked, what was observed, its code, and its measurements. */
import { z } from 'zod';
import { CAUSES } from '../../../src/migration/history.ts';
import { OBSERVATIONS } from '../../../src/migration/observations.ts';
import { STEP_IDS } from '../../../src/migration/steps.ts';

const count = z.int().min(0);

const measuredSchema = z
  .strictObject({
    associations: count.describe('associations begun, with any device'),
    roundTrips: count.describe('times that something came back for what was sent'),
    bytesSent: count.describe('bytes handed to the links, before any fault'),
    bytesReceived: count.describe('bytes that devices sent, before any fault'),
    seconds: z.number().min(0).describe("time by the rig's clock, seconds; virtual in memory"),
  })
  .describe('what the step took on the wire');
export type Measured = z.output<typeof measuredSchema>;

export const NOTHING_MEASURED: Measured = {
  associations: 0,
  roundTrips: 0,
  bytesSent: 0,
  bytesReceived: 0,
  seconds: 0,
};

const readingSchema = z.strictObject({
  device: z.enum(['chf', 'esme', 'gsme']).describe('the device, or the one whose driver read it'),
  object: z.string().describe('an OBIS code, or the name that the driver knows it by'),
  attribute: z.int().nullable().describe('the attribute of the object; null where a driver read it'),
  value: z.string().describe('the value as text, at most 200 characters'),
  unit: z.string().nullable().describe('the unit where a driver told it'),
});

export const stepRowSchema = z.strictObject({
  kind: z.enum(['contact', 'instruction', 'migration']).describe('what the step belongs to'),
  number: z.int().min(1).describe('which of its kind, from 1'),
  at: z.string().describe('the instant that it counts as having, YYYY-MM-DDThh:mm:ssZ'),
  step: z.enum(['contact', 'preparation', ...STEP_IDS]).describe('the step; of contacts and instructions the whole'),
  asked: z.string().describe('what was asked, in words'),
  observation: z
    .enum([...OBSERVATIONS, 'notCarriedOut'])
    .describe('what was observed; notCarriedOut: nothing was, and no attempt counts for it'),
  byCheck: z.boolean().describe('a check on facts ended it before anything was sent'),
  code: z.string().nullable().describe('the error code of the failure; null: no failure'),
  cause: z.enum(CAUSES).nullable().describe('whose failure it was; null: no failure'),
  why: z
    .string()
    .nullable()
    .describe(
      'why it was not carried out, or failed (what the device said); of an answered one: why it passes all the same',
    ),
  readings: z.array(readingSchema).default([]).describe('what was read of the devices in the step'),
  notRealised: z.array(z.string()).describe('faults of the plan that the links do not let happen'),
  measured: measuredSchema,
});

/** One step of an attempt with its measurements: a row of `steps.json`. */
export type StepRow = z.output<typeof stepRowSchema>;

/** The file `steps.json`. */
export const stepsFileSchema = z.strictObject({
  format: z.literal(1).describe('version of this format'),
  rig: z.string().describe('name of the rig'),
  rigHash: z.string().describe('of the rig file, defaults resolved, secrets left out'),
  clock: z.enum(['nominal', 'wall']).describe('nominal: a calendar; wall: the time at which it was done'),
  rules: z.string().describe('name of the rule set'),
  version: z.string().describe('of the bench'),
  partial: z.boolean().describe('it was interrupted: what stands here did happen, and more was to come'),
  steps: z.array(stepRowSchema).describe('in the order in which they were taken'),
});

/** The content of `steps.json`. */
export type StepsFile = z.output<typeof stepsFileSchema>;

/** The JSON Schema (draft 7) of `steps.json`. */
export function stepsJsonSchema(): string {
  const { $schema, ...rest } = z.toJSONSchema(stepsFileSchema, { target: 'draft-7' });
  return `${JSON.stringify({ $schema, title: 'Steps of a rig of smets1-bench', ...rest }, null, 2)}\n`;
}
