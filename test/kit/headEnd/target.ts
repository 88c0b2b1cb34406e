/**
 * An emulated meter whose keys the head-end under test rotates. It listens on TCP of this machine and uses the public
 * lab keys.
 */
import { CosemDevice } from '../../../devices/cosem/device.ts';
import { equalBytes, toHex } from '../../../devices/dlms/encoding/bytes.ts';
import type { SuiteKeys } from '../../../devices/dlms/security/ciphering.ts';
import { serve } from '../../../devices/link/serve.ts';
import { splitFrames } from '../../../devices/link/splitFrames.ts';
import { connectDevice, LAB_MODELS, labDevice } from '../../../devices/personas/emulatedInstallation.ts';
import { LAB_KEYS, labIdentity } from '../../../devices/personas/labProfile.ts';
import { faultScript, type FaultAction, type FaultScript } from '../../../devices/transport/faultScript.ts';
import { faultyChannel } from '../../../devices/transport/faultyChannel.ts';
import { tcpTransport } from '../../../devices/transport/tcp.ts';
import { wallTimers } from '../../../devices/transport/timers.ts';
import type { ByteChannel, Listener } from '../../../devices/transport/transport.ts';
import { everyPair, openAll, reused, type Frame } from './audit.ts';

/**
 * The address of a device and the data that a head-end receives about it, which are the same at each call. The keys are
 * those that the device starts with, in hexadecimal. They are the lab's keys and public.
 */
export interface DeviceAtAddress {
  /** The device's own number. A head-end keeps its records of a device under it. */
  readonly number: number;
  readonly host: string;
  readonly port: number;
  /** The framing: the wrapper of the Green Book, 8 bytes before each APDU. */
  readonly framing: 'wrapper';
  readonly clientSap: number;
  readonly serverSap: number;
  readonly systemTitle: string;
  readonly guek: string;
  readonly gak: string;
  /** The Master Key, which wraps new keys. */
  readonly kek: string;
}

/** The fault that affects the nth frame, counted from 1 over everything that crosses the link. */
export interface TargetFault {
  readonly frame: number;
  readonly action: FaultAction;
  /** True if cutting the link also cuts the device's power. */
  readonly cutsPower: boolean;
}

const MANAGEMENT = 1;
const DEVICE = 1;
const STRANGE_KEYS = {
  ...LAB_KEYS,
  guek: LAB_KEYS.guek.map((byte) => byte ^ 0x5a),
  gak: LAB_KEYS.gak.map((byte) => byte ^ 0x5a),
};
const WRONG_KEK = toHex(new Uint8Array(16).fill(0x32));
/**
 * The tags of get-, set- and action-responses in a decrypted APDU. A device answers under the keys of the request. A
 * head-end that receives such an answer thus has those keys, and the answer to a key transfer is still under the old
 * keys.
 */
const RESPONSES: readonly (number | undefined)[] = [0xc4, 0xc5, 0xc7];

/** A frame at an emulated meter. Keys in it are as they were sent: wrapped or ciphered. */
export interface FrameAtTarget extends Frame {
  readonly atMilliseconds: number;
  /** True if the frame arrives as it was sent. */
  readonly arrives: boolean;
}

export class Target {
  readonly address: DeviceAtAddress;
  readonly frames: FrameAtTarget[] = [];
  /** What stands in the device's place: something with its title and other keys, or what the device said before. */
  private impostor: Impostor | undefined;
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

  /** Starts to serve. With `wrongKek` the head-end receives a Master Key that the device does not have. */
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

  /** True if the fault has occurred. */
  get isStruck(): boolean {
    return this.script.struck > 0;
  }

  /** True if the device still has at least one of the keys that it started with. */
  get hasOldKey(): boolean {
    const { guek, gak } = this.device.keyring.keys;
    return toHex(guek) === this.address.guek || toHex(gak) === this.address.gak;
  }

  get presentKeys(): SuiteKeys {
    return this.device.keyring.keys;
  }

  /** True if an answer under the device's current keys has reached a head-end that has them too. */
  get isProved(): boolean {
    const { opened } = openAll(this.frames, [this.presentKeys]);
    const answers = opened.filter(({ direction, plain }) => direction === 's2c' && RESPONSES.includes(plain[0]));
    return answers.some(({ frame }) => this.frames[frame]?.arrives);
  }

  /** The nonces that protected two different messages, under any key that ever existed. */
  get reusedNonces(): readonly string[] {
    return reused(openAll(this.frames, everyPair(this.keys)).uses);
  }

  /** Ends the fault: the link is clear, and a device that lost its power has it back. */
  heal(): void {
    this.script = faultScript([]);
    if (!this.device.powered) this.device.restart();
  }

  /** Puts an impostor in the place of the device: one that has its title, and not its keys, or a recording of it. */
  replace(by: 'stranger' | 'recording'): void {
    const said = this.frames.filter(({ direction }) => direction === 's2c').map(({ bytes }) => bytes);
    const stranger = new CosemDevice(LAB_MODELS.esme, {
      ...labIdentity('esme', this.address.number),
      keys: STRANGE_KEYS,
    });
    this.impostor = by === 'recording' ? { says: said } : { device: stranger };
  }

  /** Puts the device itself back in its place. */
  restore(): void {
    this.impostor = undefined;
    for (const channel of this.channels) channel.close();
  }

  /** True if a key transfer was sent since the frame of this number, under any keys that ever existed. */
  hasSentKeysSince(first: number): boolean {
    return openAll(this.frames, everyPair(this.keys)).opened.some(
      ({ frame, direction, plain }) => frame >= first && direction === 'c2s' && isKeyTransfer(plain),
    );
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
        this.frames.push({ direction, bytes, arrives, atMilliseconds: this.timers.nowMilliseconds() });
        this.noteKeys();
        if (admission.cut && cutsPower) this.device.cutPower();
      },
    });
    const { impostor } = this;
    if (impostor?.says) return void recite(impostor.says, link);
    serve(connectDevice(impostor?.device ?? this.device, { framing: 'wrapper' }), link, this.timers);
  }

  private noteKeys(): void {
    const now = this.presentKeys;
    if (!this.keys.includes(now)) this.keys.push(now);
  }
}

/** One of the two: a device with other keys, or answers that were recorded. */
interface Impostor {
  readonly device?: CosemDevice;
  readonly says?: readonly Uint8Array[];
}

/** Says recorded answers in their order, one for each frame that comes. */
function recite(says: readonly Uint8Array[], channel: ByteChannel): void {
  const split = splitFrames('wrapper');
  let said = 0;
  channel.onData((bytes) => {
    for (const _ of split(bytes)) {
      const answer = says[said];
      said += 1;
      if (answer !== undefined && !channel.closed) channel.write(answer);
    }
  });
}

const ACTION_REQUEST = 0xc3;
const SECURITY_SETUP = 64;

/** An action-request of class 64, method 2: global_key_transfer. */
function isKeyTransfer(plain: Uint8Array): boolean {
  const classId = ((plain[3] ?? 0) << 8) | (plain[4] ?? 0);
  return plain[0] === ACTION_REQUEST && classId === SECURITY_SETUP && plain[11] === 2;
}
