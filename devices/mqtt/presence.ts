/**
 * The presence of a device on a broker: its birth and its status, both retained. If two processes serve under one name,
 * each says so, and the end of one does not leave the other marked offline.
 */
import { randomUUID } from 'node:crypto';
import { TransportError } from '../transport/transport.ts';
import { wallTimers, type Timers } from '../transport/timers.ts';
import type { Connection } from './connection.ts';
import { decodeStatus, encodeStatus, type Status } from './messages.ts';

/** Time in which the broker must deliver a birth back, in seconds. Our choice. */
const READ_BACK_SECONDS = 5;

export interface PresenceOptions {
  readonly topics: { readonly birth: string; readonly status: string };
  /** Names this process among others that serve under the same name. */
  readonly instance: string;
  readonly boot: number;
  /** Called once with a note when another process serves under the same name. */
  readonly onRival?: (note: string) => void;
  readonly timers?: Timers;
}

export function newInstance(): string {
  return randomUUID();
}

/** Returns the status that says that this process is gone. It is the will of its connection. */
export function offlineStatus({ boot, instance }: Pick<PresenceOptions, 'boot' | 'instance'>): string {
  return encodeStatus({ state: 'offline', boot, instance });
}

/**
 * Watches the status of the device. Reports a rival, and publishes `online` again if the end of a rival marked the
 * device offline. `online` returns the present status.
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
    // An earlier status may belong to a process that has ended since.
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
 * Publishes a birth and reads it back, because a broker's access rules may drop a message that it acknowledged. Rejects
 * with a TransportError `denied` if the birth does not come back in time.
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
