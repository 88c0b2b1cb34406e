/** Reads captures: a frame log (JSON lines), pcap and pcapng with raw IP or Ethernet packets, and lines of hexadecimal. */
import { logItems, hexItems } from './captureText.ts';
import type { CaptureItem, TakeItem } from './capturePortion.ts';
import { PacketFlows } from './packetFlows.ts';
import { pcapngItems } from './pcapngFile.ts';

const PCAP_MAGIC: Readonly<Record<number, { readonly little: boolean; readonly nano: boolean }>> = {
  0xd4c3b2a1: { little: true, nano: false },
  0x4d3cb2a1: { little: true, nano: true },
  0xa1b2c3d4: { little: false, nano: false },
  0xa1b23c4d: { little: false, nano: true },
};
const PCAPNG_MAGIC = 0x0a0d0d0a;

/**
 * Reads a capture of any of the kinds, and hands on its items one by one.
 *
 * @param isStream true for octets that are one stream, as a serial line gives them; asked if they are none of the kinds
 */
export function readCapture(
  bytes: Uint8Array,
  take: TakeItem,
  isStream: (bytes: Uint8Array) => boolean = () => false,
): void {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const magic = file.length < 4 ? 0 : file.readUInt32BE(0);
  const pcap = PCAP_MAGIC[magic];
  if (pcap) return pcapItems(file, pcap, take);
  if (magic === PCAPNG_MAGIC) return pcapngPackets(file, take);
  const text = textOf(file);
  if (text === undefined) return take(isStream(bytes) ? { endpoint: '', bytes } : notACapture(file));
  if (OPTICAL.includes(bytes[0] ?? 0)) return take({ endpoint: '', bytes });
  if (/^\s*\{/.test(text)) logItems(text, take);
  else hexItems(text, take);
}

/** The octets as text: UTF-8, or UTF-16 with a byte order mark, as some shells write. Undefined: they are no text. */
function textOf(file: Buffer): string | undefined {
  if (file[0] === 0xff && file[1] === 0xfe) return file.subarray(2).toString('utf16le');
  if (file[0] === 0xfe && file[1] === 0xff) return Buffer.from(file.subarray(2, file.length & ~1)).swap16().toString('utf16le'); // prettier-ignore
  const start = file[0] === 0xef && file[1] === 0xbb && file[2] === 0xbf ? 3 : 0;
  // A text holds no NUL. Octets of a serial line or of a socket do, sooner or later.
  return file.subarray(0, SNIFFED_BYTES).includes(0) ? undefined : file.toString('utf8', start);
}

/** A stream of 62056-21 is text itself. It begins with a request, an identification or a block. */
const OPTICAL: readonly number[] = [0x2f, 0x01, 0x02, 0x06];
/** Octets that are looked at to tell text from binary data. */
const SNIFFED_BYTES = 4096;

function notACapture(file: Buffer): CaptureItem {
  const first = file.subarray(0, 8).toString('hex').toUpperCase();
  return {
    problem: `offset 0: found ${file.length} bytes of binary data that begin with ${first}, expected a frame log, a pcap, a pcapng or lines of hexadecimal; name a framing (--framing) if these are the octets of one stream`,
  };
}

const PACKET_BYTES_MAX = 1 << 18;

function pcapItems(file: Buffer, { little, nano }: { little: boolean; nano: boolean }, take: TakeItem): void {
  const u32 = (at: number): number => (little ? file.readUInt32LE(at) : file.readUInt32BE(at));
  if (file.length < 24) return take({ problem: 'found a pcap that ends within its header, expected 24 bytes' });
  const flows = new PacketFlows(take);
  const link = u32(20) & 0xffff;
  if (!flows.knows(link)) return take({ problem: linkProblem(link) });
  const perMillisecond = nano ? 1e6 : 1e3;
  const octets = new Uint8Array(file.buffer, file.byteOffset, file.length);
  for (let at = 24; at < file.length;) {
    const length = file.length - at < 16 ? Infinity : u32(at + 8);
    if (length > PACKET_BYTES_MAX || file.length - at - 16 < length) {
      return take({ problem: `offset ${at}: found a packet that is not whole, expected its header and its bytes` });
    }
    const milliseconds = u32(at) * 1000 + Math.floor(u32(at + 4) / perMillisecond);
    flows.packet(octets, { link, from: at + 16, to: at + 16 + length, milliseconds });
    at += 16 + length;
  }
}

function pcapngPackets(file: Buffer, take: TakeItem): void {
  const flows = new PacketFlows(take);
  const odd = new Set<number>();
  for (const item of pcapngItems(file)) {
    if ('problem' in item) {
      take(item);
      continue;
    }
    const { link, milliseconds, packet } = item;
    if (flows.knows(link)) {
      const octets = new Uint8Array(packet.buffer, packet.byteOffset, packet.length);
      flows.packet(octets, { link, from: 0, to: packet.length, milliseconds });
      continue;
    }
    if (odd.has(link)) continue;
    odd.add(link);
    take({ problem: `${linkProblem(link)}; its packets are passed over` });
  }
}

function linkProblem(link: number): string {
  return `found link type ${link}, expected Ethernet (1), raw IP (101) or a frame a packet (147)`;
}
