// Frames mutated with their checks right or wrong: a wrong check is found at once, a right one lets the rest be met.
import { concat } from '../../../devices/dlms/encoding/bytes.ts';
import {
  crcX25,
  decodeFrame,
  encodeFrame,
  FRAME_BYTES_MAX,
  type HdlcFrame,
} from '../../../devices/dlms/framing/hdlcFrame.ts';
import { ALL } from './corpus.ts';
import type { Dice } from './dice.ts';
import { mutated } from './mutate.ts';

/** The longest information that fits whatever the addresses are. */
const INFORMATION_BYTES_MAX = FRAME_BYTES_MAX - 15;

/** Corrects the length, HCS and FCS of what looks like a frame, as far as its addresses can be told. */
function mended(bytes: Uint8Array): Uint8Array {
  if (bytes.length < 9 || bytes.length > FRAME_BYTES_MAX + 2) return bytes;
  const out = bytes.slice();
  const end = out.length - 1;
  out[0] = out[end] = 0x7e;
  out[1] = 0xa0 | (out[1]! & 8) | ((end - 1) >> 8);
  out[2] = (end - 1) & 0xff;
  const control = addressEnd(out, addressEnd(out, 3));
  if (control + 5 < end) putCrc(out, 1, control + 1);
  putCrc(out, 1, end - 2);
  return out;
}

function addressEnd(bytes: Uint8Array, from: number): number {
  for (let at = from; at < from + 4 && at < bytes.length; at += 1) if ((bytes[at]! & 1) === 1) return at + 1;
  return from + 1;
}

function putCrc(bytes: Uint8Array, from: number, to: number): void {
  const crc = crcX25(bytes, from, to);
  bytes[to] = crc & 0xff;
  bytes[to + 1] = crc >> 8;
}

/** The frame with one field changed, and right checks. */
function refielded(dice: Dice, frame: HdlcFrame): HdlcFrame {
  const { destination, source } = frame;
  switch (dice.below(6)) {
    case 0:
      return { ...frame, control: dice.below(256) };
    case 1:
      return { ...frame, segmented: !frame.segmented };
    case 2:
      return { ...frame, destination: { upper: dice.below(0x80), lower: 0, bytes: 1 } };
    case 3:
      return dice.oneIn(2) ? { ...frame, destination: source, source: destination } : { ...frame, source: destination };
    default: {
      const information = mutated(dice, frame.information, ALL).subarray(0, INFORMATION_BYTES_MAX);
      return { ...frame, information };
    }
  }
}

export function mutatedHdlc(dice: Dice, bytes: Uint8Array, others = ALL): Uint8Array {
  const frame = decodeFrame(bytes);
  if (frame.ok && dice.oneIn(2)) return encodeFrame(refielded(dice, frame.value));
  const changed = mutated(dice, bytes, others);
  return dice.oneIn(2) ? mended(changed) : changed;
}

/** A wrapper PDU: its APDU changed and its length right, or anything changed. */
export function mutatedWrapper(dice: Dice, bytes: Uint8Array): Uint8Array {
  if (bytes.length < 8 || dice.oneIn(2)) return mutated(dice, bytes, ALL);
  const apdu = mutated(dice, bytes.subarray(8), ALL).subarray(0, 0xffff);
  return concat(bytes.subarray(0, 6), Uint8Array.of(apdu.length >> 8, apdu.length & 0xff), apdu);
}
