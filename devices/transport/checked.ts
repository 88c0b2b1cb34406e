import type { z } from 'zod';

/** What came in, as its schema has it, or why it does not. */
export type Decoded<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: string };

/** A value of the world's against a schema. The reason names the field, never the content; `whole` is what has no field. */
export function checked<T>(schema: z.ZodType<T>, value: unknown, whole: string): Decoded<T> {
  let found: z.ZodSafeParseResult<T>;
  try {
    found = schema.safeParse(value);
  } catch {
    // Zod compares the length of whatever has one. An object whose `length` is an object without a value throws.
    return { ok: false, reason: `${whole}: not of a type that can be compared` };
  }
  if (found.success) return { ok: true, value: found.data };
  const issue = found.error.issues[0];
  return { ok: false, reason: `${issue?.path.join('.') || whole}: ${issue?.message ?? 'wrong'}` };
}
