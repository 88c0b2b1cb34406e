/** Finds the frames in a stream of octets: wrapper, HDLC or 62056-21. Says where something stands that is none, and goes on. */
import { roleOf } from '../../dlms/apdu/apdu.ts';
import { concat, NO_BYTES } from '../../dlms/encoding/bytes.ts';
import { decodeFrame, FRAME_BYTES_MAX, type HdlcFrame } from '../../dlms/framing/hdlcFrame.ts';
import { WrapperParser, type WrapperPdu } from '../../dlms/framing/wrapper.ts';
import { scanner, type Message } from '../../iec62056_21/scanner.ts';

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
  /** Hands on what these octets complete. */
  push(bytes: Uint8Array): void;
  /** The capture has ended: whatever is still held is no whole frame. */
  end(): void;
}

export type TakeFound = (found: Found) => void;

const FLAG = 0x7e;
const ONE_FLAG = Uint8Array.of(FLAG);
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

export function frameFinder(framing: CaptureFraming, take: TakeFound): FrameFinder {
  switch (framing) {
    case 'wrapper':
      return new WrapperFinder(take);
    case 'hdlc':
      return new HdlcFinder(take);
    case '62056-21':
      return opticalFinder(take);
    case 'apdu':
      return apduFinder(take);
  }
}

function damage(framing: CaptureFraming, offset: number, bytes: number): Damage {
  return { is: 'damage', offset, bytes, expected: EXPECTED[framing] };
}

const WRAPPER_HEADER_BYTES = 8;

class WrapperFinder implements FrameFinder {
  private readonly take: TakeFound;
  private readonly parser: WrapperParser;
  private offset = 0;
  private total = 0;
  /** Octets that were taken without the parser, which counts its own. */
  private unparsed = 0;
  /** Skipped stretches whose next PDU was not placed yet. */
  private readonly gaps: { readonly offset: number; readonly bytes: number }[] = [];

  constructor(take: TakeFound) {
    this.take = take;
    this.parser = new WrapperParser({
      onSkipped: ({ offset, bytes }) => this.gaps.push({ offset: offset + this.unparsed, bytes }),
    });
  }

  push(bytes: Uint8Array): void {
    this.total += bytes.length;
    const from = this.parser.pendingBytes === 0 ? this.whole(bytes) : 0;
    if (from === bytes.length) return;
    for (const pdu of this.parser.receive(from === 0 ? bytes : bytes.subarray(from))) {
      this.place();
      this.take({ is: 'wrapper', offset: this.offset, pdu });
      this.offset += WRAPPER_HEADER_BYTES + pdu.apdu.length;
    }
    this.place();
  }

  end(): void {
    if (this.total > this.offset) this.take(damage('wrapper', this.offset, this.total - this.offset));
  }

  /** Takes the PDUs that lie whole at the start of a portion, as nearly all do. Gives the octets taken. */
  private whole(bytes: Uint8Array): number {
    let at = 0;
    while (at + WRAPPER_HEADER_BYTES <= bytes.length && bytes[at] === 0 && bytes[at + 1] === 1) {
      const end = at + WRAPPER_HEADER_BYTES + ((bytes[at + 6]! << 8) | bytes[at + 7]!);
      if (end > bytes.length) break;
      const source = (bytes[at + 2]! << 8) | bytes[at + 3]!;
      const destination = (bytes[at + 4]! << 8) | bytes[at + 5]!;
      const apdu = bytes.subarray(at + WRAPPER_HEADER_BYTES, end);
      this.take({ is: 'wrapper', offset: this.offset, pdu: { source, destination, apdu } });
      this.offset += end - at;
      at = end;
    }
    this.unparsed += at;
    return at;
  }

  /** Hands on a stretch that was skipped where the stream stands. */
  private place(): void {
    const gap = this.gaps[0];
    if (gap === undefined || gap.offset !== this.offset) return;
    this.gaps.shift();
    this.take(damage('wrapper', gap.offset, gap.bytes));
    this.offset += gap.bytes;
  }
}

class HdlcFinder implements FrameFinder {
  private readonly take: TakeFound;
  private held: Uint8Array = NO_BYTES;
  private offset = 0;
  private skippedFrom = -1;
  /** The closing flag of the last frame. It may open the next one, and is not damage if it does not. */
  private closedAt = -1;

  constructor(take: TakeFound) {
    this.take = take;
  }

  push(bytes: Uint8Array): void {
    // A closing flag is held because it may open the next frame. Before an opening flag it is one of two in a row.
    if (this.held.length === 1 && this.offset === this.closedAt && bytes[0] === FLAG) {
      this.held = NO_BYTES;
      this.offset += 1;
    }
    this.search(this.held.length === 0 ? bytes : concat(this.held, bytes), false);
  }

  end(): void {
    this.search(this.held, true);
  }

  private skipTo(at: number): void {
    if (this.skippedFrom < 0 || at <= this.skippedFrom) return;
    this.take(damage('hdlc', this.skippedFrom, at - this.skippedFrom));
    this.skippedFrom = -1;
  }

  private skipFrom(at: number): void {
    if (this.skippedFrom < 0) this.skippedFrom = at;
  }

  private search(held: Uint8Array, isEnd: boolean): void {
    const { offset } = this;
    let at = 0;
    while (at < held.length) {
      if (held[at] !== FLAG) {
        this.skipFrom(offset + at);
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
        if (offset + at !== this.closedAt) this.skipFrom(offset + at);
        at += 1;
        continue;
      }
      this.skipTo(offset + at);
      this.take({ is: 'hdlc', offset: offset + at, frame: frame.value });
      at = end;
      this.closedAt = offset + end;
    }
    if (at === held.length) this.held = NO_BYTES;
    else this.held = at === held.length - 1 && held[at] === FLAG ? ONE_FLAG : held.slice(at);
    this.offset += at;
    if (isEnd) this.skipTo(this.offset);
  }
}

function opticalFinder(take: TakeFound): FrameFinder {
  const found = scanner({ parity: 'either' });
  let offset = 0;
  return {
    push(bytes) {
      const at = offset;
      offset += bytes.length;
      found.push(bytes);
      for (let next = found.next('opening'); next !== undefined; next = found.next('opening')) {
        take({ is: '62056-21', offset: at, message: next });
      }
    },
    end() {
      const rest = found.rest();
      if (rest.length > 0) take(damage('62056-21', offset - rest.length, rest.length));
    },
  };
}

/** Each portion is one APDU, as in a list of APDUs in hexadecimal. */
function apduFinder(take: TakeFound): FrameFinder {
  let offset = 0;
  return {
    push(bytes) {
      const at = offset;
      offset += bytes.length;
      take(roleOf(bytes) === undefined ? damage('apdu', at, bytes.length) : { is: 'apdu', offset: at, apdu: bytes });
    },
    end: () => undefined,
  };
}
