/** Keeps a carrier served: it is reopened when it ends by itself, because a broker restarts or an adapter is pulled. */
import type { Cancel, Timers } from '../transport/timers.ts';
import { TransportError } from '../transport/transport.ts';

/** Something that is served until it ends. */
export interface Serving {
  onEnd(listener: (cause: TransportError) => void): void;
  close(): Promise<void>;
  readonly openChannels?: number;
}

export interface KeepOptions {
  readonly timers: Timers;
  /** Called once when the carrier has ended. */
  readonly onLost: (cause: TransportError) => void;
  /** Called when it is served again. */
  readonly onBack: () => void;
  /** Called when the reason why it cannot be served changes. */
  readonly onTrouble: (cause: TransportError) => void;
}

const FIRST_WAIT_SECONDS = 1;
/** Longest wait between two tries. Our choice. */
const WAIT_SECONDS_MAX = 30;

/** Serves, and serves again after an end. Rejects if the very first start fails. */
export async function keepServing(start: () => Promise<Serving>, options: KeepOptions): Promise<Serving> {
  const { timers, onLost, onBack, onTrouble } = options;
  let closed = false;
  let current: Serving | undefined;
  let cancel: Cancel = () => undefined;
  let trouble = '';

  function serve(serving: Serving): void {
    current = serving;
    serving.onEnd((cause) => {
      if (closed || current !== serving) return;
      current = undefined;
      trouble = cause.message;
      onLost(cause);
      void serving.close().catch(() => undefined);
      again(FIRST_WAIT_SECONDS);
    });
  }

  function again(seconds: number): void {
    cancel = timers.after(seconds * 1000, () => {
      start().then(
        (serving) => {
          if (closed) return void serving.close();
          onBack();
          serve(serving);
        },
        (cause: unknown) => {
          const error = cause instanceof TransportError ? cause : undefined;
          if (error && error.message !== trouble) onTrouble(error);
          trouble = error?.message ?? trouble;
          if (!closed) again(Math.min(WAIT_SECONDS_MAX, seconds * 2));
        },
      );
    });
  }

  serve(await start());
  return {
    get openChannels() {
      return current?.openChannels ?? 0;
    },
    // This carrier never ends by itself.
    onEnd: () => undefined,
    async close() {
      closed = true;
      cancel();
      await current?.close();
    },
  };
}
