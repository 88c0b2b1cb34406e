/** Finds the frames in a stream of octets: wrapper, HDLC or 62056-21. Says where something stands that is none, and goes on. */
import { roleOf } from '../dlms/apdu/apdu.ts';
import { concat, NO_BYTES } from '../dlms/encoding/bytes.ts';
import { decodeFrame, FRAME_BYTES_MAX, type HdlcFrame } from '../dlms/framing/hdlcFrame.ts';
import { WrapperParser, type WrapperPdu } from '../dlms/framing/wrapper.ts';
import { scanner, type Message } from '../iec62056_21/scanner.ts';

export type CaptureFraming = 'wrapper' | 'hdlc' | '62056-21' | 'apdu';

/** Something found in a stream. `offset` counts octets from the start of the stream. */
export type Found =
  | { readonly is: 'wrapper'; readonly offset: number; readonly pdu: WrapperPdu }
  | { readonly is: 'hdlc'; readonly offset: number; readonly frame: HdlcFrame }
  | { readonly is: '62056-21'; readonly offset: number; readonly message: Message }
  | { readonly is: 'apdu'; readonly offset: number; readonly apdu: Uint8Array }
  | Damage;

/** Octets that are no frame. */
export interface Damage {
  readonly is: 'damage';
  readonly offset: number;
  readonly bytes: number;
  readonly expected: string;
}

/** One direction of one stream. */
export interface FrameFinder {
  push(bytes: Uint8Array): Found[];
  /** The capture has ended: whatever is still held is no whole frame. */
  end(): Found[];
}

const FLAG = 0x7e;
const EXPECTED: Readonly<Record<CaptureFraming, string>> = {
  'wrapper': 'a wrapper header of version 1',
  'hdlc': 'an HDLC frame with right check sequences',
  '62056-21': 'a message of 62056-21',
  'apdu': 'an APDU',
};

/** Guesses the framing from the first octets; undefined if they fit none. */
export function guessFraming(bytes: Uint8Array): CaptureFraming | undefined {
  const [first, second] = bytes;
  if (first === 0 && second === 1) return 'wrapper';
  if (first === FLAG) return 'hdlc';
  if (first === 0x2f || first === 0xaf || first === 0x01 || first === 0x02 || first === 0x06) return '62056-21';
  return roleOf(bytes) === undefined ? undefined : 'apdu';
}

export function frameFinder(framing: CaptureFraming): FrameFinder {
  switch (framing) {
    case 'wrapper':
      return wrapperFinder();
    case 'hdlc':
      return hdlcFinder();
    case '62056-21':
      return opticalFinder();
    case 'apdu':
      return apduFinder();
  }
}

function damage(framing: CaptureFraming, offset: number, bytes: number): Damage {
  return { is: 'damage', offset, bytes, expected: EXPECTED[framing] };
}

function wrapperFinder(): FrameFinder {
  let found: Found[] = [];
  let offset = 0;
  let total = 0;
  const parser = new WrapperParser({
    onSkipped: (skipped) => {
      found.push(damage('wrapper', skipped.offset, skipped.bytes));
      gaps.push(skipped);
    },
  });
  /** Skipped stretches whose next PDU was not placed yet. */
  const gaps: { readonly offset: number; readonly bytes: number }[] = [];
  return {
    push(bytes) {
      total += bytes.length;
      const pdus = parser.receive(bytes);
      const damages = found;
      found = [];
      const out: Found[] = [];
      for (const pdu of pdus) {
        const gap = gaps[0];
        if (gap !== undefined && gap.offset === offset) {
          gaps.shift();
          out.push(...damages.splice(0, 1));
          offset += gap.bytes;
        }
        out.push({ is: 'wrapper', offset, pdu });
        offset += 8 + pdu.apdu.length;
      }
      return [...out, ...damages];
    },
    end: () => (total > offset ? [damage('wrapper', offset, total - offset)] : []),
  };
}

function hdlcFinder(): FrameFinder {
  let held: Uint8Array = NO_BYTES;
  let offset = 0;
  let skippedFrom: number | undefined;
  /** The closing flag of the last frame. It may open the next one, and is not damage if it does not. */
  let closedAt = -1;

  function take(isEnd: boolean): Found[] {
    const out: Found[] = [];
    const skipTo = (at: number): void => {
      if (skippedFrom === undefined || at <= skippedFrom) return;
      out.push(damage('hdlc', skippedFrom, at - skippedFrom));
      skippedFrom = undefined;
    };
    let at = 0;
    while (at < held.length) {
      if (held[at] !== FLAG) {
        skippedFrom ??= offset + at;
        at += 1;
        continue;
      }
      // Flags may stand in a row between frames, and one may close a frame and open the next.
      if (held[at + 1] === FLAG || (held.length - at === 1 && isEnd)) {
        at += 1;
        continue;
      }
      if (held.length - at < 3 && !isEnd) break;
      const length = ((held[at + 1]! & 7) << 8) | (held[at + 2] ?? 0);
      const end = at + 1 + length;
      const isFrame = (held[at + 1]! & 0xf0) === 0xa0 && length >= 7 && length <= FRAME_BYTES_MAX;
      if (isFrame && end >= held.length && !isEnd) break;
      const frame = isFrame && held[end] === FLAG ? decodeFrame(held.subarray(at, end + 1)) : undefined;
      if (frame?.ok !== true) {
        if (offset + at !== closedAt) skippedFrom ??= offset + at;
        at += 1;
        continue;
      }
      skipTo(offset + at);
      out.push({ is: 'hdlc', offset: offset + at, frame: frame.value });
      at = end;
      closedAt = offset + end;
    }
    held = held.slice(at);
    offset += at;
    if (isEnd) skipTo(offset);
    return out;
  }

  return {
    push(bytes) {
      held = concat(held, bytes);
      return take(false);
    },
    end: () => take(true),
  };
}

function opticalFinder(): FrameFinder {
  const found = scanner({ parity: 'either' });
  let offset = 0;
  return {
    push(bytes) {
      const at = offset;
      offset += bytes.length;
      found.push(bytes);
      const out: Found[] = [];
      for (let next = found.next('opening'); next !== undefined; next = found.next('opening')) {
        out.push({ is: '62056-21', offset: at, message: next });
      }
      return out;
    },
    end() {
      const rest = found.rest();
      return rest.length === 0 ? [] : [damage('62056-21', offset - rest.length, rest.length)];
    },
  };
}

/** Each portion is one APDU, as in a list of APDUs in hexadecimal. */
function apduFinder(): FrameFinder {
  let offset = 0;
  return {
    push(bytes) {
      const at = offset;
      offset += bytes.length;
      return roleOf(bytes) === undefined
        ? [damage('apdu', at, bytes.length)]
        : [{ is: 'apdu', offset: at, apdu: bytes }];
    },
    end: () => [],
  };
}
