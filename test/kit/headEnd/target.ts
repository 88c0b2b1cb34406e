/** An emulated meter for somebody's head-end to rotate the keys of: on TCP of this machine, with the public lab keys. */
import type { CosemDevice } from '../../../devices/cosem/device.ts';
import { equalBytes, toHex } from '../../../devices/dlms/bytes.ts';
import type { SuiteKeys } from '../../../devices/dlms/logicalDevice.ts';
import { serve } from '../../../devices/link/serve.ts';
import { splitFrames } from '../../../devices/link/splitFrames.ts';
import { connectDevice, labDevice } from '../../../devices/personas/emulatedInstallation.ts';
import { LAB_KEYS } from '../../../devices/personas/labProfile.ts';
import { faultScript, type FaultAction, type FaultScript } from '../../../devices/transport/faultScript.ts';
import { faultyChannel } from '../../../devices/transport/faultyChannel.ts';
import { tcpTransport } from '../../../devices/transport/tcp.ts';
import { wallTimers } from '../../../devices/transport/timers.ts';
import type { ByteChannel, Listener } from '../../../devices/transport/transport.ts';
import { openAll, pairings, reused, type Frame } from './audit.ts';

/**
 * Where a device is, and what a head-end is given of it: the same at each call. Keys in hexadecimal, those that the device begins
 * with; they are the lab's, and public.
 */
export interface DeviceAtAddress {
  /** One a device: a head-end keeps what it knows of a device by it. */
  readonly number: number;
  readonly host: string;
  readonly port: number;
  /** The wrapper of the Green Book: 8 bytes before each APDU. */
  readonly framing: 'wrapper';
  readonly clientSap: number;
  readonly serverSap: number;
  readonly systemTitle: string;
  readonly guek: string;
  readonly gak: string;
  /** The Master Key, under which new keys are wrapped. */
  readonly kek: string;
}

/** What befalls the nth frame of everything that crosses the link, from 1. */
export interface TargetFault {
  readonly frame: number;
  readonly action: FaultAction;
  /** A link that is cut takes the device's power with it. */
  readonly cutsPower: boolean;
}

const MANAGEMENT = 1;
const DEVICE = 1;
const WRONG_KEK = toHex(new Uint8Array(16).fill(0x32));
/**
 * In a decrypted APDU: get-, set- and action-response. A device answers under the keys of the request: who gets one has them,
 * and what answers the transfer of a key is under the keys before.
 */
const RESPONSES: readonly (number | undefined)[] = [0xc4, 0xc5, 0xc7];

interface FrameAtTarget extends Frame {
  /** Whether it came as it was sent. */
  readonly arrives: boolean;
}

export class Target {
  readonly address: DeviceAtAddress;
  readonly frames: FrameAtTarget[] = [];
  /** Every pair of keys that the device has had. */
  private readonly keys: SuiteKeys[] = [LAB_KEYS];
  private script: FaultScript = faultScript([]);
  private counted = 0;
  private readonly channels = new Set<ByteChannel>();
  private readonly timers = wallTimers();
  private readonly device: CosemDevice;
  private readonly listener: Listener;

  private constructor(device: CosemDevice, listener: Listener, address: DeviceAtAddress) {
    this.device = device;
    this.listener = listener;
    this.address = address;
  }

  /** Begins to serve. With a wrong Master Key the head-end is told one that the device does not have. */
  static async open(number: number, options: { fault?: TargetFault; wrongKek?: boolean } = {}): Promise<Target> {
    const device = labDevice('esme', number);
    let take: (channel: ByteChannel) => void = () => undefined;
    const listener = await tcpTransport({ port: 0 }).listen((channel) => take(channel));
    const target = new Target(device, listener, {
      number,
      host: '127.0.0.1',
      port: Number(listener.address.split(':').at(-1)),
      framing: 'wrapper',
      clientSap: MANAGEMENT,
      serverSap: DEVICE,
      systemTitle: toHex(device.identity.systemTitle),
      guek: toHex(LAB_KEYS.guek),
      gak: toHex(LAB_KEYS.gak),
      kek: options.wrongKek ? WRONG_KEK : toHex(LAB_KEYS.kek),
    });
    const { fault } = options;
    if (fault) target.script = faultScript([{ ...fault.action, frame: fault.frame, direction: 'either' }]);
    take = (channel) => target.take(channel, fault?.cutsPower ?? false);
    return target;
  }

  /** Whether the fault has struck. */
  get isStruck(): boolean {
    return this.script.struck > 0;
  }

  /** Whether the device has the keys that it began with, one of them or both. */
  get hasOldKey(): boolean {
    const { guek, gak } = this.device.keyring.keys;
    return toHex(guek) === this.address.guek || toHex(gak) === this.address.gak;
  }

  get presentKeys(): SuiteKeys {
    return this.device.keyring.keys;
  }

  /** Whether an answer of the device, under the keys it has now, has come to one who has them too. */
  get isProved(): boolean {
    const { opened } = openAll(this.frames, [this.presentKeys]);
    const answers = opened.filter(({ direction, plain }) => direction === 's2c' && RESPONSES.includes(plain[0]));
    return answers.some(({ frame }) => this.frames[frame]?.arrives);
  }

  /** Nonces that carried two different things, under any keys that there ever were. */
  get reusedNonces(): readonly string[] {
    const every = pairings(
      this.keys.map(({ guek }) => guek),
      this.keys.map(({ gak }) => gak),
    );
    return reused(openAll(this.frames, every).uses);
  }

  /** The world is well again: the link is clear, and whatever lost its power has it back. */
  heal(): void {
    this.script = faultScript([]);
    if (!this.device.powered) this.device.restart();
  }

  async close(): Promise<void> {
    for (const channel of this.channels) channel.close();
    await this.listener.close();
  }

  private take(channel: ByteChannel, cutsPower: boolean): void {
    if (!this.device.powered) return void channel.close();
    this.channels.add(channel);
    channel.onClose(() => this.channels.delete(channel));
    const link = faultyChannel(channel, {
      timers: this.timers,
      side: 'server',
      split: () => splitFrames('wrapper'),
      policy: {
        admit: (frame) => {
          this.counted += 1;
          return this.script.admit({ ...frame, frame: this.counted });
        },
      },
      onFrame: ({ direction, bytes }, admission) => {
        const arrives = admission.deliveries.some((delivery) => equalBytes(delivery.bytes, bytes));
        this.frames.push({ direction, bytes, arrives });
        this.noteKeys();
        if (admission.cut && cutsPower) this.device.cutPower();
      },
    });
    serve(connectDevice(this.device, { framing: 'wrapper' }), link, this.timers);
  }

  private noteKeys(): void {
    const now = this.presentKeys;
    if (!this.keys.includes(now)) this.keys.push(now);
  }
}
