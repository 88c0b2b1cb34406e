/** The COSEM wrapper of IEC 62056-47: `0001 source destination length`, then an APDU. Port 4059 by registration. */
import { concat, NO_BYTES, Writer } from './bytes.ts';

const HEADER_BYTES = 8;
const VERSION = 1;
/** Portions kept apart while a PDU is not whole. */
const CHUNKS_MAX = 64;

/** One wrapped APDU. Ports are client and server SAPs. */
export interface WrapperPdu {
  readonly source: number;
  readonly destination: number;
  readonly apdu: Uint8Array;
}

/** Bytes for the wire. */
export function encodeWrapper(pdu: WrapperPdu): Uint8Array {
  const writer = new Writer().u16(VERSION).u16(pdu.source).u16(pdu.destination);
  return writer.u16(pdu.apdu.length).raw(pdu.apdu).bytes();
}

/**
 * Receives a stream in any portions and yields whole PDUs. A byte that cannot begin a header is skipped, so the stream
 * finds itself again; a claimed length allocates nothing, and one above `apduBytesMax` is not waited for.
 */
export class WrapperParser {
  /** Bytes thrown away while looking for a header. */
  discardedBytes = 0;
  private chunks: Uint8Array[] = [];
  private size = 0;
  private wanted = HEADER_BYTES;
  private readonly apduBytesMax: number;

  constructor(apduBytesMax = 0xffff) {
    this.apduBytesMax = apduBytesMax;
  }

  get pendingBytes(): number {
    return this.size;
  }

  receive(bytes: Uint8Array): WrapperPdu[] {
    if (bytes.length === 0) return [];
    this.chunks.push(bytes);
    this.size += bytes.length;
    // Joining only when a PDU can be complete keeps many small reads linear.
    if (this.size < this.wanted) {
      // Single bytes weigh a hundred times themselves while each has a buffer of its own.
      if (this.chunks.length >= CHUNKS_MAX) this.chunks = [concat(...this.chunks)];
      return [];
    }
    const data = this.chunks.length === 1 ? bytes : concat(...this.chunks);
    const pdus: WrapperPdu[] = [];
    let at = 0;
    this.wanted = HEADER_BYTES;
    const u16 = (from: number): number => (data[from]! << 8) | data[from + 1]!;
    while (data.length - at >= HEADER_BYTES) {
      const length = u16(at + 6);
      if (u16(at) !== VERSION || length > this.apduBytesMax) {
        this.discardedBytes++;
        at++;
        continue;
      }
      if (data.length - at < HEADER_BYTES + length) {
        this.wanted = HEADER_BYTES + length;
        break;
      }
      const apdu = data.slice(at + HEADER_BYTES, at + HEADER_BYTES + length);
      pdus.push({ source: u16(at + 2), destination: u16(at + 4), apdu });
      at += HEADER_BYTES + length;
    }
    const rest = at < data.length ? data.slice(at) : NO_BYTES;
    this.chunks = rest.length > 0 ? [rest] : [];
    this.size = rest.length;
    return pdus;
  }
}
