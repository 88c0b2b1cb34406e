/** `c2s` runs from the head-end (the side that opens) to the device. */
export type Direction = 'c2s' | 's2c';

/** One frame about to cross an in-memory link. `frame` counts from 1 over both directions, `nth` within its own. */
export interface FrameInFlight {
  readonly frame: number;
  readonly nth: number;
  readonly direction: Direction;
  readonly bytes: Uint8Array;
  readonly atMilliseconds: number;
}

/** One arrival at the other end. */
export interface Delivery {
  readonly bytes: Uint8Array;
  /** On top of the link's own latency. */
  readonly delayMilliseconds: number;
  /** Whether later frames may arrive before this one; otherwise they queue behind it. */
  readonly overtakable: boolean;
}

/** What becomes of a frame: none, one or several arrivals, and whether the link is cut with them. */
export interface Admission {
  readonly deliveries: readonly Delivery[];
  readonly cut: boolean;
  /** For the frame log, when the frame did not simply pass. */
  readonly note?: string;
}

/** Decides over every frame of a link. Link models realise effects through it; scripted faults are one of them. */
export interface FramePolicy {
  admit(frame: FrameInFlight): Admission;
}

export function passed(bytes: Uint8Array): Admission {
  return { deliveries: [{ bytes, delayMilliseconds: 0, overtakable: false }], cut: false };
}

/** A link that does nothing to its frames. */
export const clearLink: FramePolicy = { admit: (frame) => passed(frame.bytes) };

/** Both see every frame; what the first does to one stands, and only what it lets pass is the second's. */
export function oneThenOther(one: FramePolicy, other: FramePolicy): FramePolicy {
  return {
    admit(frame) {
      const [first, second] = [one.admit(frame), other.admit(frame)];
      return first.note === undefined ? second : first;
    },
  };
}
