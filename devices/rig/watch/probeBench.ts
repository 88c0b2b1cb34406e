/** What one probe of a watch works with: links, head-ends, desk and recorder, made for it and gone after it. */
import type { Instant } from '../../../src/time.ts';
import type { KeyLedger } from '../../headend/keyLedger.ts';
import { secretKeySource } from '../../headend/keySource.ts';
import type { DeviceName } from '../../headend/procedure.ts';
import type { RunnerOptions } from '../../headend/runner.ts';
import { HEARS } from '../../link/realise.ts';
import { CLOCK_AHEAD_SECONDS_MAX } from '../../mqtt/contact.ts';
import type { Timers } from '../../transport/timers.ts';
import { AttachedLinks } from '../bench/attachedLinks.ts';
import { attachedPeers, type AttachedPeers } from '../bench/attachedPeers.ts';
import { deskLink } from '../walk/desk.ts';
import type { Endpoints } from '../bench/endpoints.ts';
import type { Home } from '../bench/home.ts';
import type { LedgerStore, PartyName } from '../bench/ledgerStore.ts';
import type { Recorder } from '../run/frameRecorder.ts';
import { Rig, type RigOptions } from '../walk/rig.ts';
import type { DriveRequest, RigDevices } from '../walk/rigDevice.ts';
import { recorderOf, type RigRecording } from '../run/stepRecorder.ts';
import type { RigSetup } from '../file/rigSetup.ts';
import { isOurTrouble, type Trouble } from './trouble.ts';

export interface ProbeBenchOptions {
  readonly setup: RigSetup;
  readonly timers: Timers;
  readonly endpoints: Endpoints;
  readonly store: LedgerStore;
  readonly emulatedLedger: (device: DeviceName, party: PartyName) => KeyLedger;
  /** What is emulated in memory, for as long as the watch lives; undefined: nothing is. */
  readonly home: Home | undefined;
  readonly recording: RigRecording;
  readonly onNote: (note: string) => void;
}

export class ProbeBench {
  readonly recorder: Recorder;
  readonly runner: RunnerOptions;
  readonly devices: RigDevices;
  /** What last went wrong on our side, in words. */
  lastTrouble: string | undefined;
  private troubles = 0;
  /** Troubles before the step under way. */
  private before = 0;
  private refusal = '';
  private readonly peers: AttachedPeers;
  private readonly links: AttachedLinks;
  private readonly options: ProbeBenchOptions;

  constructor(options: ProbeBenchOptions) {
    this.options = options;
    const { setup, timers, endpoints, store, emulatedLedger, home, recording, onNote } = options;
    this.recorder = recorderOf(setup, recording);
    this.recorder.onTimers(timers);
    const framing = (name: DeviceName): 'wrapper' | 'hdlc' =>
      setup.devices.find((one) => one.name === name)?.call.framing ?? 'wrapper';
    const onRefused = (why: string): void => {
      this.refusal = why;
    };
    this.peers = attachedPeers(setup, { store, endpoints, emulatedLedger, onNote, onRefused });
    this.devices = this.peers.devices;
    this.links = new AttachedLinks({
      timers,
      attached: setup.devices.filter(({ isAttached }) => isAttached).map(({ name }) => name),
      home,
      dial: endpoints.dial,
      framing,
      hubHasPowerSwitch: false,
      onFrame: this.recorder.onFrame,
      onNotRealised: this.recorder.onNotRealised,
    });
    const books = {
      installation: setup.installation,
      displaysMeetDefinition: [!setup.document.installation.displayBlocked],
      condition: () => 'serves' as const,
      timeoutSeconds: setup.document.headEnds.deskSeconds,
    };
    this.runner = {
      timers,
      dial: this.links.dial,
      framing: 'wrapper',
      desk: deskLink(books, timers),
      drive: (device, request, done) => void endpoints.drive(device, request as DriveRequest).then(done),
      onCall: this.recorder.onCall,
    };
    this.links.scheduleUntil(this.now());
  }

  now(): Instant {
    return Math.floor(this.options.timers.nowMilliseconds() / 1000);
  }

  /** A carrier failed. */
  troubled(trouble: Trouble): void {
    if (!isOurTrouble(trouble)) return;
    this.troubles += 1;
    this.lastTrouble = trouble.error.message;
  }

  /** A device's own date of a contact; undefined where it is no evidence. */
  readonly dated = (at: Instant): Instant | undefined => {
    const ahead = at - this.now();
    if (ahead > CLOCK_AHEAD_SECONDS_MAX) {
      this.options.onNote(`a device dates a contact ${ahead} s ahead of this clock: it is no evidence`);
      return undefined;
    }
    return Math.min(at, this.now());
  };

  rig(asked: Pick<RigOptions, 'known' | 'judges' | 'leaves'>): Rig {
    const { setup } = this.options;
    return new Rig({
      ...asked,
      installation: setup.installation,
      rules: setup.rules,
      devices: this.devices,
      keySource: secretKeySource(),
      epclEntryFrom: setup.epclEntryFrom,
      displayBlocked: setup.document.installation.displayBlocked,
      dated: this.dated,
      isOurs: () => this.troubles > this.before,
      whyRefused: () => this.refusal,
      doubt: () => this.peers.unverified(),
      deviceTime: () => this.now(),
      onStep: (step) => {
        this.before = this.troubles;
        // Within the steps that touch the meters the HAN is up; else the gas meter is heard by its schedule.
        this.links.scheduleUntil(HEARS[step].includes('esme') ? undefined : this.now());
      },
      onStepTaken: (taken) => this.recorder.onStepTaken(taken),
    });
  }
}
