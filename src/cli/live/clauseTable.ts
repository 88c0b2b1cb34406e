import { z } from 'zod';
import type { LiveTable } from './liveTypes.ts';

/** A clause as the outputs of a rig and of a watch hold it. */
export const clauseRow = z.looseObject({
  category: z.string().optional(),
  clause: z.string(),
  counted: z.number().nullable(),
  needed: z.number().nullable(),
  holds: z.boolean(),
  missing: z.string().nullable(),
  inScope: z.boolean().optional(),
});
export type ClauseRow = z.output<typeof clauseRow>;

/** How near each clause is. The evaluator of the rules has counted; nothing is counted here. */
export function clauseTable(clauses: readonly ClauseRow[] | undefined, caption: string): readonly LiveTable[] {
  if (clauses === undefined || clauses.length === 0) return [];
  const rows = clauses.map(({ clause, category, counted, needed, holds, missing, inScope }) => [
    category === undefined ? clause : `${clause} ${category}`,
    countText(counted),
    countText(needed),
    holds ? 'yes' : 'no',
    inScope === false ? 'not in its scope' : (missing ?? ''),
  ]);
  return [{ caption, head: ['clause', 'counted', 'needed', 'holds', 'missing'], rows }];
}

/** A clause that counts nothing has no number. */
function countText(count: number | null): string {
  return count === null ? '' : String(count);
}
