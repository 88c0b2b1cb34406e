import { TransportError, transportError } from './transport.ts';
import type { ByteChannel, Unlisten } from './transport.ts';

/** Bytes kept for a listener that has not come yet, and the most a carrier may hold unsent. */
export const WAITING_BYTES_MAX = 1 << 20;
const HELD_ERRORS_MAX = 8;

/** What a carrier supplies; the rest of the contract of ByteChannel is kept here, once for all carriers. */
export interface Carrier {
  readonly endpoint: string;
  send(bytes: Uint8Array): void;
  flush(): Promise<void>;
  /** Releases the carrier. Called once. */
  release(): Promise<void>;
}

/** The carrier's side of a channel. */
export interface ChannelControl {
  readonly channel: ByteChannel;
  /** Bytes came in. Ignored after the end. */
  deliver(bytes: Uint8Array): void;
  /** Something went wrong and the channel lives on. */
  fail(cause: unknown): void;
  /** The carrier is gone: an error first, if there is one, then the end. Idempotent. */
  end(cause?: unknown): void;
}

/** Builds a ByteChannel on a carrier. */
export function byteChannel(carrier: Carrier): ChannelControl {
  const dataListeners = new Set<(bytes: Uint8Array) => void>();
  const closeListeners = new Set<() => void>();
  const errorListeners = new Set<(error: TransportError) => void>();
  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  let heldErrors: TransportError[] = [];
  let closed = false;
  let tellEnd: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => (tellEnd = resolve));
  let released: Promise<void> | undefined;

  function fail(cause: unknown): void {
    const error = transportError(carrier.endpoint, cause);
    if (errorListeners.size === 0) heldErrors = [...heldErrors, error].slice(-HELD_ERRORS_MAX);
    for (const listener of [...errorListeners]) listener(error);
  }

  function release(): Promise<void> {
    released ??= carrier.release().catch((cause: unknown) => fail(cause));
    return released;
  }

  function end(cause?: unknown): void {
    if (closed) return;
    closed = true;
    waiting = [];
    if (cause !== undefined) fail(cause);
    const listeners = [...closeListeners];
    closeListeners.clear();
    void release();
    tellEnd();
    for (const listener of listeners) listener();
  }

  function deliver(bytes: Uint8Array): void {
    if (closed || bytes.length === 0) return;
    if (dataListeners.size > 0) {
      for (const listener of [...dataListeners]) listener(bytes);
      return;
    }
    waitingBytes += bytes.length;
    if (waitingBytes > WAITING_BYTES_MAX) {
      end(new TransportError('overflow', carrier.endpoint, `more than ${WAITING_BYTES_MAX} bytes came in unread`));
      return;
    }
    waiting.push(bytes);
  }

  const channel: ByteChannel = {
    endpoint: carrier.endpoint,
    get closed() {
      return closed;
    },
    write(bytes) {
      if (closed) {
        fail(new TransportError('closed', carrier.endpoint, 'written to after it was closed'));
        return;
      }
      if (bytes.length === 0) return;
      try {
        carrier.send(bytes);
      } catch (cause) {
        end(cause);
      }
    },
    onData(listener) {
      dataListeners.add(listener);
      const early = waiting;
      waiting = [];
      waitingBytes = 0;
      for (const bytes of early) listener(bytes);
      return remover(dataListeners, listener);
    },
    onClose(listener) {
      if (closed) {
        queueMicrotask(listener);
        return () => undefined;
      }
      closeListeners.add(listener);
      return remover(closeListeners, listener);
    },
    onError(listener) {
      errorListeners.add(listener);
      const early = heldErrors;
      heldErrors = [];
      for (const error of early) listener(error);
      return remover(errorListeners, listener);
    },
    async flush() {
      if (closed) return;
      // A carrier that is gone may never call back for what it still held.
      const flushed = carrier.flush().catch((cause: unknown) => end(cause));
      await Promise.race([flushed, ended]);
    },
    async close() {
      end();
      await release();
    },
  };
  return { channel, deliver, fail, end };
}

function remover<T>(set: Set<T>, entry: T): Unlisten {
  return () => {
    set.delete(entry);
  };
}
