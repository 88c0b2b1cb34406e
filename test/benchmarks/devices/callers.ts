import { ascii } from '../../../devices/dlms/encoding/bytes.ts';
import { type Conversation, DlmsClient } from '../../../devices/dlms/client/client.ts';
import type { ClientResult } from '../../../devices/dlms/client/clientResult.ts';
import { ClientSession } from '../../../devices/dlms/client/clientSession.ts';
import { serve } from '../../../devices/link/serve.ts';
import { connectDevice, labDevice } from '../../../devices/personas/emulatedInstallation.ts';
import { LAB_KEYS } from '../../../devices/personas/labProfile.ts';
import { tcpTransport } from '../../../devices/transport/tcp.ts';
import { wallTimers } from '../../../devices/transport/timers.ts';
import { assert } from '../../../src/assert.ts';

/** The lab's clients: public, LLS, HLS-GMAC with every APDU ciphered. */
const CLIENT_SAPS = { none: 16, lls: 17, gmac: 1 } as const;
export type Authentication = keyof typeof CLIENT_SAPS;
export const AUTHENTICATIONS = Object.keys(CLIENT_SAPS) as readonly Authentication[];

/** The clock: a value of twelve bytes, so that it is the round trip that is timed. */
const CLOCK = { classId: 8, ln: '0000010000FF', id: 2 };
const NOW = Date.UTC(2022, 0, 10, 12) / 1000;

/** A client associated with a device, which reads its clock again and again. */
export interface Caller {
  read(times: number): void | Promise<void>;
  close(): Promise<void>;
}

function clientOf(authentication: Authentication): { client: DlmsClient; session: ClientSession } {
  let counter = 0;
  const security = { systemTitle: ascii('BENCH001'), keys: LAB_KEYS, nextCounter: () => (counter += 1) };
  const client = new DlmsClient({
    ...{ authentication, secret: ascii('Gurux') },
    ...(authentication === 'gmac' && { security }),
  });
  return { client, session: new ClientSession({ framing: 'wrapper', client: CLIENT_SAPS[authentication], server: 1 }) };
}

function held(result: ClientResult<unknown> | undefined): void {
  assert(result?.ok === true, 'the device answers what it is asked');
}

/** All bytes and all cryptography, and no carrier: frames are handed over as they are. */
export function memoryCaller(authentication: Authentication): Caller {
  const { client, session } = clientOf(authentication);
  const connection = connectDevice(labDevice('esme', 1), { framing: 'wrapper' });
  const ask = (conversation: Conversation<ClientResult<unknown>>): void => {
    const { exchange, send } = session.start(conversation, NOW);
    for (let outgoing = send; outgoing.length > 0;) {
      const back = outgoing.flatMap((bytes) => connection.receive(bytes, NOW));
      outgoing = back.flatMap((bytes) => session.receive(bytes, NOW));
    }
    held(exchange.result);
  };
  ask(client.associate());
  return {
    read(times) {
      for (let i = 0; i < times; i += 1) ask(client.get(CLOCK));
    },
    close: () => Promise.resolve(),
  };
}

/** The same over a socket of this machine; both of its ends are in this process. */
export async function tcpCaller(authentication: Authentication): Promise<Caller> {
  const timers = wallTimers();
  const device = labDevice('esme', 1);
  const listener = await tcpTransport({ port: 0 }).listen((channel) =>
    serve(connectDevice(device, { framing: 'wrapper' }), channel, timers),
  );
  const channel = await tcpTransport({ port: Number(listener.address.split(':').at(-1)) }).open();
  const { client, session } = clientOf(authentication);
  let answered: () => void = () => undefined;
  channel.onData((bytes) => {
    for (const frame of session.receive(bytes, timers.nowMilliseconds() / 1000)) channel.write(frame);
    if (!session.busy) answered();
  });
  const ask = async (conversation: Conversation<ClientResult<unknown>>): Promise<void> => {
    const done = new Promise<void>((resolve) => (answered = resolve));
    const { exchange, send } = session.start(conversation, timers.nowMilliseconds() / 1000);
    for (const frame of send) channel.write(frame);
    await done;
    held(exchange.result);
  };
  await ask(client.associate());
  return {
    async read(times) {
      for (let i = 0; i < times; i += 1) await ask(client.get(CLOCK));
    },
    async close() {
      await channel.close();
      await listener.close();
    },
  };
}
