/**
 * The records of a watch, one on each line, written before anything else happens. Everything else (what is due, the
 * history, the outputs) follows from these records alone. They hold no key and no secret.
 */
import { z } from 'zod';
import { CAUSES } from '../../../src/migration/history.ts';
import { instantText } from '../file/rigFaultSchema.ts';
import { stepRowSchema } from '../run/stepRow.ts';
import { scheduleSchema } from '../file/watchSchema.ts';

/** The wall time at which the record was written. */
const t = instantText;
const words = z.string().max(2000);
const outcome = z.string().regex(/^[A-Za-z0-9_-]{1,32}$/);
const steps = z.array(stepRowSchema);

/** The result of one try of a contact. `ours`: our own side failed. `missed`: the watch did not run when it was due. */
const TRY_RESULTS = ['answered', 'silent', 'ours', 'missed'] as const;

/**
 * How a check may use a piece of evidence. `judged`: the watch asked for it, so it can also show that a link was
 * silent. `sign`: it came unasked, so it can only show that a link was not silent. `record`: it stands in the records,
 * and no check uses it.
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
  /** The first line: names the installation. */
  z.strictObject({ is: z.literal('begun'), t, format: z.literal(1), rig: words, installation: words, record: words }),
  /** The schedule from now on. Written when the rig file changed it, and again when a watch that had ended goes on. */
  z.strictObject({ is: z.literal('schedule'), t, from: instantText, schedule: scheduleSchema }),
  /** A process started the watch, or ended it. */
  z.strictObject({ is: z.literal('up'), t, version: words }),
  z.strictObject({ is: z.literal('down'), t }),
  /** One try of a contact. `at` is when the try began, or when it was due if it was not made. */
  z.strictObject({
    is: z.literal('try'),
    t,
    slot: instantText,
    number: z.int().min(1),
    at: instantText,
    result: z.enum(TRY_RESULTS),
    why: words.optional(),
  }),
  /** An attempt is about to begin, possibly for the second time. */
  z.strictObject({ is: z.literal('began'), t, at: instantText }),
  /** The result of an attempt: a row of the `attempts` record. */
  z.strictObject({
    is: z.literal('attempt'),
    t,
    at: instantText,
    outcome,
    cause: z.enum(CAUSES),
    why: words.optional(),
    steps,
  }),
  /** The attempt took every permitted step without a failure. No migration took place, and no record holds it. */
  z.strictObject({ is: z.literal('passed'), t, at: instantText, why: words, steps }),
  /** The attempt could not be judged, because nothing available can tell. No record holds it. */
  z.strictObject({ is: z.literal('unknown'), t, at: instantText, why: words, steps }),
  /**
   * The watch did not run, or its process died during the attempt. A row of the `attempts` record with cause system.
   */
  z.strictObject({ is: z.literal('missed'), t, at: instantText, outcome, why: words }),
  evidence,
  /** The first date of a source, from which its dates count. It is no evidence yet. */
  z.strictObject({ is: z.literal('seen'), t, source: z.string().min(1).max(200), at: instantText }),
  /** The wall clock moved by this many seconds on its own: it was set, or the machine was asleep. */
  z.strictObject({ is: z.literal('jump'), t, seconds: z.int() }),
  z.strictObject({ is: z.literal('ended'), t, why: words }),
]);

/** One line of a watch's journal. All outputs of a watch follow from these lines. */
export type JournalRecord = z.output<typeof journalRecordSchema>;
export type RecordOf<Is extends JournalRecord['is']> = Extract<JournalRecord, { is: Is }>;
export type EvidenceRecord = z.output<typeof evidence>;
export type Bearing = EvidenceRecord['bearing'];
