/**
 * The one head-end of a fleet: what is due waits in one queue, by due time, for one of so many connections. The queue
 * knows nothing of devices.
 */
import { Heap } from '../../src/heap.ts';
import type { Instant } from '../../src/time.ts';
import type { Timers } from '../transport/timers.ts';

/** An installation as the head-end sees it: it has one thing due at a time. */
export interface Served {
  /** When it is due; undefined if nothing will be due any more. */
  readonly dueAt: Instant | undefined;
  /** Does what is due. Resolves when the connection is free again. */
  serve(turn: Turn): Promise<void>;
  /** When the connection was free again, by the installation's own clock. */
  readonly freeAt: Instant;
}

/** One turn at a connection. */
export interface Turn {
  /** When the connection was there. */
  readonly begin: Instant;
  /** Seconds that the installation waited for a connection. */
  readonly waited: number;
  /** True if it waited for too long: what was due is missed by this side. */
  readonly isTooLate: boolean;
}

export interface HeadEnd {
  readonly connections: number;
  readonly lateSeconds: number;
  readonly signal: AbortSignal;
  /** Called after each turn. A promise is waited for before the next one begins, in virtual time. */
  readonly onTurn: (served: Served, turn: Turn) => Promise<void> | undefined;
}

interface Booking {
  readonly at: Instant;
  readonly order: number;
  readonly served: Served;
}

/** Installations by due time; equal ones in the order in which they were booked. */
class HeadEndQueue {
  private readonly bookings = new Heap(before);
  private order = 0;

  get size(): number {
    return this.bookings.size;
  }

  get dueAt(): Instant | undefined {
    return this.bookings.first?.at;
  }

  book(served: Served): void {
    const at = served.dueAt;
    if (at !== undefined) this.bookings.push({ at, order: this.order++, served });
  }

  take(): Booking | undefined {
    return this.bookings.pop();
  }
}

function before(a: Booking, b: Booking): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

/**
 * Serves everybody in virtual time. Installations share nothing but the connections, so each turn is carried out as a
 * whole, in the order in which the turns begin; the result is that of true concurrency. Resolves with true if nothing is
 * due any more, and with false if the signal ended it.
 */
export async function serveVirtually(all: Iterable<Served>, headEnd: HeadEnd): Promise<boolean> {
  const { connections, lateSeconds, signal, onTurn } = headEnd;
  const queue = new HeadEndQueue();
  for (const served of all) queue.book(served);
  // The instants at which the connections are free, in a queue of their own.
  const lines = new HeadEndQueue();
  for (let i = 0; i < connections; i += 1) lines.book(lineFreeAt(-Infinity));
  for (let next = queue.take(); next !== undefined; next = queue.take()) {
    if (signal.aborted) return false;
    const free = (lines.take() as Booking).at;
    const turn = turnAt(next.at, Math.max(next.at, free), lateSeconds);
    const { served } = next;
    await served.serve(turn);
    lines.book(lineFreeAt(served.freeAt));
    queue.book(served);
    const pause = onTurn(served, turn);
    if (pause) await pause;
  }
  return true;
}

function lineFreeAt(at: Instant): Served {
  return { dueAt: at, freeAt: at, serve: () => Promise.resolve() };
}

function turnAt(due: Instant, begin: Instant, lateSeconds: number): Turn {
  return { begin, waited: begin - due, isTooLate: begin - due > lateSeconds };
}

/** The longest sleep of a head-end before it looks at the clock again, in seconds. */
const NAP_SECONDS = 30;

/**
 * Serves everybody in wall time, at most so many at once. Resolves with true if nothing is due any more, and with false
 * if the signal ended it; the turns under way have then ended. Rejects with what a turn threw.
 */
export async function serveNow(all: Iterable<Served>, timers: Timers, headEnd: HeadEnd): Promise<boolean> {
  const { connections, lateSeconds, signal, onTurn } = headEnd;
  const queue = new HeadEndQueue();
  for (const served of all) queue.book(served);
  const running = new Set<Promise<void>>();
  let failure: Error | undefined;
  let wake = (): void => undefined;
  const stop = (): void => wake();
  signal.addEventListener('abort', stop);
  try {
    while (!signal.aborted && failure === undefined && (queue.size > 0 || running.size > 0)) {
      const now = Math.floor(timers.nowMilliseconds() / 1000);
      const due = queue.dueAt;
      if (due !== undefined && due <= now && running.size < connections) {
        const { served, at } = queue.take() as Booking;
        const turn = turnAt(at, now, lateSeconds);
        const done: Promise<void> = served
          .serve(turn)
          .then(() => {
            queue.book(served);
            return onTurn(served, turn);
          })
          .catch(
            (error: unknown) => void (failure ??= error instanceof Error ? error : new Error('a turn threw no error')),
          )
          .finally(() => {
            running.delete(done);
            wake();
          });
        running.add(done);
        continue;
      }
      const isFull = running.size >= connections;
      const seconds = due === undefined || isFull ? NAP_SECONDS : Math.min(NAP_SECONDS, due - now);
      await new Promise<void>((resolve) => {
        wake = resolve;
        timers.after(Math.max(1, seconds * 1000), resolve);
      });
    }
  } finally {
    signal.removeEventListener('abort', stop);
    await Promise.allSettled(running);
  }
  if (failure !== undefined) throw failure;
  return !signal.aborted;
}
