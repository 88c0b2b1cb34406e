/** `devices read` and `devices compare` as they are typed. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { emulate, type Emulation } from '../../devices/emulate/emulate.ts';
import { labProfile } from '../../devices/emulate/profile.ts';
import { SAMPLE_DRIVER } from '../../devices/hardware/driver.ts';
import { commandLine, type Answer } from './harness.ts';

const folder = mkdtempSync(join(tmpdir(), 'read-'));
let emulation: Emulation;
let url: string;
let optical: Emulation;

beforeAll(async () => {
  const tcp = { host: '127.0.0.1', port: 0 } as const;
  emulation = await emulate({ profile: labProfile(), tcp: { ...tcp, framing: 'wrapper' } });
  optical = await emulate({ profile: labProfile(), tcp: { ...tcp, framing: '62056-21' } });
  url = emulation.servedAt[0]!.address;
});
afterAll(async () => {
  await emulation.close();
  await optical.close();
  rmSync(folder, { recursive: true, force: true });
});

const read = (...args: readonly string[]): Promise<Answer> => commandLine(['devices', 'read', ...args]);

test('the association list, a value, a CSV and a JSON are printed', async () => {
  expect((await read(url)).out).toContain(
    'Clock 0.0.1.0.0.255 (clock), version 0\n   2 time                           read\n',
  );
  expect((await read(url, '0.0.42.0.0.255.2')).out).toContain('2 value                          SMBE00000001');
  const csv = await read(url, '0.0.42.0.0.255', '--format', 'csv');
  expect(csv.out.split('\n')[1]).toBe('1,0.0.42.0.0.255,2,value,,,SMBE00000001,,');
  const json = await read(`tcp:${url}`, '1.8.0', '--client', '1', '--keys', 'lab', '--format', 'json');
  expect(JSON.parse(json.out)).toMatchObject({
    by: 'dlms',
    client: 1,
    title: '534D424500000001',
    objects: [{ class: 3 }],
  });
});

test('no key, password or secret is in any output, frames included', async () => {
  const answers = [
    await read(url, '--all', '--no-buffers', '--client', '17', '--keys', 'lab', '--trace'),
    await read(url, '--all', '--no-buffers', '--client', '1', '--keys', 'lab', '--trace', '--format', 'json'),
  ];
  for (const { code, out, err } of answers) {
    expect(code).toBe(0);
    expect(err).toContain('get-response');
    for (const secret of [
      'Gurux',
      '4775727578',
      '000102030405060708090A0B0C0D0E0F',
      'D0D1D2D3D4D5D6D7D8D9DADBDCDDDEDF',
    ])
      expect((out + err).toUpperCase()).not.toContain(secret.toUpperCase());
  }
});

test('two read-outs are compared: 0 when equal, 4 when they differ', async () => {
  const objects = ['0.0.42.0.0.255', '1.0.0.2.0.255', '--client', '17', '--keys', 'lab'];
  const [a, b] = [join(folder, 'a.json'), join(folder, 'b.json')];
  writeFileSync(a, (await read(url, ...objects, '--format', 'json')).out);
  writeFileSync(b, readFileSync(a, 'utf8').replaceAll('"1.0.0"', '"1.0.1"'));
  expect(await commandLine(['devices', 'compare', a, a])).toMatchObject({ code: 0, out: 'no difference\n' });
  const differ = await commandLine(['devices', 'compare', a, b]);
  expect(differ).toMatchObject({
    code: 4,
    out: expect.stringContaining('value: 1.0.0 | 1.0.1\n1 differences\n') as string,
  });
  expect(await commandLine(['devices', 'compare', a, b, '--ignore', '1.0.0.2.0.255.2'])).toMatchObject({ code: 0 });
  writeFileSync(b, '{"format":"another"}');
  expect(await commandLine(['devices', 'compare', a, b])).toMatchObject({ code: 1, err: expect.stringContaining('format: expected a read-out') as string }); // prettier-ignore
});

test('an optical port gives its read-out, and a driver what it can tell', async () => {
  const readout = await read(optical.servedAt[0]!.address, '--framing', '62056-21');
  expect(readout.out).toMatch(/identification SMB EMULATED\n[^]*1\.8\.0 +\d+\.\d{3} kWh\n/);
  const driver = await read(`driver:node "${SAMPLE_DRIVER.pathname}"`, 'none.such', '--endpoint', 'rack1');
  expect(driver).toMatchObject({ code: 0 });
  expect(driver.out).toMatch(/^probe +answered/m);
  expect(driver.out).toMatch(/^none\.such +refused/m);
});

test.each([
  [['nowhere'], 'expected tcp:HOST:PORT'],
  [['127.0.0.1:1', '1.8'], 'expected OBJECT[.ATTRIBUTE][@FROM..TO]'],
  [['127.0.0.1:1', '--client', '17'], 'give --keys'],
  [['127.0.0.1:1', '--client', '5'], 'say its --authentication'],
  [['127.0.0.1:1', '--range', '2022-01-01..'], '--range is of --all'],
  [['mqtt://a:secret@127.0.0.1/lab/x'], 'a URL holds no credentials'],
  [['127.0.0.1:1'], 'ECONNREFUSED'],
])('%j ends with 1 and says why', async (args, words) => {
  const { code, err } = await read(...args);
  expect(code).toBe(1);
  expect(err).toContain(words);
  expect(err).not.toContain('secret@');
});
