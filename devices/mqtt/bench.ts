import type { Instant } from '../../src/time.ts';
import { connectBroker } from './connection.ts';
import type { Connection, ConnectionOptions } from './connection.ts';
import type { Contact } from './contact.ts';
import { observeLink } from './linkEvidence.ts';
import type { LinkWatch } from './linkEvidence.ts';
import { birthSchema, decodeJson, encodeStatus, linkSchema, statusSchema } from './messages.ts';
import type { Birth, Link, Status } from './messages.ts';
import { guardStatus, newInstance, offlineStatus, publishBirth, type PresenceOptions } from './presence.ts';
import { deviceFilter, deviceTopics, parseDeviceTopic } from './topics.ts';
import type { DeviceAddress } from './topics.ts';

/** A device on the bus of the bench. It publishes a birth and link reports, and is marked offline when it goes. */
export interface BenchDevice {
  readonly connection: Connection;
  /** Publishes a report; `boot` and the next `seq` are added. */
  report(link: Omit<Link, 'boot' | 'seq'>): void;
  /** Publishes the offline status and disconnects. */
  close(): Promise<void>;
}

/** Connects a device. Rejects with a TransportError; throws a RangeError for an invalid birth. */
export async function benchDevice(
  options: Omit<ConnectionOptions, 'will'> & {
    readonly address: DeviceAddress;
    readonly birth: Birth;
  } & Pick<PresenceOptions, 'onRival' | 'timers'>,
): Promise<BenchDevice> {
  const topics = deviceTopics(options.address);
  const checked = birthSchema.safeParse(options.birth);
  if (!checked.success) throw new RangeError(`birth: ${checked.error.issues[0]?.path.join('.') ?? ''} is wrong`);
  const { boot } = options.birth;
  const presence = { ...options, topics, boot, instance: newInstance() };
  const offline = offlineStatus(presence);
  const connection = await connectBroker({ ...options, will: { topic: topics.status, payload: offline } });
  try {
    await guardStatus(connection, presence, () => ({}));
    await publishBirth(connection, JSON.stringify(checked.data), presence);
    const { instance } = presence;
    await connection.publish(topics.status, encodeStatus({ state: 'online', boot, instance }), true);
  } catch (cause) {
    await connection.close();
    throw cause;
  }
  let seq = 0;
  return {
    connection,
    report(link) {
      seq += 1;
      connection.post(topics.link, JSON.stringify({ boot, seq, ...link }));
    },
    async close() {
      await connection.publish(topics.status, offline, true).catch(() => undefined);
      await connection.close();
    },
  };
}

/**
 * An event of the bench. `receivedAt` is by our clock; the device's own date is `t` in the payload. The broker's time
 * is not used.
 */
export type BenchEvent = {
  readonly address: DeviceAddress;
  readonly receivedAt: Instant;
  readonly retained: boolean;
} & (
  | { readonly kind: 'birth'; readonly birth: Birth }
  | { readonly kind: 'status'; readonly status: Status }
  | {
      readonly kind: 'link';
      readonly link: Link;
      readonly contacts: readonly Contact[];
      readonly missing: number;
      /** The reason why a contact in the report is no evidence. */
      readonly note?: string;
    }
  /** The message was not understood. The reason names the field. */
  | { readonly kind: 'odd'; readonly reason: string }
);

const DEVICES_MAX = 100_000;

/** Watches the devices of one bench, or of all benches. */
export async function watchBench(
  connection: Connection,
  options: {
    readonly bench?: string;
    readonly now: () => Instant;
    readonly onEvent: (event: BenchEvent) => void;
    /** The state in which an earlier run ended. It is updated in place, so that the caller can keep it. */
    readonly watches?: Map<string, LinkWatch>;
  },
): Promise<void> {
  const watches = options.watches ?? new Map<string, LinkWatch>();

  function event(kind: 'birth' | 'status' | 'link', payload: Uint8Array, address: DeviceAddress, receivedAt: Instant) {
    if (kind === 'birth') {
      const birth = decodeJson(birthSchema, payload);
      return birth.ok ? { kind, birth: birth.value } : { kind: 'odd' as const, reason: birth.reason };
    }
    if (kind === 'status') {
      const status = decodeJson(statusSchema, payload);
      return status.ok ? { kind, status: status.value } : { kind: 'odd' as const, reason: status.reason };
    }
    const link = decodeJson(linkSchema, payload);
    if (!link.ok) return { kind: 'odd' as const, reason: link.reason };
    const key = `${address.bench}/${address.installation}/${address.device}`;
    const before = watches.get(key);
    if (before === undefined && watches.size >= DEVICES_MAX) {
      return { kind: 'odd' as const, reason: `more than ${DEVICES_MAX} devices` };
    }
    const seen = observeLink(before, link.value, { address, receivedAt });
    watches.set(key, seen.watch);
    const note = seen.note === undefined ? {} : { note: seen.note };
    return { kind, link: link.value, contacts: seen.contacts, missing: seen.missing, ...note };
  }

  for (const kind of ['birth', 'status', 'link'] as const) {
    await connection.subscribe(deviceFilter(kind, options.bench), ({ topic, payload, retained }) => {
      const parsed = parseDeviceTopic(topic);
      if (parsed === undefined) return;
      const receivedAt = options.now();
      options.onEvent({
        address: parsed.address,
        receivedAt,
        retained,
        ...event(kind, payload, parsed.address, receivedAt),
      });
    });
  }
}
