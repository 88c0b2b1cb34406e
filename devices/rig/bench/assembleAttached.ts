/**
 * Assembles a rig with attached devices, or a rig that a watch probes: links, head-ends and the failures on this side.
 * `assembleRig` puts it together like every other rig.
 */
import type { Instant } from '../../../src/time.ts';
import { secretKeySource } from '../../headend/keySource.ts';
import type { DeviceName } from '../../headend/procedure.ts';
import type { RunnerOptions } from '../../headend/runner.ts';
import { CLOCK_AHEAD_SECONDS_MAX } from '../../mqtt/contact.ts';
import type { Timers } from '../../transport/timers.ts';
import type { RigSetup } from '../file/rigSetup.ts';
import type { DriveRequest } from '../walk/rigDevice.ts';
import { assembleRig, type RigAssembly, type RigParts } from './assembleRig.ts';
import { AttachedLinks, type AttachedOptions } from './attachedLinks.ts';
import { attachedPeers, type AttachedPeers, type PeerOptions } from './attachedPeers.ts';
import type { Endpoints } from './endpoints.ts';
import type { Home } from './home.ts';
import type { OurTroubles } from './trouble.ts';

export interface AttachedParts extends Pick<
  RigParts,
  | 'known'
  | 'unheard'
  | 'judges'
  | 'leaves'
  | 'deviceTime'
  | 'onCall'
  | 'onStepBegins'
  | 'onLink'
  | 'onStepTaken'
  | 'onFirstWrite'
> {
  /** The clock of the rig. It is shifted where weeks of a calendar pass at once. */
  readonly timers: Timers;
  readonly endpoints: Endpoints;
  readonly store: PeerOptions['store'];
  readonly emulatedLedger?: PeerOptions['emulatedLedger'];
  /** The devices that are emulated beside the attached ones; undefined if none are. */
  readonly home: Home | undefined;
  /** Collects failures on this side. The carriers must report to it, too. */
  readonly troubles: OurTroubles;
  /**
   * True if a plan strikes steps: its effects are realised on the links, and on the hub's power if a driver can switch
   * it. A watch has no plan and leaves the links as they are.
   */
  readonly isPlanned: boolean;
  readonly pass?: AttachedOptions['pass'];
  readonly onFrame: AttachedOptions['onFrame'];
  readonly onNotRealised: AttachedOptions['onNotRealised'];
  readonly onNote: (note: string) => void;
  /** Converts a device's own date to an instant of the schedule; undefined if the date is no evidence. */
  readonly dated: (at: Instant) => Instant | undefined;
}

export interface AttachedAssembly extends RigAssembly {
  readonly links: AttachedLinks;
  readonly peers: AttachedPeers;
}

export function assembleAttached(setup: RigSetup, parts: AttachedParts): AttachedAssembly {
  const { timers, endpoints, home, troubles, onFrame, onNotRealised, onNote, pass, isPlanned, ...rest } = parts;
  const { store, emulatedLedger, ...walk } = rest;
  let refusal = '';
  const onRefused = (why: string): void => {
    if (why !== refusal) onNote(`nothing was written to the ${why}`);
    refusal = why;
  };
  const peers = attachedPeers(setup, {
    store,
    endpoints,
    onNote,
    onRefused,
    ...(emulatedLedger && { emulatedLedger }),
  });
  const framing = (name: DeviceName): 'wrapper' | 'hdlc' =>
    setup.devices.find((one) => one.name === name)?.call.framing ?? 'wrapper';
  const links = new AttachedLinks({
    timers,
    ...(pass && { pass }),
    attached: setup.devices.filter(({ isAttached }) => isAttached).map(({ name }) => name),
    home,
    dial: endpoints.dial,
    framing,
    hubHasPowerSwitch: isPlanned && endpoints.capabilities('chf').includes('power'),
    onFrame,
    onNotRealised,
  });
  const drive: RunnerOptions['drive'] = (device, request, done) =>
    void endpoints.drive(device, request as DriveRequest).then(done);
  const { document } = setup;
  const assembly = assembleRig({
    ...walk,
    installation: setup.installation,
    rules: setup.rules,
    epclEntryFrom: setup.epclEntryFrom,
    displayBlocked: document.installation.displayBlocked,
    timers,
    links: isPlanned ? links : { realise: () => undefined, scheduleUntil: (at) => links.scheduleUntil(at) },
    dial: links.dial,
    framing: 'wrapper',
    devices: peers.devices,
    useMasterKey: peers.useMasterKey,
    keySource: secretKeySource(),
    deskSeconds: document.headEnds.deskSeconds,
    codes: 'asked',
    whyRefused: () => refusal,
    ours: {
      begin: () => {
        troubles.begin();
        peers.forgetUnverified();
      },
      why: () => troubles.why(),
    },
    doubt: peers.unverified,
    drive,
    onNote,
  });
  return { ...assembly, links, peers };
}

/**
 * Judges a device's date by a clock that stands at `now`. Returns undefined and gives a note if the date is more than
 * five minutes ahead. Otherwise returns the date, but never an instant after `now`.
 */
export function datedWithin(at: Instant, now: Instant, onNote: (note: string) => void): Instant | undefined {
  const ahead = at - now;
  if (ahead <= CLOCK_AHEAD_SECONDS_MAX) return Math.min(at, now);
  onNote(`a device dates a contact ${ahead} s ahead of this clock: it is no evidence`);
  return undefined;
}
