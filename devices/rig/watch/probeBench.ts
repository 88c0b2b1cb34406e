/** The bench of one probe of a watch: an assembled rig and a recorder. It exists for that probe only. */
import type { Instant } from '../../../src/time.ts';
import type { KeyLedger } from '../../headend/keyLedger.ts';
import type { DeviceName } from '../../headend/procedure.ts';
import type { Timers } from '../../transport/timers.ts';
import { assembleAttached, datedWithin, type AttachedAssembly, type AttachedParts } from '../bench/assembleAttached.ts';
import type { Endpoints } from '../bench/endpoints.ts';
import type { Home } from '../bench/home.ts';
import type { LedgerStore, PartyName } from '../bench/ledgerStore.ts';
import type { OurTroubles } from '../bench/trouble.ts';
import type { RigSetup } from '../file/rigSetup.ts';
import type { Recorder } from '../run/frameRecorder.ts';
import { recorderOf, type RigRecording } from '../run/stepRecorder.ts';

export interface ProbeBenchOptions {
  readonly setup: RigSetup;
  readonly timers: Timers;
  readonly endpoints: Endpoints;
  readonly store: LedgerStore;
  readonly emulatedLedger: (device: DeviceName, party: PartyName) => KeyLedger;
  /** The emulated devices in memory, which live as long as the watch; undefined if nothing is emulated. */
  readonly home: Home | undefined;
  readonly recording: RigRecording;
  /** Failures on this side, as the carriers report them. */
  readonly troubles: OurTroubles;
  readonly onNote: (note: string) => void;
}

export class ProbeBench {
  readonly recorder: Recorder;
  private readonly options: ProbeBenchOptions;

  constructor(options: ProbeBenchOptions) {
    this.options = options;
    this.recorder = recorderOf(options.setup, options.recording);
    this.recorder.onTimers(options.timers);
  }

  now(): Instant {
    return Math.floor(this.options.timers.nowMilliseconds() / 1000);
  }

  /** The latest failure on our side, in words. */
  get lastTrouble(): string | undefined {
    return this.options.troubles.last;
  }

  /** Converts a device's own date of a contact; undefined if the date is no evidence. */
  readonly dated = (at: Instant): Instant | undefined => datedWithin(at, this.now(), this.options.onNote);

  /**
   * Assembles the rig of this probe. The gas meter is heard by its schedule up to now, except in steps that touch the
   * meters.
   */
  assemble(asked: Pick<AttachedParts, 'known' | 'judges' | 'leaves' | 'onFirstWrite'>): AttachedAssembly {
    const { recorder, options } = this;
    const { setup, timers, endpoints, store, emulatedLedger, home, troubles, onNote } = options;
    const assembly = assembleAttached(setup, {
      ...asked,
      timers,
      endpoints,
      store,
      emulatedLedger,
      home,
      troubles,
      isPlanned: false,
      onFrame: recorder.onFrame,
      onNotRealised: recorder.onNotRealised,
      // The steps of the probe already record what was not written.
      onNote: (note) => void (note.startsWith('nothing was written') || onNote(note)),
      onCall: recorder.onCall,
      onStepBegins: recorder.onStepBegins,
      onLink: recorder.onLink,
      onStepTaken: recorder.onStepTaken,
      dated: this.dated,
      deviceTime: () => this.now(),
    });
    assembly.striker.schedule(this.now());
    return assembly;
  }
}
