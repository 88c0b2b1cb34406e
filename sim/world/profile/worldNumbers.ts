/** The kinds of numbers that describe the world, and the names that are given to its parts. */
import { z } from 'zod';

export const share = z.number().min(0).max(1);
export const positive = z.number().positive();
export const perYear = z.number().min(0).max(1000);
export const name = z
  .string()
  .regex(/^[a-z0-9][A-Za-z0-9-]*$/)
  .describe('a name of letters, digits and hyphens that begins with a small letter or a digit');
