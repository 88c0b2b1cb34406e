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
import { labKeySource } from '../../headend/keySource.ts';
import type { Peer } from '../../headend/associate.ts';
import type { DccPeers } from '../../headend/dcc.ts';
import type { RunnerOptions } from '../../headend/runner.ts';
import type { Preparation } from '../../headend/smso.ts';
import type { Sleep } from '../../personas/gsme.ts';
import { LAB_KEYS } from '../../personas/labProfile.ts';
import { labImage } from '../../cosem/imageTransfer.ts';
import { virtualTimers, type Timers } from '../../transport/timers.ts';
import { assembleRig, type RigParts } from '../bench/assembleRig.ts';
import { Home, type HomeOptions } from '../bench/home.ts';
import { callOf, DCC_TITLE, listed, peersOf, SMSO_TITLE, WRONG_MASTER_KEY } from '../bench/parties.ts';
import type { PlannedEvent } from '../bench/plannedEvent.ts';
import { play, playVirtually, type Stage } from './play.ts';
import type { Rig, RigOptions } from '../walk/rig.ts';
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
  /** When the gas meter listens. Default: the lab's times. */
  readonly sleep?: Sleep;
  /** Contacts that happened before the plan begins. */
  readonly known?: RigOptions['known'];
  /** The events, in rising order of time. */
  readonly events: readonly PlannedEvent[];
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
export interface PlanOptions {
  readonly framing?: 'wrapper' | 'hdlc';
  readonly titles?: { readonly dcc: Uint8Array; readonly smso: Uint8Array };
  /** Seconds that the DCC waits for the desk. Default: 60. */
  readonly deskSeconds?: number;
  /** True to end with the attempt that migrates. Default: all events are run. */
  readonly untilEnded?: boolean;
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
  const { installation, events } = plan;
  const gas = installation.gas !== null;
  const timers = virtualTimers((events[0]?.at ?? 0) * 1000);
  options.onTimers?.(timers);
  const seed = seedWords('rig');
  const challenge = labKeySource(new Stream(seed, 0, STREAMS.labChallenges), plan.number);
  const framing = options.framing ?? 'wrapper';
  const home = new Home({
    timers,
    number: plan.number,
    gas,
    framing,
    hanContactAt: (at) => plan.hanContacts.has(at),
    devices: { chf: { challenge }, esme: { challenge }, gsme: { challenge } },
    ...(plan.sleep && { sleep: plan.sleep }),
    ...(options.onFrame && { onFrame: options.onFrame }),
  });
  const titles = { dcc: DCC_TITLE, smso: SMSO_TITLE, ...options.titles };
  const held = { held: LAB_KEYS.kek, wrong: WRONG_MASTER_KEY, missing: undefined }[plan.masterKey ?? 'held'];
  const dcc = peersOf(
    { systemTitle: titles.dcc, keys: LAB_KEYS, challenge, ...(held && { masterKey: held }) },
    { gas },
  );
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
      for (const peer of listed(dcc)) peer.ledger.obtainMasterKey(isWrong ? WRONG_MASTER_KEY : held);
    },
    keySource: labKeySource(new Stream(seed, 0, STREAMS.labKeys), plan.number),
    ...(plan.known && { known: plan.known }),
    ...(options.deskSeconds !== undefined && { deskSeconds: options.deskSeconds }),
    ...(options.onCall && { onCall: options.onCall }),
    ...(options.onStepBegins && { onStepBegins: options.onStepBegins }),
    ...(options.onLink && { onLink: options.onLink }),
    ...(options.onStepTaken && { onStepTaken: options.onStepTaken }),
  });
  const smso = peersOf({ systemTitle: titles.smso, keys: LAB_KEYS, challenge }, { gas });
  const tasks = play(events, {
    rig,
    links: home,
    striker,
    hub: callOf('chf'),
    works: [hubPreparation(smso.chf, plan.contactsNeeded)],
    blocksPerTry: BLOCKS_PER_CONTACT,
    untilEnded: options.untilEnded ?? false,
    ...(options.onBegin && { onBegin: options.onBegin }),
    onEnd: (event, at) => options.onEnd?.(event, at, rig),
    ...(options.onContact && { onContact: options.onContact }),
  });
  playVirtually(tasks, runner, timers);
  return { attempts: rig.attempts, contacts: rig.contacts, steps: rig.steps, rig, home, dcc };
}

/** Returns as much firmware for an emulated hub as the needed contacts can carry. */
export function hubPreparation(peer: Peer, contactsNeeded: number): Preparation {
  const blocks = BLOCKS_PER_CONTACT * contactsNeeded;
  const content = new Uint8Array(blocks * BLOCK_BYTES - DIGEST_BYTES).fill(0xa5);
  const firmware = { name: FIRMWARE_NAME, bytes: labImage(content) };
  return { peer, firmware, contactOffsetMinutes: CONTACT_OFFSET_MINUTES };
}
