import { connectBroker, type Connection, type ConnectionOptions } from '../mqtt/connection.ts';
import { wallTimers, type Timers } from '../transport/timers.ts';
import { TransportError } from '../transport/transport.ts';

/** How long to listen to a broker, and for what. */
export interface HearingOptions<T> extends Omit<ConnectionOptions, 'will'> {
  readonly listenSeconds?: number;
  readonly timers?: Timers;
  /** Ends the wait early when it returns true. */
  readonly enough?: (found: readonly T[]) => boolean;
}

/** What `begin` works with: what was found so far by key, and a call for each change of it. */
export interface Hearing<T> {
  readonly connection: Connection;
  readonly timers: Timers;
  readonly found: Map<string, T>;
  readonly onChange: () => void;
}

/**
 * Listens to a broker for a while and returns what was found, in the order of its keys. `begin` subscribes. Rejects with
 * a TransportError.
 */
export async function heardOnBroker<T>(
  { listenSeconds, timers = wallTimers(), enough, ...broker }: HearingOptions<T> & { readonly listenSeconds: number },
  begin: (hearing: Hearing<T>) => Promise<unknown>,
): Promise<readonly T[]> {
  const connection = await connectBroker(broker);
  const found = new Map<string, T>();
  const sorted = (): T[] => [...found.keys()].sort().map((key) => found.get(key)!);
  try {
    await new Promise<void>((resolve, reject) => {
      connection.onEnd((cause) => reject(cause ?? new TransportError('lost', connection.endpoint, 'hung up')));
      timers.after(listenSeconds * 1000, resolve);
      const onChange = (): void => void (enough?.(sorted()) === true && resolve());
      begin({ connection, timers, found, onChange }).catch(reject);
    });
  } finally {
    await connection.close();
  }
  return sorted();
}
