import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listAnnounced, listSerialPorts } from '../../../devices/hardware/list.ts';
import { benchDevice } from '../../../devices/mqtt/bench.ts';
import type { Birth } from '../../../devices/mqtt/messages.ts';
import type { SerialPackage } from '../../../devices/transport/serialPackage.ts';
import { aedesBroker } from '../transport/brokers.ts';
import type { Broker } from '../transport/brokers.ts';

describe('serial ports of the machine', () => {
  const folder = mkdtempSync(join(tmpdir(), 'smb-dev-'));
  const ttyFolder = join(folder, 'sys');
  for (const name of ['ttyS0', 'ttyS1', 'ttyUSB0', 'ttyACM3', 'tty1', 'null']) writeFileSync(join(folder, name), '');
  mkdirSync(join(folder, 'serial', 'by-id'), { recursive: true });
  writeFileSync(join(folder, 'serial', 'by-id', 'usb-FTDI_x'), '');
  for (const [name, type] of Object.entries({ ttyS0: '4\n', ttyS1: '0\n' })) {
    mkdirSync(join(ttyFolder, name), { recursive: true });
    writeFileSync(join(ttyFolder, name, 'type'), type);
  }
  afterAll(() => rmSync(folder, { recursive: true }));
  const fake = (list: () => Promise<{ path: string; manufacturer?: string }[]>) => () =>
    Promise.resolve({ SerialPort: { list } } as unknown as SerialPackage);
  const scanned = ['serial/by-id/usb-FTDI_x', 'ttyACM3', 'ttyS0', 'ttyUSB0'].map((name) => join(folder, name));

  test('without udevadm /dev is read, the library is not asked, and the list says so', async () => {
    let asked = 0;
    const load = fake(async () => {
      asked += 1;
      return [];
    });
    const options = { load, platform: 'linux' as const, hasUdevadm: false, deviceFolder: folder, ttyFolder };
    const { ports, note } = await listSerialPorts(options);
    expect(ports.map((port) => port.path)).toEqual(scanned);
    expect(note).toContain('udevadm is not installed');
    expect(asked).toBe(0);
  });

  test('a library that fails, or is not there, is no crash', async () => {
    const load = fake(() => Promise.reject(new Error('spawn udevadm ENOENT')));
    const options = { platform: 'linux' as const, hasUdevadm: true, deviceFolder: folder, ttyFolder };
    const failed = await listSerialPorts({ ...options, load });
    expect(failed.ports.map((port) => port.path)).toEqual(scanned);
    expect(failed.note).toContain('ENOENT');
    const missing = await listSerialPorts({ ...options, load: () => Promise.reject(new Error('not installed')) });
    expect(missing.note).toContain('not installed');
  });

  test('where the library works its list is taken', async () => {
    const load = fake(() => Promise.resolve([{ path: 'COM3', manufacturer: 'FTDI' }, { path: 'COM1' }]));
    const { ports, note } = await listSerialPorts({ load, platform: 'win32' });
    expect(ports).toEqual([{ path: 'COM1' }, { path: 'COM3', description: 'FTDI' }]);
    expect(note).toBeUndefined();
  });

  test('this very machine can be asked', async () => {
    const { ports, note } = await listSerialPorts();
    console.log(`serial ports here: ${ports.length}${note === undefined ? '' : `; ${note}`}`);
    expect(Array.isArray(ports)).toBe(true);
  });
});

describe('devices on a broker', () => {
  let broker: Broker;
  beforeAll(async () => {
    broker = await aedesBroker();
  });
  afterAll(() => broker.stop());

  test('births and statuses are listed, the dead too', async () => {
    const birth: Birth = { v: 1, boot: 1, t: '2022-01-10T08:00:00Z', kind: 'ESME', source: 'emulated', cap: [] };
    const start = (device: string) =>
      benchDevice({
        url: broker.url,
        credentials: {},
        address: { bench: 'lab', installation: '1', device },
        birth,
      });
    const alive = await start('a');
    await (await start('b')).close();
    const found = await listAnnounced({
      url: broker.url,
      credentials: {},
      listenSeconds: 600,
      enough: (seen) => seen.length === 2 && seen.every((one) => one.birth !== undefined && one.online !== undefined),
    });
    expect(found.map((one) => [one.address.device, one.birth?.kind, one.online])).toEqual([
      ['a', 'ESME', true],
      ['b', 'ESME', false],
    ]);
    await alive.close();
  });
});
