/** A server may send APDUs by itself while a client waits. They are no answers, whatever they are and however they come. */
import { describe, expect, test } from 'vitest';
import { ascii, concat, fromHex, toHex } from '../../../devices/dlms/encoding/bytes.ts';
import { AUTHENTICATED, ENCRYPTED, type Family, writeCiphered } from '../../../devices/dlms/security/ciphering.ts';
import { DlmsClient } from '../../../devices/dlms/client/client.ts';
import { ClientSession } from '../../../devices/dlms/client/clientSession.ts';
import { controlI, controlRR, LLC_RESPONSE, POLL_FINAL, UA, UI } from '../../../devices/dlms/framing/hdlcControl.ts';
import { decodeFrame, encodeFrame, serverAddress, shortAddress } from '../../../devices/dlms/framing/hdlcFrame.ts';
import { encodeWrapper } from '../../../devices/dlms/framing/wrapper.ts';
import { connectDevice, labDevice } from '../../../devices/personas/emulatedInstallation.ts';
import { LAB_KEYS } from '../../../devices/personas/labProfile.ts';
import { CLIENT_TITLE, NOW } from './harness.ts';

const LDN = { classId: 1, ln: '00002A0000FF', id: 2 };
const EVENT = 'C20000010000600B00FF02120001';
const DATA_NOTIFICATION = '0F000000010C07E6010A010C00000000000002020906000060010 0FF1201'.replaceAll(' ', '');

/** What another meter, or this one, seals. */
function sealed(family: Family, hex: string, options: { title?: string; key?: Uint8Array; control?: number } = {}) {
  const { title = 'OTHER001', key = LAB_KEYS.guek, control = AUTHENTICATED | ENCRYPTED } = options;
  const protection = { control, encryptionKey: key, authenticationKey: LAB_KEYS.gak, systemTitle: ascii(title) };
  return writeCiphered(family, { ...protection, counter: 900_000 }, fromHex(hex));
}

const UNSOLICITED: readonly (readonly [string, Uint8Array])[] = [
  ['an event-notification', fromHex(EVENT)],
  ['an event-notification with a time', fromHex(`C2010C07E6010A010C00000000000000010000600B00FF02120001`)],
  ['a data-notification', fromHex(DATA_NOTIFICATION)],
  ['an information-report', fromHex('180001020000120001')],
  ['an empty PDU', fromHex('')],
  ['a glo-event-notification', sealed('glo', EVENT)],
  ['a ded-event-notification', sealed('ded', EVENT)],
  ['a general-glo data-notification of another device', sealed('generalGlo', DATA_NOTIFICATION)],
  ['a general-glo data-notification under a key that is not known', sealed('generalGlo', EVENT, { key: LAB_KEYS.kek })],
  ['a general-ded APDU', sealed('generalDed', DATA_NOTIFICATION)],
  ['a data-notification under the broadcast key', fromHex('DB084F5448455230303114700000000100112233445566778899AABB')],
  ['a general-ciphering APDU', fromHex('DD0000000000050000000001')],
  ['a block of general-block-transfer', fromHex('E0C0000100000F0000')],
  ['the echo of a request', fromHex('C001C100010000 2A0000FF0200'.replaceAll(' ', ''))],
];

const OWN_UNSOLICITED = (title: string): readonly (readonly [string, Uint8Array])[] => [
  ['a general-glo data-notification of this device', sealed('generalGlo', DATA_NOTIFICATION, { title })],
  ['one that is only authenticated', sealed('generalGlo', DATA_NOTIFICATION, { title, control: AUTHENTICATED })],
  ['one that is not protected', sealed('generalGlo', EVENT, { title, control: 0 })],
];

/** Runs a GET over the wrapper; `before` comes in front of every answer of the device. */
function reads(authentication: 'none' | 'gmac', before: Uint8Array) {
  const device = labDevice('esme', 1);
  const connection = connectDevice(device, { framing: 'wrapper' });
  let counter = 0;
  const security = { systemTitle: CLIENT_TITLE, keys: LAB_KEYS, nextCounter: () => ++counter };
  const client = new DlmsClient({ authentication, ...(authentication === 'gmac' && { security }) });
  const saps = { client: authentication === 'none' ? 16 : 1, server: 1 };
  const session = new ClientSession({ framing: 'wrapper', ...saps });
  const push = encodeWrapper({ source: 1, destination: saps.client, apdu: before });
  const { exchange, send } = session.start(
    (function* () {
      const associated = yield* client.associate();
      return associated.ok ? yield* client.get(LDN) : associated;
    })(),
    NOW,
  );
  for (let out = send; out.length > 0;) {
    const back = out.flatMap((bytes) => connection.receive(bytes, NOW));
    out = back.flatMap((bytes) => session.receive(concat(push, bytes), NOW));
  }
  return { exchange, session };
}

describe('a client over the wrapper reads on', () => {
  test.each(UNSOLICITED)('without security, past %s', (_, apdu) => {
    expect(reads('none', apdu).exchange.result).toMatchObject({ ok: true });
  });

  test.each([...UNSOLICITED, ...OWN_UNSOLICITED(Buffer.from(labDevice('esme', 1).systemTitle).toString('latin1'))])(
    'with HLS-GMAC, past %s',
    (_, apdu) => {
      expect(reads('gmac', apdu).exchange.result).toMatchObject({ ok: true });
    },
  );

  test('and hands the notifications on as they came', () => {
    const { session } = reads('none', fromHex(EVENT));
    expect(session.notifications.map(toHex)).toEqual([EVENT, EVENT]);
    const pushed = sealed('generalGlo', DATA_NOTIFICATION);
    expect(reads('gmac', pushed).session.notifications.map(toHex)).toContain(toHex(pushed));
  });
});

test('octets behind a whole answer are passed over, and the value before them is read', () => {
  const session = new ClientSession({ framing: 'wrapper', client: 16, server: 1 });
  const { exchange, send } = session.start(new DlmsClient({ authentication: 'none' }).get(LDN), NOW);
  const invoke = toHex(concat(...send)).slice(20, 22);
  // A known open server puts 18 octets behind the time of its clock.
  const apdu = concat(fromHex(`C401${invoke}001200FF`), new Uint8Array(18));
  session.receive(encodeWrapper({ source: 1, destination: 16, apdu }), NOW);
  expect(exchange.result).toMatchObject({ ok: true, value: { type: 'longUnsigned', value: 255 } });
});

describe('a client that gets no answer', () => {
  test('is lost by the clock if only notifications came, and they do not prolong its patience', () => {
    const session = new ClientSession({ framing: 'wrapper', client: 16, server: 1, timeoutSeconds: 30 });
    const { exchange } = session.start(new DlmsClient({ authentication: 'none' }).get(LDN), NOW);
    const push = encodeWrapper({ source: 1, destination: 16, apdu: fromHex(EVENT) });
    for (let second = 1; second < 30; second += 1) session.receive(push, NOW + second);
    expect(exchange).toEqual({});
    session.poll(NOW + 30);
    expect(exchange).toEqual({ lost: 'timeout' });
  });

  test('says why if an answer came that does not verify', () => {
    let counter = 0;
    const serverTitle = ascii('OTHER001');
    const security = { systemTitle: CLIENT_TITLE, keys: LAB_KEYS, nextCounter: () => ++counter, serverTitle };
    const client = new DlmsClient({ authentication: 'none', security });
    const session = new ClientSession({ framing: 'wrapper', client: 1, server: 1 });
    const { exchange } = session.start(client.get(LDN), NOW);
    const apdu = sealed('generalGlo', 'C401C10000', { key: LAB_KEYS.kek });
    session.receive(encodeWrapper({ source: 1, destination: 1, apdu }), NOW);
    session.poll(NOW + 30);
    expect(exchange.result).toMatchObject({ ok: false, error: { kind: 'security' } });
  });

  test('is not answered by a response with another invoke-id', () => {
    const session = new ClientSession({ framing: 'wrapper', client: 16, server: 1 });
    const { exchange } = session.start(new DlmsClient({ authentication: 'none' }).get(LDN), NOW);
    const answer = (hex: string) => encodeWrapper({ source: 1, destination: 16, apdu: fromHex(hex) });
    session.receive(answer('C401C70000'), NOW);
    expect(exchange).toEqual({});
    session.receive(answer('C401C00000'), NOW);
    expect(exchange.result).toEqual({ ok: true, value: { type: 'null' } });
  });
});

describe('a client over HDLC', () => {
  const addresses = { destination: shortAddress(16), source: serverAddress(1) };
  const frame = (control: number, information: Uint8Array = new Uint8Array(0)): Uint8Array =>
    encodeFrame({ ...addresses, control, segmented: false, information });
  const llc = (hex: string): Uint8Array => concat(LLC_RESPONSE, fromHex(hex));
  const open = () => {
    const session = new ClientSession({ framing: 'hdlc', client: 16, server: 1 });
    session.open(NOW);
    session.receive(frame(UA | POLL_FINAL), NOW);
    const { exchange } = session.start(new DlmsClient({ authentication: 'none' }).get(LDN), NOW);
    return { session, exchange };
  };
  const controlOf = (bytes: Uint8Array): number => {
    const decoded = decodeFrame(bytes);
    return decoded.ok ? decoded.value.control : -1;
  };

  test('asks on at once after a notification in an I frame that gave it the line', () => {
    const { session, exchange } = open();
    const asks = session.receive(frame(controlI(0, 1, true), llc(EVENT)), NOW);
    expect(asks.map(controlOf)).toEqual([controlRR(1, true)]);
    session.receive(frame(controlI(1, 1, true), llc('C401C00000')), NOW);
    expect(exchange.result).toMatchObject({ ok: true });
    expect(session.notifications.map(toHex)).toEqual([EVENT]);
  });

  test('takes a notification in a UI frame, to itself or to all stations, for what it is', () => {
    const { session, exchange } = open();
    session.receive(frame(UI, llc(EVENT)), NOW);
    const toAll = { ...addresses, destination: shortAddress(0x7f) };
    session.receive(encodeFrame({ ...toAll, control: UI, segmented: false, information: llc(EVENT) }), NOW);
    expect(session.notifications.map(toHex)).toEqual([EVENT, EVENT]);
    expect(exchange).toEqual({});
    session.receive(frame(controlI(0, 1, true), llc('C401C00000')), NOW);
    expect(exchange.result).toMatchObject({ ok: true });
  });

  test('ends with a server that sends nothing else', () => {
    const { session, exchange } = open();
    for (let n = 0; n < 300 && !('lost' in exchange); n += 1)
      session.receive(frame(controlI(n & 7, 1, true), llc(EVENT)), NOW);
    expect(exchange).toEqual({ lost: 'timeout' });
  });
});

describe('a meter that answers RR first', () => {
  test('is asked again within tenths of a second, and never in a tight loop', () => {
    const addresses = { destination: shortAddress(16), source: serverAddress(1) };
    const frame = (control: number): Uint8Array =>
      encodeFrame({ ...addresses, control, segmented: false, information: new Uint8Array(0) });
    const session = new ClientSession({ framing: 'hdlc', client: 16, server: 1 });
    session.open(NOW);
    session.receive(frame(UA | POLL_FINAL), NOW);
    session.start(new DlmsClient({ authentication: 'none' }).get(LDN), NOW);
    const waits: number[] = [];
    let at = NOW;
    for (let n = 0; n < 8; n += 1) {
      expect(session.receive(frame(controlRR(1, true)), at)).toEqual([]);
      const due = session.dueAt()!;
      waits.push(Math.round((due - at) * 10) / 10);
      expect(session.poll(due)).toHaveLength(1);
      at = due;
    }
    expect(waits).toEqual([0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5, 5]);
    // In all it is given as long as silence would be.
    session.receive(frame(controlRR(1, true)), at);
    expect(session.poll(session.dueAt()!)).toEqual([]);
    expect(session.ready).toBe(false);
  });
});
