/** What a reader of captures gives: portions of conversations, events without octets, and places that cannot be read. */

/** What the bench was doing when a frame of its own log crossed. */
export interface PortionContext {
  readonly kind?: string | undefined;
  readonly attempt?: number | undefined;
  readonly step?: string | undefined;
}

/** A portion of one direction of a conversation. */
export interface Portion {
  /** When it was captured, as text; undefined if the capture does not say. */
  readonly t?: string | undefined;
  /** Undefined if the capture does not say; the content then decides. */
  readonly dir?: 'c2s' | 's2c' | undefined;
  /** Names the conversation. */
  readonly endpoint: string;
  readonly bytes: Uint8Array;
  /** The framing that the capture names. */
  readonly layer?: string | undefined;
  readonly note?: string | undefined;
  readonly about?: PortionContext | undefined;
  /** True for a portion that is complete in itself, as a line of hexadecimal is. */
  readonly isAlone?: boolean;
}

/** A place in a capture that cannot be read. */
export interface CaptureProblem {
  readonly problem: string;
}

export type CaptureItem = Portion | CaptureProblem;

/** Takes the items of a capture, in their order. */
export type TakeItem = (item: CaptureItem) => void;
