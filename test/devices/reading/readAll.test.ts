/** What an emulator served is what `read --all` gives, whatever carries it. */
import { afterEach, describe, expect, test } from 'vitest';
import { emulate, type Emulation } from '../../../devices/emulate/emulate.ts';
import { labProfile } from '../../../devices/emulate/profile.ts';
import type { DeviceChoice } from '../../../devices/emulate/profileSchema.ts';
import { serveChannel } from '../../../devices/emulate/serveChannel.ts';
import { makeUnit } from '../../../devices/emulate/unit.ts';
import { carrierLine, type CarrierPlace } from '../../../devices/hardware/carrierLine.ts';
import { hostAndPort } from '../../../devices/rig/file/places.ts';
import { memoryTransport } from '../../../devices/transport/memory.ts';
import { wallTimers } from '../../../devices/transport/timers.ts';
import { aedesBroker } from '../transport/brokers.ts';
import { ptyPair, socatMissing } from '../transport/serialPair.ts';
import { CLIENTS, expectServed, readAll, standingTimers } from './served.ts';

const profile = labProfile();
const timers = standingTimers();
const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function served(options: Omit<Parameters<typeof emulate>[0], 'profile' | 'timers'>): Promise<Emulation> {
  const emulation = await emulate({ profile, timers, ...options });
  closers.push(() => emulation.close());
  return emulation;
}

describe.each(['esme', 'chf', 'gsme'] as const)('over memory, an emulated %s', (device: DeviceChoice) => {
  test.each(['none', 'lls', 'gmac'] as const)('is read whole by a client with %s', async (authentication) => {
    for (const framing of ['wrapper', 'hdlc'] as const) {
      const unit = makeUnit({ profile, device, number: 1, timers, onPowerCut: () => undefined });
      const memory = memoryTransport({ timers });
      const onDefect = (_: string, cause: unknown): void => expect(cause).toBeUndefined();
      await memory.listen((channel) => serveChannel(channel, unit, { timers, framing, onDefect }));
      const reading = await readAll({ line: memory, framing, timers }, authentication);
      expectServed(reading, unit, CLIENTS[authentication]);
    }
  });
});

test.each(['wrapper', 'hdlc'] as const)(
  'over TCP with %s, an installation is read device by device',
  async (framing) => {
    const emulation = await served({ device: 'installation', tcp: { host: '127.0.0.1', port: 0, framing } });
    const place: CarrierPlace = { kind: 'tcp', ...hostAndPort(emulation.servedAt[0]!.address)! };
    for (const server of [1, 2]) {
      const line = carrierLine(place, { timers, framing });
      expectServed(await readAll({ line, framing, timers, server }, 'gmac'), emulation.units[0]!, 1, server);
    }
  },
);

test('over MQTT, an emulated device is read whole', async () => {
  const broker = await aedesBroker();
  closers.push(() => broker.stop());
  const emulation = await served({ mqtt: { url: broker.url, bench: 'lab', framing: 'wrapper', glow: false } });
  const [unit] = emulation.units;
  const line = carrierLine(
    { kind: 'mqtt', url: broker.url, bench: 'lab', rig: unit!.name, announced: true },
    { timers, framing: 'wrapper' },
  );
  expectServed(await readAll({ line, framing: 'wrapper', timers }, 'lls'), unit!, 17);
});

const pty = socatMissing !== undefined && process.env['CI'] !== 'true' ? test.skip : test;
pty(
  `over a pseudo-terminal, an emulated device is read whole${socatMissing === undefined ? '' : `: ${socatMissing}`}`,
  async () => {
    const pair = await ptyPair();
    closers.push(() => pair.stop());
    const emulation = await served({ serial: { path: pair.paths[0], framing: 'hdlc' } });
    const line = carrierLine(
      { kind: 'serial', path: pair.paths[1], baud: 9600 },
      { timers: wallTimers(), framing: 'hdlc' },
    );
    const reading = await readAll({ line, framing: 'hdlc', timers }, 'gmac');
    expectServed(reading, emulation.units[0]!, 1);
  },
);
