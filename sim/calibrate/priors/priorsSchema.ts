import { z } from 'zod';
import type { FieldSchema } from '../../../src/document/fields.ts';
import { fileHead } from '../../scenario/schemaBasics.ts';
import { name } from '../../world/profile/worldNumbers.ts';
import { factorFaults, factorFields } from '../../sweep/factor/sweepSchema.ts';

/** The forms in which a prior says what a number may be. */
const FORMS = ['ratio', 'odds', 'range', 'distribution', 'values'];

const prior = z
  .strictObject({
    ...factorFields,
    ratio: z
      .number()
      .gt(1)
      .max(100)
      .optional()
      .describe("the scenario's own number divided and multiplied by up to so much, each ratio as likely"),
    odds: z
      .number()
      .gt(1)
      .max(1000)
      .optional()
      .describe('for a share between 0 and 1: its odds divided and multiplied by up to so much'),
    mark: z
      .enum(['source', 'fitted to', 'our assumption'])
      .default('our assumption')
      .describe('where the width of the prior comes from'),
    note: z.string().default('').describe('why it is as wide as it is'),
  })
  .superRefine((row, context) => {
    for (const message of factorFaults(row, FORMS)) context.addIssue({ code: 'custom', message });
  })
  .describe('one parameter, and what it may be');

/** Everything that a file of priors may say. */
export const priorsSchema = z.strictObject({
  ...fileHead,
  name: name.describe('what the priors are called in outputs'),
  title: z.string().default('').describe('what they are, in a line'),
  seed: z.string().min(1).max(200).optional().describe("seed of the draws; left out: the scenario's"),
  set: z
    .array(z.string())
    .max(64)
    .default([])
    .describe(
      'settings `path=value` that the scenario gets before any draw, such as an outage that a prior then rates',
    ),
  assumptions: z
    .strictObject({
      ratio: z
        .number()
        .gt(1)
        .max(10)
        .default(1.5)
        .describe('how far a number is moved whose mark states no range; chances move by their odds'),
      except: z.array(z.string()).max(64).default([]).describe('paths below which nothing is moved; `*` for one name'),
    })
    .optional()
    .describe('also draw every number marked "our assumption" that no parameter names'),
  parameters: z.record(z.string().min(1).max(80), prior).default({}).describe('what is drawn, by names of yours'),
});

export type PriorsFile = z.output<typeof priorsSchema>;
export type PriorSpec = PriorsFile['parameters'][string];

/** The fields of a file of priors as JSON Schema: for editors, problems and the documents. */
export const PRIORS_FIELDS = z.toJSONSchema(priorsSchema, { target: 'draft-7', io: 'input' }) as FieldSchema;
