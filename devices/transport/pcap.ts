import type { Direction } from './framePolicy.ts';

/** Link types (tcpdump.org/linktypes.html). RAW: a packet begins with its IP header. USER0: a packet is what its user says. */
const LINKTYPE_RAW = 101;
const LINKTYPE_USER0 = 147;
const SNAP_BYTES = 65_535;
/** Protocol numbers of IPv4. */
const TCP = 6;
const UDP = 17;
/** The headers of IPv4 and of TCP or UDP together. */
const HEADER_BYTES = 40;
const UDP_HEADER_BYTES = 28;

/**
 * How frames are drawn, for dissectors that are registered for TCP or UDP port 4059, or for link type USER0 (147), where
 * a packet is a frame and nothing else.
 */
export const PCAP_DRAWS = ['tcp', 'udp', 'user0'] as const;
export type PcapDraw = (typeof PCAP_DRAWS)[number];
const SEGMENT_BYTES = SNAP_BYTES - HEADER_BYTES;

/** Names the two ends in the capture: any carrier is drawn as one TCP conversation, for tools that dissect by port. */
export interface PcapStream {
  /** 4059 is the DLMS wrapper's port. */
  readonly serverPort: number;
  readonly clientPort: number;
  /** Default `tcp`. */
  readonly draw?: PcapDraw;
}

/** The head of a capture file (classic format, microseconds, little-endian). */
export function pcapHeader(draw: PcapDraw = 'tcp'): Uint8Array {
  const out = Buffer.alloc(24);
  out.writeUInt32LE(0xa1b2c3d4, 0);
  out.writeUInt16LE(2, 4);
  out.writeUInt16LE(4, 6);
  out.writeUInt32LE(SNAP_BYTES, 16);
  out.writeUInt32LE(draw === 'user0' ? LINKTYPE_USER0 : LINKTYPE_RAW, 20);
  return out;
}

/** Draws one conversation between 127.0.0.1 and 127.0.0.2 with sequence numbers that fit. */
export function pcapConversation(
  stream: PcapStream,
): (bytes: Uint8Array, direction: Direction, atMilliseconds: number) => Uint8Array {
  const sent: Record<Direction, number> = { c2s: 1, s2c: 1 };
  const { draw } = stream;
  if (draw === 'user0') return (bytes, _, at) => Buffer.concat([recordHeader(bytes.length, at), bytes]);
  if (draw === 'udp') {
    return (bytes, direction, at) => {
      const packet = datagram(stream, bytes, direction);
      return Buffer.concat([recordHeader(packet.length, at), packet]);
    };
  }
  return (bytes, direction, atMilliseconds) => {
    const packets: Buffer[] = [];
    for (let from = 0; from === 0 || from < bytes.length; from += SEGMENT_BYTES) {
      const payload = bytes.subarray(from, from + SEGMENT_BYTES);
      const other: Direction = direction === 'c2s' ? 's2c' : 'c2s';
      packets.push(recordHeader(payload.length + HEADER_BYTES, atMilliseconds));
      packets.push(segment(stream, payload, direction, sent[direction], sent[other]));
      sent[direction] = (sent[direction] + payload.length) >>> 0;
    }
    return Buffer.concat(packets);
  };
}

function recordHeader(bytes: number, atMilliseconds: number): Buffer {
  const out = Buffer.alloc(16);
  const seconds = Math.floor(atMilliseconds / 1000);
  out.writeUInt32LE(seconds >>> 0, 0);
  out.writeUInt32LE(Math.floor((atMilliseconds - seconds * 1000) * 1000), 4);
  out.writeUInt32LE(bytes, 8);
  out.writeUInt32LE(bytes, 12);
  return out;
}

function segment(stream: PcapStream, payload: Uint8Array, direction: Direction, seq: number, ack: number): Buffer {
  const out = ipPacket(stream, direction, { protocol: TCP, bytes: HEADER_BYTES + payload.length });
  out.writeUInt32BE(seq, 24);
  out.writeUInt32BE(ack, 28);
  out.set([0x50, 0x18, 0xff, 0xff], 32);
  out.set(payload, HEADER_BYTES);
  const pseudo = Buffer.concat([out.subarray(12, 20), Buffer.from([0, TCP, 0, 0]), out.subarray(20)]);
  pseudo.writeUInt16BE(out.length - 20, 10);
  out.writeUInt16BE(checksum(pseudo), 36);
  return out;
}

/** RFC 768. The checksum is 0, which says that there is none. */
function datagram(stream: PcapStream, payload: Uint8Array, direction: Direction): Buffer {
  const out = ipPacket(stream, direction, { protocol: UDP, bytes: UDP_HEADER_BYTES + payload.length });
  out.writeUInt16BE(8 + payload.length, 24);
  out.set(payload, UDP_HEADER_BYTES);
  return out;
}

/** A packet with its IPv4 header (RFC 791) and the two ports, which TCP and UDP have at the same place. */
function ipPacket(
  { clientPort, serverPort }: PcapStream,
  direction: Direction,
  { protocol, bytes }: { readonly protocol: number; readonly bytes: number },
): Buffer {
  const [from, to] = direction === 'c2s' ? [1, 2] : [2, 1];
  const [source, destination] = direction === 'c2s' ? [clientPort, serverPort] : [serverPort, clientPort];
  const out = Buffer.alloc(bytes);
  out.set([0x45, 0, 0, 0, 0, 0, 0x40, 0, 64, protocol, 0, 0, 127, 0, 0, from, 127, 0, 0, to]);
  out.writeUInt16BE(bytes, 2);
  out.writeUInt16BE(checksum(out.subarray(0, 20)), 10);
  out.writeUInt16BE(source, 20);
  out.writeUInt16BE(destination, 22);
  return out;
}

/** RFC 1071. */
function checksum(bytes: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) sum += (bytes[i]! << 8) | (bytes[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}
