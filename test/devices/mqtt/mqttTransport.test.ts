import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectBroker } from '../../../devices/mqtt/connection.ts';
import { mqttTransport } from '../../../devices/mqtt/mqttTransport.ts';
import type { ByteChannel } from '../../../devices/transport/transport.ts';
import { aedesBroker, mosquittoBroker, mosquittoMissing, muteBroker } from '../transport/brokers.ts';
import type { Broker } from '../transport/brokers.ts';
import { transportLaws, turn, until } from '../transport/transportLaws.ts';
import type { Pair } from '../transport/transportLaws.ts';

const credentials = {};

function pipeLaws(start: () => Promise<Broker>, runs: number): void {
  let broker: Broker;
  let rigs = 0;
  beforeAll(async () => {
    broker = await start();
  });
  afterAll(() => broker.stop());
  const severable = new WeakMap<Pair, Broker>();

  transportLaws(
    async () => {
      const transport = mqttTransport({ url: broker.url, credentials, bench: 'test', rig: `r${(rigs += 1)}` });
      let accepted: (channel: ByteChannel) => void = () => undefined;
      const served = new Promise<ByteChannel>((resolve) => (accepted = resolve));
      const listener = await transport.listen((channel) => accepted(channel));
      const client = await transport.open();
      const pair: Pair = {
        client,
        server: await served,
        settle: turn,
        async dispose() {
          await client.close();
          await listener.close();
          if (severed) broker = await start();
          severed = false;
        },
        leaked: () => listener.openChannels,
      };
      severable.set(pair, broker);
      return pair;
    },
    {
      peerSeesClose: true,
      async sever(pair) {
        severed = true;
        severable.get(pair)!.sever();
        await severable.get(pair)!.stop();
      },
      runs,
      bytesMax: 2000,
    },
  );
  let severed = false;
}

describe('MQTT, aedes in this process', () => pipeLaws(() => aedesBroker(), 15));

describe.skipIf(mosquittoMissing !== undefined)(
  `MQTT, mosquitto${mosquittoMissing ? `: ${mosquittoMissing}` : ''}`,
  () => pipeLaws(mosquittoBroker, 15),
);

if (mosquittoMissing !== undefined) console.log(`skipped: MQTT over mosquitto; ${mosquittoMissing}`);

describe('MQTT pipe', () => {
  let broker: Broker;
  beforeAll(async () => {
    broker = await aedesBroker({ rack: 'lab-secret' });
  });
  afterAll(() => broker.stop());
  const login = { username: 'rack', password: 'lab-secret' };

  test('one write is one message, and binary', async () => {
    const options = { url: broker.url, credentials: login, bench: 'test', rig: 'frames' };
    const listener = await mqttTransport(options).listen((channel) => channel.onData((bytes) => channel.write(bytes)));
    const client = await mqttTransport(options).open();
    const seen: string[] = [];
    client.onData((bytes) => seen.push(Buffer.from(bytes).toString('hex')));
    for (const frame of ['7ea00703', '7e', '00ff']) client.write(Buffer.from(frame, 'hex'));
    await until(turn, () => seen.length >= 3);
    expect(seen).toEqual(['7ea00703', '7e', '00ff']);
    await client.close();
    await listener.close();
  });

  test('a late comer sees birth and status, and that the device went offline', async () => {
    const options = { url: broker.url, credentials: login, bench: 'test', rig: 'late', birth: '{"v":1}' };
    const listener = await mqttTransport(options).listen(() => undefined);
    const seen = new Map<string, string>();
    const watcher = await connectBroker({ url: broker.url, credentials: login });
    await watcher.subscribe('smb/v1/test/rig/late/#', (message) => {
      seen.set(message.topic.split('/').at(-1)!, Buffer.from(message.payload).toString());
    });
    await until(turn, () => seen.size >= 2);
    expect(seen.get('birth')).toBe('{"v":1}');
    expect(JSON.parse(seen.get('status')!)).toEqual({
      state: 'online',
      boot: 1,
      instance: expect.any(String) as string,
    });
    await listener.close();
    await until(turn, () => seen.get('status')!.includes('offline'));
    await watcher.close();
  });

  test('a newer client takes the pipe over and the older one is told', async () => {
    const options = { url: broker.url, credentials: login, bench: 'test', rig: 'taken' };
    const listener = await mqttTransport(options).listen(() => undefined);
    const first = await mqttTransport(options).open();
    const second = await mqttTransport(options).open();
    await until(turn, () => first.closed);
    const codes: string[] = [];
    first.onError((error) => codes.push(error.code));
    expect(codes).toEqual(['lost']);
    expect(second.closed).toBe(false);
    await second.close();
    await listener.close();
  });

  test('a client that only publishes PDUs is served', async () => {
    const options = { url: broker.url, credentials: login, bench: 'test', rig: 'plain' };
    const listener = await mqttTransport(options).listen((channel) => channel.onData((bytes) => channel.write(bytes)));
    const plain = await connectBroker({ url: broker.url, credentials: login });
    const seen: string[] = [];
    await plain.subscribe('smb/v1/test/rig/plain/pdu/s2c', (message) => {
      seen.push(Buffer.from(message.payload).toString('hex'));
    });
    plain.post('smb/v1/test/rig/plain/pdu/c2s', Uint8Array.of(0xc0, 0x01));
    await until(turn, () => seen.length >= 1);
    expect(seen).toEqual(['c001']);
    await plain.close();
    await listener.close();
  });

  test('wrong credentials are denied, and no error repeats them', async () => {
    const wrong = { username: 'rack', password: 'not-the-secret' };
    const options = { url: broker.url, credentials: wrong, bench: 'test', rig: 'denied' };
    const error: unknown = await mqttTransport(options)
      .open()
      .catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code: 'denied', message: expect.not.stringContaining('not-the-secret') as string });
  });

  test('nobody at the other end is a timeout in the timers of the caller', async () => {
    let late: () => void = () => undefined;
    const timers = {
      nowMilliseconds: () => 0,
      after(_delay: number, action: () => void) {
        late = action;
        queueMicrotask(() => late());
        return () => undefined;
      },
    };
    const options = { url: broker.url, credentials: login, bench: 'test', rig: 'empty', timers };
    await expect(mqttTransport(options).open()).rejects.toMatchObject({ code: 'timeout' });
  });

  test('a URL with a password in it is refused without repeating it', async () => {
    const options = { url: 'mqtt://rack:hunter2@127.0.0.1', bench: 'test', rig: 'url' };
    const error: unknown = await mqttTransport(options)
      .open()
      .catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code: 'settings', message: expect.not.stringContaining('hunter2') as string });
  });

  test('no broker is refused', async () => {
    const options = { url: 'mqtt://127.0.0.1:9', credentials, bench: 'test', rig: 'none' };
    await expect(mqttTransport(options).open()).rejects.toMatchObject({ code: 'refused' });
  });
});

describe('a broker that takes the connection and never acknowledges', () => {
  test('is named by whatever waits for it, and can be left', async () => {
    const broker = await muteBroker();
    const connection = await connectBroker({ url: broker.url, credentials, openSeconds: 0.05 });
    const late = { code: 'timeout', message: expect.stringContaining('did not acknowledge within 0.05 s') as string };
    await expect(connection.subscribe('a', () => undefined)).rejects.toMatchObject(late);
    await expect(connection.publish('a', 'b')).rejects.toMatchObject(late);
    await connection.close();
    await broker.stop();
  });

  test('ends what waits for it when it hangs up', async () => {
    const broker = await muteBroker();
    const connection = await connectBroker({ url: broker.url, credentials });
    const waiting = [connection.subscribe('a', () => undefined), connection.publish('a', 'b')];
    const ends = Promise.allSettled(waiting);
    broker.sever();
    for (const end of await ends) expect(end).toMatchObject({ status: 'rejected', reason: { code: 'lost' } });
    await connection.close();
    await broker.stop();
  });
});
