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
import { serveNow, serveVirtually, type HeadEnd, type Turn } from './headEndQueue.ts';

/** Options for running a fleet: ledgers, the stop signal, and the receivers of what comes. */
export interface FleetOptions extends AttachedFleetOptions {
  readonly signal: AbortSignal;
  /** Called with what came of each event. */
  readonly onResult: (member: FleetMember, result: EventResult) => void;
  /**
   * Called after each turn with the instant of the fleet. A promise is waited for in virtual time, so that a process may
   * look up from its work.
   */
  readonly onTurn?: (at: Instant, turn: Turn) => Promise<void> | undefined;
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
  of: Pick<EmulatedWorld, 'start' | 'end' | 'wall' | 'onResult'>,
): EmulatedWorld {
  const schedule = new Stream(seedWords(setup.seed), 0, STREAMS.fleetSchedule);
  return { ...of, setup, links: new FleetLinks(setup.seed, of.start), schedule };
}

/** Runs a fleet to the end of its calendar. Rejects with a TransportError, DriverError or LedgerError as a rig does. */
export async function runFleet(setup: FleetSetup, options: FleetOptions): Promise<FleetRun> {
  const wall = options.timers ?? wallTimers();
  const { start, end } = fleetCalendar(setup, Math.floor(wall.nowMilliseconds() / 1000));
  const isWall = setup.clock === 'wall';
  const { onResult, onTurn, signal } = options;
  // Timers do not keep the process alive, and a fleet may wait for nothing else.
  const hold = setInterval(() => undefined, 1 << 30);
  const world = emulatedWorld(setup, { start, end, wall: isWall ? wall : undefined, onResult });
  const { schedule } = world;
  const attached = await attachedMembers(setup, { ...options, wall, start, end, schedule }).catch((error: unknown) => {
    clearInterval(hold);
    throw error;
  });
  try {
    const all = [...attached.members, ...emulated(world, options.only)];
    const { connections, lateSeconds } = setup.document.headEnd;
    const headEnd: HeadEnd = {
      connections,
      lateSeconds,
      signal,
      onTurn: (served, turn) => onTurn?.(served.freeAt, turn),
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

function* emulated(world: EmulatedWorld, only: ReadonlySet<string> | undefined): Iterable<FleetMember> {
  for (const group of world.setup.groups)
    for (let position = 0; position < group.document.installations; position += 1)
      if (only?.has(memberId(group, position)) ?? true) yield emulatedMember(world, group, position);
}
