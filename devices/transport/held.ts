import { byteChannel, type ChannelControl } from './channel.ts';
import type { Timers } from './timers.ts';
import { TransportError, type ByteChannel, type Transport } from './transport.ts';

/**
 * A carrier that is opened once and stays so, call after call: the last close of a serial line drops DTR, and with it the power
 * of many an optical head. One call at a time.
 */
export interface HeldTransport<C extends ByteChannel> extends Pick<Transport, 'name' | 'open'> {
  /** The carrier itself while it is open, for what the plain channel lacks (a serial line's `setMode`). */
  readonly held: C | undefined;
  /** Opens the carrier without a call. Rejects with a TransportError. */
  hold(): Promise<void>;
  /** Lets go of the carrier. */
  close(): Promise<void>;
}

export interface HeldOptions {
  readonly timers: Timers;
  /** Before a call begins the line must have been quiet for so long: what belongs to the last one is not heard by the next. */
  readonly quietMilliseconds: number;
}

/** Longest wait for a quiet line, in seconds. A line full of noise would put a call off for ever. The figure is ours. */
const QUIET_WAIT_SECONDS = 30;

export function heldTransport<C extends ByteChannel>(
  carrier: { readonly name: string; open(): Promise<C> },
  options: HeldOptions,
): HeldTransport<C> {
  const { timers, quietMilliseconds } = options;
  let held: C | undefined;
  let call: ChannelControl | undefined;
  let lastAt = -Infinity;

  async function open(): Promise<C> {
    if (held !== undefined && !held.closed) return held;
    const opened = await carrier.open();
    held = opened;
    opened.onData((bytes) => {
      lastAt = timers.nowMilliseconds();
      call?.deliver(bytes);
    });
    opened.onError((error) => call?.fail(error));
    opened.onClose(() => call?.end());
    return opened;
  }

  /** Waits until the line is quiet or gone. Rejects with a TransportError `timeout` if it never is. */
  function quiet(line: C): Promise<void> {
    const end = timers.nowMilliseconds() + QUIET_WAIT_SECONDS * 1000;
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const now = timers.nowMilliseconds();
        const left = lastAt + quietMilliseconds - now;
        if (left <= 0 || line.closed) resolve();
        else if (now >= end) reject(neverQuiet(carrier.name, quietMilliseconds));
        else timers.after(left, look);
      };
      look();
    });
  }

  return {
    name: carrier.name,
    get held() {
      return held !== undefined && !held.closed ? held : undefined;
    },
    async open() {
      if (call !== undefined) throw new TransportError('busy', carrier.name, 'a call is under way on this line');
      const line = await open();
      await quiet(line);
      const control = byteChannel({
        endpoint: line.endpoint,
        send: (bytes) => {
          lastAt = timers.nowMilliseconds();
          line.write(bytes);
        },
        flush: () => line.flush(),
        release: async () => {
          if (call === control) call = undefined;
        },
      });
      call = control;
      if (line.closed) control.end();
      return control.channel;
    },
    async hold() {
      await open();
    },
    async close() {
      call?.end();
      await held?.close();
      held = undefined;
    },
  };
}

function neverQuiet(name: string, milliseconds: number): TransportError {
  const what = `no pause of ${milliseconds} ms within ${QUIET_WAIT_SECONDS} s: noise, or a device that sends without a pause`;
  return new TransportError('timeout', name, what);
}
