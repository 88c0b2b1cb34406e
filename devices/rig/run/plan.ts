/**
 * Runs a plan on an emulated home in memory, in virtual time. A plan holds contacts, instructions and attempts at their
 * instants, and the effects on each. The result is the records that the kernel writes for the same plan.
 */
import type { Installation } from '../../../src/installation/installation.ts';
import type { Attempt } from '../../../src/migration/history.ts';
import type { RuleSet } from '../../../src/rules/ruleset.ts';
import type { Instant } from '../../../src/time.ts';
import { Stream } from '../../../sim/world/dice/draws.ts';
import { seedWords, STREAMS } from '../../../sim/world/dice/streams.ts';
import { labKeySource, type KeySource } from '../../headend/keySource.ts';
import type { Peer } from '../../headend/associate.ts';
import type { DccPeers } from '../../headend/dcc.ts';
import type { RunnerOptions } from '../../headend/runner.ts';
import type { Preparation } from '../../headend/smso.ts';
import type { Sleep } from '../../personas/gsme.ts';
import { labInstallation } from '../../personas/emulatedInstallation.ts';
import { LAB_KEYS } from '../../personas/labProfile.ts';
import type { KeySet } from '../../cosem/deviceKeyring.ts';
import type { DeviceName } from '../../headend/procedure.ts';
import { labImage } from '../../cosem/imageTransfer.ts';
import { virtualTimers, type Timers } from '../../transport/timers.ts';
import { assembleRig, type RigParts } from '../bench/assembleRig.ts';
import { Home, type HomeOptions } from '../bench/home.ts';
import {
  callOf,
  DCC_TITLE,
  listed,
  type Party,
  peerOf,
  peersOf,
  SMSO_TITLE,
  WRONG_MASTER_KEY,
} from '../bench/parties.ts';
import type { PlannedEvent } from '../bench/plannedEvent.ts';
import { play, playVirtually, type Stage, type Task } from './play.ts';
import type { Rig } from '../walk/rig.ts';
import type { RigMemory, RigOptions } from '../walk/rigOptions.ts';
import type { Contact, StepTaken } from '../walk/rigRows.ts';
import { devicesOfPeers } from '../walk/rigDevice.ts';

/** The planned events of one installation of a rig. */
export interface Plan {
  readonly installation: Installation;
  /** Number of the lab's installation that is used. */
  readonly number: number;
  readonly rules: RuleSet;
  readonly epclEntryFrom: Instant;
  readonly displayBlocked: boolean;
  /** Wakes at which the gas meter was heard. The facts use them. */
  readonly hanContacts: ReadonlySet<Instant>;
  /** Number of contacts with the SMSO that the preparation takes. */
  readonly contactsNeeded: number;
  /** The Master Key that the DCC holds. Default: the devices' own. With `missing`, it makes no attempt. */
  readonly masterKey?: 'held' | 'wrong' | 'missing';
  /** The keys that a device has at first, and that the SMSO knows. Default: the keys of the lab. */
  readonly keys?: (device: DeviceName) => KeySet;
  /** Seed of the lab's new keys and of its challenges. Default: `rig`. */
  readonly seed?: string;
  /** One way of a frame on the WAN, in milliseconds. Default: 1. */
  readonly latencyMilliseconds?: number | undefined;
  /** When the gas meter listens. Default: the lab's times. */
  readonly sleep?: Sleep;
  /** Contacts that happened before the plan begins. */
  readonly known?: RigOptions['known'];
  /** The events, in rising order of time. */
  readonly events: readonly PlannedEvent[];
}

/** A plan whose events, and wakes of the gas meter, are worked out when they are asked for. */
export interface StagedPlan extends Omit<Plan, 'events' | 'hanContacts'> {
  readonly hanContacts: { readonly has: (wake: Instant) => boolean };
  readonly events: Iterable<PlannedEvent>;
}

/** What an installation keeps while it is put away between two events. */
export interface PlanMemory {
  readonly rig: RigMemory;
  /** Its devices, keys and dice; undefined if nothing was ever written to it, since new ones are then the same. */
  readonly parts: PlanParts | undefined;
}

interface PlanParts {
  readonly installation: Home['installation'];
  readonly dcc: DccPeers;
  readonly smsoHub: Peer;
  readonly keySource: KeySource;
}

/** An emulated home with its rig, ready to carry out the tasks of a plan. */
export interface PlanStage {
  readonly rig: Rig;
  readonly home: Home;
  /** The DCC's side of the devices, with their ledgers. */
  readonly dcc: DccPeers;
  readonly runner: RunnerOptions;
  readonly tasks: Generator<Task, void, unknown>;
  /** What has to be kept if everything else is thrown away. No event may be under way. */
  readonly memory: () => PlanMemory;
}

/** The result of a plan: the records, the steps and the final parties. */
export interface PlanRun {
  readonly attempts: readonly Attempt[];
  readonly contacts: readonly Contact[];
  readonly steps: readonly StepTaken[];
  readonly rig: Rig;
  readonly home: Home;
  /** The DCC's side of the devices, with their ledgers. */
  readonly dcc: DccPeers;
}

/** Options for running a plan: framing, titles and callbacks. */
export interface PlanOptions extends Pick<Stage, 'instantOf' | 'isMissed' | 'deviceTime'> {
  readonly framing?: 'wrapper' | 'hdlc';
  readonly titles?: { readonly dcc: Uint8Array; readonly smso: Uint8Array };
  /** Seconds that the DCC waits for the desk. Default: 60. */
  readonly deskSeconds?: number;
  /** As in `Stage`. Default: all events are run. */
  readonly untilEnded?: Stage['untilEnded'];
  readonly onFrame?: HomeOptions['onFrame'];
  readonly onCall?: RunnerOptions['onCall'];
  readonly onStepBegins?: RigParts['onStepBegins'];
  readonly onLink?: RigParts['onLink'];
  readonly onContact?: Stage['onContact'];
  readonly onBegin?: Stage['onBegin'];
  readonly onEnd?: (event: PlannedEvent, at: Instant, rig: Rig) => void;
  readonly onStepTaken?: (taken: StepTaken) => void;
  /** Called with the clock of the run before anything happens. */
  readonly onTimers?: (timers: Timers) => void;
}

/** Blocks of firmware that one contact carries. Our assumption. */
export const BLOCKS_PER_CONTACT = 4;
const FIRMWARE_NAME = '2.0.0';
/** Block size of lab devices. With smaller blocks an image would take more contacts. */
const BLOCK_BYTES = 256;
const DIGEST_BYTES = 32;
/** Minutes into the contact window that the SMSO sets. Our assumption. */
export const CONTACT_OFFSET_MINUTES = 30;

/**
 * Runs the whole plan and returns its records. The same plan always gives the same records and the same bytes on the
 * wire.
 */
export function runPlan(plan: Plan, options: PlanOptions = {}): PlanRun {
  const timers = virtualTimers((plan.events[0]?.at ?? 0) * 1000);
  options.onTimers?.(timers);
  const { rig, home, dcc, runner, tasks } = planStage(plan, { ...options, timers });
  playVirtually(tasks, runner, timers);
  return { attempts: rig.attempts, contacts: rig.contacts, steps: rig.steps, rig, home, dcc };
}

/** Makes the devices and head-ends of a plan. Nothing happens until somebody carries out its tasks. */
export function planStage(
  plan: StagedPlan,
  options: PlanOptions &
    Pick<RunnerOptions, 'rest'> & { readonly timers: Timers; readonly memory?: PlanMemory | undefined },
): PlanStage {
  const { installation, events } = plan;
  const { timers } = options;
  const gas = installation.gas !== null;
  const parts = options.memory?.parts ?? partsOf(plan, options);
  const { dcc, smsoHub, keySource } = parts;
  let isTouched = options.memory?.parts !== undefined;
  const framing = options.framing ?? 'wrapper';
  const home = new Home({
    timers,
    number: plan.number,
    gas,
    framing,
    hanContactAt: (at) => plan.hanContacts.has(at),
    installation: parts.installation,
    latencyMilliseconds: plan.latencyMilliseconds,
    ...(options.onFrame && { onFrame: options.onFrame }),
  });
  const { rig, striker, runner } = assembleRig({
    installation,
    rules: plan.rules,
    epclEntryFrom: plan.epclEntryFrom,
    displayBlocked: plan.displayBlocked,
    timers,
    links: home,
    dial: home.dial,
    framing,
    devices: devicesOfPeers(dcc),
    useMasterKey: (isWrong) => {
      for (const peer of listed(dcc))
        peer.ledger.obtainMasterKey(isWrong ? WRONG_MASTER_KEY : heldKey(plan, peer.call.device));
    },
    keySource,
    memory: options.memory?.rig,
    ...(plan.known && { known: plan.known }),
    ...(options.deskSeconds !== undefined && { deskSeconds: options.deskSeconds }),
    ...(options.onCall && { onCall: options.onCall }),
    ...(options.onStepBegins && { onStepBegins: options.onStepBegins }),
    ...(options.onLink && { onLink: options.onLink }),
    ...(options.onStepTaken && { onStepTaken: options.onStepTaken }),
  });
  const tasks = play(events, {
    rig,
    links: home,
    striker,
    hub: callOf('chf'),
    works: [hubPreparation(smsoHub, plan.contactsNeeded)],
    blocksPerTry: BLOCKS_PER_CONTACT,
    untilEnded: options.untilEnded ?? false,
    ...(options.instantOf && { instantOf: options.instantOf }),
    ...(options.isMissed && { isMissed: options.isMissed }),
    ...(options.deviceTime && { deviceTime: options.deviceTime }),
    onBegin: (event, at) => {
      isTouched ||= event.kind !== 'contact';
      options.onBegin?.(event, at);
    },
    onEnd: (event, at) => options.onEnd?.(event, at, rig),
    ...(options.onContact && { onContact: options.onContact }),
  });
  return {
    rig,
    home,
    dcc,
    runner: options.rest ? { ...runner, rest: options.rest } : runner,
    tasks,
    memory: () => ({ rig: rig.memory(), parts: isTouched ? parts : undefined }),
  };
}

/** The devices of a plan and those who hold their keys, with dice of their own. */
function partsOf(
  { installation, number, seed, sleep, ...plan }: StagedPlan,
  options: Pick<PlanOptions, 'titles'>,
): PlanParts {
  const gas = installation.gas !== null;
  const words = seedWords(seed ?? 'rig');
  const challenge = labKeySource(new Stream(words, 0, STREAMS.labChallenges), number);
  const titles = { dcc: DCC_TITLE, smso: SMSO_TITLE, ...options.titles };
  const { keys } = plan;
  const of = (device: DeviceName): Party => {
    const masterKey = heldKey(plan, device);
    return { systemTitle: titles.dcc, keys: firstOf(plan, device), challenge, ...(masterKey && { masterKey }) };
  };
  return {
    installation: labInstallation(number, {
      gas,
      devices: { chf: { challenge }, esme: { challenge }, gsme: { challenge } },
      ...(sleep && { sleep }),
      ...(keys && { keys }),
    }),
    dcc: peersOf(of, { gas }),
    smsoHub: peerOf('chf', { systemTitle: titles.smso, keys: firstOf(plan, 'chf'), challenge }),
    keySource: labKeySource(new Stream(words, 0, STREAMS.labKeys), number),
  };
}

type Keyed = Pick<Plan, 'masterKey' | 'keys'>;

function firstOf({ keys }: Keyed, device: DeviceName): KeySet {
  return keys?.(device) ?? LAB_KEYS;
}

/** The Master Key of a device that the DCC holds; undefined if it holds none. */
function heldKey(plan: Keyed, device: DeviceName): Uint8Array | undefined {
  const { masterKey = 'held' } = plan;
  if (masterKey === 'held') return firstOf(plan, device).kek;
  return masterKey === 'wrong' ? WRONG_MASTER_KEY : undefined;
}

/** Returns as much firmware for an emulated hub as the needed contacts can carry. */
export function hubPreparation(peer: Peer, contactsNeeded: number): Preparation {
  const blocks = BLOCKS_PER_CONTACT * contactsNeeded;
  const content = new Uint8Array(blocks * BLOCK_BYTES - DIGEST_BYTES).fill(0xa5);
  const firmware = { name: FIRMWARE_NAME, bytes: labImage(content) };
  return { peer, firmware, contactOffsetMinutes: CONTACT_OFFSET_MINUTES };
}
