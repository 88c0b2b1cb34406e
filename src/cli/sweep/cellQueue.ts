import type * as BullMq from 'bullmq';
import { KERNEL } from '../../../sim/kernel/model/kernelNumber.ts';
import type { Cell } from '../../../sim/sweep/cell/cell.ts';
import { UsageError } from '../shell/exit.ts';
import type { CellAnswer, QueuedCell } from './cellAnswer.ts';
import { queueAnswer, type QueueAnswer } from './queueAnswer.ts';

export type { QueuedCell };

/** Cells on a queue of BullMQ. The job's id is the cell's key, so a cell that two processes queue is there once. */
export interface CellQueue {
  /** Queues a cell, unless it is there. One that failed before is queued anew. */
  add(cell: Cell): Promise<void>;
  /** What the queue knows of a cell. */
  answer(key: string): Promise<QueueAnswer>;
  /** Removes a cell whose answer was taken. */
  forget(key: string): Promise<void>;
  /** How many workers listen. */
  workers(): Promise<number>;
  /**
   * Waits until some cell is done, or a moment has passed. Returns the keys of the cells that were done since the last
   * call; undefined after a quiet moment, in which an event may have been missed.
   */
  wait(signal: AbortSignal): Promise<readonly string[] | undefined>;
  /** Takes cells until the signal is aborted, or with `once` until none is left. */
  work(options: WorkOptions): Promise<void>;
  close(): Promise<void>;
}

export interface WorkOptions {
  readonly concurrency: number;
  readonly signal: AbortSignal;
  readonly once: boolean;
  readonly compute: (queued: QueuedCell) => Promise<CellAnswer>;
}

const QUEUE = 'smets1-bench-cells';
/** A lock that is renewed at half of this; a worker that is gone loses its cells after it. Ours. */
const LOCK_MILLISECONDS = 10_000;
/** How often a cell may lose its worker: machines that go are no fault of the cell. Ours. */
const STALLED_MAX = 1000;
/** How often a cell is handed on by workers of another version before it counts as failed. Ours. */
const ATTEMPTS = 20;
const HAND_ON_MILLISECONDS = 500;
const WAIT_MILLISECONDS = 1000;

/** Opens the queue. Throws UsageError where the packages are not installed or Redis does not answer. */
export async function openCellQueue(url: string): Promise<CellQueue> {
  const { bullmq, connection } = await connected(url);
  const queue = new bullmq.Queue<QueuedCell, CellAnswer>(QUEUE, { connection });
  const events = new bullmq.QueueEvents(QUEUE, { connection });
  // A connection that breaks is tried again by the library; its errors are no news beside a wait that goes on.
  queue.on('error', () => undefined);
  events.on('error', () => undefined);
  return {
    async add(cell) {
      const before = await queue.getJob(cell.key);
      if (before !== undefined && (await before.isFailed())) await before.remove().catch(() => undefined);
      const backoff = { type: 'fixed', delay: HAND_ON_MILLISECONDS };
      await queue.add('cell', { kernel: KERNEL, cell }, { jobId: cell.key, attempts: ATTEMPTS, backoff });
    },
    answer: (key) => queueAnswer(queue, key),
    async forget(key) {
      const job = await queue.getJob(key);
      // A job that a worker holds cannot be removed. Its answer will be the cell that is in the store already.
      await job?.remove().catch(() => undefined);
    },
    async workers() {
      return (await queue.getWorkers()).length;
    },
    wait: news(events),
    work: (options) => workOn(bullmq, queue, connection, options),
    async close() {
      await events.close();
      await queue.close();
    },
  };
}

async function connected(url: string): Promise<{ bullmq: typeof BullMq; connection: BullMq.ConnectionOptions }> {
  let bullmq: typeof BullMq;
  try {
    bullmq = await import('bullmq');
    const { Redis } = await import('ioredis');
    const probe = new Redis(url, { maxRetriesPerRequest: 0, retryStrategy: () => null, lazyConnect: true });
    probe.on('error', () => undefined);
    try {
      await probe.connect();
      await probe.ping();
    } catch (error) {
      throw new UsageError(`--redis ${url}: ${error instanceof Error ? error.message : String(error)}\n  Start Redis there, or name another.`); // prettier-ignore
    } finally {
      probe.disconnect();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new UsageError('--redis needs the packages bullmq and ioredis\n  Install them beside the bench: npm install bullmq ioredis'); // prettier-ignore
  }
  return { bullmq, connection: { url, maxRetriesPerRequest: null } };
}

function news(events: BullMq.QueueEvents): CellQueue['wait'] {
  const done = new Set<string>();
  let wake = (): void => undefined;
  const hear = ({ jobId }: { readonly jobId: string }): void => {
    done.add(jobId);
    wake();
  };
  events.on('completed', hear);
  events.on('failed', hear);
  return (signal) =>
    new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        wake = () => undefined;
        signal.removeEventListener('abort', end);
        resolve(done.size > 0 ? [...done] : undefined);
        done.clear();
      };
      const timer = setTimeout(end, WAIT_MILLISECONDS);
      wake = end;
      signal.addEventListener('abort', end);
      if (done.size > 0) end();
    });
}

async function workOn(
  bullmq: Pick<typeof BullMq, 'Worker' | 'UnrecoverableError'>,
  queue: BullMq.Queue<QueuedCell, CellAnswer>,
  connection: BullMq.ConnectionOptions,
  { concurrency, signal, once, compute }: WorkOptions,
): Promise<void> {
  const worker = new bullmq.Worker<QueuedCell, CellAnswer>(
    QUEUE,
    async (job) => {
      const answer = await compute(job.data);
      if ('foreign' in answer) throw new Error(answer.foreign);
      if ('error' in answer) throw new bullmq.UnrecoverableError(answer.error);
      return answer;
    },
    { connection, concurrency, lockDuration: LOCK_MILLISECONDS, stalledInterval: LOCK_MILLISECONDS, maxStalledCount: STALLED_MAX }, // prettier-ignore
  );
  worker.on('error', () => undefined);
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve());
    if (signal.aborted) resolve();
    if (once) worker.on('drained', () => void isEmpty(queue).then((empty) => empty && resolve()));
  });
  // What is under way is finished and answered; a second interruption ends the process.
  await worker.close();
}

async function isEmpty(queue: BullMq.Queue): Promise<boolean> {
  const { waiting = 0, delayed = 0, active = 0 } = await queue.getJobCounts('waiting', 'delayed', 'active');
  return waiting + delayed + active === 0;
}
