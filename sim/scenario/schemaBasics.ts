import { z } from 'zod';
import { COHORTS } from '../../src/installation/cohort.ts';

/** The kinds of values that a scenario consists of. */
export const count = z.number().int().min(0).max(50_000_000);
export const date = z.iso.date();
/** The first fields of scenarios, sweeps and priors. */
export const fileHead = {
  $schema: z.string().optional().describe('for editors; the bench ignores it'),
  format: z.literal(1).describe('version of this format'),
};
export const cohort = z.enum(COHORTS).describe('migration cohort');
export const dormancy = z
  .enum(['dormant', 'active', 'mixed'])
  .describe(
    'whether the meters are Dormant, Active, or (mixed) one of each; statistics of meters not in smart mode count something else',
  );

/** `x1.5`: that many times a number that stands elsewhere. */
const TIMES = /^x(\d+(?:\.\d+)?)$/;

/** A number, or `x` and a number. */
export const relative = z.string().regex(TIMES, 'a number, or `x` and a number: that many times the own value');

/** One end of a range, as a file states it: a number, or `x1.5`. */
export type RangeEnd = number | string;

/** Returns the number that `x1.5` multiplies by; undefined for anything else. */
export function timesOf(value: unknown): number | undefined {
  if (typeof value !== 'string') return undefined;
  const found = TIMES.exec(value)?.[1];
  return found === undefined ? undefined : Number(found);
}

/** Where a number may lie. The checks of both ends against the number itself are warnings of the loader. */
export const range = z
  .tuple([z.union([z.number(), relative]), z.union([z.number(), relative])])
  .superRefine(([low, high], context) => {
    const [from, to] = [timesOf(low), timesOf(high)];
    if ((from ?? 0) > 1 || (to ?? 1) < 1)
      context.addIssue({ code: 'custom', message: 'a range around the own value, such as [x0.5, x2]' });
    if (from === undefined && to === undefined && low > high)
      context.addIssue({ code: 'custom', message: 'the lower end first' });
  });
