// What fuzzing found, each as the shortest bytes that show it. The floods in fuzz.test.ts hold what grew without end.
import { describe, expect, test } from 'vitest';
import { encodeAare } from '../../../devices/dlms/apdu/acse.ts';
import type { ServiceResponse } from '../../../devices/dlms/apdu/apdu.ts';
import { decodeRequest, encodeRequest } from '../../../devices/dlms/apdu/apduRequest.ts';
import { encodeResponse } from '../../../devices/dlms/apdu/apduResponse.ts';
import { Association } from '../../../devices/dlms/server/association.ts';
import { decodeData, expandCompactArray, type Data } from '../../../devices/dlms/encoding/axdr.ts';
import { ascii, concat, fromHex, NO_BYTES } from '../../../devices/dlms/encoding/bytes.ts';
import { type Conversation, DlmsClient } from '../../../devices/dlms/client/client.ts';
import type { ClientResult } from '../../../devices/dlms/client/clientResult.ts';
import { ClientSession } from '../../../devices/dlms/client/clientSession.ts';
import {
  controlI,
  controlRR,
  DM,
  encodeParameters,
  LLC_RESPONSE,
  POLL_FINAL,
  UA,
} from '../../../devices/dlms/framing/hdlcControl.ts';
import { encodeFrame, type HdlcFrame, serverAddress, shortAddress } from '../../../devices/dlms/framing/hdlcFrame.ts';
import { HdlcClient, type HdlcClientEvent } from '../../../devices/dlms/framing/hdlcClient.ts';
import { numberOf, structure, uint32, octets, uint8 } from '../../../devices/dlms/encoding/values.ts';
import { encodeWrapper } from '../../../devices/dlms/framing/wrapper.ts';
import { startDriver } from '../../../devices/hardware/driver.ts';
import { lineSplitter } from '../../../devices/hardware/driverProcess.ts';
import type { Live } from '../../../devices/headend/associate.ts';
import { sendFirmware } from '../../../devices/headend/firmware.ts';
import { commandBlock, dataBlock } from '../../../devices/iec62056_21/frames.ts';
import { modeCReader } from '../../../devices/iec62056_21/reader.ts';
import { parseReadout } from '../../../devices/iec62056_21/readout.ts';
import { decodeGlow } from '../../../devices/mqtt/glowMessage.ts';
import { decodeStatus } from '../../../devices/mqtt/messages.ts';
import { labDevice } from '../../../devices/personas/emulatedInstallation.ts';
import { LAB_KEYS } from '../../../devices/personas/labProfile.ts';
import { decodeDeskAnswer } from '../../../devices/rig/walk/desk.ts';
import { bench, NOW } from '../dlms/harness.ts';
import { INITIATES, NOTIFICATIONS } from './corpus.ts';
import { CLIENT_TITLE, FIXED_CHALLENGE, Hand } from './hand.ts';
import { IMAGE_METHODS } from './requests.ts';

const P = POLL_FINAL;
const GET = fromHex('C001C100080000010000FF0200');
const CLOCK = { classId: 8, ln: '0000010000FF', id: 2 };

describe('an HDLC client whose server never moves on', () => {
  const addresses = { destination: shortAddress(16), source: serverAddress(1) };
  const frame = (control: number, more: Partial<HdlcFrame> = {}): Uint8Array =>
    encodeFrame({ ...addresses, control, segmented: false, information: NO_BYTES, ...more });
  const segment = (ns: number, information = NO_BYTES): Uint8Array =>
    frame(controlI(ns & 7, 1, true), { information, segmented: true });
  const open = (): HdlcClient => {
    const client = new HdlcClient({ client: shortAddress(16), server: serverAddress(1) });
    client.connect(NOW);
    client.receive(frame(UA | P), NOW);
    client.send(GET, NOW);
    return client;
  };
  const isEnd = (event: HdlcClientEvent): boolean => event.kind === 'disconnected';

  test.each([
    ['RR that takes nothing', () => frame(controlRR(0, true))],
    ['REJ', () => frame(controlRR(0, true) | 8)],
    ['an I frame out of sequence', () => frame(controlI(3, 1, true), { information: LLC_RESPONSE })],
    ['segments with nothing in them', (n: number) => segment(n)],
  ])('%s: gives it up after as many repeats as silence takes', (_, answer) => {
    const client = open();
    const reasons: string[] = [];
    for (let n = 0; n < 20 && client.state === 'open'; n += 1) {
      for (const event of client.receive(answer(n), NOW)) if (event.kind === 'disconnected') reasons.push(event.reason);
    }
    expect(reasons).toEqual(['timeout']);
  });

  test('a busy server, or one without an answer, is asked again by the clock and not at once', () => {
    for (const control of [controlRR(1, true), controlRR(1, true) | 4]) {
      const client = open();
      for (let n = 0; n < 20; n += 1) expect(client.receive(frame(control), NOW)).toEqual([]);
      expect(client.dueAt()).toBe(NOW + 5);
      expect(client.poll(NOW + 5)).toHaveLength(1);
      for (const at of [10, 15, 20]) client.poll(NOW + at);
      expect(client.state).toBe('closed');
    }
  });

  test('an APDU in more segments than any holds ends the link', () => {
    const client = open();
    let events: HdlcClientEvent[] = [];
    for (let n = 0; n < 100 && !events.some(isEnd); n += 1)
      events = client.receive(segment(n, new Uint8Array(1000)), NOW);
    expect(events).toEqual([{ kind: 'disconnected', reason: 'tooLong' }]);
  });

  test('lengths that no frame holds are proposed as the longest that one does', () => {
    const propose = { transmitBytesMax: 0xffff, receiveBytesMax: 0xffff, transmitWindow: 1, receiveWindow: 1 };
    const client = new HdlcClient({ client: shortAddress(16), server: serverAddress(1), propose });
    client.connect(NOW);
    client.receive(frame(UA | P, { information: encodeParameters(propose) }), NOW);
    expect(client.send(new Uint8Array(5000), NOW)).toHaveLength(1);
  });

  test('an answer and the end of the link in one read are a lost link, not an exception', () => {
    const client = new DlmsClient({ authentication: 'none' });
    const session = new ClientSession({ framing: 'hdlc', client: 16, server: 1 });
    session.open(NOW);
    session.receive(frame(UA | P), NOW);
    const work = function* (): Conversation<ClientResult<unknown>> {
      yield* client.get(CLOCK);
      return yield* client.get(CLOCK);
    };
    const { exchange } = session.start(work(), NOW);
    const information = concat(LLC_RESPONSE, fromHex('C401C10000'));
    const together = concat(frame(controlI(0, 1, true), { information }), frame(DM | P));
    expect(session.receive(together, NOW)).toEqual([]);
    expect(exchange).toEqual({ lost: 'linkDown' });
  });
});

describe('a client', () => {
  /** Runs an operation against a function that makes answers up. */
  function answered<T>(work: Conversation<ClientResult<T>>, answer: (apdu: Uint8Array) => Uint8Array): ClientResult<T> {
    let step = work.next();
    for (let n = 0; !step.done; n += 1) {
      expect(n).toBeLessThan(1000);
      step = work.next(answer(step.value));
    }
    return step.value;
  }

  test.each([0, 3, 9, 200])(
    'a responding title of %d bytes is refused before anything is deciphered with it',
    (length) => {
      let counter = 0;
      const security = { systemTitle: CLIENT_TITLE, keys: LAB_KEYS, nextCounter: () => (counter += 1) };
      const client = new DlmsClient({ authentication: 'gmac', security });
      const server = new Hand({ own: ascii('SMBE0001'), peer: CLIENT_TITLE });
      const aare = encodeAare({
        ...{ context: 3, result: 0, diagnostic: 14, mechanism: 5, authenticationValue: FIXED_CHALLENGE },
        ...{ respondingTitle: new Uint8Array(length), userInformation: server.seal(INITIATES[9]!, { family: 'glo' }) },
      });
      expect(answered(client.associate(), () => aare)).toMatchObject({ ok: false, error: { kind: 'protocol' } });
    },
  );

  test.each(['get', 'action'] as const)('blocks with nothing in them do not keep it for ever: %s', (service) => {
    const client = new DlmsClient({ authentication: 'none' });
    const work = service === 'get' ? client.get(CLOCK) : client.action({ ...CLOCK, id: 3 });
    const result = answered<Data | undefined>(work, (apdu) => {
      const request = decodeRequest(apdu);
      if (!request.ok) throw new Error(request.error);
      const number = 'number' in request.value ? request.value.number + 1 : 1;
      const block = { last: false, number, raw: NO_BYTES };
      const kind = service === 'get' ? 'getBlock' : 'actionBlock';
      return encodeResponse({ kind, invoke: request.value.invoke, block });
    });
    expect(result).toMatchObject({ ok: false, error: { kind: 'protocol' } });
  });

  test('of notifications that nobody takes it keeps the latest', () => {
    const session = new ClientSession({ framing: 'wrapper', client: 16, server: 1 });
    for (let n = 0; n < 1000; n += 1) {
      const apdu = concat(NOTIFICATIONS[1]!.subarray(0, 4), Uint8Array.of(n & 0xff), NOTIFICATIONS[1]!.subarray(5));
      session.receive(encodeWrapper({ source: 1, destination: 16, apdu }), NOW);
    }
    expect(session.notifications).toHaveLength(256);
    expect(session.notifications.at(-1)?.[4]).toBe(999 & 0xff);
  });
});

describe('values', () => {
  test.each([
    ['elements without content, 65,535 of them in each of 65,535', '1301FFFF01FFFF000100'],
    ['members without content beside one byte', `130282${'0400'}${'00'.repeat(0x3ff)}11${'50'}${'01'.repeat(0x50)}`],
  ])('a compact array of %s takes no memory that its bytes do not pay for', (_, hex) => {
    const data = decodeData(fromHex(hex));
    if (!data.ok || data.value.type !== 'compactArray') throw new Error('the array itself is well formed');
    expect(expandCompactArray(data.value).ok).toBe(false);
  });

  test('a number is a whole number', () => {
    for (const value of [NaN, Infinity, -Infinity, 0.5]) expect(numberOf({ type: 'float64', value })).toBeUndefined();
    expect(numberOf({ type: 'float32', value: 7 })).toBe(7);
    expect(numberOf({ type: 'long64', value: 2n ** 60n })).toBeUndefined();
  });

  test.each([NaN, 0.5, Infinity])('a clock is not shifted by %d seconds', (value) => {
    const device = labDevice('esme', 1);
    const made = bench(device);
    made.run(made.client.associate());
    const shifted = made.run(made.client.action({ ...CLOCK, id: 6 }, { type: 'float64', value }));
    expect(shifted).toEqual({ ok: false, error: { kind: 'result', result: 12 } });
    expect(device.clockOffsetSeconds).toBe(0);
  });

  test('an image has a whole size, and its blocks whole numbers', () => {
    const made = bench(labDevice('esme', 1));
    made.run(made.client.associate());
    const size = structure(octets(ascii('2.0.0')), { type: 'float64', value: NaN });
    const half = structure({ type: 'float64', value: 0.5 }, octets(new Uint8Array(132)));
    const invoke = ([method]: readonly [{ classId: number; ln: string; id: number }, Data], parameter: Data) =>
      made.run(made.client.action(method, parameter));
    expect(invoke(IMAGE_METHODS.initiate, size)).toMatchObject({ ok: false, error: { result: 12 } });
    expect(invoke(IMAGE_METHODS.initiate, IMAGE_METHODS.initiate[1])).toMatchObject({ ok: true });
    expect(invoke(IMAGE_METHODS.transfer, half)).toMatchObject({ ok: false, error: { result: 12 } });
  });
});

test('a block transfer ends where another protection leaves it no room', () => {
  const device = labDevice('esme', 1, { challenge: () => FIXED_CHALLENGE.toReversed() });
  const association = new Association(device, { client: 1, server: 1 });
  const hand = new Hand({ own: CLIENT_TITLE, peer: device.systemTitle });
  // 40 bytes: with the 21 of glo-* there is room for blocks of 7, with the 30 of general-glo for none.
  let counter = 0;
  const security = { systemTitle: CLIENT_TITLE, keys: LAB_KEYS, nextCounter: () => (counter += 1) };
  const client = new DlmsClient({ authentication: 'gmac', security: { ...security, family: 'glo' }, pduBytesMax: 40 });
  const work = client.associate();
  let step = work.next();
  while (!step.done) step = work.next(association.receive(step.value, NOW)!);
  expect(step.value.ok).toBe(true);
  hand.counter = counter;
  const ask = (request: Parameters<typeof encodeRequest>[0], family: 'glo' | 'generalGlo'): ServiceResponse => {
    const answer = hand.answer(association.receive(hand.seal(encodeRequest(request), { family }), NOW));
    if (answer.kind !== 'service') throw new Error(answer.kind);
    return answer.response;
  };
  const list = { attribute: { classId: 15, ln: '0000280000FF', id: 2 } };
  const first = ask({ kind: 'getNormal', invoke: 1, request: list }, 'glo');
  expect(first).toMatchObject({ kind: 'getBlock', block: { number: 1, last: false } });
  const second = ask({ kind: 'getNext', invoke: 1, number: 1 }, 'generalGlo');
  expect(second).toMatchObject({ kind: 'getNormal', result: { ok: false, result: 14 } });
  const third = ask({ kind: 'getNext', invoke: 1, number: 1 }, 'glo');
  expect(third).toMatchObject({ kind: 'getBlockError', result: 16 });
});

describe('the optical port', () => {
  // Half a million characters took minutes when each of them was begun with anew; the runner's own timeout is the bound.
  test.each(['a', '(', 'a(', ')', '(*', 'a)('])('a readout of one long line of %s is read', (part) => {
    const { sets } = parseReadout(part.repeat(500_000 / part.length));
    expect(sets.length).toBeLessThanOrEqual(10_000);
  });

  test('an answer in blocks without end is given up', () => {
    for (const block of [dataBlock('1.8.0(1)', true), dataBlock('', true)]) {
      const reader = modeCReader({ goal: 'programming' });
      reader.start(0);
      reader.receive(concat(ascii('/LGZ5x\r\n'), commandBlock('P0', '(1)')), 0);
      expect(reader.read('1.8.0', 0)).toHaveLength(1);
      let last: unknown;
      for (let n = 0; n < 300_000 && reader.state === 'waiting'; n += 1) last = reader.receive(block, n);
      expect(last).toEqual([{ do: 'tell', event: { kind: 'failed', reason: 'tooLong' } }]);
    }
  });

  test('a line that babbles in whole messages does not keep a reader waiting for ever', () => {
    const reader = modeCReader({ goal: 'readout' });
    reader.start(0);
    const babble = ascii('/no identification\r\n'.repeat(50));
    for (let n = 0; n < 1000 && reader.state === 'asking'; n += 1) reader.receive(babble, n);
    expect(reader.state).toBe('closed');
  });
});

test('a line of a driver is cut in time that grows with it, in whatever portions it comes', () => {
  const lines: string[] = [];
  let isTooLong = false;
  const splitter = lineSplitter(
    (line) => lines.push(line),
    () => (isTooLong = true),
  );
  for (const octet of Buffer.from(`${'x'.repeat(1_000_000)}\r\nshort\nrest`)) splitter.push(Uint8Array.of(octet));
  splitter.end();
  expect(lines.map((line) => line.length)).toEqual([1_000_000, 5, 4]);
  expect(isTooLong).toBe(false);
  splitter.push(Buffer.alloc((1 << 20) + 1, 'x'));
  splitter.push(Buffer.from('\nnothing more is told\n'));
  expect([isTooLong, lines.length]).toEqual([true, 3]);
});

/** JSON that pretends to have a length: the schemas' library compares it, and throws. */
const PRETENDER = '{"length":{"toString":1}}';

test('a message with a length that is none is not understood, and ends nothing', async () => {
  expect(decodeStatus(Buffer.from(`{"state":"online","boot":7,"session":${PRETENDER}}`))).toBeUndefined();
  expect(decodeGlow('glow/1234567890AB/STATE', Buffer.from(PRETENDER))?.ok).toBe(true);
  expect(decodeDeskAnswer(Buffer.from(`{"kind":"displays","meetsDefinition":${PRETENDER}}`))).toBeUndefined();
  const told: { onLine?: (line: string) => void } = {};
  const driver = startDriver({
    command: ['none'],
    timers: { nowMilliseconds: () => 0, after: () => () => undefined },
    launch: (_, { onLine }) => {
      told.onLine = onLine;
      return { send: () => undefined, kill: () => undefined, end: () => Promise.resolve() };
    },
  });
  told.onLine?.(`{"hello":1,"driver":${PRETENDER},"capabilities":[]}`);
  await expect(driver).rejects.toMatchObject({ code: 'protocol' });
});

test('what the desk says is an answer, or a fault of the system; never an exception', () => {
  expect(decodeDeskAnswer(Buffer.from('{"kind":"refused"}'))).toEqual({ kind: 'refused' });
  for (const text of [
    '',
    'not JSON',
    '{"kind":"displays"}',
    '{"kind":"record","mpan":1}',
    '[]',
    'null',
    '"accepted"',
  ]) {
    expect(decodeDeskAnswer(Buffer.from(text)), text).toBeUndefined();
  }
});

test('a device whose firmware blocks have no bytes is not sent any', () => {
  const live = { client: new DlmsClient({ authentication: 'none' }) } as unknown as Live;
  const procedure = sendFirmware(live, { name: '2.0.0', bytes: new Uint8Array(500) }, { blocksMax: 50 });
  procedure.next();
  // The firmware that runs, the status (initiated), the block size, the first block missing.
  for (const value of [octets(ascii('1.0.0')), uint8(1), uint32(0)]) procedure.next({ ok: true, value });
  const end = procedure.next({ ok: true, value: uint32(0) });
  expect(end).toMatchObject({ done: true, value: { ok: false, error: { kind: 'protocol' } } });
});
