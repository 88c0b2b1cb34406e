/** Reads captures: a frame log (JSON lines), pcap and pcapng with raw IP or Ethernet packets, and lines of hexadecimal. */
import { pcapngItems } from './pcapngFile.ts';

/** A portion of one direction of a conversation. */
export interface Portion {
  /** When it was captured, as text; undefined if the capture does not say. */
  readonly t?: string;
  /** Undefined if the capture does not say; the content then decides. */
  readonly dir?: 'c2s' | 's2c';
  /** Names the conversation. */
  readonly endpoint: string;
  readonly bytes: Uint8Array;
  /** The framing that the capture names. */
  readonly layer?: string;
  readonly note?: string;
  /** True for a portion that is complete in itself, as a line of hexadecimal is. */
  readonly isAlone?: boolean;
}

/** A place in a capture that cannot be read. */
export interface CaptureProblem {
  readonly problem: string;
}

export type CaptureItem = Portion | CaptureProblem;

const PCAP_MAGIC: Readonly<Record<string, { readonly little: boolean; readonly nano: boolean }>> = {
  'd4c3b2a1': { little: true, nano: false },
  '4d3cb2a1': { little: true, nano: true },
  'a1b2c3d4': { little: false, nano: false },
  'a1b23c4d': { little: false, nano: true },
};
const PCAPNG_MAGIC = '0a0d0d0a';

/** Reads a capture of any of the kinds. */
export function readCapture(bytes: Uint8Array): readonly CaptureItem[] {
  const magic = Buffer.from(bytes.subarray(0, 4)).toString('hex');
  const pcap = PCAP_MAGIC[magic];
  if (pcap) return pcapPortions(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), pcap);
  if (magic === PCAPNG_MAGIC) return pcapngPortions(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
  const text = Buffer.from(bytes).toString('latin1');
  return /^\s*\{/.test(text) ? logPortions(text) : hexPortions(text);
}

function logPortions(text: string): readonly CaptureItem[] {
  const items = text.split('\n').flatMap((line, i): CaptureItem[] => {
    if (line.trim() === '') return [];
    const record = jsonOf(line);
    if (record === undefined) return [{ problem: `line ${i + 1}: found other text, expected a JSON object` }];
    const { hex, note } = record;
    // Lines without a frame describe the capture.
    if (hex === undefined && note === undefined) return [];
    const bytes = bytesOfHex(textOf(hex));
    if (bytes === undefined)
      return [{ problem: `line ${i + 1}: found other text, expected pairs of hexadecimal digits` }];
    const { t, dir, layer } = record;
    const session = textOf(record['session']);
    const endpoint = textOf(record['endpoint']) || (session === '' ? '' : `session ${session}`);
    return [
      {
        ...(typeof t === 'string' && { t }),
        ...((dir === 'c2s' || dir === 's2c') && { dir }),
        ...(typeof layer === 'string' && { layer }),
        ...(typeof note === 'string' && { note }),
        endpoint,
        bytes,
      },
    ];
  });
  // The same octets may be logged on two layers. The framed one is taken.
  const framed = new Set(items.flatMap((item) => ('layer' in item && item.layer !== 'bytes' ? [item.endpoint] : [])));
  return items.filter((item) => !('layer' in item && item.layer === 'bytes' && framed.has(item.endpoint)));
}

/** A field as text; empty if it is neither text nor a number. */
function textOf(field: unknown): string {
  return typeof field === 'string' || typeof field === 'number' ? String(field) : '';
}

function jsonOf(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function bytesOfHex(text: string): Uint8Array | undefined {
  const digits = text.replace(/0x|[\s:,-]/gi, '');
  return digits.length % 2 === 0 && /^[0-9A-Fa-f]*$/.test(digits)
    ? new Uint8Array(Buffer.from(digits, 'hex'))
    : undefined;
}

/** A frame a line. `>` before it means client to server, `<` server to client; `#` begins a comment. */
function hexPortions(text: string): readonly CaptureItem[] {
  return text.split('\n').flatMap((line, i): CaptureItem[] => {
    const found = /^\s*([<>]?)\s*([^#]*)/.exec(line)!;
    if (found[2]!.trim() === '') return [];
    const bytes = bytesOfHex(found[2]!);
    if (bytes === undefined)
      return [{ problem: `line ${i + 1}: found other text, expected pairs of hexadecimal digits` }];
    const dir = found[1] === '' ? undefined : found[1] === '>' ? 'c2s' : 's2c';
    return [{ ...(dir && { dir }), endpoint: '', bytes, isAlone: true }];
  });
}

/** Offsets of the IP header by link type: NULL, Ethernet, raw IP, Linux cooked. */
const LINK_HEADERS: Readonly<Record<number, number>> = { 0: 4, 1: 14, 12: 0, 101: 0, 113: 16, 228: 0, 229: 0 };
const PACKET_BYTES_MAX = 1 << 18;
const DLMS_PORT = 4059;

function pcapPortions(file: Buffer, { little, nano }: { little: boolean; nano: boolean }): readonly CaptureItem[] {
  const u32 = (at: number): number => (little ? file.readUInt32LE(at) : file.readUInt32BE(at));
  if (file.length < 24) return [{ problem: 'found a pcap that ends within its header, expected 24 bytes' }];
  const link = u32(20) & 0xffff;
  const skip = LINK_HEADERS[link];
  if (skip === undefined) return [{ problem: `found link type ${link}, expected Ethernet (1) or raw IP (101)` }];
  const items: CaptureItem[] = [];
  const flows = new Map<string, Flow>();
  for (let at = 24; at < file.length;) {
    if (file.length - at < 16 || u32(at + 8) > PACKET_BYTES_MAX || file.length - at - 16 < u32(at + 8)) {
      items.push({ problem: `offset ${at}: found a packet that is not whole, expected its header and its bytes` });
      break;
    }
    const [seconds, part, length] = [u32(at), u32(at + 4), u32(at + 8)];
    const milliseconds = seconds * 1000 + Math.floor(part / (nano ? 1e6 : 1e3));
    items.push(...packetPortions(file.subarray(at + 16 + skip, at + 16 + length), new Date(milliseconds).toISOString(), flows)); // prettier-ignore
    at += 16 + length;
  }
  return items;
}

function pcapngPortions(file: Buffer): readonly CaptureItem[] {
  const flows = new Map<string, Flow>();
  const odd = new Set<number>();
  return [...pcapngItems(file)].flatMap((item): CaptureItem[] => {
    if ('problem' in item) return [item];
    const { link, milliseconds, packet } = item;
    const skip = LINK_HEADERS[link];
    if (skip !== undefined) return packetPortions(packet.subarray(skip), timeOf(milliseconds), flows);
    if (odd.has(link)) return [];
    odd.add(link);
    return [{ problem: `found link type ${link}, expected Ethernet (1) or raw IP (101); its packets are passed over` }];
  });
}

/** A time that no calendar has is none: damage may give any number. */
function timeOf(milliseconds: number | undefined): string | undefined {
  return milliseconds === undefined || milliseconds > 8.64e15 ? undefined : new Date(milliseconds).toISOString();
}

/** One direction of a TCP connection: the next sequence number, and segments that came before their turn. */
interface Flow {
  next: number | undefined;
  early: { readonly seq: number; readonly bytes: Uint8Array }[];
}

const EARLY_MAX = 64;

function packetPortions(raw: Buffer, t: string | undefined, flows: Map<string, Flow>): Portion[] {
  // A VLAN tag stands before the IP header of some Ethernet frames.
  const packet = raw.length > 4 && raw[0]! >> 4 !== 4 && raw[0]! >> 4 !== 6 ? raw.subarray(4) : raw;
  const version = (packet[0] ?? 0) >> 4;
  const isWhole = version === 4 ? packet.length >= 20 : version === 6 && packet.length >= 40;
  if (!isWhole) return [];
  const headerBytes = version === 4 ? (packet[0]! & 15) * 4 : 40;
  const protocol = version === 4 ? packet[9] : packet[6];
  const end = version === 4 ? Math.min(packet.length, packet.readUInt16BE(2)) : packet.length;
  const hosts = version === 4 ? [packet.subarray(12, 16).join('.'), packet.subarray(16, 20).join('.')] : [packet.subarray(8, 24).toString('hex'), packet.subarray(24, 40).toString('hex')]; // prettier-ignore
  const segment = packet.subarray(headerBytes, end);
  if (segment.length < 8 || (protocol !== 6 && protocol !== 17)) return [];
  const [from, to] = [segment.readUInt16BE(0), segment.readUInt16BE(2)];
  const isToServer = to === DLMS_PORT || (from !== DLMS_PORT && to < from);
  const [client, server] = isToServer ? [`${hosts[0]}:${from}`, `${hosts[1]}:${to}`] : [`${hosts[1]}:${to}`, `${hosts[0]}:${from}`]; // prettier-ignore
  const dir = isToServer ? 'c2s' : 's2c';
  const endpoint = `${client} ${server}`;
  if (protocol === 17)
    return segment.length > 8 ? [{ ...(t !== undefined && { t }), dir, endpoint, bytes: segment.subarray(8) }] : [];
  if (segment.length < 20) return [];
  const payload = segment.subarray((segment[12]! >> 4) * 4);
  const key = `${endpoint} ${dir}`;
  const flow = flows.get(key) ?? { next: undefined, early: [] };
  flows.set(key, flow);
  const isSyn = (segment[13]! & 2) !== 0;
  const seq = segment.readUInt32BE(4);
  if (isSyn) {
    flow.next = (seq + 1) >>> 0;
    flow.early = [];
  }
  if (payload.length === 0) return [];
  return inOrder(flow, seq, payload).map((bytes) => ({ ...(t !== undefined && { t }), dir, endpoint, bytes }));
}

/** Puts segments in the order of their sequence numbers, without what came twice. */
function inOrder(flow: Flow, seq: number, bytes: Uint8Array): Uint8Array[] {
  flow.next ??= seq;
  flow.early.push({ seq, bytes });
  const out: Uint8Array[] = [];
  for (;;) {
    const next: number = flow.next;
    const at = flow.early.findIndex((one) => ((next - one.seq) | 0) >= 0);
    if (at < 0) {
      if (flow.early.length <= EARLY_MAX) return out;
      // A segment is missing in the capture. The stream goes on behind it.
      flow.next = flow.early[0]!.seq;
      continue;
    }
    const [one] = flow.early.splice(at, 1);
    const fresh = one!.bytes.subarray((next - one!.seq) | 0);
    if (fresh.length === 0) continue;
    out.push(fresh);
    flow.next = (next + fresh.length) >>> 0;
  }
}
