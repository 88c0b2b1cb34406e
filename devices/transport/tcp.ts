import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { byteChannel, WAITING_BYTES_MAX } from './channel.ts';
import { TransportError, transportError } from './transport.ts';
import type { ByteChannel, Listener, Transport } from './transport.ts';

export interface TcpOptions {
  /** Default 127.0.0.1: a lab meter with lab keys has no business on a network unless it is told so. */
  readonly host?: string;
  /** 0 when listening takes a free port; the listener's address says which. */
  readonly port: number;
  /** Peers served at once; further ones are hung up on. Default 20,000. */
  readonly channelsMax?: number;
  /** How long `open` waits for the peer. Default 10 s. */
  readonly openSeconds?: number;
}

const CHANNELS_MAX = 20_000;
const OPEN_SECONDS = 10;

/** TCP without Nagle's delay: a DLMS exchange is a ping-pong of small PDUs. */
export function tcpTransport(options: TcpOptions): Transport {
  const host = options.host ?? '127.0.0.1';
  const name = `tcp:${host}:${options.port}`;
  return {
    name,
    open: () => openTcp(host, options, name),
    listen: (onChannel) => listenTcp(host, options, onChannel),
  };
}

function openTcp(host: string, options: TcpOptions, name: string): Promise<ByteChannel> {
  return new Promise((resolve, reject) => {
    const seconds = options.openSeconds ?? OPEN_SECONDS;
    const socket = connect({ host, port: options.port, noDelay: true });
    const failed = (cause: unknown): void => {
      socket.destroy();
      reject(transportError(name, cause));
    };
    const late = (): void => failed(new TransportError('timeout', name, `no answer within ${seconds} s`));
    socket.setTimeout(seconds * 1000, late);
    socket.once('error', failed);
    socket.once('connect', () => {
      socket.setTimeout(0);
      socket.off('timeout', late);
      const channel = socketChannel(socket, name);
      socket.off('error', failed);
      resolve(channel);
    });
  });
}

function listenTcp(host: string, options: TcpOptions, onChannel: (channel: ByteChannel) => void): Promise<Listener> {
  const channelsMax = options.channelsMax ?? CHANNELS_MAX;
  const live = new Set<ByteChannel>();
  const server = createServer({ noDelay: true }, (socket) => {
    const channel = socketChannel(socket, `tcp:${socket.remoteAddress ?? '?'}:${socket.remotePort ?? 0}`);
    live.add(channel);
    channel.onClose(() => live.delete(channel));
    onChannel(channel);
  });
  server.maxConnections = channelsMax;
  return new Promise((resolve, reject) => {
    const refused = (cause: unknown): void => reject(transportError(`tcp:${host}:${options.port}`, cause));
    server.once('error', refused);
    server.listen(options.port, host, () => {
      server.off('error', refused);
      const { port } = server.address() as AddressInfo;
      const endListeners: ((error: TransportError) => void)[] = [];
      server.on('error', (cause) => {
        for (const listener of endListeners.splice(0)) listener(transportError(`tcp:${host}:${port}`, cause));
      });
      resolve({
        address: `${host}:${port}`,
        get openChannels() {
          return live.size;
        },
        onEnd: (listener) => void endListeners.push(listener),
        async close() {
          const stopped = new Promise<void>((done) => server.close(() => done()));
          await Promise.all([...live].map((channel) => channel.close()));
          await stopped;
        },
      });
    });
  });
}

/**
 * Owns every event of a socket. The peer's half-close ends the channel: neither framing has a use for it. Closing sends
 * what was written before hanging up, unless the peer does not read it: then the rest is abandoned after a moment.
 */
function socketChannel(socket: Socket, endpoint: string): ByteChannel {
  const gone = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  const control = byteChannel({
    endpoint,
    send(bytes) {
      socket.write(bytes);
      if (socket.writableLength > WAITING_BYTES_MAX * 16) {
        throw new TransportError('overflow', endpoint, 'the peer does not read what it is sent');
      }
    },
    flush: () =>
      new Promise((resolve) => {
        if (socket.writableLength === 0) resolve();
        else socket.write(new Uint8Array(0), () => resolve());
      }),
    release() {
      if (socket.writableLength === 0) socket.destroySoon();
      else {
        socket.end();
        const linger = setTimeout(() => socket.destroy(), LINGER_MILLISECONDS).unref();
        void gone.then(() => clearTimeout(linger));
      }
      socket.resume();
      return gone;
    },
  });
  socket.on('data', (bytes: Buffer) => control.deliver(bytes));
  socket.on('error', (cause) => control.end(cause));
  socket.on('end', () => control.end());
  socket.on('close', () => control.end());
  return control.channel;
}

const LINGER_MILLISECONDS = 2000;
