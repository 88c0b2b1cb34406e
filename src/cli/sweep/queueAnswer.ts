import type * as BullMq from 'bullmq';
import type { CellAnswer, QueuedCell } from './cellAnswer.ts';

/** What a queue knows of a cell: still open, finished, failed, or gone because another sweep took its answer. */
export type QueueAnswer =
  | { readonly kind: 'open' }
  | { readonly kind: 'gone' }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'error'; readonly error: string };

/** The part of a queue that an answer is read from. */
export type AnswerSource = Pick<BullMq.Queue<QueuedCell, CellAnswer>, 'getJobState' | 'getJob'>;

/**
 * Reads the answer to one cell. The state is asked for first and the job after it: a job that was read while it ran has
 * no answer in it, also if it is finished by the time its state is asked for. Another process may remove the job or queue
 * it anew between the two questions.
 */
export async function queueAnswer(queue: AnswerSource, key: string): Promise<QueueAnswer> {
  const state = await queue.getJobState(key);
  if (state === 'unknown') return { kind: 'gone' };
  if (state !== 'completed' && state !== 'failed') return { kind: 'open' };
  const job = await queue.getJob(key);
  if (job === undefined) return { kind: 'gone' };
  // A job that was queued anew has neither.
  const { returnvalue, failedReason } = job as { returnvalue: CellAnswer | null; failedReason?: string };
  if (state === 'failed') return failedReason ? { kind: 'error', error: failedReason } : { kind: 'open' };
  return returnvalue && 'text' in returnvalue ? { kind: 'text', text: returnvalue.text } : { kind: 'open' };
}
