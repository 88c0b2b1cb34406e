/**
 * One attached device of a rig, alone, for laws that it is held to: its peer with ledger and guard as in a rig, every
 * frame recorded, and faults on this side of its link.
 */
import type { SuiteKeys } from '../../dlms/security/ciphering.ts';
import { toHex } from '../../dlms/encoding/bytes.ts';
import type { Peer } from '../../headend/associate.ts';
import { KeyLedger } from '../../headend/keyLedger.ts';
import type { DeviceName, Procedure } from '../../headend/procedure.ts';
import type { Dial, RunnerOptions } from '../../headend/runner.ts';
import { splitFrames } from '../../link/splitFrames.ts';
import { faultScript, type FaultAction, type FaultScript } from '../../transport/faultScript.ts';
import { faultyChannel } from '../../transport/faultyChannel.ts';
import type { Direction } from '../../transport/framePolicy.ts';
import { wallTimers, type Timers } from '../../transport/timers.ts';
import type { ByteChannel } from '../../transport/transport.ts';
import { attachedPeers, lockDevices } from '../bench/attachedPeers.ts';
import { openEndpoints, type Endpoints } from '../bench/endpoints.ts';
import { LedgerStore } from '../bench/ledgerStore.ts';
import type { DeviceSetup, RigSetup } from '../file/rigSetup.ts';
import { playNow } from '../run/play.ts';

export interface DeviceBenchOptions {
  /** Folder of the ledger, unless the rig file names one. */
  readonly ledgerFolder: string;
  readonly stateFolder?: string;
  /** Ends what runs: the link is released, and the ledger stays as it is. */
  readonly signal?: AbortSignal;
  /** Called with notes for the user, without payload and secrets. */
  readonly onNote: (note: string) => void;
}

/** A frame that crossed the link, as it arrived there or was to arrive. */
export interface BenchFrame {
  readonly direction: Direction;
  readonly bytes: Uint8Array;
  readonly atMilliseconds: number;
  readonly note?: string;
}

/** This rig waits this many seconds for a device that another rig holds. Our assumption. */
const WAIT_SECONDS = 10;

export class DeviceBench {
  readonly name: DeviceName;
  readonly device: DeviceSetup;
  readonly peer: Peer;
  /** Where the keys of the device are kept. */
  readonly ledgers: readonly string[];
  readonly timers: Timers;
  /** Every pair of keys that the device may have had. */
  readonly keys: SuiteKeys[] = [];
  /** Why the guard refused to write; undefined: it has refused nothing. */
  refusal: string | undefined;
  private readonly options: DeviceBenchOptions;
  private readonly endpoints: Endpoints;
  private readonly store: LedgerStore;
  private readonly hold = setInterval(() => undefined, 1 << 30);
  private recorded: BenchFrame[] = [];
  private script: FaultScript = faultScript([]);
  private counted = 0;

  private constructor(
    setup: RigSetup,
    name: DeviceName,
    options: DeviceBenchOptions,
    parts: { readonly endpoints: Endpoints; readonly store: LedgerStore; readonly timers: Timers },
  ) {
    this.name = name;
    this.options = options;
    this.endpoints = parts.endpoints;
    this.store = parts.store;
    this.timers = parts.timers;
    this.device = setup.devices.find((one) => one.name === name) as DeviceSetup;
    const { onNote } = options;
    const peers = attachedPeers(setup, {
      store: parts.store,
      endpoints: parts.endpoints,
      onNote,
      onRefused: (why) => (this.refusal = why),
    });
    const device = peers.devices[name];
    if (device?.by !== 'dlms') throw new Error(`${name}: a device behind a driver speaks no DLMS`);
    this.peer = device.peer;
    this.ledgers = peers.ledgers;
    this.noteKeys();
  }

  /** Opens one attached device of a rig; the others are left alone. Rejects with a TransportError or a LedgerError. */
  static async open(setup: RigSetup, name: DeviceName, options: DeviceBenchOptions): Promise<DeviceBench> {
    const timers = wallTimers();
    const alone = { ...setup, devices: setup.devices.map((one) => (one.name === name ? one : asEmulated(one))) };
    const store = new LedgerStore(setup.ledgerFolder ?? options.ledgerFolder, options);
    let endpoints: Endpoints | undefined;
    try {
      await lockDevices(store, alone, { timers, waitSeconds: WAIT_SECONDS });
      endpoints = await openEndpoints(alone, { timers, onNote: options.onNote });
      return new DeviceBench(alone, name, options, { endpoints, store, timers });
    } catch (error) {
      await endpoints?.close();
      store.release();
      throw error;
    }
  }

  /** The title that the device gave in its last association. */
  get title(): string | undefined {
    const { deviceTitle } = this.peer.ledger;
    return deviceTitle && toHex(deviceTitle);
  }

  /** The frames since `begin`. */
  get frames(): readonly BenchFrame[] {
    return this.recorded;
  }

  /** Forgets recorded frames and ends faults. */
  begin(): void {
    this.recorded = [];
    this.heal();
  }

  /** Lets a fault strike the nth frame from now on, counted from 1 over both directions. */
  strike(frame: number, action: FaultAction): void {
    this.counted = 0;
    this.script = faultScript([{ ...action, frame, direction: 'either' }]);
  }

  get isStruck(): boolean {
    return this.script.struck > 0;
  }

  heal(): void {
    this.script = faultScript([]);
  }

  /** Runs a procedure of a head-end to its end. Rejects with what it threw, or with the reason of an interruption. */
  async run<T>(procedure: Procedure<T>): Promise<T> {
    const { signal } = this.options;
    let value: { readonly is: T } | undefined;
    const kept = function* (): Procedure<undefined> {
      value = { is: yield* procedure };
    };
    const isWhole = await playNow([{ do: 'run', procedure: kept() }], this.runner, signal);
    this.noteKeys();
    if (!isWhole || value === undefined) throw signal?.reason ?? new Error('the procedure was interrupted');
    return value.is;
  }

  /** A head-end that has other keys than the device. It writes nothing, and what it learns is kept nowhere. */
  stranger(keys: SuiteKeys): Peer {
    const { call, systemTitle, association, counter, release, family } = this.peer;
    return {
      call,
      systemTitle,
      ledger: new KeyLedger(keys),
      mayWrite: () => false,
      ...(association !== undefined && { association }),
      ...(counter !== undefined && { counter }),
      ...(release !== undefined && { release }),
      ...(family !== undefined && { family }),
    };
  }

  /** Sends frames one after the other on a link of their own, each when the answer to the one before has come, or late. */
  async replay(frames: readonly Uint8Array[], answerSeconds: number): Promise<void> {
    const channel = await new Promise<ByteChannel | undefined>((resolve) => this.dial(this.peer.call, resolve));
    if (channel === undefined) return;
    let heard: () => void = () => undefined;
    channel.onData(() => heard());
    for (const bytes of frames) {
      if (channel.closed) break;
      await new Promise<void>((resolve) => {
        const cancel = this.timers.after(answerSeconds * 1000, resolve);
        heard = () => {
          cancel();
          resolve();
        };
        channel.onClose(heard);
        channel.write(bytes);
      });
    }
    await channel.close();
  }

  async close(): Promise<void> {
    clearInterval(this.hold);
    await this.endpoints.close();
    this.store.release();
  }

  private get runner(): RunnerOptions {
    return { timers: this.timers, dial: this.dial, framing: this.peer.call.framing ?? 'wrapper' };
  }

  private readonly dial: Dial = (call, done) => {
    const { timers } = this;
    this.endpoints.dial(call, (channel) => {
      if (!channel) return done(undefined);
      const link = faultyChannel(channel, {
        timers,
        side: 'client',
        split: () => splitFrames(call.framing ?? 'wrapper'),
        policy: {
          admit: (frame) => {
            this.counted += 1;
            return this.script.admit({ ...frame, frame: this.counted });
          },
        },
        onFrame: ({ direction, bytes }, { note }) => {
          this.recorded.push({
            direction,
            bytes,
            atMilliseconds: timers.nowMilliseconds(),
            ...(note !== undefined && { note }),
          });
          this.noteKeys();
        },
      });
      done(link);
    });
  };

  private noteKeys(): void {
    for (const pair of this.peer.ledger.candidates()) {
      const keys = this.peer.ledger.keys(pair);
      const isKnown = this.keys.some(
        (one) => toHex(one.guek) === toHex(keys.guek) && toHex(one.gak) === toHex(keys.gak),
      );
      if (!isKnown) this.keys.push(keys);
    }
  }
}

/** The same device where nobody asks it. */
function asEmulated(device: DeviceSetup): DeviceSetup {
  return { ...device, isAttached: false, place: { kind: 'emulated' }, driver: undefined };
}
