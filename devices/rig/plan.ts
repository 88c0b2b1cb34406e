/**
 * Runs a plan - contacts, instructions and attempts at their instants, and what the world does to each - on an emulated home in
 * memory, in virtual time. What comes out are the records that the kernel writes for the same plan.
 */
import { assert } from '../../src/assert.ts';
import type { Installation } from '../../src/installation/installation.ts';
import type { Effect } from '../../src/migration/observations.ts';
import type { StepId } from '../../src/migration/steps.ts';
import type { Attempt } from '../../src/migration/history.ts';
import type { RuleSet } from '../../src/regulation/ruleset.ts';
import type { Instant } from '../../src/time.ts';
import { seedWords, Stream, STREAMS } from '../../sim/world/draws.ts';
import { labKeySource } from '../headend/keySource.ts';
import type { DccPeers } from '../headend/dcc.ts';
import type { Procedure } from '../headend/procedure.ts';
import { run, type RunnerOptions } from '../headend/runner.ts';
import type { Preparation } from '../headend/smso.ts';
import { HEARS, realise, UNTOUCHED, type SilenceChoice } from '../link/realise.ts';
import { LAB_KEYS } from '../personas/labProfile.ts';
import { labImage } from '../cosem/imageTransfer.ts';
import { virtualTimers, type VirtualTimers } from '../transport/timers.ts';
import { deskLink } from './desk.ts';
import { Home, type HomeOptions } from './home.ts';
import { callOf, DCC_TITLE, listed, peersOf, SMSO_TITLE } from './parties.ts';
import { Rig, type Contact, type StepTaken } from './rig.ts';

/** What strikes one step of an attempt. */
export interface PlannedEffect extends SilenceChoice {
  readonly step: StepId;
  readonly effect: Effect;
}

export type PlannedEvent =
  /** A scheduled contact of the SMSO with the hub. */
  | { readonly kind: 'contact'; readonly at: Instant; readonly reached: boolean }
  | {
      readonly kind: 'attempt';
      readonly at: Instant;
      readonly esmeOnly: boolean;
      /** Which code of its family a failure carries. */
      readonly pick: number;
      readonly effect?: PlannedEffect;
    }
  | {
      readonly kind: 'instruction';
      /** The first try. */
      readonly at: Instant;
      readonly secondsBetweenTries: number;
      /** Whether each try gets through to the hub. */
      readonly reached: readonly boolean[];
      readonly pick: number;
    };

export interface Plan {
  readonly installation: Installation;
  /** Number of the lab's installation that stands for it. */
  readonly number: number;
  readonly rules: RuleSet;
  readonly epclEntryFrom: Instant;
  readonly displayBlocked: boolean;
  /** Wakes at which the gas meter was heard, for the facts. */
  readonly hanContacts: ReadonlySet<Instant>;
  /** Contacts with the SMSO that the preparation takes. */
  readonly contactsNeeded: number;
  /** In rising order of time. */
  readonly events: readonly PlannedEvent[];
}

export interface PlanRun {
  readonly attempts: readonly Attempt[];
  readonly contacts: readonly Contact[];
  readonly steps: readonly StepTaken[];
  readonly rig: Rig;
  readonly home: Home;
  /** The DCC's side of the devices, ledgers included. */
  readonly dcc: DccPeers;
}

export interface PlanOptions {
  readonly framing?: 'wrapper' | 'hdlc';
  readonly onFrame?: HomeOptions['onFrame'];
}

/** A KEK that no device has. */
const WRONG_MASTER_KEY = new Uint8Array(16).fill(0x5a);
/** Blocks of firmware that one contact carries. Our assumption. */
const BLOCKS_PER_CONTACT = 4;
const FIRMWARE_NAME = '2.0.0';
/** As lab devices have it; to one with smaller blocks the image would take more contacts. */
const BLOCK_BYTES = 256;
const DIGEST_BYTES = 32;

/** Runs the whole plan and gives its records. The same plan always gives the same ones, and the same bytes on the wire. */
export function runPlan(plan: Plan, options: PlanOptions = {}): PlanRun {
  const { installation, events } = plan;
  const gas = installation.gas !== null;
  const timers = virtualTimers((events[0]?.at ?? 0) * 1000);
  const seed = seedWords('rig');
  const challenge = labKeySource(new Stream(seed, 0, STREAMS.labChallenges), plan.number);
  const home = new Home({
    timers,
    number: plan.number,
    gas,
    framing: options.framing ?? 'wrapper',
    hanContactAt: (at) => plan.hanContacts.has(at),
    devices: { chf: { challenge }, esme: { challenge }, gsme: { challenge } },
    ...(options.onFrame && { onFrame: options.onFrame }),
  });
  const dcc = peersOf({ systemTitle: DCC_TITLE, keys: LAB_KEYS, masterKey: LAB_KEYS.kek, challenge }, { gas });
  let striking: PlannedEffect | undefined;
  let desk: ReturnType<typeof realise>['desk'] = 'serves';
  const rig = new Rig({
    installation,
    rules: plan.rules,
    peers: dcc,
    keySource: labKeySource(new Stream(seed, 0, STREAMS.labKeys), plan.number),
    epclEntryFrom: plan.epclEntryFrom,
    displayBlocked: plan.displayBlocked,
    onStep: (step) => {
      const realised = striking?.step === step ? realise(striking.effect, step, striking) : UNTOUCHED;
      home.scheduleUntil(HEARS[step].includes('esme') ? undefined : scheduledUntil);
      home.realise(realised);
      desk = realised.desk;
      const key = realised.masterKeyWrong ? WRONG_MASTER_KEY : LAB_KEYS.kek;
      for (const peer of listed(dcc)) peer.ledger.obtainMasterKey(key);
    },
    onStepTaken: () => home.realise(UNTOUCHED),
  });
  let scheduledUntil: Instant = 0;
  const books = { installation, displaysMeetDefinition: [!plan.displayBlocked], condition: () => desk };
  const runner: RunnerOptions = {
    timers,
    dial: home.dial,
    framing: options.framing ?? 'wrapper',
    desk: deskLink(books, timers),
  };
  const works = preparations(plan, { gas, challenge });
  for (const event of events) {
    timers.runUntilQuiet({ untilMilliseconds: event.at * 1000 });
    scheduledUntil = event.at;
    home.scheduleUntil(event.at);
    switch (event.kind) {
      case 'contact':
        home.realise(event.reached ? UNTOUCHED : realise('silence', 'wanRecent', { silence: 'wakeUpLost' }));
        complete(rig.contact(event.at, callOf('chf')), runner, timers);
        break;
      case 'attempt':
        striking = event.effect;
        complete(rig.attempt(event.at, event), runner, timers);
        break;
      case 'instruction':
        home.scheduleUntil(undefined);
        complete(
          rig.instruct(event.at, {
            ...event,
            tries: event.reached.length,
            works,
            blocksPerTry: BLOCKS_PER_CONTACT,
            onTry: (_, number) =>
              home.realise(event.reached[number] ? UNTOUCHED : realise('silence', 'wanRecent', { silence: 'drop' })),
          }),
          runner,
          timers,
        );
        break;
    }
    home.realise(UNTOUCHED);
  }
  return { attempts: rig.attempts, contacts: rig.contacts, steps: rig.steps, rig, home, dcc };
}

/** As much firmware for the hub as takes the contacts that are needed. */
function preparations(
  { contactsNeeded }: Plan,
  { gas, challenge }: { readonly gas: boolean; readonly challenge: () => Uint8Array },
): readonly Preparation[] {
  const smso = peersOf({ systemTitle: SMSO_TITLE, keys: LAB_KEYS, challenge }, { gas });
  const blocks = BLOCKS_PER_CONTACT * contactsNeeded;
  const content = new Uint8Array(blocks * BLOCK_BYTES - DIGEST_BYTES).fill(0xa5);
  const firmware = { name: FIRMWARE_NAME, bytes: labImage(content) };
  return [{ peer: smso.chf, firmware, contactOffsetMinutes: 30 }];
}

/** Runs a procedure in virtual time until it has ended, and everything that is still on its way has arrived. */
export function complete<T>(procedure: Procedure<T>, runner: RunnerOptions, timers: VirtualTimers): T {
  const ended: T[] = [];
  run(procedure, runner, (value) => ended.push(value));
  timers.runUntilQuiet();
  assert(ended.length === 1, 'virtual time fell quiet and the procedure waits: nobody owes it an answer');
  return ended[0] as T;
}
