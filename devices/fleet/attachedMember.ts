/**
 * The installations of a fleet of which devices are attached: each is a rig over opened endpoints, with its ledgers,
 * its guard and its locks. With clock virtual the weeks between its events pass at once, as in a rig.
 */
import type { Instant } from '../../src/time.ts';
import type { Stream } from '../../sim/world/dice/draws.ts';
import { nameWords } from '../../sim/world/dice/streams.ts';
import type { Timers } from '../transport/timers.ts';
import { lockDevices } from '../rig/bench/attachedPeers.ts';
import { openEndpoints, type Endpoints } from '../rig/bench/endpoints.ts';
import { LedgerStore } from '../rig/bench/ledgerStore.ts';
import { OurTroubles } from '../rig/bench/trouble.ts';
import { isDown } from '../rig/run/rigEvents.ts';
import { attachedStage, WAIT_SECONDS, type AttachedRunOptions, type AttachedStage } from '../rig/run/runAttached.ts';
import { recorderOf } from '../rig/run/stepRecorder.ts';
import type { StepRow } from '../rig/run/stepRow.ts';
import { FleetMember, type EventResult, type MemberStage, type StageHooks } from './fleetMember.ts';
import type { AttachedSetup, FleetSetup } from './fleetSetup.ts';
import { decide, instructionOf, memberEvents, type MemberCalendar } from './memberEvents.ts';

export interface AttachedFleetOptions extends Pick<AttachedRunOptions, 'stateFolder' | 'loadSerial'> {
  /** Folder of the ledgers of an attached installation, unless its rig file names one. */
  readonly ledgerFolder: (attached: AttachedSetup) => string;
  /** Called with notes for the user, without payload and secrets. */
  readonly onNote: (note: string) => void;
  /** Receives the frame log of attached devices as JSON lines. */
  readonly lines?: (text: string) => void;
  /** Gives the receiver of the capture file of one attached installation, by its name in the fleet file. */
  readonly pcapOf?: (name: string) => (bytes: Uint8Array) => void;
  /** Receives each step of an attached installation once its code is known. */
  readonly onStepRow?: (name: string, row: StepRow) => void;
  /** As for a rig: called before the first write of an attempt or an instruction. */
  readonly onFirstWrite?: (id: string, at: Instant, step: string, rows: readonly StepRow[]) => string | undefined;
}

interface Opening extends AttachedFleetOptions {
  readonly wall: Timers;
  readonly start: Instant;
  readonly end: Instant;
  readonly schedule: Stream;
  readonly onResult: (member: FleetMember, result: EventResult) => void;
}

export interface AttachedMembers {
  readonly members: readonly FleetMember[];
  /** Files that hold the keys of attached devices now. */
  readonly ledgers: () => readonly string[];
  /** Undoes what must not remain when the devices are released. */
  restore(): Promise<void>;
  close(): Promise<void>;
}

interface Opened {
  readonly store: LedgerStore;
  readonly endpoints: Endpoints;
  readonly troubles: OurTroubles;
}

/** Takes and opens all attached devices. Rejects as a rig does, and then leaves nothing open. */
export async function attachedMembers(setup: FleetSetup, options: Opening): Promise<AttachedMembers> {
  const opened: Opened[] = [];
  const stages: AttachedStage[] = [];
  const close = async (): Promise<void> => {
    for (const { endpoints, store } of opened) {
      await endpoints.close();
      store.release();
    }
  };
  try {
    for (const attached of setup.attached) opened.push(await openOne(attached, options));
  } catch (error) {
    await close();
    throw error;
  }
  const members = setup.attached.map((attached, i) =>
    attachedMember(attached, {
      ...options,
      ...(opened[i] as Opened),
      isNominal: setup.clock === 'virtual',
      onStage: (stage) => stages.push(stage),
    }),
  );
  return {
    members,
    ledgers: () => stages.flatMap(({ ledgers }) => ledgers),
    async restore() {
      for (const stage of stages) await stage.restore();
    },
    close,
  };
}

async function openOne(attached: AttachedSetup, options: Opening): Promise<Opened> {
  const { setup } = attached;
  const { wall, ledgerFolder, onNote, stateFolder, loadSerial } = options;
  const store = new LedgerStore(setup.ledgerFolder ?? ledgerFolder(attached), {
    ...(stateFolder !== undefined && { stateFolder }),
  });
  try {
    await lockDevices(store, setup, { timers: wall, waitSeconds: WAIT_SECONDS });
    const troubles = new OurTroubles();
    const endpoints = await openEndpoints(setup, {
      timers: wall,
      onNote,
      onTrouble: troubles.carrier,
      ...(loadSerial && { loadSerial }),
    });
    return { store, endpoints, troubles };
  } catch (error) {
    store.release();
    throw error;
  }
}

function attachedMember(
  attached: AttachedSetup,
  options: Opening & Opened & { readonly isNominal: boolean; readonly onStage: (stage: AttachedStage) => void },
): FleetMember {
  const { wall, isNominal } = options;
  const calendar = attachedCalendar(attached, options);
  return new FleetMember({
    id: attached.setup.installation.installationId,
    group: attached.name,
    events: memberEvents(calendar),
    decide: (event, of) => decide(event, calendar, of),
    open: (hooks) => openStage(attached, options, hooks),
    ...(!isNominal && { begins: () => Math.floor(wall.nowMilliseconds() / 1000) }),
    onResult: options.onResult,
  });
}

function attachedCalendar(attached: AttachedSetup, { start, end, schedule }: Opening): MemberCalendar {
  const { document } = attached.setup;
  const isWanDown = isDown(document, 'wan');
  const isHanDown = isDown(document, 'han');
  const address = nameWords(attached.name);
  return {
    start,
    end,
    contact: attached.contact,
    preparation: instructionOf(document),
    attempts: attached.attempts,
    isAttempted: document.installation.masterKey !== 'missing',
    faults: document.faults,
    links: {
      reaches: (at) => !isWanDown(at),
      isWanUp: (at) => !isWanDown(at),
      isHanUp: (at) => !isHanDown(at),
    },
    dice: {
      turn: () => {
        schedule.turnTo(address, 0);
        return schedule;
      },
      position: 0,
    },
  };
}

function openStage(
  { setup, name }: AttachedSetup,
  options: Opening & Opened & { readonly isNominal: boolean; readonly onStage: (stage: AttachedStage) => void },
  hooks: StageHooks,
): MemberStage {
  const { isNominal, start, onFirstWrite, onStage, lines, pcapOf, onStepRow, ...bench } = options;
  const recorder = recorderOf(setup, {
    ...(lines && { lines }),
    ...(pcapOf && { pcap: pcapOf(name) }),
    ...(onStepRow && { onRow: (row) => onStepRow(name, row) }),
  });
  const id = setup.installation.installationId;
  const stage = attachedStage(
    setup,
    {
      ...bench,
      ledgerFolder: '',
      recorder,
      ...(onFirstWrite && { onFirstWrite: (at: Instant, step: string) => onFirstWrite(id, at, step, recorder.rows) }),
    },
    {
      events: hooks.events,
      isNominal,
      start,
      begins: hooks.instantOf,
      isMissed: hooks.isMissed,
      untilEnded: 'migrated',
      rest: hooks.rest,
      onContact: hooks.onContact,
      onEnd: hooks.onEnd,
    },
  );
  onStage(stage);
  const { timers } = stage;
  return {
    rig: stage.rig,
    tasks: stage.tasks,
    runner: stage.runner,
    now: () => Math.ceil(timers.nowMilliseconds() / 1000),
    passTo: (at) => {
      if (isNominal) timers.shiftTo(at * 1000);
    },
  };
}
