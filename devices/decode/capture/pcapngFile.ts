/** Reads the packets of a pcapng file. Source: draft-ietf-opsawg-pcapng. Blocks that hold no packet are passed over. */

/** A packet with its link type, or a place that cannot be read. */
export type PcapngItem =
  | { readonly link: number; readonly milliseconds: number | undefined; readonly packet: Buffer }
  | { readonly problem: string };

const SECTION = 0x0a0d0d0a;
const INTERFACE = 1;
const SIMPLE_PACKET = 3;
const ENHANCED_PACKET = 6;
const ORDER_MAGIC = 0x1a2b3c4d;
/** Option of an interface: the resolution of its timestamps, a power of ten, or of two if the highest bit is set. */
const TIMESTAMP_RESOLUTION = 9;
const MICROSECONDS = 6;
const BLOCK_BYTES_MIN = 12;
const INTERFACES_MAX = 1024;

interface Interface {
  readonly link: number;
  /** Timestamps a second. */
  readonly ticks: number;
}

export function* pcapngItems(file: Buffer): Generator<PcapngItem> {
  let isLittle = true;
  let interfaces: Interface[] = [];
  const u32 = (at: number): number => (isLittle ? file.readUInt32LE(at) : file.readUInt32BE(at));
  const u16 = (at: number): number => (isLittle ? file.readUInt16LE(at) : file.readUInt16BE(at));
  for (let at = 0; at < file.length;) {
    const broken = {
      problem: `offset ${at}: found a pcapng block that is not whole, expected its length and its bytes`,
    };
    if (file.length - at < BLOCK_BYTES_MIN) return void (yield broken);
    // The type of a section header reads the same in both orders.
    if (file.readUInt32BE(at) === SECTION) {
      isLittle = file.readUInt32LE(at + 8) === ORDER_MAGIC;
      interfaces = [];
    }
    const [type, length] = [u32(at), u32(at + 4)];
    if (length < BLOCK_BYTES_MIN || length > file.length - at) return void (yield broken);
    const end = at + length - 4;
    if (type === INTERFACE && length >= 20 && interfaces.length < INTERFACES_MAX)
      interfaces.push({ link: u16(at + 8), ticks: ticksOf(file, { from: at + 16, end, u16 }) });
    if (type === ENHANCED_PACKET && length >= 32) {
      const [of, bytes] = [interfaces[u32(at + 8)], u32(at + 20)];
      if (!of || bytes > end - at - 28)
        yield { problem: `offset ${at}: found a packet of an interface that is not described` };
      else {
        const ticks = u32(at + 12) * 2 ** 32 + u32(at + 16);
        yield {
          link: of.link,
          milliseconds: Math.floor((ticks / of.ticks) * 1000),
          packet: file.subarray(at + 28, at + 28 + bytes),
        };
      }
    }
    if (type === SIMPLE_PACKET && length >= 16 && interfaces[0]) {
      const bytes = Math.min(u32(at + 8), end - at - 12);
      yield { link: interfaces[0].link, milliseconds: undefined, packet: file.subarray(at + 12, at + 12 + bytes) };
    }
    at += length + ((4 - (length % 4)) % 4);
  }
}

function ticksOf(file: Buffer, { from, end, u16 }: { from: number; end: number; u16: (at: number) => number }): number {
  for (let at = from; at + 4 <= end;) {
    const [code, length] = [u16(at), u16(at + 2)];
    if (code === 0) break;
    if (code === TIMESTAMP_RESOLUTION && length >= 1 && at + 4 < end) {
      const value = file[at + 4]!;
      return value & 0x80 ? 2 ** (value & 0x7f) : 10 ** value;
    }
    at += 4 + Math.ceil(length / 4) * 4;
  }
  return 10 ** MICROSECONDS;
}
