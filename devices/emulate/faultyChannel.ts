import type { Direction, FramePolicy } from '../transport/framePolicy.ts';
import type { Timers } from '../transport/timers.ts';
import type { ByteChannel, Unlisten } from '../transport/transport.ts';

/**
 * The device's end of a channel as a link with faults would have it: what is written is one frame a call, what comes in
 * is one frame a reading, which on a stream is the common case and no promise.
 */
export function faultyChannel<C extends ByteChannel>(channel: C, policy: FramePolicy, timers: Timers): C {
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
    const admission = policy.admit({ frame: frames, nth: way.nth, direction, bytes: copy, atMilliseconds: now });
    for (const { bytes: arriving, delayMilliseconds, overtakable } of admission.deliveries) {
      const at = overtakable ? now + delayMilliseconds : Math.max(now + delayMilliseconds, way.readyAt);
      if (!overtakable) way.readyAt = at;
      if (at <= now) deliver(arriving);
      else timers.after(at - now, () => channel.closed || deliver(arriving));
    }
    if (admission.cut) timers.after(Math.max(0, way.readyAt - now), () => void channel.close());
  }

  function onData(listener: (bytes: Uint8Array) => void): Unlisten {
    return channel.onData((bytes) => pass('c2s', bytes, listener));
  }
  return Object.create(channel, {
    write: { value: (bytes: Uint8Array) => pass('s2c', bytes, (arriving) => channel.write(arriving)) },
    onData: { value: onData },
  }) as C;
}
