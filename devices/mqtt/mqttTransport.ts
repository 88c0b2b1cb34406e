import { randomUUID } from 'node:crypto';
import { connectBroker } from './connection.ts';
import type { Connection, ConnectionOptions } from './connection.ts';
import { decodeStatus, encodeStatus } from './messages.ts';
import { guardStatus, newInstance, offlineStatus, publishBirth } from './presence.ts';
import { rigTopics } from './topics.ts';
import type { RigAddress, RigTopics } from './topics.ts';
import { byteChannel } from '../transport/channel.ts';
import type { ChannelControl } from '../transport/channel.ts';
import { wallTimers } from '../transport/timers.ts';
import type { Timers } from '../transport/timers.ts';
import { TransportError } from '../transport/transport.ts';
import type { ByteChannel, Listener, Transport } from '../transport/transport.ts';

export interface MqttPipeOptions extends Omit<ConnectionOptions, 'will'>, RigAddress {
  /** Counts the device's starts; goes into its status. Default 1. */
  readonly boot?: number;
  /** The device's birth, published retained when it starts to listen. */
  readonly birth?: string;
  /**
   * `announced`: `open` waits until the device says that it serves this client (default). `silent`: it does not wait,
   * for devices that carry PDUs and announce nothing.
   */
  readonly peer?: 'announced' | 'silent';
  readonly timers?: Timers;
  /** Called with a note when another process serves a device under the same name. */
  readonly onRival?: (note: string) => void;
}

/** A channel is closed when more messages than this are in flight to the broker. MQTT's packet ids end at 65,535. */
const UNSENT_MESSAGES_MAX = 32_768;
/** The text of the error if another head-end took the pipe over. The device did not cause that. */
export const TAKEN_OVER = 'another client took the pipe over';
const OPEN_SECONDS = 10;

/**
 * A byte pipe over two topics, with one frame per message. MQTT has no connection between two clients. Two retained
 * statuses, each also a will, take its place: the client's status names a session, and the device's status names the
 * session that it serves. A device serves one client; a newer client takes the pipe over.
 */
export function mqttTransport(options: MqttPipeOptions): Transport {
  const name = `mqtt:${options.bench}/${options.rig}`;
  const topics = rigTopics(options);
  return {
    name,
    open: () => openPipe(options, name, topics),
    listen: (onChannel) => listenPipe(options, name, topics, onChannel),
  };
}

async function openPipe(options: MqttPipeOptions, name: string, topics: RigTopics): Promise<ByteChannel> {
  const session = randomUUID();
  const boot = options.boot ?? 1;
  const offline = encodeStatus({ state: 'offline', boot, session });
  const connection = await connectBroker({ ...options, will: { topic: topics.client, payload: offline } });
  const control = pipe(connection, name, topics.c2s, async () => {
    await connection.publish(topics.client, offline, true).catch(() => undefined);
    await connection.close();
  });
  connection.onEnd((cause) => control.end(cause));

  let served = false;
  let servedBy: string | undefined;
  let accept: () => void = () => undefined;
  const accepted = new Promise<void>((resolve) => {
    accept = resolve;
  });
  const onStatus = (payload: Uint8Array): void => {
    const status = decodeStatus(payload);
    if (status === undefined) return;
    if (served && servedBy !== undefined && status.instance !== undefined && status.instance !== servedBy) return;
    if (status.state === 'online' && status.session === session) {
      served = true;
      servedBy = status.instance;
      accept();
    } else if (served && status.state === 'offline') {
      control.end(new TransportError('lost', name, 'the device went offline'));
    } else if (served && status.session !== undefined) {
      control.end(new TransportError('lost', name, TAKEN_OVER));
    } else if (served) control.end();
  };
  try {
    await connection.subscribe(topics.s2c, (message) => {
      if (!message.retained) control.deliver(message.payload);
    });
    await connection.subscribe(topics.status, (message) => onStatus(message.payload));
    await connection.publish(topics.client, encodeStatus({ state: 'online', boot, session }), true);
    if (options.peer !== 'silent') await within(options, name, accepted);
    return control.channel;
  } catch (cause) {
    await control.channel.close();
    throw cause;
  }
}

async function listenPipe(
  options: MqttPipeOptions,
  name: string,
  topics: RigTopics,
  onChannel: (channel: ByteChannel) => void,
): Promise<Listener> {
  const boot = options.boot ?? 1;
  const instance = newInstance();
  const presence = { ...options, topics, boot, instance };
  const offline = offlineStatus(presence);
  const connection = await connectBroker({ ...options, will: { topic: topics.status, payload: offline } });
  let current: { control: ChannelControl; session: string | undefined } | undefined;
  let announced: string | undefined;

  function serve(session: string | undefined): ChannelControl {
    const previous = current;
    const control = pipe(connection, name, topics.s2c, async () => {
      if (current?.control === control) {
        current = undefined;
        await connection
          .publish(topics.status, encodeStatus({ state: 'online', boot, instance }), true)
          .catch(() => undefined);
      }
    });
    current = { control, session };
    previous?.control.end();
    if (session !== undefined)
      connection.post(topics.status, encodeStatus({ state: 'online', boot, instance, session }), true);
    onChannel(control.channel);
    return control;
  }

  connection.onEnd((cause) => current?.control.end(cause));
  try {
    await guardStatus(connection, presence, () => ({
      ...(current?.session !== undefined && { session: current.session }),
    }));
    await connection.subscribe(topics.client, (message) => {
      const status = decodeStatus(message.payload);
      if (status?.state === 'online') {
        announced = status.session;
        if (current === undefined || current.session !== status.session) serve(status.session);
      } else if (status?.state === 'offline') {
        if (status.session === announced) announced = undefined;
        if (status.session === current?.session) current?.control.end();
      }
    });
    await connection.subscribe(topics.c2s, (message) => {
      if (message.retained) return;
      // A client that announces itself and was hung up on does not open the pipe again with another PDU.
      const control = current?.control ?? (announced === undefined ? serve(undefined) : undefined);
      control?.deliver(message.payload);
    });
    if (options.birth !== undefined) await publishBirth(connection, options.birth, presence);
    if (current === undefined) {
      await connection.publish(topics.status, encodeStatus({ state: 'online', boot, instance }), true);
    }
  } catch (cause) {
    await connection.close();
    throw cause;
  }

  return {
    address: name.slice('mqtt:'.length),
    get openChannels() {
      return current === undefined ? 0 : 1;
    },
    onEnd: (listener) => connection.onEnd((cause) => cause !== undefined && listener(cause)),
    async close() {
      await current?.control.channel.close();
      await connection.publish(topics.status, offline, true).catch(() => undefined);
      await connection.close();
    },
  };
}

function pipe(connection: Connection, name: string, topic: string, release: () => Promise<void>): ChannelControl {
  return byteChannel({
    endpoint: name,
    send(bytes) {
      if (connection.unsentMessages > UNSENT_MESSAGES_MAX) {
        throw new TransportError('overflow', name, `more than ${UNSENT_MESSAGES_MAX} messages wait for the broker`);
      }
      connection.post(topic, bytes);
    },
    flush: () => connection.acknowledged(),
    release,
  });
}

function within(options: MqttPipeOptions, name: string, promise: Promise<void>): Promise<void> {
  const seconds = options.openSeconds ?? OPEN_SECONDS;
  return new Promise((resolve, reject) => {
    const cancel = (options.timers ?? wallTimers()).after(seconds * 1000, () =>
      reject(new TransportError('timeout', name, `no device answered on this pipe within ${seconds} s`)),
    );
    void promise.then(() => {
      cancel();
      resolve();
    });
  });
}
