/**
 * What each step of the walk does on the wire. The steps, their order, checks and codes stand in src/migration; here stands
 * only the work, and what was observed of it.
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

/** Facts as the rig learns them in the course of an attempt. */
export type LearntFacts = { -readonly [Name in keyof Facts]: Facts[Name] };

/** One attempt, as its steps see it. */
export interface AttemptContext {
  readonly at: Instant;
  /** What devices' clocks are set to: the attempt's instant, or the wall's where they are attached. */
  readonly deviceTime: (device: DeviceName) => Instant;
  /** What the registration data say; the desk's record must agree with it. */
  readonly installation: Installation;
  readonly esmeOnly: boolean;
  readonly facts: LearntFacts;
  readonly devices: RigDevices;
  readonly keySource: KeySource;
  /** When the hub says that a link last carried something, by its own clock; undefined: it never did. */
  readonly onHeard: (link: LinkName, at: Instant | undefined) => void;
  /** Whether anything is known of a link's contacts. */
  readonly knows: (link: LinkName) => boolean;
  /** Why the guard of attached hardware last refused a write. */
  readonly whyRefused: () => string;
  /** Why a step is not carried out, or fails, in words. */
  readonly onWhy: (why: string) => void;
  /** What was being asked of a device when a step failed. */
  readonly onFailed: (asked: Asked) => void;
  readonly onReading: (reading: Reading) => void;
}

export type { LinkName } from './rigRows.ts';

type Work = (context: AttemptContext) => Procedure<Observed>;

/** Steps that write to devices; all before them only read. */
export const WRITING_STEPS: readonly StepId[] = ['rotateKeys', 'commission'];

/** Minutes into the contact window that the DCC sets on commissioning. Our assumption. */
const CONTACT_OFFSET_MINUTES = 60;

function* ask(step: StepId, { installation }: AttemptContext): Procedure<DeskAnswer | undefined> {
  const sent: DeskOrder = { step, installationId: installation.installationId };
  return (yield* order(sent)) as DeskAnswer | undefined;
}

/** A step that the desk alone answers. */
function atDesk(step: StepId, read: (answer: DeskAnswer, context: AttemptContext) => Observed): Work {
  return function* (context) {
    const answer = yield* ask(step, context);
    if (!answer) return 'systemFault';
    return answer.kind === 'refused' ? 'refused' : read(answer, context);
  };
}

/** A step on the devices, which the desk must have given way to. */
function onDevices(step: StepId, work: Work): Work {
  return function* (context) {
    const answer = yield* ask(step, context);
    return answer?.kind === 'accepted' ? yield* work(context) : 'systemFault';
  };
}

/**
 * What the hub says of its links: the diagnostics of one that speaks DLMS hold both, a driver is asked for one after the other.
 * The step is about the first; what a driver cannot tell of another is for that one's own step to miss.
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

/** Meters first, the hub last. */
function touched({ devices: { chf, esme, gsme }, esmeOnly }: AttemptContext): readonly RigDevice[] {
  return [esme, ...(esmeOnly || !gsme ? [] : [gsme]), chf];
}

/** The same where all of them speak DLMS: a driver can neither rotate keys nor configure. */
function spokenTo(context: AttemptContext): readonly SpokenDevice[] | undefined {
  const devices = touched(context);
  if (devices.every((device) => device.by === 'dlms')) return devices;
  context.onWhy('a driver can neither rotate keys nor configure a device');
  return undefined;
}

function* testEach(devices: readonly RigDevice[], context: AttemptContext): Procedure<Observed> {
  const seen = new Set<string>();
  for (const device of devices) {
    // One driver may stand for the hub and the meters behind it.
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
        // Each try reads all of them anew.
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

/** What a failed exchange shows; its reason and what was asked go into the record. */
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
  // The gas meter is asleep: what can be known of it now is the mirror, which was read with the diagnostics.
  deviceState: onDevices('deviceState', (context) => testEach([context.devices.chf, context.devices.esme], context)),
  // Every attempt installs keys of its own: what an earlier one left open is settled by its first association.
  rotateKeys: onDevices('rotateKeys', rotateKeys),
  commission: onDevices('commission', commissionAll),
};
