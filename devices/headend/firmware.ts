/**
 * Firmware over a bad WAN: class 18, image transfer, in as many sessions as needed. The device names the first missing
 * block, so a session continues where the last one stopped. A lab image ends with its digest (our assumption).
 */
import { RESULT } from '../dlms/apdu/apdu.ts';
import { ascii } from '../dlms/encoding/bytes.ts';
import { bytesOf, int8, numberOf, octets, structure, uint32 } from '../dlms/encoding/values.ts';
import type { Descriptor } from '../dlms/apdu/apdu.ts';
import type { Data } from '../dlms/encoding/axdr.ts';
import type { Live } from './associate.ts';
import { FIRMWARE, IMAGE } from './objects.ts';
import { converse, wait, type Outcome, type Procedure } from './procedure.ts';
import { IMAGE_STATUS } from '../cosem/imageTransfer.ts';

export interface FirmwareImage {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** The result of a session: the new firmware runs, or the next session continues. */
export type FirmwareProgress = 'active' | 'partial';

const POLL_SECONDS = 10;
const POLLS_MAX = 12;
/** In these states an image transfer can be resumed. In any other state it begins again. */
const UNDER_WAY: readonly number[] = [
  IMAGE_STATUS.initiated,
  IMAGE_STATUS.verificationInitiated,
  IMAGE_STATUS.verificationSuccessful,
  IMAGE_STATUS.activationInitiated,
];

/** The states of verifying or activating. A session may find that an earlier session started or finished it. */
interface Goal {
  readonly running: number;
  readonly reached: readonly number[];
  readonly failed: readonly number[];
}

const VERIFIED: Goal = {
  running: IMAGE_STATUS.verificationInitiated,
  reached: [IMAGE_STATUS.verificationSuccessful, IMAGE_STATUS.activationInitiated, IMAGE_STATUS.activationSuccessful],
  failed: [IMAGE_STATUS.verificationFailed],
};
const ACTIVATED: Goal = {
  running: IMAGE_STATUS.activationInitiated,
  reached: [IMAGE_STATUS.activationSuccessful],
  failed: [IMAGE_STATUS.activationFailed],
};

export function* sendFirmware(
  live: Live,
  image: FirmwareImage,
  options: { readonly blocksMax: number },
): Procedure<Outcome<FirmwareProgress>> {
  const running = yield* readText(live, FIRMWARE);
  if (!running.ok) return running;
  if (running.value === image.name) return { ok: true, value: 'active' };
  let status = yield* readNumber(live, IMAGE.status);
  if (!status.ok) return status;
  if (!UNDER_WAY.includes(status.value)) {
    const begun = yield* invoke(live, IMAGE.initiate, structure(octets(ascii(image.name)), uint32(image.bytes.length)));
    if (!begun.ok) return begun;
    status = { ok: true, value: IMAGE_STATUS.initiated };
  }
  if (status.value === IMAGE_STATUS.initiated) {
    const sent = yield* sendBlocks(live, image, options.blocksMax);
    if (!sent.ok || sent.value === 'partial') return sent;
  }
  const verified = yield* runTo(live, IMAGE.verify, VERIFIED);
  if (!verified.ok) return verified;
  const activated = yield* runTo(live, IMAGE.activate, ACTIVATED);
  return activated.ok ? { ok: true, value: 'active' } : activated;
}

function* sendBlocks(live: Live, image: FirmwareImage, blocksMax: number): Procedure<Outcome<FirmwareProgress>> {
  const size = yield* readNumber(live, IMAGE.blockSize);
  if (!size.ok) return size;
  const first = yield* readNumber(live, IMAGE.firstMissing);
  if (!first.ok) return first;
  if (size.value < 1 || first.value < 0)
    return { ok: false, error: { kind: 'protocol', error: 'no block can be such' } };
  const count = Math.ceil(image.bytes.length / size.value);
  const until = Math.min(count, first.value + blocksMax);
  for (let block = first.value; block < until; block += 1) {
    const bytes = image.bytes.subarray(block * size.value, (block + 1) * size.value);
    const taken = yield* invoke(live, IMAGE.transfer, structure(uint32(block), octets(bytes)));
    if (!taken.ok) return taken;
  }
  return { ok: true, value: until === count ? 'active' : 'partial' };
}

/** Starts verifying or activating unless it already runs, and polls until it has ended. */
function* runTo(live: Live, method: Descriptor, goal: Goal): Procedure<Outcome<undefined>> {
  for (let polls = 0; polls < POLLS_MAX; polls += 1) {
    const status = yield* readNumber(live, IMAGE.status);
    if (!status.ok) return status;
    if (goal.reached.includes(status.value)) return { ok: true, value: undefined };
    if (goal.failed.includes(status.value)) break;
    if (status.value !== goal.running) {
      const begun = yield* invoke(live, method, int8(0));
      const runs = begun.ok || (begun.error.kind === 'result' && begun.error.result === RESULT.temporaryFailure);
      if (!runs) return begun;
    }
    yield* wait(POLL_SECONDS);
  }
  return { ok: false, error: { kind: 'result', result: RESULT.otherReason } };
}

function* invoke(live: Live, method: Descriptor, parameter: Data): Procedure<Outcome<undefined>> {
  const outcome = yield* converse(live.client.action(method, parameter));
  return outcome.ok ? { ok: true, value: undefined } : outcome;
}

function* readNumber(live: Live, attribute: Descriptor): Procedure<Outcome<number>> {
  const outcome = yield* converse(live.client.get(attribute));
  if (!outcome.ok) return outcome;
  const value = numberOf(outcome.value);
  return value === undefined
    ? { ok: false, error: { kind: 'protocol', error: 'a number expected' } }
    : { ok: true, value };
}

function* readText(live: Live, attribute: Descriptor): Procedure<Outcome<string>> {
  const outcome = yield* converse(live.client.get(attribute));
  if (!outcome.ok) return outcome;
  return { ok: true, value: Buffer.from(bytesOf(outcome.value) ?? []).toString('latin1') };
}
