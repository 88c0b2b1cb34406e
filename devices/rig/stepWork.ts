/**
 * What each step of the walk does on the wire. The steps, their order, checks and codes stand in src/migration; here stands
 * only the work, and what was observed of it.
 */
import type { Instant } from '../../src/time.ts';
import type { Installation } from '../../src/installation/installation.ts';
import type { Facts } from '../../src/migration/facts.ts';
import type { Observation } from '../../src/migration/observations.ts';
import type { StepId } from '../../src/migration/steps.ts';
import type { Peer } from '../headend/associate.ts';
import { commission, readDiagnostics, rotateAll, testDevice, type DccPeers, type Diagnostics } from '../headend/dcc.ts';
import type { KeySource } from '../headend/keySource.ts';
import { observeError, observeRotation } from '../headend/observe.ts';
import { order, type Outcome, type Procedure } from '../headend/procedure.ts';
import type { DeskAnswer, DeskOrder } from './desk.ts';

/** Facts as the rig learns them in the course of an attempt. */
export type LearntFacts = { -readonly [Name in keyof Facts]: Facts[Name] };

/** One attempt, as its steps see it. */
export interface AttemptContext {
  readonly at: Instant;
  /** What the registration data say; the desk's record must agree with it. */
  readonly installation: Installation;
  readonly esmeOnly: boolean;
  readonly facts: LearntFacts;
  readonly peers: DccPeers;
  readonly keySource: KeySource;
  readonly onDiagnostics: (diagnostics: Diagnostics) => void;
}

type Work = (context: AttemptContext) => Procedure<Observation>;

/** Minutes into the contact window that the DCC sets on commissioning. Our assumption. */
const CONTACT_OFFSET_MINUTES = 60;

function* ask(step: StepId, { installation }: AttemptContext): Procedure<DeskAnswer | undefined> {
  const sent: DeskOrder = { step, installationId: installation.installationId };
  return (yield* order(sent)) as DeskAnswer | undefined;
}

/** A step that the desk alone answers. */
function atDesk(step: StepId, read: (answer: DeskAnswer, context: AttemptContext) => Observation): Work {
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

function* diagnose(context: AttemptContext): Procedure<Observation> {
  const read = yield* readDiagnostics(context.peers.chf);
  if (!read.ok) return observeError(read.error);
  context.onDiagnostics(read.value);
  return 'answered';
}

/** Meters first, the hub last. */
function peersOf({ peers, esmeOnly }: AttemptContext): readonly Peer[] {
  const gsme = esmeOnly || !peers.gsme ? [] : [peers.gsme];
  return [peers.esme, ...gsme, peers.chf];
}

function* eachOf(peers: readonly Peer[], work: (peer: Peer) => Procedure<Outcome<undefined>>): Procedure<Observation> {
  for (const peer of peers) {
    const outcome = yield* work(peer);
    if (!outcome.ok) return observeError(outcome.error);
  }
  return 'answered';
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
  wanRecent: onDevices('wanRecent', diagnose),
  hanRecent: onDevices('hanRecent', diagnose),
  // The gas meter is asleep: what can be known of it now is the mirror, which was read with the diagnostics.
  deviceState: onDevices('deviceState', ({ peers }) => eachOf([peers.chf, peers.esme], testDevice)),
  // Every attempt installs keys of its own: what an earlier one left open is settled by its first association.
  rotateKeys: onDevices('rotateKeys', function* (context) {
    return observeRotation(yield* rotateAll(peersOf(context), { keySource: context.keySource, anew: true }));
  }),
  commission: onDevices('commission', (context) =>
    eachOf(peersOf(context), (peer) =>
      commission(peer, {
        at: context.at,
        ...(peer === context.peers.chf && { contactOffsetMinutes: CONTACT_OFFSET_MINUTES }),
      }),
    ),
  ),
};
