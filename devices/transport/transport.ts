/** Removes the listener that it was returned for. */
export type Unlisten = () => void;

/**
 * A two-way pipe of bytes to one peer. Everything the world can do to it arrives through the listeners; no method
 * throws for what happened outside the program.
 *
 * - `write` takes the bytes over (they are copied where the carrier keeps them) and never blocks. On carriers that keep
 *   message boundaries (memory, MQTT) one call is one frame.
 * - data that arrives before the first `onData` listener waits, bounded by `WAITING_BYTES_MAX`.
 * - `onClose` is told exactly once, also when it is registered late; nothing is delivered after it.
 * - an error nobody listens to is kept (the latest few) and handed to the first `onError` listener; it is never thrown.
 */
export interface ByteChannel {
  /** Where the other end is, for logs: `tcp:127.0.0.1:4059`, `serial:/dev/ttyUSB0`, `mqtt:bench/rig1`. */
  readonly endpoint: string;
  readonly closed: boolean;
  write(bytes: Uint8Array): void;
  onData(listener: (bytes: Uint8Array) => void): Unlisten;
  onClose(listener: () => void): Unlisten;
  onError(listener: (error: TransportError) => void): Unlisten;
  /** Resolves when all that was written has left this program, or when the channel ends; never rejects. */
  flush(): Promise<void>;
  /** Resolves when the carrier is released. Idempotent; never rejects. */
  close(): Promise<void>;
}

/** What accepts peers. `close` also closes the channels it gave out. */
export interface Listener {
  /** What to connect to, as `open` of the same carrier would name it. */
  readonly address: string;
  readonly openChannels: number;
  /** Told, once, when it stops accepting without having been asked to: the port vanished, the broker hung up. */
  onEnd(listener: (error: TransportError) => void): void;
  close(): Promise<void>;
}

/** A carrier, at one place. `open` is the calling side (the head-end), `listen` the called side (the device). */
export interface Transport {
  readonly name: string;
  /** Rejects with a TransportError. */
  open(): Promise<ByteChannel>;
  /** Rejects with a TransportError. */
  listen(onChannel: (channel: ByteChannel) => void): Promise<Listener>;
}

/**
 * - `refused`: nobody there, or a broker that says no
 * - `notFound`: no such port, host or file
 * - `busy`: the port or address is taken
 * - `denied`: the operating system or the broker's credentials forbid it
 * - `lost`: the peer or the cable went away
 * - `closed`: written to after the end
 * - `overflow`: a bound of this program was reached
 * - `timeout`: no answer in the time allowed
 * - `missing`: an optional package is not installed
 * - `settings`: the caller asked for something that does not exist
 * - `other`: anything else; the message carries the carrier's own words
 */
export type TransportErrorCode =
  | 'refused'
  | 'notFound'
  | 'busy'
  | 'denied'
  | 'lost'
  | 'closed'
  | 'overflow'
  | 'timeout'
  | 'missing'
  | 'settings'
  | 'other';

/** Never holds payload bytes, user names or passwords. */
export class TransportError extends Error {
  override name = 'TransportError';
  readonly code: TransportErrorCode;
  readonly endpoint: string;

  constructor(code: TransportErrorCode, endpoint: string, message: string) {
    super(`${endpoint}: ${message}`);
    this.code = code;
    this.endpoint = endpoint;
  }
}

const ERRNO: Readonly<Record<string, TransportErrorCode>> = {
  ECONNREFUSED: 'refused',
  ENOENT: 'notFound',
  ENODEV: 'notFound',
  ENXIO: 'notFound',
  ENOTFOUND: 'notFound',
  EADDRNOTAVAIL: 'notFound',
  EHOSTUNREACH: 'refused',
  ENETUNREACH: 'refused',
  EADDRINUSE: 'busy',
  EBUSY: 'busy',
  EACCES: 'denied',
  EPERM: 'denied',
  ECONNRESET: 'lost',
  EPIPE: 'lost',
  EIO: 'lost',
  ETIMEDOUT: 'timeout',
};

/** Names an operating-system or library error. node-serialport puts the reason in the text alone, hence the search. */
export function transportError(endpoint: string, cause: unknown): TransportError {
  if (cause instanceof TransportError) return cause;
  const message = cause instanceof Error ? cause.message : String(cause);
  const errno = (cause as { code?: unknown } | null)?.code;
  const code = typeof errno === 'string' ? ERRNO[errno] : undefined;
  return new TransportError(code ?? codeFromText(message), endpoint, message);
}

const TEXTS: readonly (readonly [RegExp, TransportErrorCode])[] = [
  [/no such (file|device)|file not found|does not exist/i, 'notFound'],
  [/cannot lock|is locked|access denied|resource busy/i, 'busy'],
  [/permission denied|operation not permitted|not authorized|certificate/i, 'denied'],
  [/input\/output error|disconnected|i\/o error/i, 'lost'],
];

function codeFromText(message: string): TransportErrorCode {
  return TEXTS.find(([pattern]) => pattern.test(message))?.[1] ?? 'other';
}
