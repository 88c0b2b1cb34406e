/** Runs a rig with attached devices in wall time, with guarded and recorded endpoints. */
import type { SerialPackage } from '../../transport/serialPackage.ts';
import { shiftedTimers, wallTimers, type ShiftedTimers, type Timers } from '../../transport/timers.ts';
import type { DeviceName } from '../../headend/procedure.ts';
import type { Preparation } from '../../headend/smso.ts';
import type { Instant } from '../../../src/time.ts';
import { OurTroubles } from '../bench/trouble.ts';
import { openEndpoints, type Endpoints } from '../bench/endpoints.ts';
import { Home } from '../bench/home.ts';
import { LedgerStore } from '../bench/ledgerStore.ts';
import { assembleAttached, datedWithin } from '../bench/assembleAttached.ts';
import { lockDevices, type AttachedPeers } from '../bench/attachedPeers.ts';
import { BLOCKS_PER_CONTACT, CONTACT_OFFSET_MINUTES, hubPreparation } from './plan.ts';
import { play, playNow, type Stage, type Task } from './play.ts';
import type { PlannedEvent } from '../bench/plannedEvent.ts';
import type { RunnerOptions } from '../../headend/runner.ts';
import type { Recorder } from './frameRecorder.ts';
import type { Rig } from '../walk/rig.ts';
import { isDown, nominalEvents, presentEvents } from './rigEvents.ts';
import { knownInstant, type DeviceSetup, type RigSetup } from '../file/rigSetup.ts';

export interface AttachedRunOptions {
  readonly recorder: Recorder;
  /** Folder of the ledgers, unless the rig file names one. */
  readonly ledgerFolder: string;
  /** Folder in which devices are known by address and title across rig files. Default: each rig stands alone. */
  readonly stateFolder?: string;
  /** The source of time. Default: real time. */
  readonly timers?: Timers;
  readonly loadSerial?: () => Promise<SerialPackage>;
  /** Ends the run cleanly: links are released and ledgers stay as they are. */
  readonly signal?: AbortSignal;
  /** Called with notes for the user, without payload and secrets. */
  readonly onNote: (note: string) => void;
  /**
   * Called before the first write of an attempt or an instruction. Returns the reason if it cannot be recorded; nothing
   * is then written.
   */
  readonly onFirstWrite?: (at: Instant, step: string) => string | undefined;
  /** Called at the end of each contact, instruction and attempt, with the rig that has its records. */
  readonly onEventEnd?: (rig: Rig) => void;
}

export interface AttachedRun {
  readonly rig: Rig;
  readonly isWhole: boolean;
  readonly ledgers: readonly string[];
  /**
   * The error that ended the run early: a ledger that could not be written, or a defect. The other results did happen.
   */
  readonly failure?: Error;
}

/** Firmware for attached hardware is sent in all its blocks, because the try is not a share of a daily contact. */
const BLOCKS_MAX = 100_000;
/** This rig waits this many seconds for a device that another rig holds. Our assumption. */
export const WAIT_SECONDS = 10;

export async function runAttached(setup: RigSetup, options: AttachedRunOptions): Promise<AttachedRun> {
  const wall = options.timers ?? wallTimers();
  // Timers do not keep the process alive, and a procedure may wait for nothing else.
  const hold = setInterval(() => undefined, 1 << 30);
  const store = new LedgerStore(setup.ledgerFolder ?? options.ledgerFolder, options);
  let endpoints: Endpoints | undefined;
  try {
    await lockDevices(store, setup, { timers: wall, waitSeconds: WAIT_SECONDS });
    const troubles = new OurTroubles();
    endpoints = await openEndpoints(setup, {
      ...options,
      timers: wall,
      onTrouble: troubles.carrier,
      onOptical: options.recorder.onOptical,
    });
    return await runOver(setup, { ...options, wall, endpoints, store, troubles });
  } finally {
    await endpoints?.close();
    store.release();
    clearInterval(hold);
  }
}

export interface AttachedBench extends AttachedRunOptions {
  readonly wall: Timers;
  readonly endpoints: Endpoints;
  readonly store: LedgerStore;
  readonly troubles: OurTroubles;
}

async function runOver(setup: RigSetup, bench: AttachedBench): Promise<AttachedRun> {
  const { wall, signal } = bench;
  const { document } = setup;
  const seconds = (of: Timers): Instant => Math.floor(of.nowMilliseconds() / 1000);
  const isNominal = setup.clock === 'nominal';
  const events = isNominal ? nominalEvents(document) : presentEvents(document, seconds(wall));
  const stage = attachedStage(setup, bench, { events, isNominal, start: events[0]?.at ?? 0 });
  const caught = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
  const played = await playNow(stage.tasks, stage.runner, signal).catch(caught);
  const restored = await stage.restore().catch(caught);
  const failure = [played, restored].find((one) => one instanceof Error);
  return { rig: stage.rig, isWhole: played === true, ledgers: stage.ledgers, ...(failure && { failure }) };
}

/** The events of a rig over opened endpoints, and how it goes about them. */
export interface AttachedPlay extends Pick<Stage, 'isMissed' | 'untilEnded' | 'onContact' | 'onEnd'> {
  readonly events: Iterable<PlannedEvent>;
  /** True for a calendar whose weeks pass at once; it begins at `start`. False: the instants are those of the wall. */
  readonly isNominal: boolean;
  readonly start: Instant;
  /** The instant at which an event begins. Default: when it is due, or now by the wall. */
  readonly begins?: (event: PlannedEvent) => Instant;
  readonly rest?: RunnerOptions['rest'];
}

export interface AttachedStage {
  readonly rig: Rig;
  readonly tasks: Generator<Task, void, unknown>;
  readonly runner: RunnerOptions;
  /** The clock of the rig. */
  readonly timers: ShiftedTimers;
  readonly ledgers: readonly string[];
  /** Undoes what must not remain when the devices are released. */
  restore(): Promise<boolean>;
}

/** Assembles a rig over opened endpoints. Nothing happens until somebody carries out its tasks. */
export function attachedStage(setup: RigSetup, bench: AttachedBench, plan: AttachedPlay): AttachedStage {
  const { wall, endpoints, store, troubles, recorder, onNote } = bench;
  const { events, isNominal } = plan;
  const seconds = (of: Timers): Instant => Math.floor(of.nowMilliseconds() / 1000);
  const timers = shiftedTimers(wall, isNominal ? plan.start * 1000 : undefined);
  recorder.onTimers(timers);

  const home = homeOf(setup, { timers, wakes: isNominal ? isDown(setup.document, 'han') : () => false });
  const setupOf = (name: DeviceName): DeviceSetup => setup.devices.find((one) => one.name === name) as DeviceSetup;
  const isHubAttached = setupOf('chf').isAttached;
  // A nominal calendar does not wait for the hours between two tries, or for a hub that is not called.
  const pass = (seconds: number): void => timers.shiftTo(timers.nowMilliseconds() + seconds * 1000);
  let eventAt: Instant = 0;
  const { rig, striker, runner, links, peers } = assembleAttached(setup, {
    timers,
    endpoints,
    store,
    troubles,
    onNote,
    home,
    isPlanned: true,
    ...(isNominal && { pass }),
    onFrame: recorder.onFrame,
    onNotRealised: recorder.onNotRealised,
    onCall: recorder.onCall,
    onStepBegins: recorder.onStepBegins,
    onLink: recorder.onLink,
    onStepTaken: recorder.onStepTaken,
    known: knownOf(setup),
    ...(bench.onFirstWrite && { onFirstWrite: bench.onFirstWrite }),
    // With a nominal calendar the rig holds the whole history. In wall time the device has a history before it.
    unheard: isNominal ? 'never' : 'ask',
    dated: (at) => {
      const dated = datedWithin(at, seconds(isHubAttached ? wall : timers), onNote);
      if (dated === undefined) return undefined;
      const shifted = isHubAttached ? dated + Math.round(timers.aheadMilliseconds / 1000) : dated;
      return Math.min(shifted, eventAt);
    },
    deviceTime: (name) => seconds(setupOf(name).isAttached ? wall : timers),
  });
  const tasks = play(events, {
    rig,
    links,
    striker,
    hub: setupOf('chf').call,
    works: worksOf(setup, peers),
    blocksPerTry: setupOf('chf').isAttached ? BLOCKS_MAX : BLOCKS_PER_CONTACT,
    untilEnded: plan.untilEnded ?? true,
    ...(plan.isMissed && { isMissed: plan.isMissed }),
    instantOf: (event) => {
      const begins = plan.begins?.(event) ?? (isNominal ? event.at : seconds(wall));
      if (isNominal) timers.shiftTo(begins * 1000);
      return (eventAt = begins);
    },
    ...(!plan.rest && {
      *between(passing: number) {
        pass(passing);
      },
    }),
    deviceTime: () => seconds(isHubAttached ? wall : timers),
    onContact: (contacted) => {
      recorder.onContact(contacted);
      plan.onContact?.(contacted);
    },
    onBegin: recorder.onBegin,
    onEnd: (event, at) => {
      // Nothing was asked of a device in an event that was missed.
      if (!plan.isMissed?.(event)) recorder.onEnd(event, at, rig);
      plan.onEnd?.(event, at);
      bench.onEventEnd?.(rig);
    },
  });
  return {
    rig,
    tasks,
    runner: plan.rest ? { ...runner, rest: plan.rest } : runner,
    timers,
    ledgers: peers.ledgers,
    async restore() {
      const restore = links.restore();
      return restore ? playNow([{ do: 'run', procedure: restore }], runner) : true;
    },
  };
}

/**
 * Creates the devices that are emulated beside the attached ones. The home contains all devices of the installation;
 * only those that are not attached are used.
 */
export function homeOf(
  setup: RigSetup,
  { timers, wakes: isHanDown }: { timers: Timers; wakes: (at: Instant) => boolean },
): Home | undefined {
  if (setup.devices.every(({ isAttached }) => isAttached)) return undefined;
  const own = setup.devices.find(({ isAttached }) => !isAttached) as DeviceSetup;
  return new Home({
    timers,
    number: setup.document.installation.number,
    gas: setup.installation.gas !== null,
    framing: own.framing === 'hdlc' ? 'hdlc' : 'wrapper',
    sleep: setup.sleep,
    hanContactAt: (at) => !isHanDown(at),
  });
}

export function knownOf({ document }: RigSetup): Partial<Record<'wan' | 'han', Instant>> {
  const { lastWanContact, lastHanContact } = document.installation.known;
  const [wan, han] = [knownInstant(lastWanContact), knownInstant(lastHanContact)];
  return { ...(wan !== undefined && { wan }), ...(han !== undefined && { han }) };
}

function worksOf(setup: RigSetup, { smsoHub }: AttachedPeers): readonly Preparation[] {
  if (!smsoHub) return [];
  const { preparation } = setup.document.schedule;
  const isAttached = setup.devices[0]?.isAttached ?? false;
  const needed = preparation ? preparation.contactsNeeded : 1;
  if (!isAttached && !setup.firmware) return [hubPreparation(smsoHub, needed)];
  const firmware = setup.firmware && { firmware: setup.firmware };
  return [{ peer: smsoHub, contactOffsetMinutes: CONTACT_OFFSET_MINUTES, ...firmware }];
}
