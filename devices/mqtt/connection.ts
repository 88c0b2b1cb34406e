import mqtt from 'mqtt';
import type { IClientOptions, MqttClient } from 'mqtt';
import { TransportError, transportError } from '../transport/transport.ts';
import { brokerUrl, mqttCredentials } from './credentials.ts';
import type { MqttCredentials } from './credentials.ts';
import { PAYLOAD_BYTES_MAX } from './mqttLimits.ts';

export interface ConnectionOptions {
  /** `mqtt://127.0.0.1:1883` or `mqtts://…`, without user name or password. */
  readonly url: string;
  /** Default: from the environment, see MQTT_ENVIRONMENT. */
  readonly credentials?: MqttCredentials;
  /** A retained message that the broker publishes if this connection ends without a disconnect. */
  readonly will?: { readonly topic: string; readonly payload: string };
  /** Time to wait for the broker to connect and to acknowledge, in seconds. Default 10. */
  readonly openSeconds?: number;
  /** Interval at which the client shows that it is alive, in seconds. Default 30. */
  readonly keepaliveSeconds?: number;
}

export interface Received {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly retained: boolean;
}

/**
 * One connection to a broker, MQTT 3.1.1, QoS 1. It does not reconnect. A lost session may lose or repeat messages, and
 * the code that waits for them has to know.
 */
export interface Connection {
  readonly endpoint: string;
  /** Number of messages given to the client and not yet sent to the network. */
  readonly unsentMessages: number;
  /** Resolves when the broker has acknowledged; rejects with a TransportError if it does not in time. */
  subscribe(filter: string, listener: (message: Received) => void): Promise<void>;
  /** Publishes without waiting. A failure is reported to `onEnd`. */
  post(topic: string, payload: Uint8Array | string, retain?: boolean): void;
  /** Resolves when the broker has acknowledged; rejects with a TransportError if it does not in time. */
  publish(topic: string, payload: Uint8Array | string, retain?: boolean): Promise<void>;
  /** Resolves when every message posted so far is acknowledged. */
  acknowledged(): Promise<void>;
  onEnd(listener: (cause: TransportError | undefined) => void): void;
  close(): Promise<void>;
}

const OPEN_SECONDS = 10;

/** Connects to a broker. Rejects with a TransportError, whose text never holds credentials. */
export async function connectBroker(options: ConnectionOptions): Promise<Connection> {
  const url = brokerUrl(options.url);
  const seconds = options.openSeconds ?? OPEN_SECONDS;
  const endpoint = `mqtt:${new URL(url).host}`;
  const client = mqtt.connect(url, clientOptions(options));
  const listeners: { filter: string; wild: boolean; listener: (message: Received) => void }[] = [];
  const endListeners: ((cause: TransportError | undefined) => void)[] = [];
  let ended: { cause: TransportError | undefined } | undefined;
  let unacknowledged = 0;
  const idleWaiters: (() => void)[] = [];
  const waitingForBroker = new Set<() => void>();
  let lastError: unknown;

  function end(cause: TransportError | undefined): void {
    if (ended !== undefined) return;
    ended = { cause };
    for (const listener of endListeners.splice(0)) listener(cause);
    for (const waiter of idleWaiters.splice(0)) waiter();
    for (const broken of waitingForBroker) broken();
    waitingForBroker.clear();
  }

  function published(topic: string, payload: Uint8Array | string, retain: boolean, done: (e?: Error) => void): void {
    unacknowledged += 1;
    const bytes =
      typeof payload === 'string' ? payload : Buffer.from(payload.buffer, payload.byteOffset, payload.length);
    client.publish(topic, bytes, { qos: 1, retain }, (error) => {
      unacknowledged -= 1;
      done(error);
      if (unacknowledged === 0) for (const waiter of idleWaiters.splice(0)) waiter();
    });
  }

  /**
   * Waits for the acknowledgement of one operation. MQTT.js never calls back for what was pending when the broker went
   * away, and waits for ever for a broker that is there and says nothing.
   */
  function acknowledged(operate: (done: (error?: Error | null) => void) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      if (ended !== undefined) {
        reject(new TransportError('closed', endpoint, 'used after it was closed'));
        return;
      }
      const settle = (error: TransportError | undefined): void => {
        clearTimeout(late);
        waitingForBroker.delete(broken);
        if (error) reject(error);
        else resolve();
      };
      const broken = (): void => settle(new TransportError('lost', endpoint, 'the broker did not acknowledge'));
      const silent = (): void => settle(new TransportError('timeout', endpoint, `the broker did not acknowledge within ${seconds} s`)); // prettier-ignore
      const late = setTimeout(silent, seconds * 1000);
      waitingForBroker.add(broken);
      operate((error) => settle(error ? transportError(endpoint, error) : undefined));
    });
  }

  client.on('message', (topic, payload, packet) => {
    if (payload.length > PAYLOAD_BYTES_MAX) return;
    const message: Received = { topic, payload, retained: packet.retain };
    for (const { filter, wild, listener } of listeners) {
      if (filter === topic || (wild && topicMatches(filter, topic))) listener(message);
    }
  });
  client.on('error', (cause) => {
    lastError = cause;
  });
  await opened(client, endpoint, seconds, () => lastError);
  client.on('close', () =>
    end(
      lastError === undefined
        ? new TransportError('lost', endpoint, 'the broker hung up')
        : transportError(endpoint, lastError),
    ),
  );

  return {
    endpoint,
    get unsentMessages() {
      return unacknowledged;
    },
    subscribe(filter, listener) {
      listeners.push({ filter, wild: /[+#]/.test(filter), listener });
      return acknowledged((done) => client.subscribe(filter, { qos: 1 }, (error) => done(error)));
    },
    post(topic, payload, retain = false) {
      published(topic, payload, retain, (error) => {
        if (error !== undefined && error !== null) end(transportError(endpoint, error));
      });
    },
    publish: (topic, payload, retain = false) => acknowledged((done) => published(topic, payload, retain, done)),
    acknowledged: () =>
      new Promise((resolve) => {
        if (unacknowledged === 0 || ended !== undefined) resolve();
        else idleWaiters.push(resolve);
      }),
    onEnd(listener) {
      if (ended !== undefined) listener(ended.cause);
      else endListeners.push(listener);
    },
    async close() {
      const dead = ended !== undefined;
      end(undefined);
      await parted(client, dead || !client.connected);
    },
  };
}

/** Time that a broker has to take what is under way when this side leaves, in milliseconds. */
const PARTING_MILLISECONDS = 2000;

/** Disconnects. MQTT.js waits for the acknowledgement of what is in flight, which a silent broker never gives. */
async function parted(client: MqttClient, isForced: boolean): Promise<void> {
  let late: NodeJS.Timeout | undefined;
  const cut = new Promise<void>((resolve) => {
    late = setTimeout(() => {
      client.stream.destroy();
      resolve();
    }, PARTING_MILLISECONDS);
  });
  await Promise.race([client.endAsync(isForced).catch(() => undefined), cut]);
  clearTimeout(late);
}

function clientOptions(options: ConnectionOptions): IClientOptions {
  const credentials = options.credentials ?? mqttCredentials(process.env);
  return {
    ...credentials,
    protocolVersion: 4,
    clean: true,
    reconnectPeriod: 0,
    resubscribe: false,
    keepalive: options.keepaliveSeconds ?? 30,
    connectTimeout: (options.openSeconds ?? OPEN_SECONDS) * 1000,
    ...(options.will !== undefined && {
      will: { topic: options.will.topic, payload: Buffer.from(options.will.payload), qos: 1 as const, retain: true },
    }),
  };
}

/** Resolves when the first connection is up. MQTT.js emits 'close', and perhaps 'error' before it, if that fails. */
function opened(client: MqttClient, endpoint: string, seconds: number, lastError: () => unknown): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (): void => {
      const cause = lastError() ?? new TransportError('timeout', endpoint, `no broker answered within ${seconds} s`);
      client.end(true);
      reject(refused(endpoint, cause));
    };
    client.once('close', failed);
    client.once('connect', () => {
      // MQTT.js leaves Nagle's delay on, which costs 40 ms wherever two small packets follow each other.
      (client.stream as { setNoDelay?: (on: boolean) => void }).setNoDelay?.(true);
      client.off('close', failed);
      resolve();
    });
  });
}

/** CONNACK codes 4 and 5 (MQTT 3.1.1 table 3.1): bad credentials, not authorized. */
function refused(endpoint: string, cause: unknown): TransportError {
  const code = (cause as { code?: unknown }).code;
  if (code === 4 || code === 5) return new TransportError('denied', endpoint, 'the broker refused the credentials');
  if (typeof code === 'number') return new TransportError('refused', endpoint, `the broker refused (code ${code})`);
  return transportError(endpoint, cause);
}

/**
 * Matches a topic by MQTT 3.1.1 section 4.7. The rule on topics that begin with `$` is left out, because none is
 * subscribed to.
 */
export function topicMatches(filter: string, topic: string): boolean {
  if (filter === topic) return true;
  const wanted = filter.split('/');
  const levels = topic.split('/');
  for (const [index, level] of wanted.entries()) {
    if (level === '#') return true;
    if (index >= levels.length || (level !== '+' && level !== levels[index])) return false;
  }
  return wanted.length === levels.length;
}
