/** Settings of a rig's devices that say how each is spoken to. Made of our own meter with what others have otherwise. */
import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterAll, describe, expect, test } from 'vitest';
import type { CosemDevice } from '../../../../devices/cosem/device.ts';
import { toHex } from '../../../../devices/dlms/encoding/bytes.ts';
import type { HdlcFrame } from '../../../../devices/dlms/framing/hdlcFrame.ts';
import { decodeFrame } from '../../../../devices/dlms/framing/hdlcFrame.ts';
import type { ServerConnection } from '../../../../devices/dlms/server/serverConnection.ts';
import { serveModeC } from '../../../../devices/iec62056_21/session.ts';
import { connectDevice, labDevice } from '../../../../devices/personas/emulatedInstallation.ts';
import { tcpTransport } from '../../../../devices/transport/tcp.ts';
import { wallTimers } from '../../../../devices/transport/timers.ts';
import { rigBench } from '../bench.ts';

const bench = rigBench();
afterAll(bench.stop);
const servers: (() => Promise<void>)[] = [];
afterAll(async () => void (await Promise.all(servers.splice(0).map((stop) => stop()))));

const seconds = (): number => Math.floor(Date.now() / 1000);

/** Serves connections on TCP. `answer` makes what goes back of what came. */
async function served(connect: () => ServerConnection, answer?: (frames: Uint8Array[]) => Uint8Array[] | undefined) {
  const server: Server = createServer((socket) => {
    const connection = connect();
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      const frames = connection.receive(bytes, seconds());
      const given = answer ? answer(frames) : frames;
      if (given === undefined) socket.destroy();
      else for (const frame of given) socket.write(frame);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  servers.push(() => new Promise((resolve) => server.close(() => resolve())));
  return (server.address() as AddressInfo).port;
}

const rig = (name: string, port: number, settings: string): string =>
  `name: ${name}\ndevices: { esme: { tcp: '127.0.0.1:${port}', answerSeconds: 3, ${settings} } }\n`;

const codes = ({ rows }: Awaited<ReturnType<typeof bench.run>>): string[] =>
  rows.map(({ step, observation }) => `${step} ${observation}`);

function lagging(): CosemDevice {
  const device = labDevice('esme', 1);
  device.keyring.acceptCounter('4443433030303031', 3_000_000);
  return device;
}

describe('the counter', () => {
  const silent = (frames: Uint8Array[]): Uint8Array[] | undefined =>
    frames.some((frame) => frame[8] === 0xd8) ? undefined : frames;

  test('the counter of a meter that hangs up on a low one is found through the public client', async () => {
    const device = lagging();
    const port = await served(() => connectDevice(device, { framing: 'wrapper' }), silent);
    const run = await bench.run(rig('counter-found', port, ''));
    expect(codes(run)).toContain('deviceState answered');
    expect(run.notes.join('\n')).toContain('our counter is raised from');
  });

  test('the counter begins where the file says, even with an existing ledger', async () => {
    const device = lagging();
    const hidden = (frames: Uint8Array[]): Uint8Array[] | undefined =>
      frames.some((frame) => frame[8] === 0xd8 || frame[5] === 16) ? undefined : frames;
    const port = await served(() => connectDevice(device, { framing: 'wrapper' }), hidden);
    expect(codes(await bench.run(rig('counter-start', port, '')))).not.toContain('deviceState answered');
    const run = await bench.run(rig('counter-start', port, 'counter: { start: 3000001 }'));
    expect(codes(run)).toContain('deviceState answered');
  });
});

test('a link is proposed, and an address written, as the file says', async () => {
  const heard: HdlcFrame[] = [];
  const device = labDevice('esme', 1);
  const connect = (): ServerConnection => {
    const connection = connectDevice(device, { framing: 'hdlc', physical: [17] });
    const receive = connection.receive.bind(connection);
    connection.receive = (bytes, at) => {
      const frame = decodeFrame(bytes);
      if (frame.ok) heard.push(frame.value);
      return receive(bytes, at);
    };
    return connection;
  };
  const port = await served(connect);
  const settings = 'framing: hdlc, physical: 17, hdlc: { addressBytes: 4, informationBytes: 300, window: 2 }';
  expect(codes(await bench.run(rig('link', port, settings)))).toContain('deviceState answered');
  expect(heard[0]!.destination).toEqual({ upper: 1, lower: 17, bytes: 4 });
  expect(toHex(heard[0]!.information)).toBe('81801405' + '02012C' + '0602012C' + '070400000002' + '080400000002');
});

describe.concurrent('an optical port behind a converter on TCP', () => {
  test.each([
    ['at 7E1', 'port', ''],
    ['at 8N1, the parity in software', 'strip', ', optical: { parity: software }'],
  ] as const)('an optical port behind a converter on TCP works: %s', async (_, parity, settings) => {
    const device = labDevice('esme', 1);
    const timers = wallTimers();
    const listener = await tcpTransport({ port: 0 }).listen((channel) => {
      channel.onError(() => undefined);
      const connection = connectDevice(device, { framing: 'hdlc' });
      serveModeC(channel, {
        timers,
        parity,
        identification: { manufacturer: 'LGZ', baud: '5', hdlc: true, model: 'SMB' },
        readout: () => [],
        onHdlc: (bytes) => {
          for (const frame of connection.receive(bytes, seconds())) channel.write(frame);
        },
      });
    });
    servers.push(() => listener.close());
    const port = Number(listener.address.split(':').at(-1));
    const run = await bench.run(rig(`optical-${parity}`, port, `framing: 62056-21${settings}`));
    expect(codes(run)).toContain('deviceState answered');
  });
});

test('impossible settings are refused with their place', () => {
  expect(bench.problems(rig('x', 1, 'counter: { object: 0.0.43.0.1.255 }'))).toContain('counter.object');
  expect(bench.problems(rig('x', 1, 'hdlc: { window: 8 }'))).toContain('hdlc.window');
  expect(bench.problems(rig('x', 1, 'hdlc: { addressBytes: 3 }'))).toContain('hdlc.addressBytes');
  expect(bench.problems(rig('x', 1, 'counter: { start: 4294967296 }'))).toContain('counter.start');
});
