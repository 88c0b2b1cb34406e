// The same two ends twice: on a carrier of devices/transport, and on the library under it with nothing between.
import { randomUUID } from 'node:crypto';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import mqtt, { type MqttClient } from 'mqtt';
import { mqttTransport } from '../../../devices/mqtt/mqttTransport.ts';
import { serialTransport } from '../../../devices/transport/serial.ts';
import { tcpTransport } from '../../../devices/transport/tcp.ts';
import type { ByteChannel, Transport } from '../../../devices/transport/transport.ts';
import type { Ends, Pipe } from './pipes.ts';

const BAUD = 115_200;

function pipeOf(channel: ByteChannel): Pipe {
  return { write: (bytes) => channel.write(bytes), onData: (listener) => void channel.onData(listener) };
}

/** Two ends of a carrier, the called one first. */
async function carried(listening: Transport, calling: (address: string) => Transport): Promise<Ends> {
  let accept: (channel: ByteChannel) => void = () => undefined;
  const accepted = new Promise<ByteChannel>((resolve) => (accept = resolve));
  const listener = await listening.listen((channel) => accept(channel));
  const client = await calling(listener.address).open();
  const server = await accepted;
  return {
    ...{ client: pipeOf(client), server: pipeOf(server) },
    async close() {
      await client.close();
      await listener.close();
    },
  };
}

export function carriedTcp(): Promise<Ends> {
  return carried(tcpTransport({ port: 0 }), (address) => tcpTransport({ port: Number(address.split(':').at(-1)) }));
}

export function carriedMqtt(url: string): Promise<Ends> {
  const options = { url, bench: 'bench', rig: randomUUID().slice(0, 8) };
  return carried(mqttTransport(options), () => mqttTransport(options));
}

export async function carriedSerial([here, there]: readonly [string, string]): Promise<Ends> {
  return carried(serialTransport({ path: there, mode: `${BAUD}/8N1` }), () =>
    serialTransport({ path: here, mode: `${BAUD}/8N1` }),
  );
}

export async function bareTcp(): Promise<Ends> {
  const server = createServer({ noDelay: true });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve));
  const client = connect({ host: '127.0.0.1', port: (server.address() as AddressInfo).port, noDelay: true });
  const sockets = [client, await accepted];
  const pipe = (socket: Socket): Pipe => ({
    write: (bytes) => void socket.write(bytes),
    onData: (listener) => void socket.on('data', listener),
  });
  return {
    ...{ client: pipe(client), server: pipe(sockets[1]!) },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** MQTT.js as the adapter uses it: 3.1.1, QoS 1, a topic each way; without Nagle's delay too, or it would be no match. */
export async function bareMqtt(url: string): Promise<Ends> {
  const base = `bare/${randomUUID().slice(0, 8)}`;
  const options = { protocolVersion: 4, clean: true, reconnectPeriod: 0, resubscribe: false } as const;
  const join = async (own: string, other: string): Promise<{ end: MqttClient; pipe: Pipe }> => {
    const end = await mqtt.connectAsync(url, options);
    (end.stream as { setNoDelay?: (on: boolean) => void }).setNoDelay?.(true);
    await end.subscribeAsync(other, { qos: 1 });
    const pipe: Pipe = {
      write: (bytes) => void end.publish(own, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), { qos: 1 }),
      onData: (listener) => void end.on('message', (_, payload) => listener(payload)),
    };
    return { end, pipe };
  };
  const client = await join(`${base}/c2s`, `${base}/s2c`);
  const server = await join(`${base}/s2c`, `${base}/c2s`);
  return {
    ...{ client: client.pipe, server: server.pipe },
    async close() {
      await Promise.all([client.end.endAsync(true), server.end.endAsync(true)]);
    },
  };
}

export async function bareSerial(paths: readonly [string, string]): Promise<Ends> {
  const { SerialPort } = await import('serialport');
  const ports = await Promise.all(
    paths.map(
      (path) =>
        new Promise<InstanceType<typeof SerialPort>>((resolve, reject) => {
          const port = new SerialPort({ path, baudRate: BAUD }, (error) => (error ? reject(error) : resolve(port)));
        }),
    ),
  );
  const pipe = (port: InstanceType<typeof SerialPort>): Pipe => ({
    write: (bytes) => void port.write(bytes),
    onData: (listener) => void port.on('data', listener),
  });
  return {
    ...{ client: pipe(ports[0]!), server: pipe(ports[1]!) },
    async close() {
      await Promise.all(ports.map((port) => new Promise((resolve) => port.close(resolve))));
    },
  };
}
