/**
 * What a watch writes down, one record a line, before the next thing happens. Everything else - what is due, the history, the
 * outputs - follows from these records alone. They hold no key and no secret.
 */
import { z } from 'zod';
import { CAUSES } from '../../../src/migration/history.ts';
import { instantText } from '../file/rigFaultSchema.ts';
import { stepRowSchema } from '../run/stepRow.ts';
import { scheduleSchema } from '../file/watchSchema.ts';

/** The wall's time at which a record was written. */
const t = instantText;
const words = z.string().max(2000);
const outcome = z.string().regex(/^[A-Za-z0-9_-]{1,32}$/);
const steps = z.array(stepRowSchema);

/** How one try of a contact went. `ours`: our own side failed; `missed`: nobody was there to make it. */
const TRY_RESULTS = ['answered', 'silent', 'ours', 'missed'] as const;

/**
 * What a piece of evidence may do. `judged`: what the watch asked for itself, which can also show that a link was silent.
 * `sign`: what came by itself, which can only show that it was not. `record`: it stands in the record and no check rests on it.
 */
const BEARINGS = ['judged', 'sign', 'record'] as const;

const evidence = z.strictObject({
  is: z.literal('evidence'),
  t,
  link: z.enum(['wan', 'han']),
  at: instantText,
  source: z.string().min(1).max(200),
  bearing: z.enum(BEARINGS),
});

export const journalRecordSchema = z.discriminatedUnion('is', [
  /** The first line: whose history this is. */
  z.strictObject({ is: z.literal('begun'), t, format: z.literal(1), rig: words, installation: words, record: words }),
  /** The schedule from now on; another one when the rig file changed, or the same after the watch had ended. */
  z.strictObject({ is: z.literal('schedule'), t, from: instantText, schedule: scheduleSchema }),
  /** A process took the watch up, or laid it down. */
  z.strictObject({ is: z.literal('up'), t, version: words }),
  z.strictObject({ is: z.literal('down'), t }),
  /** One try of the contact of an instant: `at` is when it was begun, or when it was due where it was not made. */
  z.strictObject({
    is: z.literal('try'),
    t,
    slot: instantText,
    number: z.int().min(1),
    at: instantText,
    result: z.enum(TRY_RESULTS),
    why: words.optional(),
  }),
  /** The attempt of an instant is about to begin; it may be the second time. */
  z.strictObject({ is: z.literal('began'), t, at: instantText }),
  /** What came of it: a row of the `attempts` record. */
  z.strictObject({
    is: z.literal('attempt'),
    t,
    at: instantText,
    outcome,
    cause: z.enum(CAUSES),
    why: words.optional(),
    steps,
  }),
  /** It took every step that it might, and all went well: no migration, and in no record. */
  z.strictObject({ is: z.literal('passed'), t, at: instantText, why: words, steps }),
  /** It could not be judged: nothing that is at hand can tell. In no record. */
  z.strictObject({ is: z.literal('unknown'), t, at: instantText, why: words, steps }),
  /** Nobody was there to make it, or its process died: a row of the `attempts` record, with cause system. */
  z.strictObject({ is: z.literal('missed'), t, at: instantText, outcome, why: words }),
  evidence,
  /** Where the count of a source's own dates begins; no evidence yet. */
  z.strictObject({ is: z.literal('seen'), t, source: z.string().min(1).max(200), at: instantText }),
  /** The wall's clock moved by so many seconds on its own: set, or stopped while the machine was asleep. */
  z.strictObject({ is: z.literal('jump'), t, seconds: z.int() }),
  z.strictObject({ is: z.literal('ended'), t, why: words }),
]);

/** One line of the journal of a watch. All outputs of a watch follow from these lines. */
export type JournalRecord = z.output<typeof journalRecordSchema>;
export type RecordOf<Is extends JournalRecord['is']> = Extract<JournalRecord, { is: Is }>;
export type EvidenceRecord = z.output<typeof evidence>;
export type Bearing = EvidenceRecord['bearing'];
