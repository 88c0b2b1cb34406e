/** `emulate` and `devices` as they are typed: what they say, refuse and leave behind. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { connectBroker } from '../../devices/mqtt/connection.ts';
import { mqttTransport } from '../../devices/mqtt/mqttTransport.ts';
import { callOn, value } from '../devices/emulate/caller.ts';
import { emulateOnce, startEmulator } from '../devices/emulate/emulator.ts';
import { aedesBroker, mosquittoBroker, mosquittoMissing, type Broker } from '../devices/transport/brokers.ts';
import { ptyPair, socatMissing } from '../devices/transport/serialPair.ts';
import { commandLine, unbroken } from './harness.ts';

const folder = mkdtempSync(join(tmpdir(), 'emulate-'));
afterAll(() => rmSync(folder, { recursive: true }));

// Concurrent, as they wait for processes to start and for what a unit says in its own time.
describe.concurrent('what it says', () => {
  test('emulate prints addresses, SAPs, titles and that it has lab keys, but no key or secret', async () => {
    const emulator = await startEmulator('--device', 'installation', '--listen', '127.0.0.1:0', '--count', '2');
    expect(await emulator.stop('SIGINT')).toBe(0);
    const told = emulator.output();
    expect(told).toContain('STAND-IN');
    expect(told).toContain('public LAB keys');
    expect(told).toContain('server SAP 2: ESME SMBE00000002, system title 534D424500000002');
    for (const line of [
      'client SAP 16: public, no authentication',
      'client SAP 17: reader, LLS, secret of the lab (--help)',
      'client SAP 1: management, HLS-GMAC, suite 0',
      'SAP 16 reads it at 0.0.43.1.0.255, attribute 2',
      'wrapper: 0001, source the client SAP, destination the server SAP',
    ])
      expect(unbroken(told)).toContain(line);
    for (const secret of ['000102030405', 'D0D1D2', '313131', 'Gurux']) expect(told).not.toContain(secret);
    expect(told.match(/^serving tcp 127\.0\.0\.1:\d+ \(wrapper\)$/gm)).toHaveLength(2);
    expect(told).not.toContain('WARNING');
  });

  test('emulate says if a profile has its own keys, and if an address is reachable beyond this machine', async () => {
    const path = join(folder, 'rack.yaml');
    writeFileSync(path, "name: rack\ndevice: gsme\nkeys: { guek: 'A0A1A2A3A4A5A6A7A8A9AAABACADAEAF' }\n");
    const emulator = await startEmulator('--profile', path, '--listen', '0.0.0.0:0');
    expect(await emulator.stop()).toBe(0);
    expect(emulator.banner).toContain("keys: of profile 'rack', not shown");
    expect(emulator.banner).toContain('WARNING: 0.0.0.0 is more than this machine');
    expect(emulator.banner).not.toContain('A0A1');
  });

  test('emulate names other clients and the HDLC limits of the profile, without their secret', async () => {
    const path = join(folder, 'sites.yaml');
    const clients =
      "clients: [{ sap: 48, role: reader, authentication: lls, secret: 'hush' }, { sap: 2, role: management, authentication: gmac }]";
    writeFileSync(
      path,
      `${clients}\nhdlc: { informationBytesMax: 64, window: 1, physicalAddresses: [17], inactivitySeconds: 0 }\n`,
    );
    const emulator = await startEmulator('--profile', path, '--listen', '127.0.0.1:0', '--framing', 'hdlc');
    expect(await emulator.stop()).toBe(0);
    for (const line of [
      'client SAP 48: reader, LLS, secret of the profile, not shown',
      'it stands at 0.0.43.1.0.255, attribute 2',
      'with a physical one (17)',
      'up to 64 and 1 if asked for in SNRM; a link is never dropped for silence',
    ])
      expect(unbroken(emulator.banner)).toContain(line);
    expect(emulator.banner).not.toContain('hush');
  });

  test('the help of emulate names the SAPs, secret and keys of the lab, and where counters are read', async () => {
    const { code, text } = await emulateOnce('--help');
    expect(code).toBe(0);
    for (const word of ['17 LLS, secret Gurux', 'GUEK 00 01 02 .. 0F', '0.0.43.1.0.255 attribute 2'])
      expect(text).toContain(word);
  });
});

describe('what it refuses', () => {
  const busy = createServer();
  afterAll(() => void busy.close());

  test.each([
    [['--listen', 'nowhere'], '--listen: found nowhere, expected HOST:PORT such as 127.0.0.1:4059'],
    [['--mqtt', 'mqtt://127.0.0.1:1', '--framing', '62056-21'], '--framing: found 62056-21, expected wrapper or hdlc'],
    [['--glow'], '--glow publishes on a broker'],
    [['--baud', '9600'], '--baud is of a serial line'],
    [['--serial', '/dev/none', '--framing', 'hdlc'], 'serial:/dev/none'],
    [['--serial', '/dev/none', '--count', '2'], 'at most 1 over serial'],
    [['--mqtt', 'mqtt://user:hunter2@127.0.0.1:1'], "the broker's URL holds a user name or a password"],
    [['--profile', join(folder, 'none.yaml')], 'no such file'],
    [['--listen', '127.0.0.1:65535', '--count', '2'], '2 ports from 65535 upward end above 65535'],
  ])('emulate refuses %j', async (args, told) => {
    // What is not refused would be served until it is stopped: the test is to fail then, and not to hang.
    const onText = (text: string, interrupt: () => void): void => (text.includes('ready;') ? interrupt() : undefined);
    const { code, out, err } = await commandLine(['emulate', ...args], { onText });
    expect(err).toContain(told);
    expect(out + err).not.toContain('hunter2');
    expect(code).toBe(1);
  });

  test('emulate refuses a port that is taken', async () => {
    await new Promise<void>((resolve) => busy.listen(0, '127.0.0.1', resolve));
    const { port } = busy.address() as { port: number };
    const { code, text } = await emulateOnce('--listen', `127.0.0.1:${port}`);
    expect([code, text]).toEqual([1, expect.stringContaining('EADDRINUSE')]);
  });
});

describe.concurrent.each([
  ['aedes', aedesBroker, undefined],
  ['mosquitto', mosquittoBroker, mosquittoMissing],
] as const)('MQTT, %s', (_, start, missing) => {
  if (missing !== undefined) {
    test.skip(`skipped: ${missing}`, () => undefined);
    return;
  }
  test('the emulator serves a pipe, statuses, link reports and a CAD, and is offline once it ends', async () => {
    const broker: Broker = await start();
    const emulator = await startEmulator('--device', 'installation', '--mqtt', broker.url, '--glow', '--bench', 'b1');
    const watcher = await connectBroker({ url: broker.url });
    const seen = new Map<string, string>();
    await watcher.subscribe('#', ({ topic, payload }) => void seen.set(topic, Buffer.from(payload).toString()));
    const pipe = mqttTransport({ url: broker.url, bench: 'b1', rig: 'SMBC00000001' });
    const caller = callOn(await pipe.open(), { framing: 'wrapper', authentication: 'gmac', server: 2 });
    value(await caller.run(caller.client.associate()));
    value(await caller.run(caller.client.get({ classId: 3, ln: '0100010800FF', id: 2 })));
    await caller.channel.close();

    const listed = await commandLine(['devices', 'list', '--mqtt', broker.url, '--seconds', '1']);
    expect(unbroken(listed.out)).toContain(
      'b1/SMBC00000001/gsme  online  GSME emulated smets1-bench gsme 1.0.0, title 534D424700000001',
    );
    expect(unbroken(listed.out)).toContain('b1/rig/SMBC00000001  online  CHF emulated');
    while (!seen.has('glow/02534D000001/SENSOR/gasmeter')) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(seen.get('glow/02534D000001/STATE')).toContain('"status":"joined"');

    expect(await emulator.stop('SIGKILL')).toBe(null);
    const status = 'smb/v1/b1/SMBC00000001/chf/status';
    while (!seen.get(status)?.includes('offline')) await new Promise((resolve) => setTimeout(resolve, 20));
    await watcher.close();
    await broker.stop();
  });
});

test.concurrent(
  'a broker that hangs up does not end the emulator, which prints the reason and that it is served again',
  async () => {
    const broker = await aedesBroker();
    const emulator = await startEmulator('--mqtt', broker.url);
    broker.sever();
    while (!emulator.output().includes('served again\n')) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(emulator.output()).toMatch(/mqtt:lab\/SMBE00000001: mqtt:127\.0\.0\.1:\d+: .*; it is served again as soon/);
    expect(await emulator.stop()).toBe(0);
    await broker.stop();
  },
);

describe('devices', () => {
  test('devices list does not fail if udevadm is missing', async () => {
    const { out, code } = await commandLine(['devices', 'list', '--format', 'json']);
    expect(code).toBe(0);
    expect(Array.isArray((JSON.parse(out) as { ports: unknown }).ports)).toBe(true);
  });

  test('a missing broker and a missing port are reported as faults that the user can mend', async () => {
    expect(await commandLine(['devices', 'list', '--mqtt', 'mqtt://127.0.0.1:1'])).toMatchObject({ code: 1 });
    const { code, err } = await commandLine(['devices', 'probe', '/dev/none']);
    expect([code, err]).toEqual([1, expect.stringContaining('serial:/dev/none')]);
  });

  test.skipIf(socatMissing !== undefined)(
    `probe finds the emulator on a pty (${socatMissing ?? 'socat'})`,
    async () => {
      for (const [framing, told] of [
        ['hdlc', /^yes {2}9600\/8N1 +hdlc +UA from server 1 to client 16$/m],
        ['62056-21', /^yes {2}300\/7E1 +62056-21 +SMB 'EMULATED', baud character 5, mode E/m],
      ] as const) {
        const pair = await ptyPair();
        const emulator = await startEmulator('--serial', pair.paths[0], '--framing', framing);
        const { out, code } = await commandLine(['devices', 'probe', pair.paths[1], '--seconds', '1']);
        expect(unbroken(out)).toMatch(told);
        expect(code).toBe(0);
        expect(await emulator.stop()).toBe(0);
        await pair.stop();
      }
    },
  );
});
