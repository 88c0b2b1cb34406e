// The home behind a hub: gateway, sleepy gas meter, mirror, and the isolation of thousands of devices in one process.
import { describe, expect, test } from 'vitest';
import { dateTimeData, instantOf } from '../../../devices/cosem/dateTime.ts';
import { obis } from '../../../devices/cosem/object.ts';
import { decodeDataNotification } from '../../../devices/dlms/apdu/apduResponse.ts';
import { ascii } from '../../../devices/dlms/encoding/bytes.ts';
import { controlRR } from '../../../devices/dlms/framing/hdlcControl.ts';
import { encodeFrame, shortAddress } from '../../../devices/dlms/framing/hdlcFrame.ts';
import { bytesOf, membersOf, numberOf, uint8 } from '../../../devices/dlms/encoding/values.ts';
import { chfPush, MEMBERSHIP } from '../../../devices/personas/chf.ts';
import { AWAKE_SECONDS, lastWake, WAKE_SECONDS } from '../../../devices/personas/gsme.ts';
import type { Installation } from '../../../devices/personas/emulatedInstallation.ts';
import { labDevice, labInstallation } from '../../../devices/personas/emulatedInstallation.ts';
import { bench, type Bench, type BenchOptions, keyTransfer, NOW } from '../dlms/harness.ts';

const at = (classId: number, name: string, id: number) => ({ classId, ln: obis(name), id });
const LDN = at(1, '0.0.42.0.0.255', 2);
const GAS = at(4, '7.0.3.0.0.255', 2);
const MIRRORED_AT = { ...GAS, id: 5 };

function visit(home: Installation, server: number, options: BenchOptions = {}): Bench {
  const framing = options.framing ?? 'wrapper';
  return bench(home.chf, { authentication: 'lls', ...options, server, connection: home.connect({ framing }) });
}

function read(made: Bench, attribute: ReturnType<typeof at>) {
  const result = made.run(made.client.get(attribute));
  if (!result?.ok) throw new Error(JSON.stringify(result));
  return result.value;
}

test('the hub is the gateway to both meters, each by its own name', () => {
  const home = labInstallation(7);
  const awake = lastWake(home.gsme!, NOW) + 1;
  const names = [1, 2, 3].map((server) => {
    const made = visit(home, server, { at: awake });
    expect(made.run(made.client.associate())).toMatchObject({ ok: true });
    return Buffer.from(bytesOf(read(made, LDN))!).toString();
  });
  expect(names).toEqual(['SMBC00000007', 'SMBE00000007', 'SMBG00000007']);
  expect(visit(labInstallation(7, { gas: false }), 3).connection.receive(new Uint8Array([1]), NOW)).toEqual([]);
});

describe('the sleepy GSME', () => {
  test('a request waits for the next wake, and a session keeps it awake', () => {
    const home = labInstallation(7);
    const woke = lastWake(home.gsme!, NOW);
    const made = visit(home, 3, { at: woke + AWAKE_SECONDS + 1 });
    const { exchange, send } = made.session.start(made.client.associate(), made.at);
    expect(send.flatMap((bytes) => made.connection.receive(bytes, made.at))).toEqual([]);
    expect(made.connection.dueAt()).toBe(woke + WAKE_SECONDS);
    expect(made.connection.poll(woke + WAKE_SECONDS - 1)).toEqual([]);
    const late = made.connection.poll(woke + WAKE_SECONDS);
    late.forEach((bytes) => made.session.receive(bytes, woke + WAKE_SECONDS));
    expect(exchange.result).toMatchObject({ ok: true });
    made.at = woke + WAKE_SECONDS + AWAKE_SECONDS - 1;
    expect(bytesOf(read(made, LDN))).toBeDefined();
    made.at += AWAKE_SECONDS - 1;
    expect(bytesOf(read(made, LDN))).toBeDefined();
  });

  test('over HDLC a late answer waits for the next poll of the client', () => {
    const home = labInstallation(7);
    const woke = lastWake(home.gsme!, NOW);
    const made = visit(home, 3, { framing: 'hdlc', at: woke + AWAKE_SECONDS + 1 });
    const carry = (frames: Uint8Array[], now: number): void => {
      let out = frames;
      while (out.length > 0) {
        const back = out.flatMap((bytes) => made.connection.receive(bytes, now));
        out = back.flatMap((bytes) => made.session.receive(bytes, now));
      }
    };
    carry(made.session.open(made.at), made.at);
    const { exchange, send } = made.session.start(made.client.associate(), made.at);
    carry(send, made.at);
    expect(exchange.result).toBeUndefined();
    // The link would be dropped by its inactivity before the meter wakes: the client polls on.
    for (let now = made.at + 60; now < woke + WAKE_SECONDS + 61; now += 60) {
      expect(made.connection.poll(now)).toEqual([]);
      carry(
        made.connection.receive(pollFrame(), now).flatMap((b) => made.session.receive(b, now)),
        now,
      );
    }
    expect(exchange.result).toMatchObject({ ok: true });
  });

  test('while the HAN is lost there is silence, the mirror ages, and the WAN says nothing of it', () => {
    let isUp = true;
    const home = labInstallation(7, { world: { hanUp: (member) => member !== 'gsme' || isUp } });
    const made = visit(home, 1);
    made.run(made.client.associate());
    const heard = instantOf(read(made, MIRRORED_AT))!;
    expect(heard).toBe(lastWake(home.gsme!, NOW));
    const volume = numberOf(read(made, GAS))!;
    isUp = false;
    made.at += 4 * 86_400;
    expect(instantOf(read(made, MIRRORED_AT))).toBe(heard);
    expect(numberOf(read(made, GAS))).toBe(volume);
    const beyond = visit(home, 3, { at: lastWake(home.gsme!, made.at) + 1 });
    expect(beyond.run(beyond.client.associate())).toBeUndefined();
    // The hub itself and the ESME answer all the while.
    const esme = visit(home, 2, { at: made.at });
    expect(esme.run(esme.client.associate())).toMatchObject({ ok: true });
    isUp = true;
    made.at += WAKE_SECONDS;
    expect(instantOf(read(made, MIRRORED_AT))).toBe(lastWake(home.gsme!, made.at));
    expect(numberOf(read(made, GAS))).toBeGreaterThan(volume);
  });

  test('the mirror shows what was last heard before the hub was looked at, however long ago', () => {
    const lostFrom = NOW - 10 * 86_400;
    const home = labInstallation(7, { world: { hanUp: (member, when) => member !== 'gsme' || when < lostFrom } });
    const made = visit(home, 1);
    made.run(made.client.associate());
    const heard = instantOf(read(made, MIRRORED_AT))!;
    expect(heard).toBeLessThan(lostFrom);
    expect(lostFrom - heard).toBeLessThanOrEqual(WAKE_SECONDS);
  });

  test('its keys are rotated through the hub, while the hub keeps its own', () => {
    const home = labInstallation(7);
    const made = visit(home, 3, { authentication: 'gmac', at: lastWake(home.gsme!, NOW) + 1 });
    made.run(made.client.associate());
    const guek = new Uint8Array(16).fill(5);
    expect(made.run(made.client.action(...keyTransfer({ guek })))).toMatchObject({ ok: true });
    expect(home.gsme!.keyring.keys.guek).toEqual(guek);
    expect(home.chf.keyring.keys.guek).not.toEqual(guek);
    expect(home.esme.keyring.keys.guek).not.toEqual(guek);
  });
});

test('membership shows who joined, when each was heard, and an orphan as one', () => {
  const home = labInstallation(7);
  home.hub.member('gsme')!.join = 'orphaned';
  const made = visit(home, 1);
  made.run(made.client.associate());
  const rows = membersOf(read(made, at(1, MEMBERSHIP, 2)))!.map((row) => membersOf(row)!);
  expect(rows.map((row) => numberOf(row[2]))).toEqual([1, 2]);
  expect(rows[0]![3]).toEqual(dateTimeData(Math.floor(NOW / 600) * 600));
  expect(rows[1]![3]).toEqual({ type: 'null' });
  expect(home.route(3, lastWake(home.gsme!, NOW))).toBeUndefined();
});

test('the daily push carries name, time, signal and mirror', () => {
  const home = labInstallation(7);
  home.hub.lookAt(NOW);
  const push = decodeDataNotification(chfPush(home.chf, NOW));
  const body = push.ok ? membersOf(push.value.body)! : [];
  expect(bytesOf(body[0])).toEqual(ascii('SMBC00000007'));
  expect(instantOf(body[1])).toBe(NOW);
  expect(numberOf(membersOf(body[2])![2])).toBe(14);
  expect(instantOf(body[4])).toBe(lastWake(home.gsme!, NOW));
});

test('a hub without power takes the whole home with it', () => {
  const home = labInstallation(7);
  home.chf.cutPower();
  for (const server of [1, 2, 3]) {
    const made = visit(home, server);
    expect(made.run(made.client.associate())).toBeUndefined();
  }
});

test('ten thousand devices share their model and nothing else, at little memory each', () => {
  const before = process.memoryUsage().heapUsed;
  const devices = Array.from({ length: 10_000 }, (_, n) => labDevice('esme', n));
  const bytesEach = (process.memoryUsage().heapUsed - before) / devices.length;
  console.log(`memory: ${Math.round(bytesEach)} bytes an idle device`);
  expect(bytesEach).toBeLessThan(8192);
  const [one, other] = [devices[17]!, devices[18]!];
  const made = bench(one);
  made.run(made.client.associate());
  expect(made.run(made.client.set(at(1, '0.0.128.1.0.255', 2), uint8(1)))).toMatchObject({ ok: true });
  expect(one.values.size).toBe(1);
  expect(other.values.size).toBe(0);
  expect(other.keyring.nextCounter).toBe(1);
  const titles = new Set(devices.map((device) => Buffer.from(device.systemTitle).toString('hex')));
  expect(titles.size).toBe(devices.length);
});

/** RR with P of client 17 to server 3, N(R) 0. */
function pollFrame(): Uint8Array {
  return encodeFrame({
    destination: shortAddress(3),
    source: shortAddress(17),
    control: controlRR(0, true),
    segmented: false,
    information: new Uint8Array(0),
  });
}
