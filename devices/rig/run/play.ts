/**
 * Turns a plan into tasks: contacts, instructions and attempts, one after the other. The code that carries out the
 * tasks owns the time: virtual time if everything is in memory, otherwise wall time.
 */
import { assert } from '../../../src/assert.ts';
import { OK, OK_ESME } from '../../../src/migration/history.ts';
import type { Instant } from '../../../src/time.ts';
import type { Call, Procedure } from '../../headend/procedure.ts';
import { run, type RunnerOptions } from '../../headend/runner.ts';
import type { Preparation } from '../../headend/smso.ts';
import { realise, UNTOUCHED, type Realised } from '../../link/realise.ts';
import type { VirtualTimers } from '../../transport/timers.ts';
import type { PlannedEvent } from '../bench/plannedEvent.ts';
import type { Rig } from '../walk/rig.ts';
import type { Contacted, InstructionPlan } from '../walk/rigOptions.ts';
import { OUTAGE, type Links, type Striker } from '../bench/striker.ts';

export type Task =
  { readonly do: 'advance'; readonly to: Instant } | { readonly do: 'run'; readonly procedure: Procedure<unknown> };

export interface Stage {
  readonly rig: Rig;
  readonly links: Links;
  readonly striker: Striker;
  /** The call that reaches the hub at a contact. */
  readonly hub: Omit<Call, 'client'>;
  readonly works: readonly Preparation[];
  readonly blocksPerTry: number;
  /** Lets the time between two tries of an instruction pass. Default: it is waited for. */
  readonly between?: InstructionPlan['between'];
  readonly deviceTime?: InstructionPlan['deviceTime'];
  /** True to end with the attempt that migrates or cannot be carried out; `migrated`: with the one that migrates. */
  readonly untilEnded?: boolean | 'migrated';
  /** Returns the instant that an event is given. Default: its own. */
  readonly instantOf?: (event: PlannedEvent) => Instant;
  /** True if this side cannot make an event in time. It is then recorded as missed. Default: every event is made. */
  readonly isMissed?: (event: PlannedEvent) => boolean;
  readonly onContact?: (contacted: Contacted) => void;
  readonly onBegin?: (event: PlannedEvent, at: Instant) => void;
  readonly onEnd?: (event: PlannedEvent, at: Instant) => void;
}

export function* play(events: Iterable<PlannedEvent>, stage: Stage): Generator<Task, void, unknown> {
  const { links } = stage;
  for (const event of events) {
    yield { do: 'advance', to: event.at };
    const at = stage.instantOf?.(event) ?? event.at;
    if (stage.isMissed?.(event)) {
      stage.rig.miss(KIND_OF_EVENT[event.kind], at, 'pick' in event ? event.pick : 0);
      stage.onEnd?.(event, at);
      continue;
    }
    stage.onBegin?.(event, at);
    stage.striker.schedule(at);
    yield { do: 'run', procedure: perform(event, at, stage) };
    yield { do: 'run', procedure: done(links, UNTOUCHED) };
    stage.onEnd?.(event, at);
    if (stage.untilEnded && event.kind === 'attempt' && hasEnded(stage, at)) return;
  }
}

const KIND_OF_EVENT = { contact: 'contact', attempt: 'migration', instruction: 'instruction' } as const;

function hasEnded({ rig, untilEnded }: Stage, at: Instant): boolean {
  const last = rig.attempts.at(-1);
  const isMigrated = last?.kind === 'migration' && (last.outcome === OK || last.outcome === OK_ESME);
  return isMigrated || (untilEnded === true && rig.undone.some((one) => one.kind === 'migration' && one.at === at));
}

function* perform(event: PlannedEvent, at: Instant, stage: Stage): Procedure<void> {
  const { rig, links, striker, works, blocksPerTry } = stage;
  switch (event.kind) {
    case 'contact': {
      yield* done(links, event.reached ? UNTOUCHED : realise('silence', 'wanRecent', OUTAGE));
      // The contact is made in a statement of its own, because an optional call does not evaluate its arguments if
      // there is no listener.
      const contacted = yield* rig.contact(at, stage.hub);
      stage.onContact?.(contacted);
      return;
    }
    case 'attempt':
      striker.begin(event);
      yield* rig.attempt(at, event);
      return;
    case 'instruction':
      links.scheduleUntil(undefined);
      yield* rig.instruct(at, {
        ...event,
        tries: event.reached.length,
        works,
        blocksPerTry,
        ...(stage.between && { between: stage.between }),
        ...(stage.deviceTime && { deviceTime: stage.deviceTime }),
        onTry: (_, number) =>
          done(links, event.reached[number] ? UNTOUCHED : realise('silence', 'wanRecent', { silence: 'drop' })),
      });
  }
}

function* done(links: Links, realised: Realised): Procedure<void> {
  const act = links.realise(realised);
  if (act) yield* act;
}

/** Carries tasks out in virtual time. */
export function playVirtually(tasks: Iterable<Task>, runner: RunnerOptions, timers: VirtualTimers): void {
  for (const task of tasks) {
    if (task.do === 'run') complete(task.procedure, runner, timers);
    else timers.runUntilQuiet({ untilMilliseconds: task.to * 1000 });
  }
}

/** Runs a procedure in virtual time until it has ended and everything still on its way has arrived. */
export function complete<T>(procedure: Procedure<T>, runner: RunnerOptions, timers: VirtualTimers): T {
  const ended: T[] = [];
  run(procedure, runner, (value) => ended.push(value));
  timers.runUntilQuiet();
  assert(ended.length === 1, 'virtual time fell quiet and the procedure waits: nobody owes it an answer');
  return ended[0] as T;
}

/**
 * Carries tasks out in wall time. It does not wait for time that exists only in the calendar. Resolves with true unless
 * `signal` ended the run. The procedure under way is then abandoned as in a crash; its records stay.
 */
export async function playNow(tasks: Iterable<Task>, runner: RunnerOptions, signal?: AbortSignal): Promise<boolean> {
  for (const task of tasks) {
    if (signal?.aborted) return false;
    if (task.do === 'run' && !(await runUnless(task.procedure, runner, signal))) return false;
  }
  return true;
}

/** Runs a procedure to its end, or until `signal`. Rejects with what it threw, whichever callback threw it. */
function runUnless(procedure: Procedure<unknown>, runner: RunnerOptions, signal?: AbortSignal): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const ended = (thrown: Error | undefined): void => {
      signal?.removeEventListener('abort', stop);
      if (thrown) reject(thrown);
      else resolve(true);
    };
    let crash = (): void => undefined;
    const stop = (): void => {
      crash();
      resolve(false);
    };
    signal?.addEventListener('abort', stop, { once: true });
    crash = run(caught(procedure), runner, ended);
  });
}

/** Catches a defect, or a ledger that cannot be written, so that it ends the run and not the process. */
function* caught(procedure: Procedure<unknown>): Procedure<Error | undefined> {
  try {
    yield* procedure;
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
