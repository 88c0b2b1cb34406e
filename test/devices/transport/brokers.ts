import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Aedes } from 'aedes';
import { isInstalled } from './serialPair.ts';

export interface Broker {
  readonly url: string;
  /** Cuts every client off without a word. */
  sever(): void;
  stop(): Promise<void>;
}

/** aedes in this process. Without noDelay it is four to nine times slower. */
export async function aedesBroker(
  users?: Readonly<Record<string, string>>,
  /** True for a message that is acknowledged and never delivered, as an access rule does it. */
  isDropped?: (topic: string) => boolean,
): Promise<Broker> {
  const broker = await Aedes.createBroker({
    ...(isDropped !== undefined && {
      authorizeForward: (_client, packet) => (isDropped(packet.topic) ? null : packet),
    }),
    ...(users !== undefined && {
      authenticate: (_client, username, password, done) => {
        const known = username !== undefined && users[username] === password?.toString();
        done(known ? null : Object.assign(new Error('auth'), { returnCode: 4 as const }), known);
      },
    }),
  });
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => sockets.delete(socket));
    broker.handle(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stop = async (): Promise<void> => {
    await new Promise<void>((resolve) => broker.close(() => resolve()));
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  return {
    url: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sever: () => sockets.forEach((socket) => socket.destroy()),
    stop,
  };
}

const MOSQUITTO = isInstalled('mosquitto') ? 'mosquitto' : ['/usr/sbin/mosquitto'].find((path) => existsSync(path));

/** Why the Mosquitto tests are skipped, if they are. */
export const mosquittoMissing: string | undefined =
  MOSQUITTO === undefined ? 'mosquitto is not installed (apt-get install mosquitto)' : undefined;

export async function mosquittoBroker(): Promise<Broker> {
  const folder = mkdtempSync(join(tmpdir(), 'smb-broker-'));
  const port = await freePort();
  const config = join(folder, 'mosquitto.conf');
  writeFileSync(
    config,
    `listener ${port} 127.0.0.1\nallow_anonymous true\nset_tcp_nodelay true\nmax_inflight_messages 100\nmax_queued_messages 0\n`,
  );
  const child = spawn(MOSQUITTO!, ['-c', config], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  while (!(await reachable(port))) await new Promise((resolve) => setTimeout(resolve, 5));
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  return { url: `mqtt://127.0.0.1:${port}`, sever: () => void child.kill('SIGKILL'), stop };
}

/** A broker that takes connections and never says anything more. */
export async function muteBroker(): Promise<Broker> {
  const sockets = new Set<Socket>();
  const CONNACK = Uint8Array.of(0x20, 2, 0, 0);
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', () => socket.write(CONNACK));
    socket.resume();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const sever = (): void => sockets.forEach((socket) => socket.destroy());
  return {
    url: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sever,
    async stop() {
      sever();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function reachable(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
