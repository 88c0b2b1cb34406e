// Named after the cases of DLMS UA 1001-6 section 8 (SYMSEC_0). The purposes are the Yellow Book's, the bytes are ours.
// Suite 0 is a standards-based stand-in with the same dependency on the Master Key; nothing here says what SMETS1 kit does.
import { describe, expect, test } from 'vitest';
import { encodeRequest } from '../../../devices/dlms/apdu/apduRequest.ts';
import { Association } from '../../../devices/dlms/server/association.ts';
import { ascii, fromHex, toHex } from '../../../devices/dlms/encoding/bytes.ts';
import { ClientSecurity } from '../../../devices/dlms/client/clientSecurity.ts';
import { encodeRelease } from '../../../devices/dlms/apdu/acse.ts';
import type { CosemDevice } from '../../../devices/cosem/device.ts';
import { enumerated, uint8 } from '../../../devices/dlms/encoding/values.ts';
import { labDevice } from '../../../devices/personas/emulatedInstallation.ts';
import { LAB_KEYS } from '../../../devices/personas/labProfile.ts';
import { bench, type BenchOptions, CLIENT_TITLE, keyTransfer, NOW } from './harness.ts';

const LDN = { classId: 1, ln: '00002A0000FF', id: 2 };
const MODE = { classId: 1, ln: '0000800100FF', id: 2 };
const SETUP = { classId: 64, ln: '00002B0000FF' };
const GUEK = fromHex('A0A1A2A3A4A5A6A7A8A9AAABACADAEAF');
const GAK = fromHex('B0B1B2B3B4B5B6B7B8B9BABBBCBDBEBF');

function associated(device: CosemDevice, options: BenchOptions = {}) {
  const made = bench(device, options);
  expect(made.run(made.client.associate())).toMatchObject({ ok: true });
  return made;
}

/** The association alone, opened by hand, so that single APDUs can be repeated and bent. */
function raw(device: CosemDevice, first = 0) {
  const made = bench(device, { counter: { value: first } });
  const association = new Association(device, { client: 1, server: 1 });
  const conversation = made.client.associate();
  const aarq = conversation.next().value as Uint8Array;
  const pass3 = conversation.next(association.receive(aarq, NOW)!).value as Uint8Array;
  const end = conversation.next(association.receive(pass3, NOW)!);
  expect(end.value).toMatchObject({ ok: true });
  return { made, association, aarq, pass3 };
}

describe.each(['glo', 'generalGlo'] as const)('SYMSEC_0_BasicCap_1 in the family %s', (family) => {
  test.each([0x10, 0x20, 0x30])('security control %i: associate, read, write, release', (control) => {
    const device = labDevice('esme', 1);
    const made = bench(device, { security: { family, control } });
    const read = (): unknown => made.run(made.client.get(LDN));
    expect(made.run(made.client.associate())).toMatchObject({ ok: true });
    expect(read()).toMatchObject({ ok: true });
    // Writing the payment mode is open to any management association, protected as it likes.
    expect(made.run(made.client.set(MODE, uint8(1)))).toMatchObject({ ok: true });
    expect(made.run(made.client.release())).toMatchObject({ ok: true });
  });

  test('the answer comes in the family asked', () => {
    const device = labDevice('esme', 1);
    const made = bench(device, { security: { family } });
    const association = new Association(device, { client: 1, server: 1 });
    const conversation = made.client.associate();
    const aare = association.receive(conversation.next().value as Uint8Array, NOW)!;
    const answer = association.receive(conversation.next(aare).value as Uint8Array, NOW)!;
    expect(answer[0]).toBe(family === 'glo' ? 0xcf : 0xdb);
  });
});

describe('SYMSEC_0_FraCount', () => {
  test('SYMSEC_0_FraCount_1: whatever is repeated is refused, and the expected counter told', () => {
    const device = labDevice('esme', 1);
    const { made, association, aarq } = raw(device, 100);
    const get = made.client.get(LDN).next().value as Uint8Array;
    expect(association.receive(get, NOW)![0]).toBe(0xdb);
    // AARQ 101, proof 102, its APDU 103, GET 104: 105 is expected.
    expect(toHex(association.receive(get, NOW)!)).toBe('D8010600000069');
    expect(toHex(association.receive(aarq, NOW)!)).toBe('D8010600000069');
    // In another connection, and after the power went and came, it is the same.
    device.restart();
    expect(toHex(new Association(device, { client: 1, server: 1 }).receive(aarq, NOW)!)).toBe('D8010600000069');
    // Counters are per client title: another title begins where it likes.
    const other = bench(device, { security: { systemTitle: ascii('OTHER001') }, counter: { value: 3 } });
    expect(other.run(other.client.associate())).toMatchObject({ ok: true });
  });

  test('SYMSEC_0_FraCount_1: a forged counter moves nothing', () => {
    const device = labDevice('esme', 1);
    const { made, association } = raw(device);
    const get = (made.client.get(LDN).next().value as Uint8Array).slice();
    const at = get.indexOf(0x30, 10) + 1;
    get[at] = 0xff;
    expect(toHex(association.receive(get, NOW)!)).toBe('D80205');
    const next = made.client.get(LDN).next().value as Uint8Array;
    expect(association.receive(next, NOW)![0]).toBe(0xdb);
  });

  test('SYMSEC_0_FraCount_1: a proof may share its counter with the APDU around it, as some clients do', () => {
    const device = labDevice('esme', 1);
    const counters = [1, 2, 2, 3];
    const made = bench(device, { security: { nextCounter: () => counters.shift() } });
    expect(made.run(made.client.associate())).toMatchObject({ ok: true });
    expect(made.run(made.client.get(LDN))).toMatchObject({ ok: true });
  });

  test('SYMSEC_0_FraCount_3: sent counters start at 1, never repeat, and count the proofs', () => {
    const device = labDevice('esme', 1);
    const made = associated(device);
    // AARE 1, proof 2, its APDU 3.
    expect(made.client.security!.serverCounter).toBe(3);
    made.run(made.client.get(LDN));
    expect(made.client.security!.serverCounter).toBe(4);
    device.restart();
    const again = associated(device, { counter: made.counter, security: { serverCounter: 4 } });
    expect(again.client.security!.serverCounter).toBe(7);
  });

  test('when a side has used its counters up it says so and sends nothing under a used one', () => {
    const device = labDevice('esme', 1);
    device.keyring.skipCounterTo(0x1_0000_0000);
    const made = bench(device);
    expect(made.run(made.client.associate())).toMatchObject({
      ok: false,
      error: { kind: 'exception', serviceError: 3 },
    });
    const empty = bench(labDevice('esme', 1), { security: { nextCounter: () => undefined } });
    expect(empty.run(empty.client.associate())).toMatchObject({ ok: false, error: { kind: 'countersUsedUp' } });
  });
});

describe('SYMSEC_0_Key_Tx', () => {
  const cases = [
    ['SYMSEC_0_Key_Tx_P1: GUEK', { guek: GUEK }],
    ['SYMSEC_0_Key_Tx_P2: GAK', { gak: GAK }],
    ['SYMSEC_0_Key_Tx_P3: GUEK and GAK', { guek: GUEK, gak: GAK }],
  ] as const;
  test.each(cases)('%s: answered under the old keys, then only the new ones open', (_, fresh) => {
    const device = labDevice('esme', 1);
    const made = associated(device);
    // The client opens this answer under the old keys, or it would report a security error.
    expect(made.run(made.client.action(...keyTransfer(fresh)))).toMatchObject({ ok: true });
    expect(made.run(made.client.get(LDN))).toMatchObject({ ok: false, error: { stateError: 2, serviceError: 5 } });
    const old = bench(device, { counter: made.counter });
    expect(old.run(old.client.associate())).toMatchObject({ ok: false, error: { stateError: 1, serviceError: 5 } });
    // The same association goes on under the new keys.
    const keys = { ...LAB_KEYS, ...fresh };
    made.client.replaceKeys(keys);
    expect(made.run(made.client.get(LDN))).toMatchObject({ ok: true });
    // A new GUEK starts all counters anew; a new GAK leaves them.
    const counter = { value: 'guek' in fresh ? 1000 : made.counter.value };
    associated(device, { counter, security: { keys } });
    expect(device.keyring.acceptedCounter(toHex(CLIENT_TITLE))).toBe(counter.value);
  });

  test.each([4, 9, 255])('SYMSEC_0_Key_Tx_N1: key_id %i changes nothing', (keyId) => {
    const device = labDevice('esme', 1);
    const made = associated(device);
    const [method, parameter] = keyTransfer({ guek: GUEK });
    if (parameter.type !== 'array' || parameter.value[0]?.type !== 'structure') throw new Error('not a transfer');
    const [, wrapped] = parameter.value[0].value;
    const bent = { type: 'array', value: [{ type: 'structure', value: [enumerated(keyId), wrapped!] }] } as const;
    expect(made.run(made.client.action(method, bent))).toMatchObject({
      ok: false,
      error: { kind: 'result', result: 250 },
    });
    expect(device.keyring.keys).toEqual(LAB_KEYS);
  });

  test('SYMSEC_0_Key_Tx_N2: a wrapping under another KEK is refused, and one bad item refuses all', () => {
    const device = labDevice('esme', 1);
    const made = associated(device);
    const wrong = keyTransfer({ guek: GUEK }, new Uint8Array(16).fill(0x32));
    expect(made.run(made.client.action(...wrong))).toMatchObject({ ok: false, error: { kind: 'result', result: 250 } });
    const [method, good] = keyTransfer({ guek: GUEK });
    const bad = wrong[1];
    if (good.type !== 'array' || bad.type !== 'array') throw new Error('not a transfer');
    const [, gak] = keyTransfer({ gak: GAK }, new Uint8Array(16).fill(0x32));
    if (gak.type !== 'array') throw new Error('not a transfer');
    const mixed = { type: 'array', value: [...good.value, ...gak.value] } as const;
    expect(made.run(made.client.action(method, mixed))).toMatchObject({ ok: false });
    const twice = { type: 'array', value: [...good.value, ...good.value] } as const;
    expect(made.run(made.client.action(method, twice))).toMatchObject({ ok: false });
    expect(made.run(made.client.action(method, { type: 'array', value: [] }))).toMatchObject({ ok: false });
    expect(made.run(made.client.action(method))).toMatchObject({ ok: false });
    expect(device.keyring.keys).toEqual(LAB_KEYS);
    expect(made.run(made.client.get(LDN))).toMatchObject({ ok: true });
  });

  test('a transfer that is encrypted only, and so proves nothing, is denied', () => {
    const device = labDevice('esme', 1);
    const made = associated(device, { security: { control: 0x20 } });
    expect(made.run(made.client.action(...keyTransfer({ guek: GUEK })))).toMatchObject({
      ok: false,
      error: { kind: 'result', result: 3 },
    });
    expect(device.keyring.keys).toEqual(LAB_KEYS);
  });
});

describe('SYMSEC_0_DedKey', () => {
  test('a dedicated key serves its own association, in both families', () => {
    for (const family of ['glo', 'generalGlo'] as const) {
      const device = labDevice('esme', 1);
      const made = associated(device, { security: { family, dedicatedKey: GAK } });
      expect(made.run(made.client.get(LDN))).toMatchObject({ ok: true });
      expect(made.run(made.client.release())).toMatchObject({ ok: true });
    }
  });

  test('SYMSEC_0_DedKey_N1: one of another length is refused, and none agreed serves nothing', () => {
    const device = labDevice('esme', 1);
    const short = bench(device, { security: { dedicatedKey: GAK.subarray(0, 8) } });
    expect(short.run(short.client.associate())).toMatchObject({ ok: false, error: { kind: 'rejected', result: 1 } });
    const { association } = raw(device, 50);
    const stranger = new ClientSecurity({
      systemTitle: CLIENT_TITLE,
      keys: LAB_KEYS,
      nextCounter: () => 99,
      dedicatedKey: GAK,
    });
    stranger.useDedicatedKey();
    const get = stranger.protect(encodeRequest({ kind: 'getNormal', invoke: 1, request: { attribute: LDN } }))!;
    expect(toHex(association.receive(get, NOW)!)).toBe('D80205');
  });
});

describe('SYMSEC_0_SecDataX', () => {
  test('SYMSEC_0_SecDataX_P1: what is written is read, under global and dedicated keys', () => {
    const device = labDevice('esme', 1);
    const made = associated(device);
    expect(made.run(made.client.set(MODE, uint8(1)))).toMatchObject({ ok: true });
    const other = associated(device, { counter: made.counter, security: { dedicatedKey: GUEK } });
    expect(other.run(other.client.get(MODE))).toMatchObject({ ok: true, value: { value: 1 } });
  });

  test('SYMSEC_0_SecDataX_N1: wrong tag, title, key or tag announced, and clear text, change nothing', () => {
    const device = labDevice('esme', 1);
    const { made, association } = raw(device);
    const set = (): Uint8Array => (made.client.set(MODE, uint8(1)).next().value as Uint8Array).slice();
    const bent = (bend: (bytes: Uint8Array) => void): string => {
      const bytes = set();
      bend(bytes);
      return toHex(association.receive(bytes, NOW)!);
    };
    expect(bent((bytes) => (bytes[bytes.length - 1]! ^= 1))).toBe('D80205');
    expect(bent((bytes) => (bytes[3]! ^= 1))).toBe('D80205');
    expect(bent((bytes) => (bytes[11] = 0x31))).toBe('D80205');
    expect(toHex(association.receive(set().subarray(0, 20), NOW)!)).toBe('D80205');
    const clear = encodeRequest({ kind: 'setNormal', invoke: 1, request: { attribute: MODE }, value: uint8(1) });
    expect(toHex(association.receive(clear, NOW)!)).toBe('D80102');
    expect(device.values.size).toBe(0);
    expect(association.receive(set(), NOW)![0]).toBe(0xdb);
    expect(device.values.size).toBe(1);
  });
});

test('SYMSEC_REL_N1: a release that is not protected as demanded does not end the association', () => {
  const device = labDevice('esme', 1);
  const { made, association } = raw(device);
  const stranger = new ClientSecurity({
    systemTitle: CLIENT_TITLE,
    keys: { guek: GUEK, gak: GAK },
    nextCounter: () => 999,
  });
  const userInformation = stranger.protectInitiate(fromHex('01000000065F1F040000101DFFFF'))!;
  expect(toHex(association.receive(encodeRelease('request', { reason: 0, userInformation }), NOW)!)).toBe('D80102');
  expect(association.view.status).toBe(2);
  device.securityPolicy = 1;
  expect(toHex(association.receive(fromHex('6203800100'), NOW)!)).toBe('6303800101');
  expect(association.view.status).toBe(2);
  const release = made.client.release().next().value as Uint8Array;
  expect(toHex(association.receive(release, NOW)!).slice(0, 8)).toBe('63288001');
  expect(association.view.status).toBe(0);
});

describe('SYMSEC_0_SecPol', () => {
  test.each([
    [1, 0x10],
    [2, 0x20],
    [3, 0x30],
  ])('SYMSEC_0_SecPol_%i: once activated, less protection is refused, and it is never weakened', (policy, needed) => {
    const device = labDevice('esme', 1);
    const made = associated(device);
    expect(made.run(made.client.action({ ...SETUP, id: 1 }, enumerated(policy)))).toMatchObject({ ok: true });
    expect(made.run(made.client.get({ ...SETUP, id: 2 }))).toMatchObject({ ok: true, value: { value: policy } });
    expect(made.run(made.client.action({ ...SETUP, id: 1 }, enumerated(0)))).toMatchObject({ ok: false });
    for (const control of [0x10, 0x20, 0x30]) {
      const other = bench(device, { counter: made.counter, security: { control } });
      const isEnough = (control & needed) === needed;
      expect(other.run(other.client.associate())).toMatchObject({ ok: isEnough });
    }
  });
});
