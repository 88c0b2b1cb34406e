import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { tcpTransport } from '../../../devices/transport/tcp.ts';
import type { ByteChannel } from '../../../devices/transport/transport.ts';
import { transportLaws, turn, until } from './transportLaws.ts';
import type { Pair } from './transportLaws.ts';

function socketsHeld(): number {
  return process.getActiveResourcesInfo().filter((name) => /^TCP/.test(name)).length;
}

interface Relay {
  readonly port: number;
  /** Resets every connection through it. */
  sever(): void;
  close(): Promise<void>;
}

/** Stands between the two ends, so that a test can break what neither of them closed. */
async function relayTo(port: number): Promise<Relay> {
  const sockets: Socket[] = [];
  const server = createServer({ noDelay: true }, (near) => {
    const far = connect({ port, host: '127.0.0.1', noDelay: true });
    for (const socket of [near, far]) socket.on('error', () => undefined);
    sockets.push(near, far);
    near.pipe(far);
    far.pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    sever: () => sockets.forEach((socket) => socket.resetAndDestroy()),
    async close() {
      sockets.forEach((socket) => socket.destroy());
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe('tcp', () => {
  const relays = new WeakMap<Pair, Relay>();
  transportLaws(
    async () => {
      const before = socketsHeld();
      let accepted: (channel: ByteChannel) => void = () => undefined;
      const served = new Promise<ByteChannel>((resolve) => (accepted = resolve));
      const listener = await tcpTransport({ port: 0 }).listen((channel) => accepted(channel));
      const relay = await relayTo(Number(listener.address.split(':')[1]));
      const client = await tcpTransport({ port: relay.port }).open();
      const pair: Pair = {
        client,
        server: await served,
        settle: turn,
        async dispose() {
          await client.close();
          await listener.close();
          await relay.close();
          await until(turn, () => socketsHeld() <= before);
        },
        leaked: () => listener.openChannels + socketsHeld() - before,
      };
      relays.set(pair, relay);
      return pair;
    },
    { peerSeesClose: true, sever: (pair) => relays.get(pair)!.sever(), runs: 25, bytesMax: 5000 },
  );

  test('TCP listens on the loopback alone by default', async () => {
    const listener = await tcpTransport({ port: 0 }).listen(() => undefined);
    expect(listener.address).toMatch(/^127\.0\.0\.1:\d+$/);
    await listener.close();
  });

  test('a peer that resets is an error and an end, unhandled by anybody', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', () => socket.resetAndDestroy());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const channel = await tcpTransport({ port: (server.address() as AddressInfo).port }).open();
    channel.write(Uint8Array.of(1));
    await until(turn, () => channel.closed);
    const codes: string[] = [];
    channel.onError((error) => codes.push(error.code));
    expect(codes).toContain('lost');
    await new Promise((resolve) => server.close(resolve));
  });

  test('a client that hangs up in the middle of an answer leaves no channel behind', async () => {
    const listener = await tcpTransport({ port: 0 }).listen((channel) => {
      channel.onData(() => channel.write(new Uint8Array(200_000)));
    });
    const socket = connect(Number(listener.address.split(':')[1]), '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write('x');
    await new Promise((resolve) => socket.once('data', resolve));
    socket.resetAndDestroy();
    await until(turn, () => listener.openChannels === 0);
    await listener.close();
  });

  test('a port where nobody listens is refused, and one that is taken is busy', async () => {
    const listener = await tcpTransport({ port: 0 }).listen(() => undefined);
    const port = Number(listener.address.split(':')[1]);
    await expect(tcpTransport({ port }).listen(() => undefined)).rejects.toMatchObject({ code: 'busy' });
    await listener.close();
    await expect(tcpTransport({ port }).open()).rejects.toMatchObject({ code: 'refused', name: 'TransportError' });
  });
});
