/**
 * An emulated installation in memory that serves as the rig's endpoints: all bytes, real cryptography, virtual time.
 * The world decides what the links do; the devices only experience it.
 */
import type { Instant } from '../../../src/time.ts';
import { ServerConnection } from '../../dlms/server/serverConnection.ts';
import type { LogicalDevice } from '../../dlms/server/logicalDevice.ts';
import type { Call, DeviceName } from '../../headend/procedure.ts';
import type { Dial } from '../../headend/runner.ts';
import { counted, CLEAR, type LinkCondition } from '../../link/condition.ts';
import { gateway } from '../../link/gateway.ts';
import { UNTOUCHED, type Realised } from '../../link/realise.ts';
import { serve } from '../../link/serve.ts';
import { INSTALLATION_SAPS } from '../../personas/chf.ts';
import { labInstallation, type Installation, type InstallationOptions } from '../../personas/emulatedInstallation.ts';
import type { MemberKind } from '../../personas/hub.ts';
import type { Admission, FrameInFlight, FramePolicy } from '../../transport/framePolicy.ts';
import { memoryPair } from '../../transport/memory.ts';
import type { Timers } from '../../transport/timers.ts';

export interface HomeOptions {
  readonly timers: Timers;
  /** Number of the lab's installation. It sets the phase in which the gas meter wakes. */
  readonly number: number;
  readonly gas: boolean;
  readonly framing: 'wrapper' | 'hdlc';
  /** One way of a frame, in milliseconds. Default: that of a link in memory. */
  readonly latencyMilliseconds?: number | undefined;
  /** True if the gas meter was heard at a wake of its schedule. */
  readonly hanContactAt?: (at: Instant) => boolean;
  readonly devices?: InstallationOptions['devices'];
  /** Devices that lived before. Default: new ones. */
  readonly installation?: Installation;
  readonly sleep?: InstallationOptions['sleep'];
  readonly onFrame?: (frame: FrameInFlight, admission: Admission, call: Call) => void;
  /** Called when a policy cut the link. A device may lose its power here. */
  readonly onCut?: (call: Call) => void;
}

/** The caller gives up a lost wake-up after this many seconds. Our assumption. */
const WAKE_UP_SECONDS = 60;

export class Home {
  readonly installation: Installation;
  readonly dial: Dial;
  private realised: Realised = UNTOUCHED;
  private frames: FramePolicy = CLEAR.frames;
  /** The gas meter wakes by its schedule up to this instant. Undefined during an exchange with the meters. */
  private scheduledUntil: Instant | undefined = Infinity;
  private readonly gateways = new Map<LogicalDevice, LogicalDevice>();

  constructor(options: HomeOptions) {
    const hanUp = (member: MemberKind, at: number): boolean => this.hears(member, at, options.hanContactAt);
    const { number, gas, devices, sleep } = options;
    const given = { ...(devices && { devices }), ...(sleep && { sleep }) };
    this.installation = options.installation ?? labInstallation(number, { gas, ...given });
    this.installation.hub.world = { hanUp };
    this.dial = (call, done) => {
      if (!this.realised.link.reachable) {
        options.timers.after(WAKE_UP_SECONDS * 1000, () => done(undefined));
        return;
      }
      const { timers, onFrame, onCut } = options;
      const pair = memoryPair({
        timers,
        policy: { admit: (frame) => this.frames.admit(frame) },
        name: call.device,
        ...(options.latencyMilliseconds !== undefined && { latencyMilliseconds: options.latencyMilliseconds }),
        ...(onFrame && { onFrame: (frame, admission) => onFrame(frame, admission, call) }),
        ...(onCut && { onCut: () => onCut(call) }),
      });
      serve(this.connection(options.framing), pair.server, timers);
      done(pair.client);
    };
  }

  /** Sets what the world does from now on. Frames are counted from 0 again. */
  realise(realised: Realised): void {
    this.realised = realised;
    this.setLink(realised.link);
  }

  /** Sets the links only. */
  setLink(link: LinkCondition): void {
    const { chf } = this.installation;
    this.realised = { ...this.realised, link };
    this.frames = counted(link.frames);
    if (!link.powered && chf.powered) chf.cutPower();
    if (link.powered && !chf.powered) chf.restart();
  }

  /**
   * While facts are learnt, the schedule alone decides whether the gas meter is heard, up to the attempt's instant.
   * Within the steps that touch the meters the HAN is up unless an effect takes it down. The kernel makes the same
   * assumption.
   */
  scheduleUntil(at: Instant | undefined): void {
    this.scheduledUntil = at;
  }

  private hears(member: MemberKind, at: number, hanContactAt: HomeOptions['hanContactAt']): boolean {
    if (this.scheduledUntil === undefined) return this.realised.link.hanUp[member];
    if (member === 'esme') return true;
    return at <= this.scheduledUntil && (hanContactAt?.(at) ?? true);
  }

  private connection(framing: 'wrapper' | 'hdlc'): ServerConnection {
    const { installation } = this;
    const saps: readonly number[] = Object.values(INSTALLATION_SAPS).filter(
      (sap) => sap !== INSTALLATION_SAPS.gsme || installation.gsme !== undefined,
    );
    return new ServerConnection({
      framing,
      serves: (sap) => saps.includes(sap),
      route: (sap, at) => {
        const route = installation.route(sap, at);
        return route && { ...route, device: this.gatewayOf(route.device) };
      },
    });
  }

  /** Each device has one gateway: with a new one for each APDU, an association would not survive its first APDU. */
  private gatewayOf(device: LogicalDevice): LogicalDevice {
    let found = this.gateways.get(device);
    if (!found) {
      found = gateway(device, () => this.realised.deviceRefuses);
      this.gateways.set(device, found);
    }
    return found;
  }

  device(name: DeviceName): Installation['chf'] | undefined {
    return this.installation[name];
  }
}
