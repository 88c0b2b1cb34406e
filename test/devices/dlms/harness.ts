/** What the device tests share: a client against a device in memory, and the recorded sessions. */
import { readFileSync } from 'node:fs';
import type { CosemDevice } from '../../../devices/cosem/device.ts';
import { KEY_NAMES, type KeyName } from '../../../devices/cosem/deviceKeyring.ts';
import { ascii, fromHex } from '../../../devices/dlms/encoding/bytes.ts';
import { type Conversation, DlmsClient, type DlmsClientOptions } from '../../../devices/dlms/client/client.ts';
import { keyTransferParameter } from '../../../devices/dlms/security/keyWrap.ts';
import { ClientSession, type ClientSessionOptions } from '../../../devices/dlms/client/clientSession.ts';
import { wrapKey } from '../../../devices/dlms/security/keyWrap.ts';
import type { ServerConnection } from '../../../devices/dlms/server/serverConnection.ts';
import { connectDevice } from '../../../devices/personas/emulatedInstallation.ts';
import { LAB_KEYS } from '../../../devices/personas/labProfile.ts';

/** 2022-01-10 12:00:00 UTC, a Monday. */
export const NOW = Date.UTC(2022, 0, 10, 12) / 1000;
export const CLIENT_TITLE = ascii('GRX12345');
const SAPS = { none: 16, lls: 17, gmac: 1 } as const;

export interface Bench {
  readonly client: DlmsClient;
  readonly session: ClientSession;
  readonly connection: ServerConnection;
  /** Client counters used so far. */
  readonly counter: { value: number };
  /** Runs a conversation to its end; undefined when no answer came. */
  run<T>(conversation: Conversation<T>): T | undefined;
  at: number;
}

export interface BenchOptions {
  readonly authentication?: 'none' | 'lls' | 'gmac';
  readonly framing?: 'wrapper' | 'hdlc';
  readonly server?: number;
  readonly client?: Partial<DlmsClientOptions>;
  readonly security?: Partial<NonNullable<DlmsClientOptions['security']>>;
  readonly connection?: ServerConnection;
  readonly hdlc?: ClientSessionOptions['hdlc'];
  readonly counter?: { value: number };
  readonly at?: number;
}

/** A client and a connection to a device, both in memory. */
export function bench(device: CosemDevice, options: BenchOptions = {}): Bench {
  const authentication = options.authentication ?? 'gmac';
  const framing = options.framing ?? 'wrapper';
  const counter = options.counter ?? { value: 0 };
  const security = {
    systemTitle: CLIENT_TITLE,
    keys: LAB_KEYS,
    nextCounter: () => ++counter.value,
    ...options.security,
  };
  const client = new DlmsClient({
    authentication,
    secret: ascii('Gurux'),
    ...(authentication === 'gmac' && { security }),
    ...options.client,
  });
  const connection = options.connection ?? connectDevice(device, { framing });
  const saps = { client: SAPS[authentication], server: options.server ?? 1 };
  const session = new ClientSession({ framing, ...saps, ...(options.hdlc && { hdlc: options.hdlc }) });
  const made: Bench = {
    client,
    session,
    connection,
    counter,
    at: options.at ?? NOW,
    run(conversation) {
      if (!session.ready) pump(made, session.open(made.at));
      const { exchange, send } = session.start(conversation, made.at);
      pump(made, send);
      if (!('result' in exchange)) session.drop();
      return exchange.result;
    },
  };
  return made;
}

/** Carries frames to and fro until both sides are silent. */
function pump(made: Bench, send: readonly Uint8Array[]): void {
  let outgoing = send;
  for (let rounds = 0; outgoing.length > 0; rounds++) {
    if (rounds > 20_000) throw new Error('pump: the two sides never fall silent');
    const back = outgoing.flatMap((bytes) => made.connection.receive(bytes, made.at));
    outgoing = back.flatMap((bytes) => made.session.receive(bytes, made.at));
  }
}

/** The method and parameter that transfer keys wrapped under `kek`. */
export function keyTransfer(keys: Partial<Record<KeyName, Uint8Array>>, kek: Uint8Array = LAB_KEYS.kek) {
  const items = Object.entries(keys).map(([name, key]) => ({
    keyId: KEY_NAMES.indexOf(name as KeyName),
    wrapped: wrapKey(kek, key),
  }));
  return [{ classId: 64, ln: '00002B0000FF', id: 2 }, keyTransferParameter(items)] as const;
}

export interface RecordedFrame {
  readonly session: number;
  readonly dir?: 'c2s' | 's2c';
  readonly hex?: string;
}

/** A recorded session of test/vectors/transcripts. */
export function transcript(name: string): readonly { session: number; dir: 'c2s' | 's2c'; bytes: Uint8Array }[] {
  const path = new URL(`../../vectors/transcripts/${name}.jsonl`, import.meta.url);
  const lines = readFileSync(path, 'utf8').trim().split('\n');
  return lines
    .map((line) => JSON.parse(line) as RecordedFrame)
    .flatMap(({ session, dir, hex }) => (dir && hex ? [{ session, dir, bytes: fromHex(hex) }] : []));
}

/** test/vectors/dlms_vectors.json. */
export function vectors<T>(): T {
  return JSON.parse(readFileSync(new URL('../../vectors/dlms_vectors.json', import.meta.url), 'utf8')) as T;
}
