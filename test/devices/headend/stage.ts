/** An emulated home and the DCC's view of it, with everything recorded that the laws of rotation speak of. */
import { Stream } from '../../../sim/world/dice/draws.ts';
import { STREAMS, seedWords } from '../../../sim/world/dice/streams.ts';
import type { KeySet, PowerCut } from '../../../devices/cosem/deviceKeyring.ts';
import type { CosemDevice } from '../../../devices/cosem/device.ts';
import { toHex } from '../../../devices/dlms/encoding/bytes.ts';
import type { SuiteKeys } from '../../../devices/dlms/security/ciphering.ts';
import type { Peer } from '../../../devices/headend/associate.ts';
import { labKeySource, type KeySource } from '../../../devices/headend/keySource.ts';
import type { DeviceName, Procedure } from '../../../devices/headend/procedure.ts';
import { recover, rotate, type Rotated } from '../../../devices/headend/rotate.ts';
import { run, type RunnerOptions } from '../../../devices/headend/runner.ts';
import { CLEAR, type LinkCondition } from '../../../devices/link/condition.ts';
import { LAB_KEYS } from '../../../devices/personas/labProfile.ts';
import { Home } from '../../../devices/rig/bench/home.ts';
import { DCC_TITLE, peerOf } from '../../../devices/rig/bench/parties.ts';
import { complete } from '../../../devices/rig/run/play.ts';
import type { Frame } from '../../kit/headEnd/audit.ts';
import { virtualTimers } from '../../../devices/transport/timers.ts';

export const NOW = Date.UTC(2022, 1, 14, 10) / 1000;

export interface StageOptions {
  readonly device?: DeviceName;
  readonly framing?: 'wrapper' | 'hdlc';
  readonly powerCut?: PowerCut;
  readonly masterKey?: Uint8Array | undefined;
  /** Called with each frame's number, from 1. */
  readonly onFrame?: (frame: number) => void;
  /** A cut link takes the device's power with it. */
  readonly cutsPower?: boolean;
}

export type Stage = ReturnType<typeof stage>;

export function stage(options: StageOptions = {}) {
  const name = options.device ?? 'esme';
  const timers = virtualTimers(NOW * 1000);
  const frames: Frame[] = [];
  const accepted: { key: string; title: string; counter: number }[] = [];
  const made: Uint8Array[] = [];
  let calls = 0;
  const home = new Home({
    timers,
    number: 7,
    gas: true,
    framing: options.framing ?? 'wrapper',
    ...(options.powerCut && { devices: { [name]: { powerCut: options.powerCut } } }),
    onFrame: ({ direction, bytes }) => {
      frames.push({ direction, bytes });
      options.onFrame?.(frames.length);
    },
    onCut: () => {
      if (options.cutsPower) device.cutPower();
    },
  });
  home.scheduleUntil(undefined);
  const device = home.device(name) as CosemDevice;
  const accept = device.keyring.acceptCounter.bind(device.keyring);
  device.keyring.acceptCounter = (title, counter) => {
    accepted.push({ key: toHex(device.keyring.keys.guek), title, counter });
    return accept(title, counter);
  };
  const draws = labKeySource(new Stream(seedWords('stage'), 0, STREAMS.labKeys), 1);
  const keySource: KeySource = () => {
    const key = draws();
    made.push(key);
    return key;
  };
  const masterKey = 'masterKey' in options ? options.masterKey : LAB_KEYS.kek;
  const peer = peerOf(name, { systemTitle: DCC_TITLE, keys: LAB_KEYS, ...(masterKey && { masterKey }) });
  const runner: RunnerOptions = {
    timers,
    dial: home.dial,
    framing: options.framing ?? 'wrapper',
    onCall: () => {
      calls += 1;
    },
  };
  return {
    name,
    timers,
    home,
    device,
    peer,
    runner,
    frames,
    accepted,
    keySource,
    /** Every key there ever was: the lab's, and those that the head-end made. */
    keysMade: made,
    get calls() {
      return calls;
    },
    link: (condition: LinkCondition = CLEAR) => home.setLink(condition),
    /** The world is well again: links are clear, and whatever lost its power has it back. */
    heal() {
      home.setLink(CLEAR);
      if (!device.powered) device.restart();
    },
    do: <T>(procedure: Procedure<T>): T => complete(procedure, runner, timers),
    rotate: (tries = 1): Rotated => complete(rotate(peer, { keySource, tries }), runner, timers),
    /** The number of associations that it took, or undefined where none succeeded. */
    recover(): number | undefined {
      const before = calls;
      return complete(recover(peer), runner, timers).ok ? calls - before : undefined;
    },
    /** Begins a rotation that the head-end's crash ends; gives the crash. */
    begin: () => run(rotate(peer, { keySource, tries: 3 }), runner, () => undefined),
  };
}

/** The keys that the ledger holds to be live. */
export function ledgerKeys({ ledger }: Peer): SuiteKeys {
  return ledger.keys({ gak: 'active', guek: 'active' });
}

export function sameKeys(a: SuiteKeys, b: SuiteKeys | KeySet): boolean {
  return toHex(a.guek) === toHex(b.guek) && toHex(a.gak) === toHex(b.gak);
}
