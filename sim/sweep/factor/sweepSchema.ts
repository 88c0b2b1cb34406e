import { z } from 'zod';
import { date, fileHead, relative } from '../../scenario/schemaBasics.ts';
import { name } from '../../world/profile/worldNumbers.ts';
import type { FieldSchema } from '../../../src/document/fields.ts';
import { SHIFT } from './dateRange.ts';

const bound = z.union([z.number(), relative]).describe("a number; `x1.5` is the scenario's own number times 1.5");

const rangeEnd = z
  .union([bound, date, z.string().regex(SHIFT, 'days: `+14d` or `-14d`')])
  .describe("a number, `x1.5`, a date, or `+14d`: that many days after the scenario's own date");

const distribution = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('uniform'), from: bound, to: bound }).describe('each value between as likely'),
    z
      .strictObject({ kind: z.literal('logUniform'), from: bound, to: bound })
      .describe('each ratio as likely; both ends above 0'),
    z.strictObject({ kind: z.literal('normal'), mean: bound, sd: z.number().positive() }).describe('bell-shaped'),
    z
      .strictObject({ kind: z.literal('logNormal'), median: bound, sigma: z.number().positive().max(4) })
      .describe('the logarithm is normal, with this standard deviation'),
    z
      .strictObject({ kind: z.literal('triangular'), from: bound, mode: bound, to: bound })
      .describe('rises from one end to the mode, and falls to the other end'),
    z.strictObject({ kind: z.literal('beta'), a: z.number().positive(), b: z.number().positive() }).describe('a share'),
  ])
  .describe('what the value is believed to be');

/** The fields of a factor. A prior has them too. */
export const factorFields = {
  path: z.string().optional().describe('a field of the scenario; `amendments.` and a path for one of the rules'),
  paths: z.array(z.string()).min(1).max(64).optional().describe('several fields that move together; `*` for one name'),
  values: z
    .array(z.unknown())
    .min(1)
    .max(64)
    .optional()
    .describe('the values, as YAML; `x1.5` multiplies, `+14d` moves a date'),
  range: z.tuple([rangeEnd, rangeEnd]).optional().describe('from where to where; dates move by whole days'),
  distribution: distribution.optional(),
  whole: z.boolean().default(false).describe('round to whole numbers'),
  log: z.boolean().default(false).describe('cut a range into equal ratios rather than equal steps'),
};

/** The fields that give the values of a factor. A factor has exactly one of them. */
const FORMS = ['values', 'range', 'distribution', 'scenarios'];

const factor = z
  .strictObject({
    ...factorFields,
    scenarios: z
      .record(z.string(), z.string())
      .optional()
      .describe('whole scenarios by a name of yours; files relative to the sweep file'),
  })
  .superRefine((row, context) => {
    for (const message of factorFaults(row, FORMS)) context.addIssue({ code: 'custom', message });
  })
  .describe('one thing that is varied');

/**
 * Checks the fields of a factor together, and returns what is expected instead; empty if they are right.
 * @param forms the fields that give the values; a factor has exactly one of them
 */
export function factorFaults(
  row: z.output<z.ZodObject<typeof factorFields>> & { readonly scenarios?: unknown },
  forms: readonly string[],
): readonly string[] {
  const has = (field: string): boolean => row[field as keyof typeof row] !== undefined;
  const named = ['path', 'paths'].filter(has).length;
  return [
    ...(forms.filter(has).length === 1 ? [] : [`exactly one of ${forms.join(', ')}`]),
    ...(named === (row.scenarios ? 0 : 1) ? [] : [row.scenarios ? 'neither path nor paths' : 'either path or paths']),
  ];
}

const levels = z.number().int().min(1).max(64);
const points = z.number().int().min(1).max(100_000);
const design = z
  .discriminatedUnion('kind', [
    z
      .strictObject({ kind: z.literal('oneAtATime'), levels: levels.default(2).describe('places in a range') })
      .describe('one factor after the other, all else as the scenario has it: for tornados'),
    z
      .strictObject({ kind: z.literal('grid'), levels: levels.default(3).describe('places in a range') })
      .describe('every combination'),
    z.strictObject({ kind: z.literal('lhs'), points }).describe('a Latin hypercube'),
    z.strictObject({ kind: z.literal('sobol'), points }).describe('a shifted Sobol sequence; a power of two is best'),
    z
      .strictObject({
        kind: z.literal('morris'),
        trajectories: z.number().int().min(2).max(10_000).default(10).describe('random walks through the factors'),
        levels: z
          .union([z.literal(4), z.literal(6), z.literal(8)])
          .default(4)
          .describe('places in each range'),
      })
      .describe('screening: trajectories x (factors + 1) points'),
    z
      .strictObject({
        kind: z.literal('saltelli'),
        samples: z.number().int().min(2).max(100_000).describe('a power of two is best'),
      })
      .describe('Sobol indices: samples x (factors + 2) points'),
  ])
  .describe('which points are run');

/** The fields of a sweep file. */
export const sweepSchema = z.strictObject({
  ...fileHead,
  name: name.describe('what the sweep is called in outputs'),
  title: z.string().default('').describe('what it asks, in a line'),
  scenario: z.string().describe('the scenario that is varied, relative to this file'),
  seed: z.string().min(1).max(200).optional().describe("seed of all dice; left out: the scenario's"),
  scale: z
    .number()
    .positive()
    .max(1)
    .default(1)
    .describe('share of every population above strataMin that is simulated; counts are scaled back'),
  strataMin: z.number().int().min(1).default(2000).describe('smaller populations are simulated whole (our assumption)'),
  replications: z.number().int().min(1).max(10_000).default(1).describe('runs of each point with dice of their own'),
  stop: z
    .strictObject({
      outcome: z.string().describe('an outcome, as under outcomes'),
      halfWidth: z.number().positive().describe('half of the 90 % interval of its mean, at the base point'),
      replicationsMax: z.number().int().min(2).max(10_000).default(100).describe('where to stop in any case'),
    })
    .optional()
    .describe('take replications until the base point is known so well; the first count is `replications`'),
  asOf: z.array(date).max(40).default([]).describe("days to count at besides the horizon and the scenario's"),
  monthly: z.boolean().default(false).describe('also count at the end of every month'),
  outcomes: z
    .array(z.string())
    .max(64)
    .default([])
    .describe(
      'what the effects are computed of: category/cohorts[@date], `all` for all cohorts; left out: every category over all cohorts at the horizon',
    ),
  design,
  assumptions: z
    .strictObject({
      share: z
        .number()
        .min(0.001)
        .max(1)
        .default(0.3)
        .describe('how far a number without a range is moved, as a share of it; a chance moves on its odds'),
      ranges: z.boolean().default(true).describe('move a number to the ends of the range that its mark states'),
      only: z.string().optional().describe('only the numbers below this path'),
    })
    .optional()
    .describe('also vary every number marked "our assumption", down and up'),
  factors: z.record(z.string().min(1).max(80), factor).default({}).describe('what is varied, by names of yours'),
});

export type SweepFile = z.output<typeof sweepSchema>;
export type FactorSpec = SweepFile['factors'][string];
export type Bound = z.output<typeof bound>;
export type FactorDistribution = z.output<typeof distribution>;
export type DesignSpec = SweepFile['design'];

/** The fields of a sweep file as JSON Schema: for editors, problems and the documents. */
export const SWEEP_FIELDS = z.toJSONSchema(sweepSchema, { target: 'draft-7', io: 'input' }) as FieldSchema;
