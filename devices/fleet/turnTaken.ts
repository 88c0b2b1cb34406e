/**
 * A turn of an installation as plain data. The turns of a fleet in virtual time, with its file, are all there is to know
 * of it: a fleet that was stopped goes on from them. They hold no keys.
 */
import { z } from 'zod';
import { CAUSES, ATTEMPT_KINDS } from '../../src/migration/history.ts';
import type { Instant } from '../../src/time.ts';
import type { EventResult } from './fleetMember.ts';

const at = z.int();
const kind = z.enum(['contact', 'instruction', 'attempt']);
const result = z.strictObject({
  kind,
  at,
  isMissed: z.boolean(),
  contacted: z.strictObject({ observation: z.string(), why: z.string().optional() }).optional(),
  attempt: z
    .strictObject({
      at,
      kind: z.enum(ATTEMPT_KINDS),
      outcome: z.string(),
      cause: z.enum(CAUSES),
      table510: z.boolean(),
    })
    .optional(),
  undone: z.strictObject({ at, kind: z.enum(ATTEMPT_KINDS), why: z.string() }).optional(),
  contacts: z.array(z.strictObject({ at, link: z.enum(['wan', 'han']) })),
});

export const turnTakenSchema = z.strictObject({
  /** The installation. */
  id: z.string(),
  /** When its turn began. */
  begin: at,
  /** When its connection was free again. */
  free: at,
  /** When it is due again; null if nothing will be due any more. */
  due: at.nullable(),
  /** What came of the event that ended in this turn. Left out while an instruction rests between two tries. */
  result: result.optional(),
});
/** One turn of an installation: when it began and ended, when it is due again, and what came of it. */
export type TurnTaken = z.output<typeof turnTakenSchema>;

/** What came of an event, without the steps, which no record of a fleet has. */
export function plainResult(of: EventResult): NonNullable<TurnTaken['result']> {
  const { kind: which, at: when, isMissed, contacted, attempt, undone, contacts } = of;
  return {
    kind: which,
    at: when,
    isMissed,
    ...(contacted && { contacted: { ...contacted } }),
    ...(attempt && { attempt: { ...attempt } }),
    ...(undone && { undone: { ...undone } }),
    contacts: contacts.map((contact) => ({ ...contact })),
  };
}

/** The result as it was told when it happened, without its steps. */
export function resultOf({ contacted, attempt, undone, ...rest }: NonNullable<TurnTaken['result']>): EventResult {
  return { ...rest, contacted: contacted as EventResult['contacted'], attempt, undone, steps: [] };
}

/** Thrown where the turns that were recorded do not follow from the fleet file. */
export class TurnsDifferError extends Error {
  override name = 'TurnsDifferError';
  readonly id: string;
  readonly at: Instant;

  constructor(id: string, when: Instant, why: string) {
    super(why);
    this.id = id;
    this.at = when;
  }
}
