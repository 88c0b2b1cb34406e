import { Command } from 'commander';
import { openPool } from '../../../sim/kernel/run/pool.ts';
import type { Shell } from '../shell/command.ts';
import { EXIT, type ExitCode } from '../shell/exit.ts';
import { type Io, writeAnswer, writeLine } from '../shell/io.ts';
import { threadsOf, workersOption } from '../shell/options.ts';
import type { Cell } from '../../../sim/sweep/cell/cell.ts';
import type { CellEnd } from './computeCells.ts';
import type { CellStore } from './cellStore.ts';
import { openCellQueue, type QueuedCell } from './cellQueue.ts';
import { cellAnswer } from './cellAnswer.ts';
import type { QueueAnswer } from './queueAnswer.ts';
import type { Executor } from './sweepRun.ts';

/** Cells that lie in the queue at a time: enough for a thousand threads, and Redis keeps few results. Ours. */
const QUEUED_MAX = 2000;

/** After so many waits every cell is asked for, not only those that were heard of: an event may be missed. Ours. */
const WAITS_PER_LOOK = 20;

/**
 * Lets workers on other machines compute: cells go into a queue on Redis, and what the workers answer into the store. Cells
 * that are in the queue already are not queued again, and answers from an earlier call are taken.
 */
export function queueExecutor(options: {
  readonly url: string;
  readonly store: CellStore;
  readonly signal: AbortSignal;
  readonly io: Io;
}): Executor {
  const { url, store, signal, io } = options;
  return async (passes, onEnd) => {
    const queue = await openCellQueue(url);
    const waiting = new Map<string, Cell>();
    const settle = async (cell: Cell): Promise<void> => {
      const answer = await queue.answer(cell.key);
      if (answer.kind === 'open') return;
      if (answer.kind === 'gone') {
        // Another sweep took the answer. The cell is in a store that both share, or it is computed once more.
        if (!store.has(cell.key)) return queue.add(cell);
        waiting.delete(cell.key);
        return onEnd({ kind: 'found', cell });
      }
      waiting.delete(cell.key);
      await onEnd(endOf(cell, answer, store));
      await queue.forget(cell.key);
    };
    try {
      // A worker is given one cell at a time, so that it never holds much that is lost with it.
      const next = cellsOf(passes);
      let saysWaiting = true;
      let waits = 0;
      let heard: readonly string[] | undefined;
      for (let isDone = false; !isDone || waiting.size > 0;) {
        while (!isDone && waiting.size < QUEUED_MAX) {
          const item = next.next();
          isDone = item.done === true;
          if (item.done === true) break;
          waiting.set(item.value.key, item.value);
          await queue.add(item.value);
        }
        signal.throwIfAborted();
        for (const cell of (heard ?? [...waiting.keys()]).map((key) => waiting.get(key))) if (cell) await settle(cell);
        if (waiting.size === 0) continue;
        if (saysWaiting && (await queue.workers()) === 0) {
          writeLine(io.err, 'no worker is there yet: start some with smets1-bench sweep work --redis URL');
          saysWaiting = false;
        }
        heard = await queue.wait(signal);
        // Other sweeps may keep the queue from ever being quiet.
        if (++waits % WAITS_PER_LOOK === 0) heard = undefined;
      }
    } finally {
      await queue.close();
    }
  };
}

function* cellsOf(passes: Iterable<readonly Cell[]>): Generator<Cell> {
  for (const cells of passes) yield* cells;
}

function endOf(
  cell: Cell,
  answer: Exclude<QueueAnswer, { readonly kind: 'open' | 'gone' }>,
  store: CellStore,
): CellEnd {
  if (answer.kind === 'error') return { kind: 'failed', cell, error: answer.error };
  try {
    store.put(cell.key, answer.text);
    store.clearFailure(cell.key);
    return { kind: 'computed', cell };
  } catch (error) {
    return { kind: 'unwritten', cell, error: error as Error };
  }
}

interface WorkOptions {
  readonly redis: string;
  readonly workers?: number;
  readonly once: boolean;
}

/** `sweep work --redis URL`: compute cells for sweeps that run elsewhere. */
export function workCommand(shell: Shell): Command {
  return new Command('work')
    .description('Compute cells for sweeps that were started with --redis elsewhere, until it is stopped.')
    .requiredOption('--redis <url>', 'where the sweep queues its cells: redis://host:6379')
    .addOption(workersOption('threads'))
    .option('--once', 'end when nothing is left in the queue', false)
    .action(shell.action(work));
}

async function work(io: Io, { redis, workers, once }: WorkOptions): Promise<ExitCode> {
  const threads = threadsOf(workers);
  const signal = io.interruption();
  // At least two threads are opened: one would be this thread, and a lock is renewed only while this thread is free.
  const pool = await openPool(Math.max(2, threads));
  const queue = await openCellQueue(redis);
  try {
    let computed = 0;
    let foreign = 0;
    await queue.work({
      concurrency: threads,
      signal,
      once,
      async compute(queued: QueuedCell) {
        const answer = await cellAnswer(queued, pool);
        if ('foreign' in answer) foreign += 1;
        else if ('text' in answer) computed += 1;
        return answer;
      },
    });
    writeAnswer(io.out, `${computed} cells computed${foreign > 0 ? `; ${foreign} are for another version of the bench and were left to others` : ''}\n`); // prettier-ignore
    return foreign > 0 ? EXIT.usage : EXIT.done;
  } finally {
    await queue.close();
    await pool.close();
  }
}
