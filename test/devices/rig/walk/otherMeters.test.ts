// A rig over attached meters that are not as ours: they grant less, lack objects, or were started anew. Made of our own meter with
// what others have otherwise; no meter of another maker runs here.
import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, expect, test } from 'vitest';
import { CosemDevice } from '../../../../devices/cosem/device.ts';
import type { DeviceModel } from '../../../../devices/cosem/deviceModel.ts';
import { obis } from '../../../../devices/cosem/object.ts';
import { CONFORMANCE } from '../../../../devices/dlms/apdu/initiate.ts';
import { connectDevice, LAB_MODELS } from '../../../../devices/personas/emulatedInstallation.ts';
import { LAB_KEYS, labIdentity } from '../../../../devices/personas/labProfile.ts';
import { rigBench } from '../bench.ts';

const bench = rigBench();
afterAll(bench.stop);
let server: Server | undefined;
afterEach(() => new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve())));

/** Serves a device over TCP, wrapped, until the test is over. */
async function served(device: () => CosemDevice): Promise<number> {
  server = createServer((socket) => {
    const connection = connectDevice(device(), { framing: 'wrapper' });
    socket.on('data', (bytes) => {
      for (const answer of connection.receive(bytes, Date.now() / 1000)) socket.write(answer);
    });
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

function meter(change: Partial<DeviceModel>): CosemDevice {
  return new CosemDevice({ ...LAB_MODELS.esme, ...change }, labIdentity('esme', 1));
}

const TITLE = '534D424500000001';
const rig = (name: string, port: number): string =>
  `name: ${name}\ndevices: { esme: { tcp: '127.0.0.1:${port}', answerSeconds: 3 } }\nallow: { keys: ['${TITLE}'], configuration: ['${TITLE}'] }\n`;

test('a meter without general protection is read with glo-* alone, and its keys are rotated', async () => {
  const clients = LAB_MODELS.esme.clients.map((client) => ({
    ...client,
    conformance: client.conformance & ~CONFORMANCE.generalProtection,
  }));
  const device = meter({ clients });
  const run = await bench.run(rig('glo', await served(() => device)));
  expect(run.attempts.map(({ outcome }) => outcome)).toEqual(['ok']);
  expect(device.keyring.keys).not.toEqual(LAB_KEYS);
  const said = run.frames.filter(({ endpoint, dir }) => endpoint.startsWith('esme') && dir === 'c2s');
  // The wrapper's header has eight octets.
  const tags = new Set(said.map(({ hex }) => hex.slice(16, 18)));
  expect(tags.has('db')).toBe(false);
  expect([...tags]).toEqual(expect.arrayContaining(['60', 'c8', 'cb']));
});

test('a meter that lacks an object of a step is reported with the object, the device and the refusal', async () => {
  const device = meter({ objects: LAB_MODELS.esme.objects.filter(({ ln }) => ln !== obis('1.0.0.2.0.255')) });
  const run = await bench.run(rig('lacking', await served(() => device)));
  expect(run.rows.at(-1)).toMatchObject({ step: 'deviceState', observation: 'refused' });
  expect(run.notes).toContain('esme: it refuses 1.0.0.2.0.255 attribute 2 (class 1): object undefined (4)');
});

test('a meter that was reset is reported as counting anew, and not as having wrong keys', async () => {
  let device = meter({});
  const port = await served(() => device);
  const text = rig('anew', port).replace(/allow:.*\n/, '');
  await bench.run(text);
  device = meter({});
  const run = await bench.run(text);
  expect(run.attempts).toEqual([]);
  expect(run.undone[0]?.why).toContain('answers under the keys held with a counter that was used before');
});
