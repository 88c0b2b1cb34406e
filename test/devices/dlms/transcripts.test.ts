// Sessions recorded between third-party clients and a third-party meter, replayed against our server and our client.
// The meter's own values (name, clock, object list) are put into a mirror profile, so that what differs is ours.
// Not compared to the byte: (a) how an object list is cut into GET blocks, of which the concatenation is compared; (b) the
// ciphered RLRE, whose lengths the meter gets wrong.
import { expect, test } from 'vitest';
import { associationLn } from '../../../devices/cosem/associationLn.ts';
import { CosemDevice } from '../../../devices/cosem/device.ts';
import { constant, obis, rights } from '../../../devices/cosem/object.ts';
import { securitySetup } from '../../../devices/cosem/securitySetup.ts';
import { decodeAare, decodeAarq } from '../../../devices/dlms/apdu/acse.ts';
import { decodeResponse } from '../../../devices/dlms/apdu/apduResponse.ts';
import { type Data, decodeData } from '../../../devices/dlms/encoding/axdr.ts';
import { ascii, concat, equalBytes, fromHex, toHex } from '../../../devices/dlms/encoding/bytes.ts';
import { open, readCiphered } from '../../../devices/dlms/security/ciphering.ts';
import { type ClientResult, DlmsClient } from '../../../devices/dlms/client/client.ts';
import { keyTransferParameter } from '../../../devices/dlms/security/keyWrap.ts';
import { ClientSession } from '../../../devices/dlms/client/clientSession.ts';
import { HdlcParser } from '../../../devices/dlms/framing/hdlcFrame.ts';
import { ServerConnection } from '../../../devices/dlms/server/serverConnection.ts';
import { WrapperParser } from '../../../devices/dlms/framing/wrapper.ts';
import { LAB_KEYS, labIdentity } from '../../../devices/personas/labProfile.ts';
import { NOW, transcript } from './harness.ts';
import type { DeviceModel, ModelClient } from '../../../devices/cosem/deviceModel.ts';

const SERVER_TITLE = ascii('ABCDEFGH');
const CLIENT_TITLE = ascii('GRX12345');
const NEW_GUEK = fromHex('A0A1A2A3A4A5A6A7A8A9AAABACADAEAF');
const NAME = fromHex('4752583030303030303031323334353600');
const LIST = { classId: 15, ln: '0000280000FF', id: 2 };
const CLOCK = { classId: 8, ln: '0000010000FF', id: 2 };
const LDN = { classId: 1, ln: '00002A0000FF', id: 2 };

/** Counters as the recorded meter spent them, which is not how ours does. */
class MirrorDevice extends CosemDevice {
  counters: number[] = [];
  override reserveCounter(): number | undefined {
    return this.counters.length > 0 ? this.counters.shift() : super.reserveCounter();
  }
}

/** A device that holds what the recorded meter held. */
function mirror(values: { clock: Data; list: Data; challenges?: Uint8Array[] }): MirrorDevice {
  const clients: ModelClient[] = [
    { sap: 16, role: 'public', mechanism: 0, contexts: [1], conformance: 0x10, associationInstance: 1 },
    {
      sap: 17,
      role: 'reader',
      mechanism: 1,
      contexts: [1],
      secret: ascii('Gurux'),
      conformance: 0x121d,
      associationInstance: 2,
    },
    { sap: 1, role: 'management', mechanism: 5, contexts: [3], conformance: 0x121d, associationInstance: 3 },
  ];
  const all = rights({ public: 'rrrrrrrr x', reader: 'rrrrrrrr x', management: 'rrrrrrrr xX' });
  const fixed = (classId: number, name: string, value: Data) =>
    ({ classId, version: 0, ln: obis(name), attributes: [constant(value)], methods: [], rights: all }) as const;
  const association = associationLn(0, all);
  const model: DeviceModel = {
    kind: 'mirror',
    clients,
    pduBytesMax: 512,
    saps: [],
    objects: [
      { ...association, attributes: [constant(values.list), ...association.attributes.slice(1)] },
      fixed(1, '0.0.42.0.0.255', { type: 'octetString', value: NAME }),
      fixed(8, '0.0.1.0.0.255', values.clock),
      securitySetup('0.0.43.0.2.255', all),
    ],
  };
  const identity = { ...labIdentity('esme', 1), systemTitle: SERVER_TITLE };
  const challenges = values.challenges ?? [];
  return new MirrorDevice(model, identity, { challenge: () => challenges.shift()! });
}

const connect = (device: CosemDevice, framing: 'wrapper' | 'hdlc') =>
  new ServerConnection({
    framing,
    serves: (sap) => sap === 1,
    route: (sap, at) => (sap === 1 ? { device, readyAt: at } : undefined),
    // The recorded meter sends 125 bytes a segment where 128 were agreed.
    hdlc: { segmentBytesMax: 125 },
  });

/** APDUs of a wrapper transcript, or of an HDLC one put together from its segments. */
function apdus(name: string, dir: 'c2s' | 's2c'): Uint8Array[] {
  const bytes = transcript(name).filter((frame) => frame.dir === dir);
  if (name.startsWith('wrapper')) {
    const parser = new WrapperParser();
    return bytes.flatMap((frame) => parser.receive(frame.bytes)).map((pdu) => pdu.apdu);
  }
  const parser = new HdlcParser();
  const out: Uint8Array[] = [];
  let parts: Uint8Array[] = [];
  for (const frame of bytes.flatMap((item) => parser.receive(item.bytes, 0))) {
    if ((frame.control & 1) === 1) continue;
    parts.push(frame.information);
    if (frame.segmented) continue;
    out.push(concat(...parts).slice(3));
    parts = [];
  }
  return out;
}

/** An s2c APDU opened under either key of the recording. */
function plainOf(apdu: Uint8Array, systemTitle: Uint8Array): { plain: Uint8Array; counter: number } {
  const header = readCiphered(apdu);
  if (!header.ok) throw new Error(header.error);
  const { control, counter, body } = header.value;
  for (const encryptionKey of [LAB_KEYS.guek, NEW_GUEK]) {
    const protection = { control, encryptionKey, authenticationKey: LAB_KEYS.gak, systemTitle, counter };
    const opened = open(protection, body);
    if (opened.ok) return { plain: opened.value, counter };
  }
  throw new Error('neither key opens it');
}

/** Data of GET answers; a list in blocks as one. */
function dataOf(plain: readonly Uint8Array[]): Data[] {
  const out: Data[] = [];
  let parts: Uint8Array[] = [];
  for (const apdu of plain) {
    const response = decodeResponse(apdu);
    if (!response.ok) continue;
    const { value } = response;
    if (value.kind === 'getNormal' && value.result.ok) out.push(value.result.data);
    if (value.kind !== 'getBlock') continue;
    parts.push(value.block.raw);
    if (!value.block.last) continue;
    const data = decodeData(concat(...parts));
    if (data.ok) out.push(data.value);
    parts = [];
  }
  return out;
}

test.each(['wrapper_none', 'hdlc_none'] as const)('%s: our server answers every recorded frame to the byte', (name) => {
  const [, clock, list] = dataOf(apdus(name, 's2c'));
  const connection = connect(mirror({ clock: clock!, list: list! }), name === 'hdlc_none' ? 'hdlc' : 'wrapper');
  const frames = transcript(name);
  let compared = 0;
  for (let i = 0; i + 1 < frames.length; i += 2) {
    const answer = connection.receive(frames[i]!.bytes, NOW).map(toHex).join('');
    expect(answer).toBe(toHex(frames[i + 1]!.bytes));
    compared++;
  }
  expect(compared).toBe(name === 'hdlc_none' ? 9 : 5);
});

test('hdlc_lls: link, association, values and release to the byte; the object list by its content', () => {
  const recorded = apdus('hdlc_lls', 's2c');
  const [, clock, list] = dataOf(recorded);
  const device = mirror({ clock: clock!, list: list! });
  const connection = connect(device, 'hdlc');
  const frames = transcript('hdlc_lls');
  for (let i = 0; i < 8; i += 2) {
    expect(connection.receive(frames[i]!.bytes, NOW).map(toHex).join('')).toBe(toHex(frames[i + 1]!.bytes));
  }
  const ours = answers(connect(device, 'wrapper'), apdus('hdlc_lls', 'c2s'), 17);
  expect(ours.length).toBe(recorded.length);
  recorded.forEach((apdu, i) => {
    if (apdu[0] !== 0xc4 || apdu[1] !== 2) expect(toHex(ours[i]!)).toBe(toHex(apdu));
  });
  expect(dataOf(ours)).toEqual(dataOf(recorded));
});

/** Our server's answers to APDUs over the wrapper. */
function answers(connection: ServerConnection, requests: readonly Uint8Array[], client: number): Uint8Array[] {
  const parser = new WrapperParser();
  return requests.flatMap((apdu) => {
    const head = new Uint8Array([0, 1, 0, client, 0, 1, apdu.length >> 8, apdu.length & 0xff]);
    return connection
      .receive(concat(head, apdu), NOW)
      .flatMap((bytes) => parser.receive(bytes))
      .map((pdu) => pdu.apdu);
  });
}

test('wrapper_gmac: AARE, both proofs and single answers to the byte; the object list by its content', () => {
  const recorded = apdus('wrapper_gmac_generalglo', 's2c');
  const requests = apdus('wrapper_gmac_generalglo', 'c2s');
  const aare = decodeAare(recorded[0]!);
  const plain = recorded.slice(1, -1).map((apdu) => plainOf(apdu, SERVER_TITLE).plain);
  const [, clock, list] = dataOf(plain);
  const device = mirror({ clock: clock!, list: list!, challenges: aare.ok ? [aare.value.authenticationValue!] : [] });
  device.counters = [0, 2, 3, 4, 5];
  device.keyring.skipCounterTo(6);
  const ours = answers(connect(device, 'wrapper'), requests, 1);
  expect(ours.length).toBe(recorded.length);
  for (let i = 0; i < 4; i++) expect(toHex(ours[i]!)).toBe(toHex(recorded[i]!));
  const oursPlain = ours.slice(1, -1).map((apdu) => plainOf(apdu, SERVER_TITLE).plain);
  expect(dataOf(oursPlain)).toEqual(dataOf(plain));
  // The release: ours is well-formed where the recorded one is not.
  expect(toHex(ours.at(-1)!).slice(0, 18)).toBe('6328800100BE230421');
});

test('wrapper_rotate_guek: the reply under the old key, its refusal after, and the new key, to the byte', () => {
  const frames = transcript('wrapper_rotate_guek');
  const parse = (bytes: Uint8Array): Uint8Array => bytes.slice(8);
  const challenges = frames
    .filter(({ dir, bytes }) => dir === 's2c' && parse(bytes)[0] === 0x61)
    .map(({ bytes }) => decodeAare(parse(bytes)))
    .map((aare) => (aare.ok ? aare.value.authenticationValue! : fromHex('')));
  const device = mirror({ clock: { type: 'null' }, list: { type: 'null' }, challenges });
  // AARE, proof, its APDU, LDN, the rotation's answer; then AARE, proof, APDU, LDN of the third session.
  device.counters = [0, 2, 3, 4, 5, 6, 8, 9, 10];
  let compared = 0;
  let connection = connect(device, 'wrapper');
  for (let i = 0; i + 1 < frames.length; i += 2) {
    if (i > 0 && frames[i]!.session !== frames[i - 1]!.session) connection = connect(device, 'wrapper');
    const answer = connection.receive(frames[i]!.bytes, NOW).map(toHex).join('');
    const isRlre = parse(frames[i + 1]!.bytes)[0] === 0x63;
    if (isRlre) expect(answer.slice(16, 24)).toBe('63288001');
    else {
      expect(answer).toBe(toHex(frames[i + 1]!.bytes));
      compared++;
    }
  }
  expect(compared).toBe(10);
  expect(equalBytes(device.keyring.keys.guek, NEW_GUEK)).toBe(true);
});

/** Runs our client against recorded answers, and counts the requests that are the recorded bytes. */
function replayClient(
  name: string,
  client: DlmsClient,
  options: { sap: number; session?: number; plan: (client: DlmsClient) => Generator<Uint8Array, unknown, Uint8Array> },
): { result: unknown; requests: string[]; recorded: string[] } {
  const framing = name.startsWith('hdlc') ? 'hdlc' : 'wrapper';
  const session = new ClientSession({ framing, client: options.sap, server: 1 });
  const frames = transcript(name).filter((frame) => frame.session === (options.session ?? 1));
  const answersLeft = frames.filter((frame) => frame.dir === 's2c').map((frame) => frame.bytes);
  const requests: string[] = [];
  const feed = (sent: readonly Uint8Array[]): void => {
    let out = sent;
    while (out.length > 0) {
      requests.push(...out.map(toHex));
      const answer = answersLeft.shift();
      out = answer ? session.receive(answer, NOW) : [];
    }
  };
  feed(session.open(NOW));
  const { exchange, send } = session.start(options.plan(client), NOW);
  feed(send);
  feed(session.close(NOW));
  const recorded = frames.filter((frame) => frame.dir === 'c2s').map((frame) => toHex(frame.bytes));
  return { result: exchange.result, requests, recorded };
}

/** What the recorded clients did: associate, read three things, release. */
function* readOut(client: DlmsClient): Generator<Uint8Array, ClientResult<unknown>[], Uint8Array> {
  const results: ClientResult<unknown>[] = [yield* client.associate()];
  for (const attribute of [LDN, CLOCK, LIST]) results.push(yield* client.get(attribute));
  results.push(yield* client.release());
  return results;
}

test.each(['wrapper_none', 'hdlc_none', 'hdlc_lls'] as const)('%s: our client sends the recorded bytes', (name) => {
  const aarq = decodeAarq(apdus(name, 'c2s')[0]!);
  if (!aarq.ok) throw new Error(aarq.error);
  const isLls = name === 'hdlc_lls';
  const client = new DlmsClient({
    authentication: isLls ? 'lls' : 'none',
    secret: ascii('Gurux'),
    systemTitle: aarq.value.callingTitle!,
    ...recordedInitiate(aarq.value.userInformation),
  });
  const { result, requests, recorded } = replayClient(name, client, { sap: isLls ? 17 : 16, plan: readOut });
  expect((result as ClientResult<unknown>[]).map((item) => item.ok)).toEqual([true, true, true, true, true]);
  // The recorded client's RLRQ gives its reason as ours does; every frame is the same.
  expect(requests).toEqual(recorded);
});

function recordedInitiate(information: Uint8Array): { conformance: number; pduBytesMax: number } {
  const at = information.length - 5;
  const view = new DataView(information.buffer, information.byteOffset);
  return { conformance: view.getUint32(at - 1) & 0xffffff, pduBytesMax: view.getUint16(at + 3) };
}

function gmacClient(counters: number[], challenge: Uint8Array, guek = LAB_KEYS.guek): DlmsClient {
  return new DlmsClient({
    authentication: 'gmac',
    conformance: 0x60525f,
    challenge: () => challenge,
    security: {
      systemTitle: CLIENT_TITLE,
      keys: { guek, gak: LAB_KEYS.gak },
      nextCounter: () => counters.shift(),
      // The recorded client wraps so whether general protection was granted or not; it was not.
      family: 'generalGlo',
    },
  });
}

function recordedChallenge(name: string, index: number): Uint8Array {
  const aarqs = apdus(name, 'c2s').filter((apdu) => apdu[0] === 0x60);
  const aarq = decodeAarq(aarqs[index]!);
  if (!aarq.ok) throw new Error(aarq.error);
  return aarq.value.authenticationValue!;
}

test('wrapper_gmac: our client sends the recorded bytes when made to spend its counters as the recorded one did', () => {
  const challenge = recordedChallenge('wrapper_gmac_generalglo', 0);
  // The recorded client spends counter 2 twice, on its proof and on the APDU around it; ours never would by itself.
  const counters = [1, 2, 2, ...Array.from({ length: 20 }, (_, i) => i + 3)];
  const client = gmacClient(counters, challenge);
  const { result, requests, recorded } = replayClient('wrapper_gmac_generalglo', client, { sap: 1, plan: readOut });
  const results = result as ClientResult<unknown>[];
  // The last is the release: the meter's RLRE has wrong lengths, and is an RLRE all the same.
  expect(results.map((item) => item.ok)).toEqual([true, true, true, true, true]);
  expect(requests).toEqual(recorded);
});

test('wrapper_rotate_guek: our client takes the rotation as done, and old keys as refused', () => {
  const name = 'wrapper_rotate_guek';
  const wrapped = fromHex('C97E5B71207F159EDDCCB965D7DCF3FD1A14AC7F2CF25E1E');
  const first = replayClient(name, gmacClient([1, 2, 2, 3, 4, 5, 6], recordedChallenge(name, 0)), {
    sap: 1,
    plan: function* (client) {
      return [
        yield* client.associate(),
        yield* client.get(LDN),
        yield* client.action({ classId: 64, ln: '00002B0002FF', id: 2 }, keyTransferParameter([{ keyId: 0, wrapped }])),
        yield* client.get(LDN),
        yield* client.release(),
      ];
    },
  });
  expect(first.requests).toEqual(first.recorded);
  expect(first.result).toMatchObject([
    { ok: true },
    { ok: true },
    { ok: true },
    { ok: false, error: { kind: 'exception', stateError: 2, serviceError: 5 } },
    { ok: false, error: { kind: 'exception', stateError: 1, serviceError: 2 } },
  ]);
  const second = replayClient(name, gmacClient([1000], recordedChallenge(name, 1)), {
    sap: 1,
    session: 2,
    plan: (client) => client.associate(),
  });
  expect(second.requests).toEqual(second.recorded);
  expect(second.result).toMatchObject({ ok: false, error: { kind: 'exception', stateError: 1, serviceError: 5 } });
  const third = replayClient(name, gmacClient([1000, 1001, 1001, 1002, 1003], recordedChallenge(name, 2), NEW_GUEK), {
    sap: 1,
    session: 3,
    plan: function* (client) {
      return [yield* client.associate(), yield* client.get(LDN)];
    },
  });
  expect(third.result).toMatchObject([{ ok: true }, { ok: true, value: { type: 'octetString', value: NAME } }]);
  expect(third.requests).toEqual(third.recorded.slice(0, 3));
});
