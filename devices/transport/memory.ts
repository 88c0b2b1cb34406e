import { byteChannel } from './channel.ts';
import type { ChannelControl } from './channel.ts';
import { clearLink } from './framePolicy.ts';
import type { Admission, Direction, FrameInFlight, FramePolicy } from './framePolicy.ts';
import type { Timers } from './timers.ts';
import { TransportError } from './transport.ts';
import type { ByteChannel, Listener, Transport } from './transport.ts';

export interface MemoryOptions {
  /** Virtual time in tests and rigs. Deliveries happen on it, never on the caller's stack. */
  readonly timers: Timers;
  /** One way, per frame. Default 1 ms. */
  readonly latencyMilliseconds?: number;
  readonly policy?: FramePolicy;
  readonly name?: string;
  /** Told of every frame, before its fate is realised. */
  readonly onFrame?: (frame: FrameInFlight, admission: Admission) => void;
  /** Told when a policy cuts the link, before the two ends are; this is where a device loses its power. */
  readonly onCut?: (frame: FrameInFlight) => void;
}

/** The two ends of one link. */
export interface MemoryPair {
  readonly client: ByteChannel;
  readonly server: ByteChannel;
  /** Frames offered so far, both directions. */
  readonly frames: number;
  /** Ends both channels as a failed link does, with a `lost` error on each. */
  cut(): void;
}

/**
 * Two channels joined in memory. Every write is one frame; a frame arrives as a copy, in order unless the policy says
 * otherwise, and frames on their way when one end closes still arrive before the other end is told. (Copies are made with
 * `new Uint8Array`: `slice` of a Buffer is a view.)
 */
export function memoryPair(options: MemoryOptions): MemoryPair {
  const { timers } = options;
  const latency = options.latencyMilliseconds ?? 1;
  const policy = options.policy ?? clearLink;
  const name = options.name ?? 'memory';
  let frames = 0;
  const ends: Record<Direction, { nth: number; readyAt: number; to: () => ChannelControl }> = {
    c2s: { nth: 0, readyAt: 0, to: () => server },
    s2c: { nth: 0, readyAt: 0, to: () => client },
  };

  function send(direction: Direction, bytes: Uint8Array): void {
    const way = ends[direction];
    frames += 1;
    way.nth += 1;
    const now = timers.nowMilliseconds();
    const frame: FrameInFlight = {
      frame: frames,
      nth: way.nth,
      direction,
      bytes: new Uint8Array(bytes),
      atMilliseconds: now,
    };
    const admission = policy.admit(frame);
    options.onFrame?.(frame, admission);
    for (const delivery of admission.deliveries) {
      const due = now + latency + delivery.delayMilliseconds;
      const at = delivery.overtakable ? due : Math.max(due, way.readyAt);
      if (!delivery.overtakable) way.readyAt = at;
      const copy = new Uint8Array(delivery.bytes);
      timers.after(at - now, () => way.to().deliver(copy));
    }
    if (!admission.cut) return;
    timers.after(Math.max(way.readyAt - now, latency), () => {
      options.onCut?.(frame);
      cut();
    });
  }

  function cut(): void {
    for (const end of [client, server]) {
      if (!end.channel.closed) end.end(new TransportError('lost', end.channel.endpoint, 'the link was cut'));
    }
  }

  function half(direction: Direction, endpoint: string): ChannelControl {
    return byteChannel({
      endpoint,
      send: (bytes) => send(direction, bytes),
      flush: () => Promise.resolve(),
      release: () => {
        const now = timers.nowMilliseconds();
        const way = ends[direction];
        timers.after(Math.max(latency, way.readyAt - now), () => way.to().end());
        return Promise.resolve();
      },
    });
  }

  const client = half('c2s', `${name}:device`);
  const server = half('s2c', `${name}:headEnd`);
  return {
    client: client.channel,
    server: server.channel,
    get frames() {
      return frames;
    },
    cut,
  };
}

/** A place in memory that can be listened at and opened any number of times; each opening is a link of its own. */
export function memoryTransport(options: MemoryOptions): Transport {
  const name = options.name ?? 'memory';
  let accept: ((channel: ByteChannel) => void) | undefined;
  const live = new Set<ByteChannel>();
  return {
    name,
    open() {
      if (accept === undefined) return Promise.reject(new TransportError('refused', name, 'nobody listens here'));
      const pair = memoryPair(options);
      live.add(pair.server);
      pair.server.onClose(() => live.delete(pair.server));
      accept(pair.server);
      return Promise.resolve(pair.client);
    },
    listen(onChannel) {
      if (accept !== undefined)
        return Promise.reject(new TransportError('busy', name, 'somebody listens here already'));
      accept = onChannel;
      const listener: Listener = {
        address: name,
        get openChannels() {
          return live.size;
        },
        onEnd: () => undefined,
        async close() {
          accept = undefined;
          await Promise.all([...live].map((channel) => channel.close()));
        },
      };
      return Promise.resolve(listener);
    },
  };
}
