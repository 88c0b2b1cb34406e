import { describe, expect, test } from 'vitest';
import { serialMode, serialModeText, serialPath } from '../../../devices/transport/serialMode.ts';
import { serialTransport } from '../../../devices/transport/serial.ts';
import { frameLog, tapped } from '../../../devices/transport/tap.ts';
import { virtualTimers } from '../../../devices/transport/timers.ts';
import { TransportError } from '../../../devices/transport/transport.ts';
import { mockSerialPair, ptyPair, socatMissing, turnOfLoop } from './serialPair.ts';
import { transportLaws, turn, until } from './transportLaws.ts';
import type { Pair } from './transportLaws.ts';

describe('serial, mock ports', () => {
  const severs = new WeakMap<Pair, () => void>();
  transportLaws(
    async () => {
      const joined = await mockSerialPair();
      const [a, b] = joined.paths;
      const client = await serialTransport({ path: a, load: joined.load }).open();
      const server = await serialTransport({ path: b, load: joined.load }).open();
      const pair: Pair = {
        client,
        server,
        settle: turn,
        async dispose() {
          await Promise.all([client.close(), server.close()]);
        },
        leaked: () => joined.openPorts(),
      };
      severs.set(pair, () => joined.vanish(a));
      return pair;
    },
    { peerSeesClose: false, sever: (pair) => severs.get(pair)!(), runs: 15, bytesMax: 2000 },
  );

  test('a change of speed keeps the port open, a change of parity opens it again, and nothing is lost', async () => {
    const joined = await mockSerialPair();
    const [a, b] = joined.paths;
    const client = await serialTransport({ path: a, mode: '300/7E1', load: joined.load }).open();
    const server = await serialTransport({ path: b, mode: '300/7E1', load: joined.load }).open();
    expect(joined.opened(a)).toMatchObject({ baudRate: 300, dataBits: 7, parity: 'even' });
    const seen: number[] = [];
    let closes = 0;
    server.onData((bytes) => seen.push(...bytes));
    client.onClose(() => (closes += 1));
    client.write(Uint8Array.of(1));
    await client.setMode('9600/7E1');
    expect(serialModeText(client.mode)).toBe('9600/7E1');
    client.write(Uint8Array.of(2));
    const switching = client.setMode('9600/8N1');
    client.write(Uint8Array.of(3));
    await switching;
    expect(joined.opened(a)).toMatchObject({ baudRate: 9600, dataBits: 8, parity: 'none' });
    await until(turn, () => seen.length >= 3);
    expect(seen).toEqual([1, 2, 3]);
    expect(closes).toBe(0);
    await Promise.all([client.close(), server.close()]);
  });

  test('what waits behind another write is on the line before the port is opened anew', async () => {
    const joined = await mockSerialPair();
    const [a, b] = joined.paths;
    const client = await serialTransport({ path: a, mode: '300/7E1', load: joined.load }).open();
    const server = await serialTransport({ path: b, mode: '300/7E1', load: joined.load }).open();
    const seen: number[] = [];
    server.onData((bytes) => seen.push(...bytes));
    for (let i = 1; i <= 5; i += 1) client.write(Uint8Array.of(i));
    await client.setMode('9600/8N1');
    await until(turn, () => seen.length >= 5);
    expect(seen).toEqual([1, 2, 3, 4, 5]);
    await Promise.all([client.close(), server.close()]);
  });

  test.each(['flush', 'setMode', 'close'] as const)('%s ends whenever the adapter is pulled', async (what) => {
    for (let turns = 0; turns < 8; turns += 1) {
      const joined = await mockSerialPair();
      const client = await serialTransport({ path: joined.paths[0], load: joined.load }).open();
      const acts = {
        flush: () => client.flush(),
        setMode: () => client.setMode('300/7E1'),
        close: () => Promise.all([client.setMode('300/7E1'), client.close()]),
      };
      client.write(Uint8Array.of(1));
      client.write(Uint8Array.of(2));
      const before = acts[what]();
      for (let i = 0; i < turns; i += 1) await turnOfLoop();
      joined.pull(joined.paths[0]);
      await Promise.all([before, acts[what]()]);
      await client.close();
      expect(joined.openPorts()).toBe(0);
    }
  });

  test('a tapped port can still change its mode, and records what came before the first listener once', async () => {
    const joined = await mockSerialPair();
    const [a, b] = joined.paths;
    const lines: string[] = [];
    const log = frameLog({ timers: virtualTimers(), lines: (text) => lines.push(text) });
    const client = tapped(await serialTransport({ path: a, load: joined.load }).open(), { log, side: 'client' });
    const server = await serialTransport({ path: b, load: joined.load }).open();
    await client.setMode('300/7E1');
    expect(serialModeText(client.mode)).toBe('300/7E1');
    server.write(Uint8Array.of(1, 2));
    const seen: number[] = [];
    for (let i = 0; i < 2; i += 1) client.onData((bytes) => seen.push(...bytes));
    await until(turn, () => seen.length >= 4);
    expect(lines).toHaveLength(1);
    await Promise.all([client.close(), server.close()]);
    expect(client.closed).toBe(true);
  });

  test('an absent package is reported with the command that installs it', async () => {
    const load = (): Promise<never> =>
      Promise.reject(new TransportError('missing', 'serial', 'install it with: npm install serialport@13.0.0'));
    await expect(serialTransport({ path: 'COM3', load }).open()).rejects.toMatchObject({ code: 'missing' });
  });

  test('a port that does not exist is not found', async () => {
    const joined = await mockSerialPair();
    const transport = serialTransport({ path: '/dev/none', load: joined.load });
    await expect(transport.open()).rejects.toMatchObject({ code: 'notFound' });
  });
});

describe.skipIf(socatMissing !== undefined)(
  `serial, pseudo-terminals${socatMissing ? `: ${socatMissing}` : ''}`,
  () => {
    const stops = new WeakMap<Pair, () => Promise<void>>();
    transportLaws(
      async () => {
        const pty = await ptyPair();
        const client = await serialTransport({ path: pty.paths[0] }).open();
        const server = await serialTransport({ path: pty.paths[1] }).open();
        const pair: Pair = {
          client,
          server,
          settle: turn,
          async dispose() {
            await Promise.all([client.close(), server.close()]);
            await pty.stop();
          },
          leaked: () => (client.closed && server.closed ? 0 : 1),
        };
        stops.set(pair, pty.stop);
        return pair;
      },
      { peerSeesClose: false, sever: (pair) => stops.get(pair)!(), runs: 5, bytesMax: 2000 },
    );

    test('a second opening of the same port is reported as busy', async () => {
      const pty = await ptyPair();
      const first = await serialTransport({ path: pty.paths[0] }).open();
      await expect(serialTransport({ path: pty.paths[0] }).open()).rejects.toMatchObject({ code: 'busy' });
      await first.close();
      await pty.stop();
    });
  },
);

describe('serial settings', () => {
  test('modes are read in both directions, and an impossible mode is refused', () => {
    expect(serialMode('300/7E1')).toEqual({ baud: 300, dataBits: 7, parity: 'even', stopBits: 1 });
    expect(serialMode('9600')).toEqual({ baud: 9600, dataBits: 8, parity: 'none', stopBits: 1 });
    for (const text of ['300/7E1', '9600/8N1', '115200/8O2']) expect(serialModeText(serialMode(text))).toBe(text);
    for (const text of ['', '7E1', '9600/9N1', '9600/8X1', '1/8N1']) {
      expect(() => serialMode(text)).toThrow('is not of the form');
    }
  });

  test('Windows ports are accepted beside device files, and URLs are not', () => {
    expect(serialPath('com3')).toBe('COM3');
    expect(serialPath('\\\\.\\COM12')).toBe('COM12');
    expect(serialPath('/dev/ttyUSB0')).toBe('/dev/ttyUSB0');
    for (const text of ['', 'mqtt://127.0.0.1', '/dev/tty\u0000']) expect(() => serialPath(text)).toThrow('not a port');
  });
});

if (socatMissing !== undefined) console.log(`skipped: serial over pseudo-terminals; ${socatMissing}`);
