/** A head-end on a real carrier: our client core, a channel and the wall clock. */
import { ascii, fromHex } from '../../../devices/dlms/encoding/bytes.ts';
import type { Data } from '../../../devices/dlms/encoding/axdr.ts';
import { type Conversation, DlmsClient, type DlmsClientOptions } from '../../../devices/dlms/client/client.ts';
import { ClientSession, type ClientSessionOptions } from '../../../devices/dlms/client/clientSession.ts';
import { bytesOf, membersOf, numberOf } from '../../../devices/dlms/encoding/values.ts';
import { LAB_KEYS } from '../../../devices/personas/labProfile.ts';
import { tcpTransport } from '../../../devices/transport/tcp.ts';
import type { ByteChannel } from '../../../devices/transport/transport.ts';

const SAPS = { none: 16, lls: 17, gmac: 1 } as const;
const DEADLINE_MILLISECONDS = 30_000;

export interface CallerOptions {
  readonly framing: 'wrapper' | 'hdlc';
  readonly authentication: 'none' | 'lls' | 'gmac';
  readonly server?: number;
  readonly session?: Partial<ClientSessionOptions>;
  readonly title?: string;
  /** Shared between callers of one system title. */
  readonly counter?: { value: number };
  readonly client?: Partial<DlmsClientOptions>;
  readonly security?: Partial<NonNullable<DlmsClientOptions['security']>>;
}

export interface Caller {
  readonly client: DlmsClient;
  readonly channel: ByteChannel;
  /** Runs a conversation to its end; rejects when the link or the time ran out. */
  run<T>(conversation: Conversation<T>): Promise<T>;
  /** HDLC: DISC. */
  hangUp(): Promise<void>;
}

export function callOn(channel: ByteChannel, options: CallerOptions): Caller {
  const { framing, authentication } = options;
  const counter = options.counter ?? { value: 0 };
  const client = new DlmsClient({
    authentication,
    secret: ascii('Gurux'),
    ...(authentication === 'gmac' && {
      security: {
        systemTitle: ascii(options.title ?? 'CLI00001'),
        keys: LAB_KEYS,
        nextCounter: () => ++counter.value,
        ...options.security,
      },
    }),
    ...options.client,
  });
  const session = new ClientSession({
    framing,
    client: SAPS[authentication],
    server: options.server ?? 1,
    ...options.session,
  });
  const now = (): number => Math.floor(Date.now() / 1000);
  const waiters = new Set<() => void>();
  const write = (frames: readonly Uint8Array[]): void => frames.forEach((frame) => channel.write(frame));
  const look = (): void => waiters.forEach((waiter) => waiter());
  channel.onError(() => undefined);
  channel.onData((bytes) => {
    write(session.receive(bytes, now()));
    look();
  });
  channel.onClose(() => {
    session.drop();
    look();
  });
  const until = (done: () => boolean, what: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const ticker = setInterval(() => write(session.poll(now())), 1000);
      const finish = (error?: Error): void => {
        waiters.delete(waiter);
        clearInterval(ticker);
        clearTimeout(deadline);
        if (error) reject(error);
        else resolve();
      };
      const waiter = (): void =>
        done() ? finish() : channel.closed ? finish(new Error(`${what}: hung up`)) : undefined;
      const deadline = setTimeout(() => finish(new Error(`${what}: no answer`)), DEADLINE_MILLISECONDS);
      waiters.add(waiter);
      waiter();
    });
  return {
    client,
    channel,
    async run(conversation) {
      if (!session.ready) {
        write(session.open(now()));
        await until(() => session.ready, 'SNRM');
      }
      const { exchange, send } = session.start(conversation, now());
      write(send);
      await until(() => 'result' in exchange || exchange.lost !== undefined, 'request');
      if (!('result' in exchange)) throw new Error(`lost: ${exchange.lost}`);
      return exchange.result;
    },
    async hangUp() {
      let answered = false;
      const unlisten = channel.onData(() => {
        answered = true;
        look();
      });
      write(session.close(now()));
      await until(() => answered, 'DISC');
      unlisten();
    },
  };
}

export async function callTcp(port: number, options: CallerOptions): Promise<Caller> {
  return callOn(await tcpTransport({ port }).open(), options);
}

/** A value that must have come. */
export function value<T>(result: { ok: true; value: T } | { ok: false; error: unknown }): T {
  if (!result.ok) throw new Error(`refused: ${JSON.stringify(result.error)}`);
  return result.value;
}

interface ListedObject {
  readonly classId: number;
  readonly ln: string;
  readonly attributes: readonly { readonly id: number; readonly mode: number }[];
}

/** What an object_list says. */
function listedObjects(list: Data): readonly ListedObject[] {
  return (membersOf(list) ?? []).map((entry) => {
    const [classId, , ln, rights] = membersOf(entry)!;
    const attributes = membersOf(membersOf(rights)![0])!.map((one) => {
      const [id, mode] = membersOf(one)!;
      return { id: numberOf(id)!, mode: numberOf(mode)! };
    });
    return { classId: numberOf(classId)!, ln: Buffer.from(bytesOf(ln)!).toString('hex').toUpperCase(), attributes };
  });
}

/** Reads every readable attribute of every object that the association shows; gives what was refused. */
export async function readOut(caller: Caller): Promise<{ read: number; refused: readonly string[] }> {
  const list = value(await caller.run(caller.client.get({ classId: 15, ln: '0000280000FF', id: 2 })));
  const refused: string[] = [];
  let read = 0;
  for (const { classId, ln, attributes } of listedObjects(list)) {
    for (const { id, mode } of attributes.filter((one) => (one.mode & 1) !== 0 || one.mode > 3)) {
      const got = await caller.run(caller.client.get({ classId, ln, id }));
      if (got.ok) read += 1;
      else refused.push(`${classId} ${ln} ${id} mode ${mode}: ${JSON.stringify(got.error)}`);
    }
  }
  return { read, refused };
}

export const SPARE_KEY = fromHex('A0A1A2A3A4A5A6A7A8A9AAABACADAEAF');
