import { closeSync, openSync, writeSync } from 'node:fs';
import type { Direction } from './framePolicy.ts';
import { keyTransferMask } from './mask.ts';
import type { Mask } from './mask.ts';
import { pcapConversation, pcapHeader, type PcapDraw } from './pcap.ts';
import type { Timers } from './timers.ts';
import type { ByteChannel, Unlisten } from './transport.ts';

/** What the user was doing while a frame crossed. */
export interface FrameContext {
  /** `contact`, `instruction` or `migration`, as in the steps of a rig. */
  readonly kind?: string;
  /** Number of the attempt, instruction or contact, from 1. */
  readonly attempt?: number;
  readonly step?: string;
}

/** What became of a connection. */
export type LinkEvent = 'opened' | 'refused' | 'closed';

/** One line of a frame log. `hex` is lower case, and empty in a line without octets; `t` is of the run's own clock. */
export interface FrameRecord extends FrameContext {
  readonly t: string;
  readonly dir: Direction;
  readonly endpoint: string;
  readonly layer: string;
  readonly hex: string;
  readonly note?: string;
  readonly event?: LinkEvent;
  /** What the frame says, opened with the keys that the user gave. It shows no key. */
  readonly plain?: string;
}

export interface FrameLogOptions {
  readonly timers: Timers;
  /** Takes JSON lines. */
  readonly lines?: (text: string) => void;
  /** Takes the bytes of a capture file, its head first. */
  readonly pcap?: (bytes: Uint8Array) => void;
  /** Makes the mask of one endpoint and layer. Default `keyTransferMask`. */
  readonly mask?: () => Mask;
  /**
   * Only this layer goes into the capture: the same octets on two layers would be there twice. `any` where nothing is recorded
   * on two; the opening of an optical port is then left out, because it is no DLMS. Default `bytes`.
   */
  readonly pcapLayer?: string;
  /** In the capture. Default 4059. */
  readonly serverPort?: number;
  /** How frames are drawn in the capture. Default `tcp`. */
  readonly draw?: PcapDraw;
  /** Told for each line what it belongs to. */
  readonly about?: () => FrameContext;
  /** Puts a frame into words. It gets the octets unmasked, and must show no key. */
  readonly plain?: (frame: PlainFrame) => string | undefined;
}

export type PlainFrame = Pick<FrameRecord, 'dir' | 'endpoint' | 'layer'> & { readonly bytes: Uint8Array };

/** Records frames of any number of endpoints and layers. */
export interface FrameLog {
  readonly frames: number;
  record(frame: PlainFrame & Pick<FrameRecord, 'note'>): void;
  /** Writes a line without octets: why what went before came to nothing. It is in no capture. */
  remark(line: Pick<FrameRecord, 'endpoint' | 'layer' | 'event'> & { readonly note: string }): void;
}

const NOTHING: FrameContext = {};
/** The layer of an optical port before it goes over to HDLC. */
const OPTICAL = '62056-21';

/** Writes frames as JSON lines, one frame a line, with keys and secrets masked. */
export function frameLog(options: FrameLogOptions): FrameLog {
  const masksInUse = new Map<string, Mask>();
  const conversations = new Map<string, ReturnType<typeof pcapConversation>>();
  const pcapLayer = options.pcapLayer ?? 'bytes';
  const { about = () => NOTHING } = options;
  let frames = 0;
  options.pcap?.(pcapHeader(options.draw));

  function made<T>(map: Map<string, T>, key: string, make: () => T): T {
    const known = map.get(key) ?? make();
    map.set(key, known);
    return known;
  }

  return {
    get frames() {
      return frames;
    },
    remark({ endpoint, layer, note, event }) {
      const t = new Date(options.timers.nowMilliseconds()).toISOString();
      const dir = event === undefined ? 's2c' : 'c2s';
      const line: FrameRecord = { t, dir, endpoint, layer, hex: '', note, ...(event && { event }), ...about() };
      options.lines?.(`${JSON.stringify(line)}\n`);
    },
    record({ dir, endpoint, layer, note, bytes }) {
      frames += 1;
      const mask = made(masksInUse, `${endpoint}\n${layer}`, options.mask ?? keyTransferMask);
      const masked = mask(bytes, dir);
      const at = options.timers.nowMilliseconds();
      const notes = [note, masked.note].filter((text) => text !== undefined).join('; ');
      const hex = Buffer.from(masked.bytes).toString('hex');
      const t = new Date(at).toISOString();
      const plain = options.plain?.({ dir, endpoint, layer, bytes });
      const line: FrameRecord = {
        ...{ t, dir, endpoint, layer, hex },
        ...(notes !== '' && { note: notes }),
        ...about(),
        ...(plain !== undefined && { plain }),
      };
      options.lines?.(`${JSON.stringify(line)}\n`);
      const isDrawn = pcapLayer === 'any' ? layer !== OPTICAL : layer === pcapLayer;
      if (options.pcap === undefined || !isDrawn) return;
      const draw = made(conversations, endpoint, () =>
        pcapConversation({
          serverPort: options.serverPort ?? 4059,
          clientPort: 49_152 + (conversations.size % 16_384),
          ...(options.draw && { draw: options.draw }),
        }),
      );
      options.pcap(draw(masked.bytes, dir, at));
    },
  };
}

/**
 * The same channel with everything that crosses it recorded; what a carrier adds (a serial line's `setMode`) is kept.
 * `side` is whose hand holds the channel: what a client writes runs c2s.
 */
export function tapped<C extends ByteChannel>(
  channel: C,
  tap: { readonly log: FrameLog; readonly side: 'client' | 'server'; readonly layer?: string },
): C {
  const layer = tap.layer ?? 'bytes';
  const endpoint = channel.endpoint;
  const [out, back]: readonly [Direction, Direction] = tap.side === 'client' ? ['c2s', 's2c'] : ['s2c', 'c2s'];
  const listeners = new Set<(bytes: Uint8Array) => void>();
  let attached = false;

  function write(bytes: Uint8Array): void {
    if (!channel.closed) tap.log.record({ dir: out, endpoint, layer, bytes });
    channel.write(bytes);
  }

  function onData(listener: (bytes: Uint8Array) => void): Unlisten {
    listeners.add(listener);
    if (!attached) {
      attached = true;
      channel.onData((bytes) => {
        tap.log.record({ dir: back, endpoint, layer, bytes });
        for (const told of [...listeners]) told(bytes);
      });
    }
    return () => {
      listeners.delete(listener);
    };
  }
  return Object.create(channel, { write: { value: write }, onData: { value: onData } }) as C;
}

/** A file that is written through on every call, so that a crash loses nothing of what was seen. */
export function fileSink(
  path: string,
  options: { readonly append?: boolean } = {},
): { write(data: string | Uint8Array): void; close(): void } {
  const descriptor = openSync(path, options.append === true ? 'a' : 'w', 0o600);
  return {
    write(data) {
      const bytes = typeof data === 'string' ? Buffer.from(data) : data;
      for (let sent = 0; sent < bytes.length;) sent += writeSync(descriptor, bytes, sent);
    },
    close: () => closeSync(descriptor),
  };
}
