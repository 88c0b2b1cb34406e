import { assert } from '../../src/assert.ts';
import { Heap } from '../../src/heap.ts';

/** Cancels a pending action; harmless when it has already run. */
export type Cancel = () => void;

/**
 * The only source of time for carriers and for what waits on them. Milliseconds since the Unix epoch, so that a frame
 * log reads the same from virtual and from real runs.
 */
export interface Timers {
  nowMilliseconds(): number;
  /** Runs `action` once, `delayMilliseconds` from now, unless cancelled. */
  after(delayMilliseconds: number, action: () => void): Cancel;
}

/** Real time, for attached hardware and for sockets. Timers do not hold the process open. */
export function wallTimers(): Timers {
  return {
    nowMilliseconds: () => Date.now(),
    after(delayMilliseconds, action) {
      const handle = setTimeout(action, delayMilliseconds);
      handle.unref();
      return () => clearTimeout(handle);
    },
  };
}

interface Pending {
  readonly at: number;
  readonly order: number;
  action: (() => void) | undefined;
}

/**
 * Virtual time: it moves only when nothing is left to do at the present instant, straight to the next pending action.
 * A deadline therefore fires exactly when the system has fallen quiet before it, however slow the machine is.
 */
export interface VirtualTimers extends Timers {
  readonly pending: number;
  /** Runs pending actions, in order of time and then of registration, until none is left. Returns how many ran. */
  runUntilQuiet(options?: RunLimits): number;
  /**
   * As `runUntilQuiet`, but lets every promise that an action resolved run on before time moves: for endpoints written
   * with `await`.
   */
  settle(options?: RunLimits): Promise<number>;
}

export interface RunLimits {
  /** Actions after which the run is held to be endless. */
  readonly actionsMax?: number;
  /** Do not run what lies after this instant; time stops there. */
  readonly untilMilliseconds?: number;
}

const ACTIONS_MAX = 10_000_000;

/** Timers over virtual time: they fire when the clock is moved, and never by themselves. */
export function virtualTimers(startMilliseconds = 0): VirtualTimers {
  const queue = new Heap(before);
  let now = startMilliseconds;
  let order = 0;

  /** Takes the next live action, or undefined when quiet (or when the next lies past the limit). */
  function take(limits: RunLimits): (() => void) | undefined {
    for (;;) {
      const next = queue.first;
      if (next !== undefined && next.action === undefined) {
        queue.pop();
        continue;
      }
      const until = limits.untilMilliseconds;
      if (next === undefined || (until !== undefined && next.at > until)) {
        if (until !== undefined && until > now) now = until;
        return undefined;
      }
      queue.pop();
      now = Math.max(now, next.at);
      const action = next.action;
      next.action = undefined;
      return action;
    }
  }

  /** The live actions in their order, those that are added meanwhile included. Each one is run before the next is taken. */
  function* due(limits: RunLimits): Generator<() => void> {
    const most = limits.actionsMax ?? ACTIONS_MAX;
    let taken = 0;
    for (let action = take(limits); action !== undefined; action = take(limits)) {
      yield action;
      taken += 1;
      assert(taken <= most, 'virtual time never fell quiet: two endpoints feed each other');
    }
  }

  return {
    get pending() {
      let count = 0;
      for (const { action } of queue.values()) if (action !== undefined) count += 1;
      return count;
    },
    nowMilliseconds: () => now,
    after(delayMilliseconds, action) {
      assert(delayMilliseconds >= 0, 'a delay is not negative');
      const entry: Pending = { at: now + delayMilliseconds, order: order++, action };
      queue.push(entry);
      return () => {
        entry.action = undefined;
      };
    },
    runUntilQuiet(limits = {}) {
      let ran = 0;
      for (const action of due(limits)) {
        action();
        ran += 1;
      }
      return ran;
    },
    async settle(limits = {}) {
      let ran = 0;
      await macrotask();
      for (const action of due(limits)) {
        action();
        ran += 1;
        await macrotask();
      }
      return ran;
    },
  };
}

/** Comes back after every promise job that is ready now, and after those that they make ready. */
function macrotask(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function before(a: Pending, b: Pending): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

/** Time that runs as another does, and may be put forward: a calendar whose empty weeks are passed over. */
export interface ShiftedTimers extends Timers {
  /** How far ahead it is of the time that it follows. */
  readonly aheadMilliseconds: number;
  /** Puts it forward to an instant; it never goes back. */
  shiftTo(milliseconds: number): void;
}

/** Begins at an instant of its own, or at the other's present. */
export function shiftedTimers(timers: Timers, startMilliseconds = timers.nowMilliseconds()): ShiftedTimers {
  let ahead = startMilliseconds - timers.nowMilliseconds();
  return {
    get aheadMilliseconds() {
      return ahead;
    },
    nowMilliseconds: () => timers.nowMilliseconds() + ahead,
    after: (delayMilliseconds, action) => timers.after(delayMilliseconds, action),
    shiftTo(milliseconds) {
      ahead = Math.max(ahead, milliseconds - timers.nowMilliseconds());
    },
  };
}
