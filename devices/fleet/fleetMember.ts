/**
 * One installation of a fleet at the head-end's queue. Its devices are made when it is first served, and are put away
 * when its calendar is over: its records stay.
 */
import type { Instant } from '../../src/time.ts';
import { assert } from '../../src/assert.ts';
import { run, type RunnerOptions } from '../headend/runner.ts';
import type { PlannedEvent } from '../rig/bench/plannedEvent.ts';
import type { PlanMemory } from '../rig/run/plan.ts';
import type { Task } from '../rig/run/play.ts';
import type { Rig } from '../rig/walk/rig.ts';
import type { RowsTaken } from '../rig/walk/rigRows.ts';
import type { Contacted } from '../rig/walk/rigOptions.ts';
import type { Served, Turn } from './headEndQueue.ts';
import type { DueEvent } from './memberEvents.ts';

/** The devices and head-ends of an installation while it has a calendar. */
export interface MemberStage {
  readonly rig: Rig;
  readonly tasks: Iterator<Task, void, unknown>;
  readonly runner: RunnerOptions;
  /** The time of this installation, in seconds. */
  readonly now: () => Instant;
  /** Lets time pass until an instant; in wall time it has passed already. */
  readonly passTo: (at: Instant) => void;
  /** Carries out everything that is pending, in virtual time. Undefined: time passes by itself. */
  readonly settle?: () => void;
  /** What has to be kept of it between two events, if it may be thrown away then. Default: it stays. */
  readonly memory?: () => PlanMemory;
}

/** What a stage asks of its member. */
export interface StageHooks {
  readonly events: Iterable<PlannedEvent>;
  readonly instantOf: (event: PlannedEvent) => Instant;
  readonly isMissed: (event: PlannedEvent) => boolean;
  readonly rest: (seconds: number, resume: () => void) => void;
  readonly onContact: (contacted: Contacted) => void;
  readonly onEnd: (event: PlannedEvent, at: Instant) => void;
}

/** What came of one event. */
export interface EventResult extends RowsTaken {
  readonly kind: PlannedEvent['kind'];
  readonly at: Instant;
  readonly isMissed: boolean;
  /** Of a contact that was made. */
  readonly contacted: Contacted | undefined;
}

export interface MemberOptions {
  readonly id: string;
  readonly group: string;
  readonly events: Iterator<DueEvent, void, void>;
  /** Sets what the links do to an event that begins. `number` counts attempts from 1. */
  readonly decide: (event: DueEvent, of: { readonly at: Instant; readonly number: number }) => void;
  readonly open: (hooks: StageHooks, memory: PlanMemory | undefined) => MemberStage;
  /** Gives the instant at which an event begins that is due at `due`. Default: it counts as made when it was due. */
  readonly begins?: (due: Instant) => Instant;
  readonly onResult: (member: FleetMember, result: EventResult) => void;
}

/** An installation of a fleet: its id, its group, and what is due. */
export class FleetMember implements Served {
  readonly id: string;
  readonly group: string;
  dueAt: Instant | undefined;
  freeAt: Instant = -Infinity;
  private readonly options: MemberOptions;
  private next: DueEvent | undefined;
  private stage: MemberStage | undefined;
  private memory: PlanMemory | undefined;
  private turn: Turn | undefined;
  private attempts = 0;
  private isMissed = false;
  private contacted: Contacted | undefined;
  private resume: (() => void) | undefined;
  /** Settles the turn under way. */
  private done: (() => void) | undefined;
  private fail: ((error: unknown) => void) | undefined;

  constructor(options: MemberOptions) {
    this.options = options;
    this.id = options.id;
    this.group = options.group;
    this.next = options.events.next().value ?? undefined;
    this.dueAt = this.next?.at;
  }

  /** The event that is due; undefined while an instruction rests, and when nothing will be due any more. */
  get due(): DueEvent | undefined {
    return this.resume ? undefined : this.next;
  }

  serve(turn: Turn): Promise<void> {
    return new Promise((resolve, reject) => {
      this.done = resolve;
      this.fail = reject;
      this.turn = turn;
      try {
        this.begin(turn);
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    });
  }

  private begin({ begin }: Turn): void {
    const isNew = this.stage === undefined;
    const stage = (this.stage ??= this.options.open(this.hooks(), this.memory));
    // The first task of a stage says when its first event is due, which is known already.
    if (isNew) stage.tasks.next();
    stage.passTo(begin);
    const { resume } = this;
    this.resume = undefined;
    if (resume) resume();
    else this.goOn();
    if (!stage.settle) return;
    stage.settle();
    assert(this.done === undefined, 'virtual time fell quiet and a turn has not ended: nobody owes it an answer');
    // What else was on its way has arrived by now, and nothing of this installation happens before.
    if (this.dueAt !== undefined) this.dueAt = Math.max(this.dueAt, stage.now());
    if (this.resume === undefined && this.stage) this.putAway();
  }

  /** Throws the devices and head-ends away, and keeps what new ones need to go on. */
  private putAway(): void {
    const memory = this.stage?.memory?.();
    if (memory === undefined) return;
    this.memory = memory;
    this.stage = undefined;
  }

  private settled(): void {
    const { done } = this;
    this.done = undefined;
    done?.();
  }

  /** Carries out tasks until the next event is not due yet, or an instruction rests. */
  private goOn(): void {
    const stage = this.stage as MemberStage;
    const { value: task, done } = stage.tasks.next();
    if (done || task === undefined) return this.end(undefined);
    if (task.do === 'advance') return this.end(task.to);
    run(caught(task.procedure), stage.runner, (error) => {
      if (error === undefined) return this.goOn();
      this.done = undefined;
      this.fail?.(error);
    });
  }

  private end(dueAt: Instant | undefined): void {
    const stage = this.stage as MemberStage;
    this.freeAt = stage.now();
    // Whatever is late because the installation was busy itself is made at once, as a rig does.
    this.dueAt = dueAt === undefined ? undefined : Math.max(dueAt, this.freeAt);
    if (dueAt === undefined) {
      this.next = undefined;
      this.memory = undefined;
      this.stage = undefined;
    } else if (!stage.settle) this.putAway();
    this.settled();
  }

  private hooks(): StageHooks {
    const { options } = this;
    return {
      events: this.events(),
      instantOf: (event) => {
        const turn = this.turn as Turn;
        const at = options.begins?.(event.at) ?? event.at + turn.waited;
        if (event.kind === 'attempt') this.attempts += 1;
        this.isMissed = turn.isTooLate;
        if (!turn.isTooLate) options.decide(event, { at, number: this.attempts });
        return at;
      },
      isMissed: () => this.isMissed,
      rest: (seconds, resume) => {
        const stage = this.stage as MemberStage;
        this.freeAt = stage.now();
        this.dueAt = this.freeAt + seconds;
        this.resume = resume;
        this.settled();
      },
      onContact: (contacted) => (this.contacted = contacted),
      onEnd: (event, at) => this.tell(event, at),
    };
  }

  private *events(): Iterable<DueEvent> {
    while (this.next !== undefined) {
      yield this.next;
      this.next = this.options.events.next().value ?? undefined;
    }
  }

  private tell({ kind }: PlannedEvent, at: Instant): void {
    const { rig } = this.stage as MemberStage;
    const { contacted, isMissed } = this;
    this.contacted = undefined;
    this.options.onResult(this, { kind, at, isMissed, contacted, ...rig.takeRows() });
  }
}

/** Catches a defect, or a ledger that cannot be written, so that it ends the fleet and not the process. */
function* caught(procedure: Extract<Task, { do: 'run' }>['procedure']): typeof procedure {
  try {
    yield* procedure;
    return undefined;
  } catch (error) {
    return error ?? new Error('a procedure threw nothing');
  }
}
