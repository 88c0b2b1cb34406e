/** Takes packets of a capture and gives the portions of their conversations, each direction in the order it was sent. */
import type { TakeItem } from './capturePortion.ts';

/** How the IP header is found behind the header of a link type. A `frame` packet holds a frame and no IP. */
const LINKS: Readonly<Record<number, { readonly skip: number; readonly is?: 'ethernet' | 'frame' }>> = {
  0: { skip: 4 },
  1: { skip: 14, is: 'ethernet' },
  12: { skip: 0 },
  101: { skip: 0 },
  113: { skip: 16 },
  147: { skip: 0, is: 'frame' },
  228: { skip: 0 },
  229: { skip: 0 },
  276: { skip: 20 },
};
const VLAN_TYPES: readonly number[] = [0x8100, 0x88a8, 0x9100];
const DLMS_PORT = 4059;
const TCP = 6;
const UDP = 17;
/** Most segments kept that came before their turn. */
const EARLY_MAX = 64;

/** One direction of a conversation. */
interface Flow {
  /** Source, destination and both ports, as they stand in the packet. */
  readonly addresses: Uint8Array;
  readonly dir: 'c2s' | 's2c';
  readonly endpoint: string;
  /** The next sequence number. */
  next: number | undefined;
  early: { readonly seq: number; readonly bytes: Uint8Array }[];
}

/** A packet within a file: its octets are `from` to `to`. */
export interface PacketAt {
  readonly link: number;
  readonly from: number;
  readonly to: number;
  readonly milliseconds: number | undefined;
}

export class PacketFlows {
  private readonly flows = new Map<number, Flow[]>();
  private readonly clock = new IsoClock();
  private readonly take: TakeItem;

  constructor(take: TakeItem) {
    this.take = take;
  }

  knows(link: number): boolean {
    return LINKS[link] !== undefined;
  }

  /** Hands on what a packet adds to its conversation. Packets that carry no TCP or UDP are passed over. */
  packet(file: Uint8Array, { link, from, to, milliseconds }: PacketAt): void {
    const { skip, is } = LINKS[link]!;
    const t = this.clock.text(milliseconds);
    if (is === 'frame') return this.take({ t, endpoint: '', bytes: file.subarray(from, to), isAlone: true });
    let at = from + skip;
    if (is === 'ethernet') while (at + 4 <= to && VLAN_TYPES.includes(u16(file, at - 2))) at += 4;
    const version = (file[at] ?? 0) >> 4;
    if (at + (version === 4 ? 20 : 40) > to || (version !== 4 && version !== 6)) return;
    const segment = version === 4 ? at + (file[at]! & 15) * 4 : at + 40;
    const protocol = version === 4 ? file[at + 9]! : file[at + 6]!;
    // Cards that cut segments themselves leave a length of 0.
    const length = version === 4 ? u16(file, at + 2) : 40 + u16(file, at + 4);
    const end = length <= segment - at ? to : Math.min(to, at + length);
    // The second and later fragments of a packet have no ports.
    const isFragment = version === 4 && (u16(file, at + 6) & 0x1fff) !== 0;
    if (isFragment || segment + 8 > end || (protocol !== TCP && protocol !== UDP)) return;
    const hostsAt = version === 4 ? at + 12 : at + 8;
    const flow = this.flowOf(file, { hostsAt, hostBytes: version === 4 ? 8 : 32, portsAt: segment });
    if (protocol === UDP) {
      if (segment + 8 < end) this.take({ t, dir: flow.dir, endpoint: flow.endpoint, bytes: file.subarray(segment + 8, end) }); // prettier-ignore
      return;
    }
    if (segment + 20 > end) return;
    const payload = segment + (file[segment + 12]! >> 4) * 4;
    const seq = u32(file, segment + 4);
    if ((file[segment + 13]! & 2) !== 0) {
      flow.next = (seq + 1) >>> 0;
      flow.early = [];
    }
    if (payload >= end) return;
    const bytes = file.subarray(payload, end);
    if (flow.early.length === 0 && (flow.next === undefined || flow.next === seq)) {
      flow.next = (seq + bytes.length) >>> 0;
      return this.take({ t, dir: flow.dir, endpoint: flow.endpoint, bytes });
    }
    for (const one of inOrder(flow, seq, bytes)) this.take({ t, dir: flow.dir, endpoint: flow.endpoint, bytes: one });
  }

  private flowOf(file: Uint8Array, place: FlowAt): Flow {
    const { hostsAt, hostBytes, portsAt } = place;
    let hash = u32(file, portsAt);
    for (let at = hostsAt; at < hostsAt + hostBytes; at += 4) hash = (Math.imul(hash, 31) + u32(file, at)) | 0;
    const known = this.flows.get(hash);
    const found = known?.find(({ addresses }) => isSame(file, addresses, place));
    if (found) return found;
    const made = flowFrom(file, place);
    if (known) known.push(made);
    else this.flows.set(hash, [made]);
    return made;
  }
}

/** Where two addresses and two ports stand. */
interface FlowAt {
  readonly hostsAt: number;
  readonly hostBytes: number;
  readonly portsAt: number;
}

function isSame(file: Uint8Array, addresses: Uint8Array, { hostsAt, hostBytes, portsAt }: FlowAt): boolean {
  if (addresses.length !== hostBytes + 4) return false;
  for (let i = 0; i < hostBytes; i += 1) if (addresses[i] !== file[hostsAt + i]) return false;
  for (let i = 0; i < 4; i += 1) if (addresses[hostBytes + i] !== file[portsAt + i]) return false;
  return true;
}

function flowFrom(file: Uint8Array, { hostsAt, hostBytes, portsAt }: FlowAt): Flow {
  const hosts = file.subarray(hostsAt, hostsAt + hostBytes);
  const half = hostBytes / 2;
  const nameOf = (bytes: Uint8Array): string => (half === 4 ? bytes.join('.') : Buffer.from(bytes).toString('hex'));
  const [fromPort, toPort] = [u16(file, portsAt), u16(file, portsAt + 2)];
  const [source, target] = [`${nameOf(hosts.subarray(0, half))}:${fromPort}`, `${nameOf(hosts.subarray(half))}:${toPort}`]; // prettier-ignore
  const isToServer = toPort === DLMS_PORT || (fromPort !== DLMS_PORT && toPort < fromPort);
  const addresses = new Uint8Array(hostBytes + 4);
  addresses.set(hosts);
  addresses.set(file.subarray(portsAt, portsAt + 4), hostBytes);
  return {
    addresses,
    dir: isToServer ? 'c2s' : 's2c',
    endpoint: isToServer ? `${source} ${target}` : `${target} ${source}`,
    next: undefined,
    early: [],
  };
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

function u16(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}

function u32(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

/** Largest time of a calendar, in milliseconds. Damage may give any number. */
const CALENDAR_MAX = 8.64e15;

/** Times as text. Packets follow each other closely, so the text of a second is kept. */
class IsoClock {
  private second = -1;
  private head = '';

  /** Undefined for a time that no calendar has. */
  text(milliseconds: number | undefined): string | undefined {
    if (milliseconds === undefined || !(milliseconds <= CALENDAR_MAX)) return undefined;
    const second = Math.floor(milliseconds / 1000);
    if (second !== this.second) {
      this.second = second;
      this.head = new Date(second * 1000).toISOString().slice(0, -4);
    }
    const part = milliseconds - second * 1000;
    return `${this.head}${part < 10 ? '00' : part < 100 ? '0' : ''}${part}Z`;
  }
}
