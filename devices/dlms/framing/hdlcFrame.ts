/**
 * HDLC frame format type 3 of IEC 62056-46: `7E | A|S|length(11) | destination | source | control | HCS | information |
 * FCS | 7E`. There is no byte stuffing, so 7E may stand inside: frames are split by length, never by flag.
 */
import { bad, concat, type Decoded, good, NO_BYTES } from '../encoding/bytes.ts';

const FLAG = 0x7e;
/** Longest frame between its flags, from the 11-bit length. */
export const FRAME_BYTES_MAX = 0x7ff;
/** Longest information field that still fits with two 4-byte addresses. */
export const INFORMATION_BYTES_MAX = FRAME_BYTES_MAX - 15;

/** A station address; `bytes` is how many bytes carry it (1, 2 or 4). */
export interface HdlcAddress {
  /** Logical device (server) or client SAP. */
  readonly upper: number;
  /** Physical device; 0 where a one-byte address has none. */
  readonly lower: number;
  readonly bytes: 1 | 2 | 4;
}

/** A frame between its flags. `control` still holds the poll/final bit. */
export interface HdlcFrame {
  readonly destination: HdlcAddress;
  readonly source: HdlcAddress;
  readonly control: number;
  readonly segmented: boolean;
  readonly information: Uint8Array;
}

const CRC_TABLE = new Uint16Array(256).map((_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x8408 : value >>> 1;
  return value;
});

/** CRC-16/X.25 (ISO/IEC 13239): the FCS and HCS, sent low byte first. */
export function crcX25(bytes: Uint8Array, from = 0, to = bytes.length): number {
  let crc = 0xffff;
  for (let i = from; i < to; i++) crc = (crc >>> 8) ^ CRC_TABLE[(crc ^ bytes[i]!) & 0xff]!;
  return ~crc & 0xffff;
}

/** A one-byte address (clients; servers without a physical address). */
export function shortAddress(upper: number): HdlcAddress {
  return { upper, lower: 0, bytes: 1 };
}

/** A server address, in the shortest form that holds it unless a form is named. */
export function serverAddress(upper: number, lower = 0, bytes?: 1 | 2 | 4): HdlcAddress {
  return { upper, lower, bytes: bytes ?? (lower === 0 && upper < 0x80 ? 1 : upper < 0x80 && lower < 0x80 ? 2 : 4) };
}

/** True for the address that means every station: 7F in one byte, 3FFF in two parts. */
export function isAllStation({ upper, bytes }: HdlcAddress): boolean {
  return upper === (bytes === 4 ? 0x3fff : 0x7f);
}

function encodeAddress(address: HdlcAddress): number[] {
  const { upper, lower } = address;
  if (address.bytes === 1) return [(upper << 1) | 1];
  if (address.bytes === 2) return [upper << 1, (lower << 1) | 1];
  return [(upper >> 7) << 1, (upper & 0x7f) << 1, (lower >> 7) << 1, ((lower & 0x7f) << 1) | 1];
}

/** An address at `at`, or undefined when more bytes are needed or its form is not 1, 2 or 4 bytes. */
function decodeAddress(bytes: Uint8Array, at: number, end: number): HdlcAddress | undefined {
  for (let count = 1; count <= 4 && at + count <= end; count++) {
    if ((bytes[at + count - 1]! & 1) === 0) continue;
    if (count === 1) return { upper: bytes[at]! >> 1, lower: 0, bytes: 1 };
    if (count === 2) return { upper: bytes[at]! >> 1, lower: bytes[at + 1]! >> 1, bytes: 2 };
    if (count === 3) return undefined;
    const upper = ((bytes[at]! >> 1) << 7) | (bytes[at + 1]! >> 1);
    return { upper, lower: ((bytes[at + 2]! >> 1) << 7) | (bytes[at + 3]! >> 1), bytes: 4 };
  }
  return undefined;
}

/** The frame with both flags, ready for the wire. */
export function encodeFrame(frame: HdlcFrame): Uint8Array {
  const addresses = [...encodeAddress(frame.destination), ...encodeAddress(frame.source), frame.control];
  const hasInformation = frame.information.length > 0;
  const length = 2 + addresses.length + 2 + (hasInformation ? frame.information.length + 2 : 0);
  if (length > FRAME_BYTES_MAX) throw new Error(`encodeFrame: ${length} bytes exceed ${FRAME_BYTES_MAX}`);
  const header = new Uint8Array([0xa0 | (frame.segmented ? 8 : 0) | (length >> 8), length & 0xff, ...addresses]);
  const out = new Uint8Array(length + 2);
  out[0] = FLAG;
  out.set(header, 1);
  let at = 1 + header.length;
  if (hasInformation) {
    at = putCrc(out, at, crcX25(header));
    out.set(frame.information, at);
    at += frame.information.length;
  }
  at = putCrc(out, at, crcX25(out, 1, at));
  out[at] = FLAG;
  return out;
}

function putCrc(out: Uint8Array, at: number, crc: number): number {
  out[at] = crc & 0xff;
  out[at + 1] = crc >> 8;
  return at + 2;
}

/** What the header says, before the information has arrived. */
export type HeaderVerdict =
  | { readonly kind: 'more' }
  | { readonly kind: 'bad'; readonly error: string }
  | {
      readonly kind: 'good';
      readonly length: number;
      readonly frame: Omit<HdlcFrame, 'information'>;
      readonly informationAt: number;
    };

const MORE: HeaderVerdict = { kind: 'more' };

/**
 * Judges the header in `bytes[at..end)` as soon as its bytes are there: a wrong HCS is known before a claimed length of
 * 2,047 bytes has been waited for, which is what lets a parser find the true frame behind line noise at once.
 */
function judgeHeader(bytes: Uint8Array, at: number, end: number): HeaderVerdict {
  if (end - at < 1) return MORE;
  if ((bytes[at]! & 0xf0) !== 0xa0) return { kind: 'bad', error: 'frame format is not type 3' };
  if (end - at < 2) return MORE;
  const length = ((bytes[at]! & 7) << 8) | bytes[at + 1]!;
  if (length < 7) return { kind: 'bad', error: `frame length ${length} is below 7` };
  const destination = decodeAddress(bytes, at + 2, end);
  if (!destination) return end - at < 6 ? MORE : { kind: 'bad', error: 'destination address is not 1, 2 or 4 bytes' };
  const sourceAt = at + 2 + destination.bytes;
  const source = decodeAddress(bytes, sourceAt, end);
  if (!source) return end - sourceAt < 4 ? MORE : { kind: 'bad', error: 'source address is not 1, 2 or 4 bytes' };
  const controlAt = sourceAt + source.bytes;
  const headerBytes = controlAt + 1 - at;
  if (end - at < headerBytes) return MORE;
  const segmented = (bytes[at]! & 8) !== 0;
  const frame = { destination, source, control: bytes[controlAt]!, segmented };
  if (length === headerBytes + 2) return { kind: 'good', length, frame, informationAt: controlAt + 1 };
  if (length < headerBytes + 4) return { kind: 'bad', error: `frame length ${length} does not fit its addresses` };
  if (end - at < headerBytes + 2) return MORE;
  const hcs = bytes[controlAt + 1]! | (bytes[controlAt + 2]! << 8);
  if (hcs !== crcX25(bytes, at, controlAt + 1)) return { kind: 'bad', error: 'header check sequence is wrong' };
  return { kind: 'good', length, frame, informationAt: controlAt + 3 };
}

/** One whole frame between its two flags. */
export function decodeFrame(bytes: Uint8Array): Decoded<HdlcFrame> {
  if (bytes.length < 2 || bytes[0] !== FLAG || bytes[bytes.length - 1] !== FLAG) return bad('two flags expected');
  return decodeBody(bytes, 1, bytes.length - 1);
}

/** What stands between the flags. Its last byte may well be 7E: half of an FCS. */
function decodeBody(bytes: Uint8Array, from: number, to: number): Decoded<HdlcFrame> {
  const header = judgeHeader(bytes, from, to);
  if (header.kind === 'more') return bad('frame ends within its header');
  if (header.kind === 'bad') return bad(header.error);
  if (header.length !== to - from) return bad(`frame length says ${header.length}, ${to - from} byte(s) present`);
  const fcs = bytes[to - 2]! | (bytes[to - 1]! << 8);
  if (fcs !== crcX25(bytes, from, to - 2)) return bad('frame check sequence is wrong');
  const information = header.informationAt < to - 2 ? bytes.slice(header.informationAt, to - 2) : NO_BYTES;
  return good({ ...header.frame, information });
}

/** Receives bytes in any portions and yields whole, checked frames; resynchronises at the next flag after damage. */
export class HdlcParser {
  /** Frames or starts of frames that were thrown away, for diagnostics. */
  discarded = 0;
  private buffer: Uint8Array = NO_BYTES;
  private lastAt = 0;
  private readonly interOctetSeconds: number;

  /** @param interOctetSeconds the silence after which a begun frame is given up (IEC 62056-46: up to 6 s). */
  constructor(interOctetSeconds = 6) {
    this.interOctetSeconds = interOctetSeconds;
  }

  /** Bytes waiting for the rest of their frame; never above {@link FRAME_BYTES_MAX} + 2 after a call. */
  get pendingBytes(): number {
    return this.buffer.length;
  }

  /** The frames that these bytes, received at instant `at` (seconds), complete. */
  receive(bytes: Uint8Array, at: number): HdlcFrame[] {
    if (this.buffer.length > 0 && at - this.lastAt > this.interOctetSeconds) this.buffer = NO_BYTES;
    this.lastAt = at;
    const data = this.buffer.length > 0 ? concat(this.buffer, bytes) : bytes;
    const frames: HdlcFrame[] = [];
    let start = 0;
    for (;;) {
      start = data.indexOf(FLAG, start);
      if (start < 0) {
        this.buffer = NO_BYTES;
        return frames;
      }
      if (data[start + 1] === FLAG) {
        start++;
        continue;
      }
      const header = judgeHeader(data, start + 1, data.length);
      const closing = header.kind === 'good' ? start + 1 + header.length : data.length;
      if (header.kind === 'more' || (header.kind === 'good' && closing >= data.length)) {
        this.buffer = data.slice(start);
        return frames;
      }
      const decoded =
        header.kind === 'good' && data[closing] === FLAG ? decodeBody(data, start + 1, closing) : undefined;
      if (decoded?.ok) {
        frames.push(decoded.value);
        // The closing flag may open the next frame as well, so it stays.
        start = closing;
      } else {
        this.discarded++;
        start++;
      }
    }
  }
}
