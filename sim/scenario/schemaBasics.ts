import { z } from 'zod';
import { COHORTS } from '../../src/installation/cohort.ts';

/** The kinds of values that a scenario consists of. */
export const share = z.number().min(0).max(1);
export const count = z.number().int().min(0).max(50_000_000);
export const date = z.iso.date();
export const positive = z.number().positive();
export const perYear = z.number().min(0).max(1000);
export const name = z
  .string()
  .regex(/^[a-z0-9][A-Za-z0-9-]*$/)
  .describe('a name of letters, digits and hyphens that begins with a small letter or a digit');
export const cohort = z.enum(COHORTS).describe('migration cohort');
export const dormancy = z
  .enum(['dormant', 'active', 'mixed'])
  .describe(
    'whether the meters are Dormant, Active, or (mixed) one of each; not the "not in smart mode" of statistics',
  );
