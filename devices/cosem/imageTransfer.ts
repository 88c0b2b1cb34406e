/**
 * Class 18, Image transfer: firmware in numbered blocks, in any order, over many sessions. What arrived stays through
 * power cuts, so a head-end resumes at image_first_not_transferred_block_number. Blue Book 4.4.6. An image of the lab
 * ends with the SHA-256 of what stands before it (our assumption); that is what image_verify checks.
 */
import { createHash } from 'node:crypto';
import { RESULT } from '../dlms/apdu/apdu.ts';
import type { Data } from '../dlms/encoding/axdr.ts';
import { concat, equalBytes, NO_BYTES } from '../dlms/encoding/bytes.ts';
import {
  array,
  bits,
  bool,
  bytesOf,
  enumerated,
  membersOf,
  numberOf,
  octets,
  structure,
  uint32,
} from '../dlms/encoding/values.ts';
import type { CosemObject, Env, ObjectDevice } from './deviceModel.ts';
import { constant, derived, obis } from './object.ts';

/** image_transfer_status of class 18. */
export const IMAGE_STATUS = {
  notInitiated: 0,
  initiated: 1,
  verificationInitiated: 2,
  verificationSuccessful: 3,
  verificationFailed: 4,
  activationInitiated: 5,
  activationSuccessful: 6,
  activationFailed: 7,
} as const;

const DIGEST_BYTES = 32;
const IMAGE_BYTES_MAX = 1 << 20;
/**
 * Duration of verifying and of activating, in seconds. A request meanwhile is answered temporary-failure. Our
 * assumption.
 */
const VERIFY_SECONDS = 5;
const ACTIVATE_SECONDS = 30;

interface ImageState {
  status: number;
  identification: Uint8Array;
  size: number;
  blocks: (Uint8Array | undefined)[];
  received: number;
  /** The instant at which a running verification or activation ends. */
  busyUntil: number;
  /** The operation that is running. */
  running: 'verify' | 'activate' | undefined;
  digest: Uint8Array;
}

const SLOT = 'image';

function make(): ImageState {
  const status = IMAGE_STATUS.notInitiated;
  const nothing = { identification: NO_BYTES, digest: NO_BYTES };
  return { ...nothing, status, size: 0, blocks: [], received: 0, busyUntil: 0, running: undefined };
}

/** Returns an image as a head-end must send it: the content and its digest. */
export function labImage(content: Uint8Array): Uint8Array {
  return concat(content, new Uint8Array(createHash('sha256').update(content).digest()));
}

/** Returns the identification of the running firmware: the last activated image, or the built-in one. */
export function firmwareOf(device: ObjectDevice, at: number): string {
  settle(device, at);
  return device.peekSlot<{ name: string }>('firmware')?.name ?? device.identity.firmware;
}

/** Completes an operation whose time is over. */
function settle(device: ObjectDevice, at: number): ImageState | undefined {
  const state = device.peekSlot<ImageState>(SLOT);
  if (!state?.running || at < state.busyUntil) return state;
  if (state.running === 'verify') {
    const whole = concat(...state.blocks.map((block) => block ?? NO_BYTES));
    const content = whole.subarray(0, Math.max(0, whole.length - DIGEST_BYTES));
    const digest = new Uint8Array(createHash('sha256').update(content).digest());
    const isGood = whole.length > DIGEST_BYTES && equalBytes(digest, whole.subarray(-DIGEST_BYTES));
    state.status = isGood ? IMAGE_STATUS.verificationSuccessful : IMAGE_STATUS.verificationFailed;
    state.digest = isGood ? digest : NO_BYTES;
  } else {
    const name = Buffer.from(state.identification).toString('latin1');
    device.slot('firmware', () => ({ name })).name = name;
    state.status = IMAGE_STATUS.activationSuccessful;
    // After activation the content only takes up memory.
    state.blocks = [];
  }
  state.running = undefined;
  return state;
}

function current(env: Env): ImageState {
  return settle(env.device, env.at) ?? make();
}

export function imageTransfer(blockBytes: number, rights: CosemObject['rights']): CosemObject {
  const blockCount = (state: ImageState): number => Math.ceil(state.size / blockBytes);

  const initiate = (env: Env, parameter: Data | undefined): number => {
    const [identification, size] = membersOf(parameter) ?? [];
    const id = bytesOf(identification);
    const bytes = numberOf(size);
    if (!id || bytes === undefined || parameter?.type !== 'structure') return RESULT.typeUnmatched;
    if (id.length === 0 || id.length > 64 || bytes <= DIGEST_BYTES || bytes > IMAGE_BYTES_MAX)
      return RESULT.otherReason;
    if (current(env).running) return RESULT.temporaryFailure;
    const state = env.device.slot(SLOT, make);
    Object.assign(state, make(), { status: IMAGE_STATUS.initiated, identification: id.slice(), size: bytes });
    return RESULT.success;
  };

  const transfer = (env: Env, parameter: Data | undefined): number => {
    const [number, value] = membersOf(parameter) ?? [];
    const index = numberOf(number);
    const block = bytesOf(value);
    const state = current(env);
    if (index === undefined || !block) return RESULT.typeUnmatched;
    if (state.running) return RESULT.temporaryFailure;
    if (state.status !== IMAGE_STATUS.initiated && state.status !== IMAGE_STATUS.verificationFailed) {
      return RESULT.otherReason;
    }
    if (index < 0 || index >= blockCount(state)) return RESULT.dataBlockNumberInvalid;
    const expected = Math.min(blockBytes, state.size - index * blockBytes);
    if (block.length !== expected) return RESULT.typeUnmatched;
    if (!state.blocks[index]) state.received++;
    state.blocks[index] = block.slice();
    state.status = IMAGE_STATUS.initiated;
    return RESULT.success;
  };

  const run = (what: 'verify' | 'activate') => (env: Env) => {
    const state = current(env);
    if (state.running) return RESULT.temporaryFailure;
    const { verificationSuccessful, initiated, verificationInitiated, activationInitiated } = IMAGE_STATUS;
    if (what === 'verify' && state.status === verificationSuccessful) return RESULT.success;
    const isReady =
      what === 'verify'
        ? state.status === initiated && state.received === blockCount(state)
        : state.status === verificationSuccessful;
    if (!isReady) return RESULT.otherReason;
    state.running = what;
    state.busyUntil = env.at + (what === 'verify' ? VERIFY_SECONDS : ACTIVATE_SECONDS);
    state.status = what === 'verify' ? verificationInitiated : activationInitiated;
    return RESULT.temporaryFailure;
  };

  return {
    classId: 18,
    version: 0,
    ln: obis('0.0.44.0.0.255'),
    attributes: [
      constant(uint32(blockBytes)),
      derived((env) => {
        const state = current(env);
        const count = blockCount(state);
        const map = new Uint8Array(Math.ceil(count / 8));
        const isWhole = state.status === IMAGE_STATUS.activationSuccessful;
        for (let i = 0; i < count; i++) if (isWhole || state.blocks[i]) map[i >> 3]! |= 0x80 >> (i & 7);
        return bits(count, map);
      }),
      derived((env) => {
        const state = current(env);
        if (state.status === IMAGE_STATUS.activationSuccessful) return uint32(blockCount(state));
        let first = 0;
        while (first < blockCount(state) && state.blocks[first]) first++;
        return uint32(first);
      }),
      constant(bool(true)),
      derived((env) => enumerated(current(env).status)),
      derived((env) => {
        const { digest, size, identification, status } = current(env);
        if (status < IMAGE_STATUS.verificationSuccessful || digest.length === 0) return array([]);
        return array([structure(uint32(size), octets(identification), octets(digest))]);
      }),
    ],
    methods: [initiate, transfer, run('verify'), run('activate')],
    rights,
  };
}
