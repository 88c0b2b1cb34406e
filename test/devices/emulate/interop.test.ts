/**
 * The emulator as a process of its own, driven over TCP and a pty by our own client. It proves that the carriers, the
 * framings and the associations hold together; that other people's clients are understood is for thirdParty.test.ts.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LAB_KEYS } from '../../../devices/personas/labProfile.ts';
import { serialTransport } from '../../../devices/transport/serial.ts';
import type { SerialChannel } from '../../../devices/transport/serialMode.ts';
import { readModeC } from '../../../devices/iec62056_21/session.ts';
import type { ReaderEvent } from '../../../devices/iec62056_21/reader.ts';
import { wallTimers } from '../../../devices/transport/timers.ts';
import { tcpTransport } from '../../../devices/transport/tcp.ts';
import type { ByteChannel } from '../../../devices/transport/transport.ts';
import { keyTransfer } from '../dlms/harness.ts';
import { ptyPair, socatMissing } from '../transport/serialPair.ts';
import { callOn, callTcp, readOut, SPARE_KEY, value, type Caller, type CallerOptions } from './caller.ts';
import { startEmulator, type Emulator } from './emulator.ts';

const TIME = { classId: 8, ln: '0000010000FF', id: 2 };
const ENERGY = { classId: 3, ln: '0100010800FF', id: 2 };

interface Way {
  readonly name: string;
  readonly framing: 'wrapper' | 'hdlc';
  readonly start: () => Promise<{ emulator: Emulator; open: () => Promise<ByteChannel>; stop: () => Promise<void> }>;
  readonly skip?: string | undefined;
}

const tcp = (framing: 'wrapper' | 'hdlc'): Way => ({
  name: `TCP, ${framing}`,
  framing,
  async start() {
    const emulator = await startEmulator('--listen', '127.0.0.1:0', '--framing', framing);
    return { emulator, open: () => tcpTransport({ port: emulator.ports[0]! }).open(), stop: async () => undefined };
  },
});

const pty: Way = {
  name: 'a pty, hdlc',
  framing: 'hdlc',
  skip: socatMissing,
  async start() {
    const pair = await ptyPair();
    const emulator = await startEmulator('--serial', pair.paths[0], '--baud', '9600');
    return { emulator, open: () => serialTransport({ path: pair.paths[1], mode: '9600' }).open(), stop: pair.stop };
  },
};

describe.each([tcp('wrapper'), tcp('hdlc'), pty])('$name', (way) => {
  if (way.skip !== undefined) {
    test.skip(`skipped: ${way.skip}`, () => undefined);
    return;
  }
  let started: Awaited<ReturnType<Way['start']>>;
  let channel: ByteChannel | undefined;
  const counter = { value: 0 };
  beforeAll(async () => {
    started = await way.start();
  });
  afterAll(async () => {
    await channel?.close();
    expect(await started.emulator.stop()).toBe(0);
    await started.stop();
  });

  /** A caller on a fresh channel; a serial line has one, which is opened anew. */
  async function call(options: Omit<CallerOptions, 'framing'>): Promise<Caller> {
    await channel?.close();
    channel = await started.open();
    return callOn(channel, { framing: way.framing, counter, ...options });
  }

  async function end(caller: Caller): Promise<void> {
    value(await caller.run(caller.client.release()));
    if (way.framing === 'hdlc') await caller.hangUp();
  }

  test.each(['none', 'lls', 'gmac'] as const)('%s: everything that object_list promises can be read', async (kind) => {
    const caller = await call({ authentication: kind });
    value(await caller.run(caller.client.associate()));
    const { read, refused } = await readOut(caller);
    expect(refused).toEqual([]);
    expect(read).toBeGreaterThan(kind === 'none' ? 20 : 60);
    await end(caller);
  });

  test('glo-* is answered in glo-*, and clocks agree', async () => {
    const caller = await call({ authentication: 'gmac', security: { family: 'glo' } });
    value(await caller.run(caller.client.associate()));
    expect(value(await caller.run(caller.client.get(TIME)))).toMatchObject({ type: 'octetString' });
    await end(caller);
  });

  test('a wrong secret, a wrong key and an unknown SAP are refused', async () => {
    const lls = await call({ authentication: 'lls', client: { secret: Buffer.from('gurux') } });
    expect(await lls.run(lls.client.associate())).toMatchObject({
      ok: false,
      error: { kind: 'rejected', diagnostic: 13 },
    });
    const wrong = { ...LAB_KEYS, guek: SPARE_KEY };
    const gmac = await call({ authentication: 'gmac', security: { keys: wrong } });
    expect(await gmac.run(gmac.client.associate())).toMatchObject({
      ok: false,
      error: { kind: 'exception', serviceError: 5 },
    });
    const unknown = await call({ authentication: 'none', session: { client: 77 } });
    expect(await unknown.run(unknown.client.associate())).toMatchObject({ ok: false, error: { kind: 'rejected' } });
  });

  test('a replay is refused with the counter that is expected, and the counter can be read in public', async () => {
    const first = await call({ authentication: 'gmac' });
    value(await first.run(first.client.associate()));
    await end(first);
    const last = counter.value;
    const replay = await call({ authentication: 'gmac', counter: { value: 0 } });
    expect(await replay.run(replay.client.associate())).toMatchObject({
      ok: false,
      error: { kind: 'exception', serviceError: 6, expectedCounter: last + 1 },
    });
    const open = await call({ authentication: 'none' });
    value(await open.run(open.client.associate()));
    const held = value(await open.run(open.client.get({ classId: 1, ln: '00002B0100FF', id: 2 })));
    expect(held).toEqual({ type: 'doubleLongUnsigned', value: last });
    await end(open);
  });

  test('keys are rotated, the old ones no longer associate, and back again', async () => {
    const rotate = async (from: typeof LAB_KEYS, to: typeof LAB_KEYS): Promise<void> => {
      const caller = await call({ authentication: 'gmac', security: { keys: from } });
      value(await caller.run(caller.client.associate()));
      value(await caller.run(caller.client.action(...keyTransfer({ guek: to.guek }))));
      caller.client.replaceKeys(to);
      await caller.channel.close();
    };
    const next = { ...LAB_KEYS, guek: SPARE_KEY };
    await rotate(LAB_KEYS, next);
    const old = await call({ authentication: 'gmac' });
    expect(await old.run(old.client.associate())).toMatchObject({
      ok: false,
      error: { kind: 'exception', serviceError: 5 },
    });
    await rotate(next, LAB_KEYS);
    const again = await call({ authentication: 'gmac' });
    value(await again.run(again.client.associate()));
    await end(again);
  });
});

describe('TCP, several units and clients', () => {
  let emulator: Emulator;
  beforeAll(async () => {
    emulator = await startEmulator('--device', 'installation', '--count', '3', '--listen', '127.0.0.1:0');
  });
  afterAll(async () => {
    expect(await emulator.stop('SIGINT')).toBe(0);
    expect(emulator.output()).toMatch(/\nstopped\n$/);
  });

  test('each unit has a port, a title and meters of its own', async () => {
    expect(new Set(emulator.ports).size).toBe(3);
    const names = await Promise.all(
      emulator.ports.map(async (port) => {
        const caller = await callTcp(port, { framing: 'wrapper', authentication: 'lls', server: 2 });
        value(await caller.run(caller.client.associate()));
        const name = value(await caller.run(caller.client.get({ classId: 1, ln: '00002A0000FF', id: 2 })));
        await caller.channel.close();
        return JSON.stringify(name);
      }),
    );
    expect(new Set(names).size).toBe(3);
  });

  test('two clients at once have associations of their own', async () => {
    const make = (authentication: 'none' | 'lls'): Promise<Caller> =>
      callTcp(emulator.ports[0]!, { framing: 'wrapper', authentication, server: 2 });
    const [one, other] = [await make('none'), await make('lls')];
    value(await one.run(one.client.associate()));
    value(await other.run(other.client.associate()));
    for (let round = 0; round < 20; round++) {
      const [denied, read] = await Promise.all([one.run(one.client.get(ENERGY)), other.run(other.client.get(ENERGY))]);
      expect(denied.ok).toBe(false);
      expect(read.ok).toBe(true);
    }
    await Promise.all([one.channel.close(), other.channel.close()]);
  });

  test('the CHF, the ESME and the list of SAPs stand behind one address', async () => {
    const caller = await callTcp(emulator.ports[1]!, { framing: 'wrapper', authentication: 'lls', server: 1 });
    value(await caller.run(caller.client.associate()));
    const { refused, read } = await readOut(caller);
    expect(refused).toEqual([]);
    expect(read).toBeGreaterThan(60);
    await caller.channel.close();
  });
});

describe.skipIf(socatMissing !== undefined)('the optical port on a pty', () => {
  if (socatMissing !== undefined) {
    test.skip(`skipped: ${socatMissing}`, () => undefined);
    return;
  }
  let pair: Awaited<ReturnType<typeof ptyPair>>;
  let emulator: Emulator;
  beforeAll(async () => {
    pair = await ptyPair();
    emulator = await startEmulator('--serial', pair.paths[0], '--framing', '62056-21');
  });
  afterAll(async () => {
    expect(await emulator.stop()).toBe(0);
    await pair.stop();
  });

  /** One session as far as its goal, on the port opened anew. */
  async function session(
    goal: 'readout' | 'hdlc',
  ): Promise<{ channel: SerialChannel; events: readonly ReaderEvent[] }> {
    const channel = await serialTransport({ path: pair.paths[1], mode: '300/7E1' }).open();
    const events = await new Promise<readonly ReaderEvent[]>((resolve) => {
      const seen: ReaderEvent[] = [];
      const onEvent = (event: ReaderEvent): void => {
        seen.push(event);
        if (event.kind === goal || event.kind === 'failed') resolve(seen);
      };
      readModeC(channel, { goal, timers: wallTimers(), onEvent });
    });
    return { channel, events };
  }

  test('a readout, then HDLC by mode E, then a readout again', async () => {
    const readout = await session('readout');
    expect(readout.events.map(({ kind }) => kind)).toEqual(['identified', 'readout']);
    expect(JSON.stringify(readout.events)).toMatch(/"address":"1.8.0","value":"\d{6}.\d{3}","unit":"kWh"/);
    await readout.channel.close();

    const { channel, events } = await session('hdlc');
    expect(events.map(({ kind }) => kind)).toEqual(['identified', 'hdlc']);
    const caller = callOn(channel, { framing: 'hdlc', authentication: 'lls' });
    value(await caller.run(caller.client.associate()));
    value(await caller.run(caller.client.get(ENERGY)));
    await caller.hangUp();
    await channel.close();

    const again = await session('readout');
    expect(again.events.map(({ kind }) => kind)).toEqual(['identified', 'readout']);
    await again.channel.close();
  });

  test('a reader that vanished from HDLC without DISC does not keep the next one out', async () => {
    const { channel } = await session('hdlc');
    const caller = callOn(channel, { framing: 'hdlc', authentication: 'lls' });
    value(await caller.run(caller.client.associate()));
    await channel.close();
    const next = await session('readout');
    expect(next.events.map(({ kind }) => kind)).toEqual(['identified', 'readout']);
    await next.channel.close();
  });

  test('what was written just before a change of the line arrives', async () => {
    const own = await ptyPair();
    const [from, to] = await Promise.all(own.paths.map((path) => serialTransport({ path, mode: '300/7E1' }).open()));
    let heard = 0;
    to!.onData((bytes) => (heard += bytes.length));
    for (let i = 0; i < 50; i++) {
      from!.write(new Uint8Array(100));
      await from!.setMode(i % 2 === 0 ? '9600/7E1' : '9600/8N1');
    }
    for (let i = 0; heard < 5000 && i < 200; i++) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(heard).toBe(5000);
    await Promise.all([from!.close(), to!.close()]);
    await own.stop();
  });
});
