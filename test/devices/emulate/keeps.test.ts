/** What an emulator keeps: its state over a restart, its place on a broker that goes away, its name beside another's. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { emulate, type EmulateOptions, type Emulation } from '../../../devices/emulate/emulate.ts';
import { labProfile } from '../../../devices/emulate/profile.ts';
import { stateFolder } from '../../../src/cli/emulate/stateFolder.ts';
import { toHex } from '../../../devices/dlms/encoding/bytes.ts';
import { uint16 } from '../../../devices/dlms/encoding/values.ts';
import { connectBroker } from '../../../devices/mqtt/connection.ts';
import { mqttTransport } from '../../../devices/mqtt/mqttTransport.ts';
import { tcpTransport } from '../../../devices/transport/tcp.ts';
import { fastTimers } from '../rig/bench.ts';
import { keyTransfer } from '../dlms/harness.ts';
import { aedesBroker } from '../transport/brokers.ts';
import { callOn, value } from './caller.ts';

const folder = mkdtempSync(join(tmpdir(), 'smb-keeps-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const KEY = new Uint8Array(16).fill(0x77);

async function started(options: Partial<EmulateOptions>): Promise<Emulation & { readonly notes: string[] }> {
  const notes: string[] = [];
  const tcp = options.mqtt ? {} : ({ tcp: { host: '127.0.0.1', port: 0, framing: 'wrapper' } } as const);
  const emulation = await emulate({ profile: labProfile(), ...tcp, onNote: (note) => notes.push(note), ...options });
  return Object.assign(emulation, { notes });
}

async function caller(emulation: Emulation) {
  const port = Number(emulation.servedAt[0]!.address.split(':').at(-1));
  const channel = await tcpTransport({ port }).open();
  return callOn(channel, { framing: 'wrapper', authentication: 'gmac' });
}

describe('the state of a device', () => {
  test('is there again: keys, counters, and a value that was written', async () => {
    const state = stateFolder(join(folder, 'rack'));
    const first = await started({ state });
    const device = first.units[0]!.devices[0]!.device;
    const call = await caller(first);
    value(await call.run(call.client.associate()));
    value(await call.run(call.client.action(...keyTransfer({ gak: KEY }))));
    device.values.set('x', uint16(7));
    device.securityPolicy = 1;
    const before = device.keyring.memory();
    await call.channel.close();
    // A file a device, on record before the answer was sent.
    const [file] = readdirSync(join(folder, 'rack')).filter((name) => name.endsWith('.json'));
    const path = join(folder, 'rack', file!);
    expect(statSync(path).mode & 0o077).toBe(0);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ boot: 1, keyring: before });
    state.save(device);
    await first.close();

    const second = await started({ state: stateFolder(join(folder, 'rack')) });
    const again = second.units[0]!.devices[0]!.device;
    expect(again.keyring.memory()).toEqual(before);
    expect(toHex(again.keyring.keys.gak)).toBe(toHex(KEY));
    expect([again.values.get('x'), again.securityPolicy]).toEqual([uint16(7), 1]);
    expect(second.notes.join()).toContain('of the state folder');
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ boot: 2 });
    await second.close();
  });

  test('an image that is half transferred goes on where it was', async () => {
    const state = stateFolder(join(folder, 'image'));
    const first = await started({ state });
    const device = first.units[0]!.devices[0]!.device;
    const blocks = [new Uint8Array([1, 2]), undefined, new Uint8Array([3])];
    device.slot('image', () => ({ status: 1, identification: KEY, size: 600, blocks, received: 2, busyUntil: 0, digest: KEY, running: undefined })); // prettier-ignore
    state.save(device);
    await first.close();
    const second = await started({ state: stateFolder(join(folder, 'image')) });
    expect(second.units[0]!.devices[0]!.device.peekSlot('image')).toMatchObject({ blocks, size: 600, received: 2 });
    await second.close();
  });

  test('is refused if another process has the folder, or if a file is not a state', async () => {
    const first = stateFolder(join(folder, 'taken'));
    expect(() => stateFolder(join(folder, 'taken'))).toThrow(/uses this state folder/);
    first.release();
    const emulation = await started({ state: stateFolder(join(folder, 'taken')) });
    await emulation.close();
    const [file] = readdirSync(join(folder, 'taken')).filter((name) => name.endsWith('.json'));
    writeFileSync(join(folder, 'taken', file!), '{"format":1}');
    await expect(started({ state: stateFolder(join(folder, 'taken')) })).rejects.toThrow(/is not the state/);
  });
});

describe('on a broker', () => {
  const mqtt = (url: string): EmulateOptions['mqtt'] => ({ url, bench: 'b', framing: 'wrapper', glow: false });
  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds()) await new Promise((resolve) => setTimeout(resolve, 10));
  };

  test('a device is served again after the broker has cut everybody off, under the keys that it had', async () => {
    const broker = await aedesBroker();
    const emulation = await started({ mqtt: mqtt(broker.url)!, timers: fastTimers(20) });
    const { device } = emulation.units[0]!.devices[0]!;
    device.keyring.restore({ ...device.keyring.memory(), send: 4711 });
    broker.sever();
    await until(() => emulation.notes.filter((note) => note.endsWith('served again')).length === 2);
    const pipe = mqttTransport({ url: broker.url, bench: 'b', rig: 'SMBE00000001' });
    const call = callOn(await pipe.open(), { framing: 'wrapper', authentication: 'gmac' });
    value(await call.run(call.client.associate()));
    expect(device.keyring.nextCounter).toBeGreaterThan(4711);
    await call.channel.close();
    await emulation.close();
    await broker.stop();
  });

  test('two under one name say so, and the end of one does not mark the other offline', async () => {
    const broker = await aedesBroker();
    const [first, second] = [await started({ mqtt: mqtt(broker.url)! }), await started({ mqtt: mqtt(broker.url)! })];
    await until(() => first.notes.length > 0 && second.notes.length > 0);
    expect(first.notes.join()).toContain('another process under this name has come online');
    expect(second.notes.join()).toContain('another process under this name');
    const watcher = await connectBroker({ url: broker.url });
    const seen: string[] = [];
    await watcher.subscribe('smb/v1/b/SMBE00000001/esme/status', ({ payload }) => {
      seen.push((JSON.parse(Buffer.from(payload).toString()) as { state: string }).state);
    });
    await first.close();
    await until(() => seen.at(-1) === 'online' && seen.includes('offline'));
    await second.close();
    await until(() => seen.at(-1) === 'offline');
    await watcher.close();
    await broker.stop();
  });

  test('one that takes a birth and drops it is named, with the topic', async () => {
    const broker = await aedesBroker(undefined, (topic) => topic.endsWith('/birth'));
    await expect(started({ mqtt: mqtt(broker.url)!, timers: fastTimers(50) })).rejects.toThrow(
      /acknowledged smb\/v1\/b\/rig\/SMBE00000001\/birth and does not give it back/,
    );
    await broker.stop();
  });
});
