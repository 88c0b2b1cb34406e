/**
 * The work of each step on the wire, and what it observes. The steps, their order, checks and codes stand in
 * src/migration.
 */
import type { Instant } from '../../../src/time.ts';
import type { Installation } from '../../../src/installation/installation.ts';
import type { Facts } from '../../../src/migration/facts.ts';
import type { StepId } from '../../../src/migration/steps.ts';
import type { Asked } from '../../../src/migration/askedCodes.ts';
import { dataText } from '../../cosem/dataText.ts';
import { obisText } from '../../cosem/object.ts';
import { aspectOf } from '../../headend/aspects.ts';
import { failureText } from '../../headend/asked.ts';
import type { Peer } from '../../headend/associate.ts';
import { commission, readDiagnostics, rotateAll, testDevice } from '../../headend/dcc.ts';
import type { KeySource } from '../../headend/keySource.ts';
import { observeError, observeRotation, type Observed } from '../../headend/observe.ts';
import { order, type DeviceName, type Outcome, type Procedure } from '../../headend/procedure.ts';
import type { DeskAnswer, DeskOrder } from './desk.ts';
import {
  lastContact,
  testDriven,
  type DrivenDevice,
  type RigDevice,
  type RigDevices,
  type SpokenDevice,
} from './rigDevice.ts';
import type { LinkName, Reading } from './rigRows.ts';

/** The facts that the rig learns in the course of an attempt. */
export type LearntFacts = { -readonly [Name in keyof Facts]: Facts[Name] };

/** One attempt, as its steps use it. */
export interface AttemptContext {
  readonly at: Instant;
  /** The time to which a device's clock is set: the attempt's instant, or the wall's time for attached devices. */
  readonly deviceTime: (device: DeviceName) => Instant;
  /** The registration data. The record at the desk must agree with them. */
  readonly installation: Installation;
  readonly esmeOnly: boolean;
  readonly facts: LearntFacts;
  readonly devices: RigDevices;
  readonly keySource: KeySource;
  /** Called with the instant at which a link last carried something, by the hub's clock; undefined if it never did. */
  readonly onHeard: (link: LinkName, at: Instant | undefined) => void;
  /** True if any contact of a link is known. */
  readonly knows: (link: LinkName) => boolean;
  /** The reason for which the guard of attached hardware last refused a write. */
  readonly whyRefused: () => string;
  /** Called with the reason why a step fails or is not carried out. */
  readonly onWhy: (why: string) => void;
  /** Called with what was being asked of a device when a step failed. */
  readonly onFailed: (asked: Asked) => void;
  readonly onReading: (reading: Reading) => void;
}

export type { LinkName } from './rigRows.ts';

type Work = (context: AttemptContext) => Procedure<Observed>;

/** Steps that write to devices. All steps before them only read. */
export const WRITING_STEPS: readonly StepId[] = ['rotateKeys', 'commission'];

/** The DCC sets this many minutes into the contact window on commissioning. Our assumption. */
const CONTACT_OFFSET_MINUTES = 60;

function* ask(step: StepId, { installation }: AttemptContext): Procedure<DeskAnswer | undefined> {
  const sent: DeskOrder = { step, installationId: installation.installationId };
  return (yield* order(sent)) as DeskAnswer | undefined;
}

/** Builds a step that the desk alone answers. */
function atDesk(step: StepId, read: (answer: DeskAnswer, context: AttemptContext) => Observed): Work {
  return function* (context) {
    const answer = yield* ask(step, context);
    if (!answer) return 'systemFault';
    return answer.kind === 'refused' ? 'refused' : read(answer, context);
  };
}

/** Builds a step on the devices. The desk must have accepted the order first. */
function onDevices(step: StepId, work: Work): Work {
  return function* (context) {
    const answer = yield* ask(step, context);
    return answer?.kind === 'accepted' ? yield* work(context) : 'systemFault';
  };
}

/**
 * Asks the hub for the last contact of its links. The diagnostics of a DLMS hub hold both links; a driver is asked for
 * one after the other. The step judges the first link. If a driver cannot tell of another link, the step of that link
 * reports it.
 */
function diagnose(links: readonly [LinkName, ...LinkName[]]): Work {
  return function* (context) {
    const { chf, gsme } = context.devices;
    if (chf.by === 'dlms') {
      const read = yield* readDiagnostics(chf.peer);
      if (!read.ok) return failed(context, 'chf', read);
      context.onHeard('han', read.value.gsmeHeardAt);
      return 'answered';
    }
    for (const link of links) {
      if (link === 'han' && !gsme) continue;
      const heard = yield* lastContact(chf, link, { onWhy: (why) => context.onWhy(why) });
      if (heard === 'notCarriedOut') {
        if (link !== links[0] || context.knows(link)) continue;
        context.onWhy(
          `the driver does not tell when the ${link.toUpperCase()} last carried something, and nothing else does`,
        );
        return heard;
      }
      if (typeof heard === 'string') return heard;
      context.onHeard(link, heard ?? undefined);
    }
    return 'answered';
  };
}

/** When a hub last heard the gas meter, as it says; undefined if it does not answer or cannot say. `at` undefined: never. */
export function* newsOfMeter(chf: RigDevice): Procedure<{ readonly at: Instant | undefined } | undefined> {
  if (chf.by === 'dlms') {
    const read = yield* readDiagnostics(chf.peer);
    return read.ok ? { at: read.value.gsmeHeardAt } : undefined;
  }
  const heard = yield* lastContact(chf, 'han');
  return typeof heard === 'string' ? undefined : { at: heard ?? undefined };
}

/** The devices that a step touches: meters first, the hub last. */
function touched({ devices: { chf, esme, gsme }, esmeOnly }: AttemptContext): readonly RigDevice[] {
  return [esme, ...(esmeOnly || !gsme ? [] : [gsme]), chf];
}

/** The same devices if all of them speak DLMS, otherwise undefined: a driver can neither rotate keys nor configure. */
function spokenTo(context: AttemptContext): readonly SpokenDevice[] | undefined {
  const devices = touched(context);
  if (devices.every((device) => device.by === 'dlms')) return devices;
  context.onWhy('a driver can neither rotate keys nor configure a device');
  return undefined;
}

function* testEach(devices: readonly RigDevice[], context: AttemptContext): Procedure<Observed> {
  const seen = new Set<string>();
  for (const device of devices) {
    // One driver may serve the hub and the meters behind it.
    if (device.by === 'driver' && seen.has(device.name)) continue;
    if (device.by === 'driver') seen.add(device.name);
    const observed = yield* device.by === 'driver' ? testByDriver(device, context) : testSpoken(device, context);
    if (observed !== 'answered') return observed;
  }
  return 'answered';
}

function* testSpoken({ peer, reads }: SpokenDevice, context: AttemptContext): Procedure<Observed> {
  const { device } = peer.call;
  let readings: Reading[] = [];
  const outcome = yield* testDevice(
    {
      ...peer,
      onTitle: (title) => {
        // Each try reads all objects again.
        readings = [];
        peer.onTitle?.(title);
      },
      onRead: ({ ln, id, classId }, value) => {
        const isSecret = classId === SECURITY_SETUP || (classId === ASSOCIATION && id === ASSOCIATION_SECRET);
        const text = isSecret ? 'not shown: it may hold a secret' : dataText(value, { isClock: classId === CLOCK });
        readings.push({ device, object: obisText(ln), attribute: id, value: text, unit: null });
      },
    },
    reads,
  );
  readings.forEach((reading) => context.onReading(reading));
  return outcome.ok ? 'answered' : failed(context, device, outcome);
}

const CLOCK = 8;
const ASSOCIATION = 15;
const ASSOCIATION_SECRET = 7;
const SECURITY_SETUP = 64;

function* testByDriver(device: DrivenDevice, context: AttemptContext): Procedure<Observed> {
  const observed = yield* testDriven(device, {
    onWhy: (why) => context.onWhy(why),
    onReading: (reading) => context.onReading(reading),
  });
  if (observed === 'notCarriedOut') context.onWhy('the driver can neither probe the device nor read from it');
  if (observed === 'noAnswer' || observed === 'refused') context.onFailed({ device: device.name, aspect: 'other' });
  return observed;
}

/** Turns a failed exchange into an observation, and records its reason and what was asked. */
function failed(
  context: AttemptContext,
  device: DeviceName,
  outcome: Extract<Outcome<unknown>, { ok: false }>,
  writes = false,
): Observed {
  if (outcome.error.kind === 'notAllowed') context.onWhy(context.whyRefused());
  else context.onWhy(`the ${device}: ${failureText(outcome)}`);
  context.onFailed({ device, aspect: aspectOf(outcome.about, { writes, isHub: device === 'chf' }) });
  return observeError(outcome.error);
}

function* rotateKeys(context: AttemptContext): Procedure<Observed> {
  const devices = spokenTo(context);
  if (!devices) return 'notCarriedOut';
  const peers = devices.map(({ peer }) => peer);
  if (peers.some(({ ledger }) => ledger.masterKey === undefined)) {
    context.onWhy('the Master Key is missing');
    return 'notCarriedOut';
  }
  const rotated = yield* rotateAll(peers, { keySource: context.keySource, anew: true });
  const { device = 'chf' } = rotated;
  if (rotated.kind === 'notAllowed') context.onWhy(context.whyRefused());
  if (rotated.kind === 'failed' || rotated.kind === 'refused') {
    const error = rotated.kind === 'failed' ? rotated.error : { kind: 'result' as const, result: rotated.result };
    failed(context, device, { ok: false, error, ...(rotated.about && { about: rotated.about }) }, true);
  }
  return observeRotation(rotated);
}

function* commissionAll(context: AttemptContext): Procedure<Observed> {
  const devices = spokenTo(context);
  if (!devices) return 'notCarriedOut';
  for (const { peer } of devices) {
    const isHub = peer === peerOf(context.devices.chf);
    const offset = isHub ? { contactOffsetMinutes: CONTACT_OFFSET_MINUTES } : {};
    const outcome = yield* commission(peer, { at: context.deviceTime(peer.call.device), ...offset });
    if (!outcome.ok) return failed(context, peer.call.device, outcome, true);
  }
  return 'answered';
}

function peerOf(device: RigDevice): Peer | undefined {
  return device.by === 'dlms' ? device.peer : undefined;
}

export const STEP_WORK: Readonly<Record<StepId, Work>> = {
  requestAccepted: atDesk('requestAccepted', ({ kind }) => (kind === 'accepted' ? 'answered' : 'systemFault')),
  epclMatch: atDesk('epclMatch', ({ kind }) => (kind === 'accepted' ? 'answered' : 'systemFault')),
  displayDevices: atDesk('displayDevices', (answer) => {
    if (answer.kind !== 'displays') return 'systemFault';
    return answer.meetsDefinition.every(Boolean) ? 'answered' : 'badData';
  }),
  installationData: atDesk('installationData', (answer, { installation }) => {
    if (answer.kind !== 'record') return 'systemFault';
    const { mpan, dmc, gas } = installation;
    return answer.mpan === mpan && answer.mprn === (gas?.mprn ?? '') && answer.dmc === dmc ? 'answered' : 'badData';
  }),
  wanRecent: onDevices('wanRecent', diagnose(['wan', 'han'])),
  hanRecent: onDevices('hanRecent', diagnose(['han'])),
  // The gas meter is asleep. Its mirror, which was read with the diagnostics, is all that can be known of it now.
  deviceState: onDevices('deviceState', (context) => testEach([context.devices.chf, context.devices.esme], context)),
  // Every attempt installs new keys. The first association settles whatever an earlier attempt left open.
  rotateKeys: onDevices('rotateKeys', rotateKeys),
  commission: onDevices('commission', commissionAll),
};
