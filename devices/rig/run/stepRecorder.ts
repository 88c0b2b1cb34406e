/**
 * Creates the recorder of a rig. Links are named by their addresses, and logged frames show no key or secret of the
 * rig.
 */
import type { DecodeKeys } from '../../decode/keyChest.ts';
import { plainWords } from '../../decode/liveTrace.ts';
import type { PcapDraw } from '../../transport/pcap.ts';
import { keyTransferMask, masks, secretsMask, type Mask } from '../../transport/mask.ts';
import { LAB_KEYS } from '../../personas/labProfile.ts';
import { placeText } from '../file/places.ts';
import { Recorder } from './frameRecorder.ts';
import type { DeviceSetup, RigSetup } from '../file/rigSetup.ts';
import type { StepTaken } from '../walk/rigRows.ts';
import type { StepRow } from './stepRow.ts';

export interface RigRecording {
  /** `lines` receives the frame log as JSON lines, `pcap` the bytes of a capture file. */
  readonly lines?: (text: string) => void;
  readonly pcap?: (bytes: Uint8Array) => void;
  /** How frames are drawn in the capture. Default `tcp`. */
  readonly draw?: PcapDraw;
  /** With these keys each line of the frame log also says in words what its frame says. No key is in it. */
  readonly plainKeys?: readonly DecodeKeys[];
  /** Called with each step as soon as it is taken: what a person is shown while it goes on. */
  readonly onStep?: (taken: StepTaken) => void;
  /** Called with each step once its code is known. */
  readonly onRow?: (row: StepRow) => void;
}

export function recorderOf(setup: RigSetup, { lines, pcap, draw, plainKeys, onRow, onStep }: RigRecording): Recorder {
  const of = (name: string): DeviceSetup => setup.devices.find((one) => one.name === name) as DeviceSetup;
  return new Recorder({
    endpoint: (name) => `${name}@${placeText(of(name).place)}`,
    framing: (name) => of(name).call.framing ?? 'wrapper',
    remarks: setup.devices.some(({ isAttached }) => isAttached),
    log: {
      mask: () => maskOf(setup),
      ...(lines && { lines }),
      ...(pcap && { pcap }),
      ...(draw && { draw }),
      ...(plainKeys && { plain: plainWords(plainKeys) }),
    },
    ...(onRow && { onRow }),
    onStep,
  });
}

/** Masks every key and secret of the rig wherever it appears in a frame, and wrapped keys sent in the clear. */
function maskOf({ devices }: RigSetup): Mask {
  const secrets = devices.flatMap(({ secrets: { keys, masterKey, lls } }) => [
    keys.guek,
    keys.gak,
    ...(masterKey ? [masterKey] : []),
    ...(lls ? [callingSecret(lls)] : []),
  ]);
  return masks(
    keyTransferMask(),
    secretsMask(() => [...Object.values(LAB_KEYS), ...secrets]),
  );
}

/** An LLS secret as it appears in the clear in an AARQ: calling-authentication-value. */
function callingSecret(secret: Uint8Array): Uint8Array {
  return new Uint8Array([0xac, secret.length + 2, 0x80, secret.length, ...secret]);
}
