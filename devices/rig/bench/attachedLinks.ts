/**
 * The links to devices of which some are attached. Effects are realised on this side of each channel as far as
 * possible, and in the emulated home for the devices in it. An effect that cannot be realised is reported, not faked.
 */
import type { DeviceName, Procedure } from '../../headend/procedure.ts';
import { drive } from '../../headend/procedure.ts';
import type { Dial } from '../../headend/runner.ts';
import { CLEAR, counted, type LinkCondition } from '../../link/condition.ts';
import { UNTOUCHED, type Realised } from '../../link/realise.ts';
import { splitFrames } from '../../link/splitFrames.ts';
import type { DriverAnswer } from '../../hardware/driver.ts';
import { faultyChannel, type FaultyOptions } from '../../transport/faultyChannel.ts';
import { faultScript } from '../../transport/faultScript.ts';
import type { FramePolicy } from '../../transport/framePolicy.ts';
import type { Timers } from '../../transport/timers.ts';
import type { Home, HomeOptions } from './home.ts';
import type { DriveRequest } from '../walk/rigDevice.ts';
import type { Links } from './striker.ts';

export interface AttachedOptions {
  readonly timers: Timers;
  /** Lets the time pass during which nobody is called. Default: the rig waits. */
  readonly pass?: (seconds: number) => void;
  /** Devices outside the home. The home has the links of the others. */
  readonly attached: readonly DeviceName[];
  readonly home: Home | undefined;
  readonly dial: Dial;
  readonly framing: (device: DeviceName) => 'wrapper' | 'hdlc';
  /** True if a driver can switch the hub's power. */
  readonly hubHasPowerSwitch: boolean;
  readonly onFrame: NonNullable<HomeOptions['onFrame']>;
  /** Called with each planned effect that could not be realised. */
  readonly onNotRealised: (what: string) => void;
}

export class AttachedLinks implements Links {
  private readonly options: AttachedOptions;
  private link: LinkCondition = CLEAR;
  private frames: FramePolicy = CLEAR.frames;
  private isHubOff = false;

  constructor(options: AttachedOptions) {
    this.options = options;
  }

  readonly dial: Dial = (call, done) => {
    const { timers, attached, home, onFrame } = this.options;
    if (!this.link.reachable) {
      const { pass } = this.options;
      pass?.(call.timeoutSeconds);
      timers.after(pass ? 0 : call.timeoutSeconds * 1000, () => done(undefined));
      return;
    }
    const isAttached = attached.includes(call.device);
    const dial = isAttached || !home ? this.options.dial : home.dial;
    const framing = this.options.framing(call.device);
    dial(call, (channel) => {
      if (!channel) return done(undefined);
      const policy: FramePolicy = {
        admit: (frame) => (isAttached && this.isSilenced(call.device) ? SILENT : this.frames).admit(frame),
      };
      const split = () => splitFrames(framing);
      const tell: FaultyOptions['onFrame'] = (frame, admission) => onFrame(frame, admission, call);
      done(faultyChannel(channel, { policy, timers, side: 'client', split, onFrame: tell }));
    });
  };

  /** Realises effects. Frames are counted from 0 again, over all links together. */
  realise(realised: Realised): Procedure<void> | void {
    const { home } = this.options;
    this.link = realised.link;
    this.frames = counted(realised.link.frames);
    home?.realise({ ...realised, link: { ...realised.link, frames: CLEAR.frames, reachable: true } });
    this.tellUnrealised(realised);
    return this.switchPower(realised.link.powered);
  }

  scheduleUntil(at: number | undefined): void {
    const { home, timers } = this.options;
    // The home lives in its own present, whatever instant the schedule gave the event.
    home?.scheduleUntil(at === undefined ? undefined : Math.floor(timers.nowMilliseconds() / 1000));
  }

  /**
   * True if a meter is silenced on our side of its link because its HAN is lost. Its hub, or the meter at its own
   * address, cannot be changed from here.
   */
  private isSilenced(device: DeviceName): boolean {
    return device !== 'chf' && !this.link.hanUp[device];
  }

  private tellUnrealised({ deviceRefuses, link }: Realised): void {
    const { attached, hubHasPowerSwitch, onNotRealised } = this.options;
    if (attached.length === 0) return;
    if (deviceRefuses) onNotRealised(`a refusal by attached devices (${attached.join(', ')}): only they can refuse`);
    if (!link.powered && attached.includes('chf') && !hubHasPowerSwitch) {
      onNotRealised('a power cut of the attached hub: no driver declares power');
    }
  }

  private switchPower(powered: boolean): Procedure<void> | void {
    const { attached, hubHasPowerSwitch } = this.options;
    if (!attached.includes('chf') || !hubHasPowerSwitch || powered === !this.isHubOff) return;
    return this.switchTo(powered);
  }

  private *switchTo(powered: boolean): Procedure<void> {
    const request: DriveRequest<'power'> = { op: 'power', arg: { action: powered ? 'on' : 'off' } };
    const answer = (yield* drive('chf', request)) as DriverAnswer<unknown>;
    if (answer.ok) this.isHubOff = !powered;
    else this.options.onNotRealised(`a power cut of the attached hub: ${answer.message}`);
  }

  /** Undoes what must not remain when the devices are released. */
  restore(): Procedure<void> | void {
    return this.realise(UNTOUCHED);
  }
}

/** Drops every frame. */
const SILENT: FramePolicy = {
  admit: (frame) => faultScript([{ fault: 'drop', frame: frame.frame, direction: 'either' }]).admit(frame),
};
