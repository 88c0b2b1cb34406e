/** The TCP wrapper of IEC 62056-47: `0001 | source port | destination port | length | APDU`, two bytes each but the APDU. */
import { roleOf } from '../apdu/apdu.ts';
import { concat, Writer } from '../encoding/bytes.ts';

const HEADER_BYTES = 8;
const VERSION = 1;
const LENGTH_MAX = 0xffff;
/** Most separate buffers kept while a PDU is incomplete. */
const CHUNKS_MAX = 64;
/** Most places tried at once as the next header, while the parser looks for one. */
const CANDIDATES_MAX = 64;

/** One wrapped APDU. The ports are client and server SAPs. */
export interface WrapperPdu {
  readonly source: number;
  readonly destination: number;
  readonly apdu: Uint8Array;
}

/** Bytes that a parser skipped because no header of version 1 stood there. */
export interface SkippedBytes {
  /** Offset of the first skipped byte, counted from the start of the stream. */
  readonly offset: number;
  readonly bytes: number;
  /** What stood in the place of the version, 0 to 65,535; undefined if the length was the reason. */
  readonly version: number | undefined;
}

export interface WrapperParserOptions {
  /** Longest APDU accepted, bytes. Default 65,535, the longest that the header can announce. */
  readonly apduBytesMax?: number;
  /** Called once for each run of skipped bytes, when the next header was found. */
  readonly onSkipped?: (skipped: SkippedBytes) => void;
}

/** Says in words that bytes were skipped. */
export function skippedText({ offset, bytes, version }: SkippedBytes): string {
  const found = version === undefined ? 'a header with a length that is not allowed' : `version ${version}`;
  return `${bytes} byte(s) from offset ${offset} skipped: found ${found}, expected a wrapper header of version 1`;
}

/** Encodes one PDU. */
export function encodeWrapper(pdu: WrapperPdu): Uint8Array {
  const writer = new Writer().u16(VERSION).u16(pdu.source).u16(pdu.destination);
  return writer.u16(pdu.apdu.length).raw(pdu.apdu).bytes();
}

/**
 * Takes a stream in portions of any size and gives whole PDUs. Where no header of version 1 stands, it looks for the next
 * one and goes on. A claimed length allocates nothing.
 *
 * While it looks, a place counts as a header only if the first byte of its APDU is one that an APDU can have. A place whose
 * PDU is not complete yet is kept in mind, and the search goes on behind it: the first one that is complete wins. Otherwise
 * a false header with a large length would swallow the PDUs that follow.
 */
export class WrapperParser {
  /** Bytes skipped so far while looking for a header. */
  discardedBytes = 0;
  private chunks: Uint8Array[] = [];
  private size = 0;
  private wanted = HEADER_BYTES;
  /** Offset in the stream of the first byte that is held. */
  private position = 0;
  private lost: Search | undefined;
  private readonly options: WrapperParserOptions;

  constructor(options: WrapperParserOptions = {}) {
    this.options = options;
  }

  /** Bytes held for a PDU that is incomplete. */
  get pendingBytes(): number {
    return this.size;
  }

  /** The PDUs that these bytes complete. */
  receive(bytes: Uint8Array): WrapperPdu[] {
    if (bytes.length === 0) return [];
    this.chunks.push(bytes);
    this.size += bytes.length;
    // Joining only when a PDU can be complete keeps many small reads linear.
    if (this.size < this.wanted) {
      // A Uint8Array costs about 100 bytes of overhead, so one buffer for each byte would multiply the memory. Join them.
      if (this.chunks.length >= CHUNKS_MAX) this.chunks = [concat(...this.chunks)];
      return [];
    }
    const data = this.chunks.length === 1 ? this.chunks[0]! : concat(...this.chunks);
    const pdus: WrapperPdu[] = [];
    const rest = this.parse(data, pdus);
    const held = rest > 0 ? data.slice(rest) : data;
    this.position += rest;
    this.chunks = held.length > 0 ? [held] : [];
    this.size = held.length;
    return pdus;
  }

  /** Reads PDUs and gives the offset of the first byte to keep. */
  private parse(data: Uint8Array, pdus: WrapperPdu[]): number {
    let at = 0;
    for (;;) {
      if (this.lost) {
        const found = this.search(data, at);
        if (found.header === undefined) return found.keep;
        at = found.header;
      }
      if (data.length - at < HEADER_BYTES) {
        this.wanted = HEADER_BYTES;
        return at;
      }
      const length = lengthAt(data, at);
      if (versionAt(data, at) !== VERSION || length > this.apduBytesMax) {
        this.lose(data, at);
        continue;
      }
      const end = at + HEADER_BYTES + length;
      if (end > data.length) {
        this.wanted = end - at;
        return at;
      }
      pdus.push({
        source: u16(data, at + 2),
        destination: u16(data, at + 4),
        apdu: data.slice(at + HEADER_BYTES, end),
      });
      at = end;
    }
  }

  private get apduBytesMax(): number {
    return this.options.apduBytesMax ?? LENGTH_MAX;
  }

  private lose(data: Uint8Array, at: number): void {
    const version = versionAt(data, at);
    this.lost = {
      from: this.position + at,
      version: version === VERSION ? undefined : version,
      next: this.position + at + 1,
      candidates: [],
    };
  }

  /** Looks for a header. Offsets in the search are those of the stream; `header` and `keep` are offsets in `data`. */
  private search(data: Uint8Array, at: number): { readonly header?: number; readonly keep: number } {
    const lost = this.lost!;
    const { position } = this;
    const end = position + data.length;
    const complete = (): number | undefined => lost.candidates.find((one) => one.end <= end)?.start;
    let header = complete();
    // The first byte of the APDU has to be there as well.
    while (header === undefined && lost.next + HEADER_BYTES < end) {
      const start = lost.next++;
      const candidate = this.candidateAt(data, start - position);
      if (candidate === undefined) continue;
      if (lost.candidates.length >= CANDIDATES_MAX) lost.candidates.shift();
      lost.candidates.push({ start, end: position + candidate });
      header = complete();
    }
    const keep = Math.max(at, (header ?? lost.candidates[0]?.start ?? lost.next) - position);
    if (header === undefined) {
      this.wanted = data.length - keep + 1;
      return { keep };
    }
    this.lost = undefined;
    const bytes = header - lost.from;
    this.discardedBytes += bytes;
    this.options.onSkipped?.({ offset: lost.from, bytes, version: lost.version });
    return { header: header - position, keep };
  }

  /** The end of the PDU that a header at `at` would have, or undefined if none can stand there. */
  private candidateAt(data: Uint8Array, at: number): number | undefined {
    if (versionAt(data, at) !== VERSION) return undefined;
    const length = lengthAt(data, at);
    if (length === 0 || length > this.apduBytesMax) return undefined;
    const apduAt = at + HEADER_BYTES;
    return roleOf(data.subarray(apduAt, apduAt + 1)) === undefined ? undefined : apduAt + length;
  }
}

/** The state of a parser that looks for a header. Offsets are those of the stream. */
interface Search {
  /** The first byte that was no header. */
  readonly from: number;
  readonly version: number | undefined;
  /** The next place to look at. */
  next: number;
  /** Places that may be headers, with the ends of their PDUs. */
  readonly candidates: { readonly start: number; readonly end: number }[];
}

function u16(data: Uint8Array, at: number): number {
  return (data[at]! << 8) | data[at + 1]!;
}

function versionAt(data: Uint8Array, at: number): number {
  return u16(data, at);
}

function lengthAt(data: Uint8Array, at: number): number {
  return u16(data, at + 6);
}
