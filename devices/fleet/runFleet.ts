/** Runs a fleet: every installation, emulated or attached, at the queue of one head-end. */
import { DAY, type Instant } from '../../src/time.ts';
import { Stream } from '../../sim/world/dice/draws.ts';
import { seedWords, STREAMS } from '../../sim/world/dice/streams.ts';
import { wallTimers, type Timers } from '../transport/timers.ts';
import { attachedMembers, type AttachedFleetOptions } from './attachedMember.ts';
import { emulatedMember, memberId, type EmulatedWorld } from './emulatedMember.ts';
import { FleetLinks } from './fleetLinks.ts';
import type { EventResult, FleetMember } from './fleetMember.ts';
import { startOf, type FleetSetup } from './fleetSetup.ts';
import { ResumedMember } from './resumedMember.ts';
import { plainResult, type TurnTaken } from './turnTaken.ts';
import { serveNow, serveVirtually, type HeadEnd, type Turn } from './headEndQueue.ts';

/** Options for running a fleet: ledgers, the stop signal, and the receivers of what comes. */
export interface FleetOptions extends AttachedFleetOptions {
  readonly signal: AbortSignal;
  /** Called with what came of each event. */
  readonly onResult: (member: FleetMember, result: EventResult) => void;
  /**
   * Called after each turn with the instant of the fleet. `taken` is what to record of it; undefined for a turn of
   * `past`. A promise is waited for in virtual time, so that a process may look up from its work.
   */
  readonly onTurn?: (at: Instant, turn: Turn, taken: TurnTaken | undefined) => Promise<void> | undefined;
  /**
   * Recorded turns of a fleet that was stopped, in their order. It goes on from them. In virtual time and without attached
   * installations only. Rejects with a TurnsDifferError if they do not follow from the fleet file.
   */
  readonly past?: readonly TurnTaken[];
  /** Called with the devices and head-ends of an emulated installation whenever they are set up. */
  readonly onStage?: EmulatedWorld['onStage'];
  /** Emulated installations that take part, by their ids. Default: all. */
  readonly only?: ReadonlySet<string>;
  /** Real time. Default: that of this machine. */
  readonly timers?: Timers;
}

/** What a run of a fleet gives: its calendar, whether it is whole, and the key ledgers. */
export interface FleetRun {
  readonly start: Instant;
  readonly end: Instant;
  /** False if the run was interrupted: what was recorded did happen, and more was to come. */
  readonly isWhole: boolean;
  /** Files that hold the keys of attached devices now. */
  readonly ledgers: readonly string[];
  /** The error that ended the run early: a ledger that could not be written, or a defect. The rest did happen. */
  readonly failure?: Error;
}

/** The calendar of a fleet: when it begins and ends. `now` matters to clock wall alone. */
export function fleetCalendar(
  { document }: FleetSetup,
  now: Instant,
): { readonly start: Instant; readonly end: Instant } {
  const start = startOf(document, now);
  return { start, end: start + Math.round(document.days * DAY) };
}

/** What the emulated installations of a fleet share. */
export function emulatedWorld(
  setup: FleetSetup,
  of: Pick<EmulatedWorld, 'start' | 'end' | 'wall' | 'onResult' | 'onStage'>,
): EmulatedWorld {
  const schedule = new Stream(seedWords(setup.seed), 0, STREAMS.fleetSchedule);
  return { ...of, setup, links: new FleetLinks(setup.seed, of.start), schedule };
}

/** Runs a fleet to the end of its calendar. Rejects with a TransportError, DriverError or LedgerError as a rig does. */
export async function runFleet(setup: FleetSetup, options: FleetOptions): Promise<FleetRun> {
  const wall = options.timers ?? wallTimers();
  const { start, end } = fleetCalendar(setup, Math.floor(wall.nowMilliseconds() / 1000));
  const isWall = setup.clock === 'wall';
  const { onTurn, signal } = options;
  const latest = new Map<string, EventResult>();
  const onResult = (member: FleetMember, result: EventResult): void => {
    latest.set(member.id, result);
    options.onResult(member, result);
  };
  // Timers do not keep the process alive, and a fleet may wait for nothing else.
  const hold = setInterval(() => undefined, 1 << 30);
  const world = emulatedWorld(setup, {
    start,
    end,
    wall: isWall ? wall : undefined,
    onResult,
    onStage: options.onStage,
  });
  const { schedule } = world;
  const attached = await attachedMembers(setup, { ...options, onResult, wall, start, end, schedule }).catch(
    (error: unknown) => {
      clearInterval(hold);
      throw error;
    },
  );
  try {
    const all = [...attached.members, ...emulated(world, options)];
    const { connections, lateSeconds } = setup.document.headEnd;
    const taken = (member: Member, { begin }: Turn): TurnTaken | undefined => {
      const { id } = member;
      const result = latest.get(id);
      latest.delete(id);
      if (member instanceof ResumedMember && !member.isNew) return undefined;
      return {
        id,
        begin,
        free: member.freeAt,
        due: member.dueAt ?? null,
        ...(result && { result: plainResult(result) }),
      };
    };
    const headEnd: HeadEnd = {
      connections,
      lateSeconds,
      signal,
      onTurn: (served, turn) => onTurn?.(served.freeAt, turn, taken(served as Member, turn)),
    };
    const served = await (isWall ? serveNow(all, wall, headEnd) : serveVirtually(all, headEnd)).catch(errorOf);
    const released = await attached.restore().catch(errorOf);
    const failure = [served, released].find((one) => one instanceof Error);
    return { start, end, isWhole: served === true, ledgers: attached.ledgers(), ...(failure && { failure }) };
  } finally {
    await attached.close();
    clearInterval(hold);
  }
}

function errorOf(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

type Member = FleetMember | ResumedMember;

function* emulated(world: EmulatedWorld, { only, past = [] }: Pick<FleetOptions, 'only' | 'past'>): Iterable<Member> {
  const turns = new Map<string, TurnTaken[]>();
  for (const turn of past) {
    const own = turns.get(turn.id);
    if (own) own.push(turn);
    else turns.set(turn.id, [turn]);
  }
  for (const group of world.setup.groups)
    for (let position = 0; position < group.document.installations; position += 1) {
      const id = memberId(group, position);
      if (!(only?.has(id) ?? true)) continue;
      const own = turns.get(id);
      const make = (onResult: EmulatedWorld['onResult']) => emulatedMember({ ...world, onResult }, group, position);
      yield own ? new ResumedMember({ make, past: own, onResult: world.onResult }) : emulatedMember(world, group, position); // prettier-ignore
    }
}
