// Named after the cases of DLMS UA 1001-6 section 6 (ATS_AL). The purposes are the Yellow Book's, the bytes are ours;
// passing them is not a conformance certificate. APPL_DATA_SN_*: short names are never served, which is what they show.
import { describe, expect, test } from 'vitest';
import { type Aarq, decodeAare, encodeAarq } from '../../../devices/dlms/apdu/acse.ts';
import type { ServiceRequest, ServiceResponse } from '../../../devices/dlms/apdu/apdu.ts';
import { decodeResponse } from '../../../devices/dlms/apdu/apduResponse.ts';
import { encodeRequest } from '../../../devices/dlms/apdu/apduRequest.ts';
import { Association } from '../../../devices/dlms/server/association.ts';
import { encodeData } from '../../../devices/dlms/encoding/axdr.ts';
import { ascii, concat, fromHex, toHex } from '../../../devices/dlms/encoding/bytes.ts';
import {
  decodeInitiateResponse,
  encodeInitiateRequest,
  type InitiateRequest,
} from '../../../devices/dlms/apdu/initiate.ts';
import { array, octets, structure, uint16, uint32, uint8 } from '../../../devices/dlms/encoding/values.ts';
import { labDevice } from '../../../devices/personas/emulatedInstallation.ts';
import { bench, NOW } from './harness.ts';

const INITIATE: InitiateRequest = { responseAllowed: true, dlmsVersion: 6, conformance: 0x401e1d, pduBytesMax: 512 };
const LDN = { classId: 1, ln: '00002A0000FF', id: 2 };
const MODE = { classId: 1, ln: '0000800100FF', id: 2 };
const NOT_ALLOWED = 'D80102';
const UNKNOWN = 'D80202';

function application(client: number, device = labDevice('esme', 1)) {
  const association = new Association(device, { client, server: 1 });
  const send = (apdu: Uint8Array): Uint8Array => association.receive(apdu, NOW)!;
  return {
    association,
    device,
    send,
    open(aarq: Partial<Aarq> = {}, initiate: Partial<InitiateRequest> = {}) {
      const userInformation = encodeInitiateRequest({ ...INITIATE, ...initiate });
      const aare = decodeAare(send(encodeAarq({ context: 1, mechanism: 0, userInformation, ...aarq })));
      if (!aare.ok) throw new Error(aare.error);
      return aare.value;
    },
    ask(request: ServiceRequest): ServiceResponse {
      const response = decodeResponse(send(encodeRequest(request)));
      if (!response.ok) throw new Error(response.error);
      return response.value;
    },
  };
}
const LLS = { mechanism: 1, authenticationValue: ascii('Gurux') };
const reader = () => {
  const made = application(17);
  expect(made.open(LLS)).toMatchObject({ result: 0, diagnostic: 0 });
  return made;
};

test('APPL_IDLE_N1: nothing but an AARQ is served without an association', () => {
  const made = application(16);
  for (const hex of ['C001C0000100002A0000FF0200', 'C301C0000F0000280000FF010100', '6203800100', 'C0', '00']) {
    expect(toHex(made.send(fromHex(hex)))).toBe(NOT_ALLOWED);
  }
  // An AARQ that is no AARQ is refused with an AARE.
  expect(decodeAare(made.send(fromHex('6003A10100')))).toMatchObject({ value: { result: 1 } });
});

describe('APPL_OPEN', () => {
  test('APPL_OPEN_1: each client opens with what it declared', () => {
    expect(application(16).open()).toMatchObject({ result: 0, diagnostic: 0, context: 1 });
    expect(application(17).open(LLS)).toMatchObject({ result: 0, diagnostic: 0 });
    const made = bench(labDevice('esme', 1));
    expect(made.run(made.client.associate())).toMatchObject({ ok: true, value: { pduBytesMax: 1024, vaaName: 7 } });
    // A second AARQ in an open association starts anew.
    expect(made.run(made.client.associate())).toMatchObject({ ok: true });
  });

  test('APPL_OPEN_2: an unknown client is refused with an AARE', () => {
    expect(application(99).open()).toMatchObject({ result: 1, diagnostic: 1 });
  });

  test('APPL_OPEN_3: HLS demands passes 3 and 4, and nothing is served between', () => {
    const device = labDevice('esme', 1);
    const made = bench(device, { client: { pduBytesMax: 0 } });
    const conversation = made.client.associate();
    const association = new Association(device, { client: 1, server: 1 });
    const pass2 = association.receive(conversation.next().value as Uint8Array, NOW)!;
    expect(decodeAare(pass2)).toMatchObject({ value: { result: 0, diagnostic: 14, mechanism: 5 } });
    expect(association.view.status).toBe(1);
    const early = made.client.get(LDN).next().value as Uint8Array;
    // The AARE has not been read yet by the client, so its GET is protected all the same.
    expect(toHex(association.receive(early, NOW)!)).toBe(NOT_ALLOWED);
    const pass3 = conversation.next(pass2).value as Uint8Array;
    const end = conversation.next(association.receive(pass3, NOW)!);
    expect(end).toMatchObject({ done: true, value: { ok: true } });
    expect(association.view.status).toBe(2);
  });

  test('APPL_OPEN_3: a wrong proof ends the association', () => {
    const device = labDevice('esme', 1);
    const keys = { guek: device.keyring.keys.guek, gak: device.keyring.keys.gak };
    const made = bench(device, { security: { keys } });
    const conversation = made.client.associate();
    const association = new Association(device, { client: 1, server: 1 });
    const aare = association.receive(conversation.next().value as Uint8Array, NOW)!;
    const changed = aare.slice();
    // The challenge in the AARE is changed on the way, so the proof is of another one.
    changed[changed.indexOf(0xaa) + 6]! ^= 1;
    const pass3 = conversation.next(changed).value as Uint8Array;
    const end = conversation.next(association.receive(pass3, NOW)!);
    expect(end.value).toMatchObject({ ok: false, error: { kind: 'result', result: 3 } });
    expect(association.view.status).toBe(0);
  });

  test('APPL_OPEN_4: a protocol version other than 1 is refused by the provider', () => {
    expect(application(16).open({ protocolVersion1: true })).toMatchObject({ result: 0 });
    expect(application(16).open({ protocolVersion1: false })).toMatchObject({
      result: 1,
      diagnostic: 2,
      byProvider: true,
    });
  });

  test('APPL_OPEN_5: other application contexts are refused with diagnostic 2', () => {
    for (const context of [2, 3, 4, 9])
      expect(application(16).open({ context })).toMatchObject({ result: 1, diagnostic: 2 });
    for (const context of [2, 4, 9])
      expect(application(1).open({ mechanism: 5, context })).toMatchObject({ result: 1, diagnostic: 2, context: 3 });
  });

  test('APPL_OPEN_6: titles and qualifiers that are not needed are passed over', () => {
    const plain = encodeAarq({ context: 1, mechanism: 0, userInformation: encodeInitiateRequest(INITIATE) });
    // called-AP-title, called-AE-qualifier, calling-AE-qualifier, implementation-information.
    const extra = fromHex('A20604044142434DA303020101A703020101BD0441424344');
    const body = concat(plain.subarray(2, 13), extra, plain.subarray(13));
    const made = application(16);
    expect(decodeAare(made.send(concat(new Uint8Array([0x60, body.length]), body)))).toMatchObject({
      value: { result: 0 },
    });
  });

  test('APPL_OPEN_6: HLS without a system title of eight bytes is refused with diagnostic 3', () => {
    const challenge = { mechanism: 5, context: 3, authenticationValue: new Uint8Array(16) };
    expect(application(1).open(challenge)).toMatchObject({ result: 1, diagnostic: 3 });
    expect(application(1).open({ ...challenge, callingTitle: ascii('SHORT') })).toMatchObject({ diagnostic: 3 });
  });

  test('APPL_OPEN_7: a missing, wrong or superfluous authentication is refused', () => {
    expect(application(17).open()).toMatchObject({ result: 1, diagnostic: 14 });
    expect(application(17).open({ ...LLS, authenticationValue: ascii('wrong') })).toMatchObject({
      result: 1,
      diagnostic: 13,
    });
    expect(application(17).open({ mechanism: 1 })).toMatchObject({ result: 1, diagnostic: 13 });
    expect(application(17).open({ ...LLS, mechanism: 5 })).toMatchObject({ result: 1, diagnostic: 11 });
    expect(application(16).open(LLS)).toMatchObject({ result: 1, diagnostic: 11 });
  });

  test('APPL_OPEN_9: a dedicated key in clear is passed over', () => {
    expect(application(16).open({}, { dedicatedKey: new Uint8Array(16) })).toMatchObject({ result: 0 });
  });

  test('APPL_OPEN_11: a quality of service is passed over', () => {
    expect(application(16).open({}, { qualityOfService: 7 })).toMatchObject({ result: 0 });
  });

  test('APPL_OPEN_12: a DLMS version below 6 is refused, a later one answered with 6', () => {
    const low = application(16).open({}, { dlmsVersion: 5 });
    expect(low).toMatchObject({ result: 1 });
    expect(toHex(low.userInformation!)).toBe('0E010601');
    const high = application(16).open({}, { dlmsVersion: 7 });
    expect(decodeInitiateResponse(high.userInformation!)).toMatchObject({ value: { dlmsVersion: 6 } });
  });

  test('APPL_OPEN_13: the conformance is what both can do; none in common is refused', () => {
    const both = application(16).open({}, { conformance: 0xffffff });
    expect(decodeInitiateResponse(both.userInformation!)).toMatchObject({ value: { conformance: 0x1214 } });
    expect(toHex(application(16).open({}, { conformance: 0 }).userInformation!)).toBe('0E010602');
  });

  test('APPL_OPEN_14: a PDU size below 12 is refused, 0 means no limit', () => {
    expect(toHex(application(16).open({}, { pduBytesMax: 11 }).userInformation!)).toBe('0E010603');
    expect(application(16).open({}, { pduBytesMax: 0 })).toMatchObject({ result: 0 });
    expect(application(16).open({}, { pduBytesMax: 12 })).toMatchObject({ result: 0 });
  });
});

describe('APPL_DATA_LN', () => {
  test('APPL_DATA_LN_N1: GETs that cannot be are refused by their reason', () => {
    const made = reader();
    const get = (attribute: { classId: number; ln: string; id: number }) =>
      made.ask({ kind: 'getNormal', invoke: 0xc1, request: { attribute } });
    expect(get(LDN)).toMatchObject({ result: { ok: true } });
    expect(get({ ...LDN, ln: '0000FF0000FF' })).toMatchObject({ result: { ok: false, result: 4 } });
    expect(get({ ...LDN, classId: 3 })).toMatchObject({ result: { ok: false, result: 9 } });
    expect(get({ ...LDN, id: 9 })).toMatchObject({ result: { ok: false, result: 4 } });
    expect(get({ ...LDN, id: 0 })).toMatchObject({ result: { ok: false, result: 13 } });
    expect(get({ classId: 15, ln: '0000280000FF', id: 7 })).toMatchObject({ result: { ok: false, result: 3 } });
    expect(made.ask({ kind: 'getNext', invoke: 0xc1, number: 1 })).toMatchObject({ kind: 'getBlockError', result: 16 });
    expect(toHex(made.send(fromHex('C001C1000100')))).toBe('D80103');
  });

  test('APPL_DATA_LN_N1: a GET next with another number ends the transfer', () => {
    const made = reader();
    const attribute = { classId: 15, ln: '0000280000FF', id: 2 };
    expect(made.ask({ kind: 'getNormal', invoke: 0xc1, request: { attribute } })).toMatchObject({
      block: { number: 1 },
    });
    expect(made.ask({ kind: 'getNext', invoke: 0xc1, number: 2 })).toMatchObject({ kind: 'getBlockError', result: 19 });
    expect(made.ask({ kind: 'getNext', invoke: 0xc1, number: 1 })).toMatchObject({ kind: 'getBlockError', result: 16 });
  });

  test('APPL_DATA_LN_N3: SETs that cannot be are refused by their reason and change nothing', () => {
    const made = reader();
    const set = (attribute: typeof MODE, value = uint8(1)) =>
      made.ask({ kind: 'setNormal', invoke: 0xc1, request: { attribute }, value });
    expect(set(MODE)).toMatchObject({ kind: 'setNormal', result: 3 });
    expect(set({ ...MODE, ln: '0000FF0000FF' })).toMatchObject({ result: 4 });
    const block = { last: true, number: 2, raw: encodeData(uint8(1)) };
    expect(made.ask({ kind: 'setBlock', invoke: 0xc1, block })).toMatchObject({ kind: 'setLast', result: 18 });
    expect(made.ask({ kind: 'setFirst', invoke: 0xc1, request: { attribute: MODE }, block })).toMatchObject({
      result: 19,
    });
    expect(made.device.values.size).toBe(0);
  });

  test('APPL_DATA_LN_N4: services that are unknown or were not agreed are refused', () => {
    const made = reader();
    for (const tag of ['C5', 'D9', '99', '0F', 'C2']) expect(toHex(made.send(fromHex(`${tag}01C1`)))).toBe(UNKNOWN);
    const anyone = application(16);
    anyone.open();
    expect(anyone.ask({ kind: 'setNormal', invoke: 1, request: { attribute: LDN }, value: uint8(1) })).toMatchObject({
      kind: 'exception',
      stateError: 1,
      serviceError: 2,
    });
  });

  test('lists and blocks give what single requests give', () => {
    const small = application(17);
    small.open(LLS, { pduBytesMax: 40 });
    const wide = reader();
    const requests = [LDN, { ...LDN, id: 9 }, { classId: 17, ln: '0000290000FF', id: 2 }, LDN].map((attribute) => ({
      attribute,
    }));
    const list = wide.ask({ kind: 'getList', invoke: 0xc1, requests });
    expect(list.kind === 'getList' && list.results.map((item) => item.ok)).toEqual([true, false, true, true]);
    const parts: Uint8Array[] = [];
    let answer = small.ask({ kind: 'getList', invoke: 0xc1, requests });
    while (answer.kind === 'getBlock') {
      parts.push(answer.block.raw);
      if (answer.block.last) break;
      answer = small.ask({ kind: 'getNext', invoke: 0xc1, number: answer.block.number });
    }
    expect(parts.length).toBeGreaterThan(1);
    const whole = concat(fromHex('C403C1'), ...parts);
    expect(decodeResponse(whole)).toEqual({ ok: true, value: list });
  });
});

test.each(['APPL_DATA_SN_N1', 'APPL_DATA_SN_N2', 'APPL_DATA_SN_N3'])(
  '%s: short-name services are not known',
  (name) => {
    const made = reader();
    const hex = { N1: '050102FA00', N2: '060102FA00010900', N3: '180102FA00' }[name.slice(-2)]!;
    expect(toHex(made.send(fromHex(hex)))).toBe(UNKNOWN);
  },
);

test('APPL_REL_P1: a release is answered, and nothing is served after it', () => {
  const made = reader();
  expect(toHex(made.send(fromHex('6203800100')))).toBe('6303800100');
  expect(toHex(made.send(encodeRequest({ kind: 'getNormal', invoke: 1, request: { attribute: LDN } })))).toBe(
    NOT_ALLOWED,
  );
  expect(made.open(LLS)).toMatchObject({ result: 0 });
  // An empty RLRQ is legal.
  expect(toHex(made.send(fromHex('6200')))).toBe('6303800100');
});

test('long values go both ways in blocks: SET, SET with list, ACTION', () => {
  const device = labDevice('esme', 1);
  const made = bench(device, { client: { pduBytesMax: 100 } });
  const agreed = made.run(made.client.associate());
  expect(agreed).toMatchObject({ ok: true });
  // Pretend that the server takes little, so that the client must cut.
  made.client.agreement = { ...made.client.agreement!, pduBytesMax: 90 };
  const image = { classId: 18, ln: '00002C0000FF', id: 1 };
  expect(
    made.run(made.client.action(image, structure(octets(new Uint8Array(60).fill(65)), uint32(1000)))),
  ).toMatchObject({
    ok: true,
  });
  const block = structure(uint32(0), octets(new Uint8Array(256).fill(7)));
  expect(made.run(made.client.action({ ...image, id: 2 }, block))).toMatchObject({ ok: true });
  expect(made.run(made.client.get({ ...image, id: 4 }))).toMatchObject({ ok: true, value: { value: 1 } });
  const tooLong = array(Array.from({ length: 60 }, () => uint16(7)));
  expect(made.run(made.client.set(MODE, tooLong))).toMatchObject({ ok: false, error: { kind: 'result', result: 12 } });
  const both = [{ attribute: MODE }, { attribute: LDN }];
  expect(made.run(made.client.setList(both, [uint8(1), uint8(1)]))).toEqual({ ok: true, value: [0, 3] });
});
