/**
 * A device's presence on a broker: its birth and its status, both retained. Two processes may serve under one name. Each then
 * says so, and the end of one does not leave the other marked offline.
 */
import { randomUUID } from 'node:crypto';
import { TransportError } from '../transport/transport.ts';
import { wallTimers, type Timers } from '../transport/timers.ts';
import type { Connection } from './connection.ts';
import { decodeStatus, encodeStatus, type Status } from './messages.ts';

/** How long the broker may take to give a birth back. Our choice. */
const READ_BACK_SECONDS = 5;

export interface PresenceOptions {
  readonly topics: { readonly birth: string; readonly status: string };
  /** Names this process among others that serve under the same name. */
  readonly instance: string;
  readonly boot: number;
  /** Called once when another process serves under the same name. In words. */
  readonly onRival?: (note: string) => void;
  readonly timers?: Timers;
}

export function newInstance(): string {
  return randomUUID();
}

/** The status that says that this process is gone; the will of its connection. */
export function offlineStatus({ boot, instance }: Pick<PresenceOptions, 'boot' | 'instance'>): string {
  return encodeStatus({ state: 'offline', boot, instance });
}

/**
 * Watches the status of the device. Says when a rival is there, and publishes `online` again when a rival's end marked the
 * device offline. `online` gives the status as it is now.
 */
export async function guardStatus(
  connection: Connection,
  options: PresenceOptions,
  online: () => Omit<Status, 'instance' | 'state' | 'boot'>,
): Promise<void> {
  const { topics, instance, boot, onRival } = options;
  let wasTold = false;
  await connection.subscribe(topics.status, ({ payload, retained }) => {
    const status = decodeStatus(payload);
    if (status === undefined || status.instance === instance) return;
    // A status that was there before may be of a process that is gone by now.
    if (status.state === 'online' && status.instance !== undefined && !wasTold) {
      wasTold = true;
      const since = retained ? 'is announced as online, or was not seen to end' : 'has come online';
      onRival?.(`${topics.status}: another process under this name ${since}; give each a name of its own`);
    }
    if (status.state === 'offline' && !retained) {
      connection.post(topics.status, encodeStatus({ ...online(), state: 'online', boot, instance }), true);
    }
  });
}

/**
 * Publishes a birth and reads it back: a broker may acknowledge a message and drop it, by its access rules. Rejects with a
 * TransportError `denied` if it does not come back in time.
 */
export async function publishBirth(
  connection: Connection,
  birth: string,
  { topics, timers = wallTimers() }: PresenceOptions,
): Promise<void> {
  let accept: () => void = () => undefined;
  const accepted = new Promise<true>((resolve) => {
    accept = () => resolve(true);
  });
  await connection.publish(topics.birth, birth, true);
  await connection.subscribe(topics.birth, ({ payload }) => {
    if (Buffer.from(payload).toString() === birth) accept();
  });
  let cancel: () => void = () => undefined;
  const late = new Promise<false>((resolve) => {
    cancel = timers.after(READ_BACK_SECONDS * 1000, () => resolve(false));
  });
  connection.onEnd(() => accept());
  const isBack = await Promise.race([accepted, late]);
  cancel();
  if (!isBack) {
    throw new TransportError(
      'denied',
      connection.endpoint,
      `the broker acknowledged ${topics.birth} and does not give it back: look at its access rules for this topic`,
    );
  }
}
