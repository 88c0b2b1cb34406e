import type { Admission, Direction, FrameInFlight, FramePolicy } from './framePolicy.ts';
import type { Timers } from './timers.ts';
import type { ByteChannel, Unlisten } from './transport.ts';

export interface FaultyOptions {
  readonly policy: FramePolicy;
  readonly timers: Timers;
  /** Whose hand holds the channel: what a client writes runs c2s. */
  readonly side: 'client' | 'server';
  /**
   * Makes frames of what comes in; a new one for each listener. Left out: one reading is one frame, which on a stream is the
   * common case and no promise.
   */
  readonly split?: () => (bytes: Uint8Array) => readonly Uint8Array[];
  /** Told of every frame, before its fate is realised. */
  readonly onFrame?: (frame: FrameInFlight, admission: Admission) => void;
}

/** One end of a channel as a link with faults would have it: what is written is one frame a call. */
export function faultyChannel<C extends ByteChannel>(channel: C, options: FaultyOptions): C {
  const { policy, timers, split, onFrame } = options;
  const [out, back]: readonly [Direction, Direction] = options.side === 'client' ? ['c2s', 's2c'] : ['s2c', 'c2s'];
  let frames = 0;
  const ways: Record<Direction, { nth: number; readyAt: number }> = {
    c2s: { nth: 0, readyAt: 0 },
    s2c: { nth: 0, readyAt: 0 },
  };

  function pass(direction: Direction, bytes: Uint8Array, deliver: (bytes: Uint8Array) => void): void {
    const way = ways[direction];
    const now = timers.nowMilliseconds();
    frames += 1;
    way.nth += 1;
    const copy = new Uint8Array(bytes);
    const frame: FrameInFlight = { frame: frames, nth: way.nth, direction, bytes: copy, atMilliseconds: now };
    const admission = policy.admit(frame);
    onFrame?.(frame, admission);
    for (const { bytes: arriving, delayMilliseconds, overtakable } of admission.deliveries) {
      const at = overtakable ? now + delayMilliseconds : Math.max(now + delayMilliseconds, way.readyAt);
      if (!overtakable) way.readyAt = at;
      if (at <= now) deliver(arriving);
      else timers.after(at - now, () => channel.closed || deliver(arriving));
    }
    if (admission.cut) timers.after(Math.max(0, way.readyAt - now), () => void channel.close());
  }

  function onData(listener: (bytes: Uint8Array) => void): Unlisten {
    const framesOf = split?.() ?? ((bytes: Uint8Array) => [bytes]);
    return channel.onData((bytes) => {
      for (const frame of framesOf(bytes)) pass(back, frame, listener);
    });
  }
  return Object.create(channel, {
    write: { value: (bytes: Uint8Array) => pass(out, bytes, (arriving) => channel.write(arriving)) },
    onData: { value: onData },
  }) as C;
}
