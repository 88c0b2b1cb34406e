/** Lines that return what is sent: an optical head, a two-wire line. Client and server SAP are equal, as a rig has them. */
import { describe, expect, test } from 'vitest';
import { concat, fromHex, toHex } from '../../../devices/dlms/encoding/bytes.ts';
import { DlmsClient } from '../../../devices/dlms/client/client.ts';
import { ClientSession } from '../../../devices/dlms/client/clientSession.ts';
import {
  controlI,
  controlRR,
  DM,
  FRMR,
  LLC_RESPONSE,
  POLL_FINAL,
  SNRM,
  UA,
} from '../../../devices/dlms/framing/hdlcControl.ts';
import { encodeFrame, HdlcParser, shortAddress } from '../../../devices/dlms/framing/hdlcFrame.ts';
import { connectDevice, labDevice } from '../../../devices/personas/emulatedInstallation.ts';
import { LAB_KEYS } from '../../../devices/personas/labProfile.ts';
import { bench, CLIENT_TITLE, NOW } from './harness.ts';

const OBJECTS = { classId: 15, ln: '0000280000FF', id: 2 };
const BOTH = { destination: shortAddress(1), source: shortAddress(1) };
const frame = (control: number, information: Uint8Array = new Uint8Array(0)): Uint8Array =>
  encodeFrame({ ...BOTH, control, segmented: false, information });

/** Carries frames over a line on which either end, or both, hear what they send themselves. */
function read(hears: { readonly client: boolean; readonly server: boolean }) {
  const connection = connectDevice(labDevice('esme', 1), { framing: 'hdlc' });
  let counter = 0;
  const security = { systemTitle: CLIENT_TITLE, keys: LAB_KEYS, nextCounter: () => ++counter };
  const client = new DlmsClient({ authentication: 'gmac', security });
  const session = new ClientSession({ framing: 'hdlc', client: 1, server: 1 });
  let frames = 0;
  const carry = (send: readonly Uint8Array[]): void => {
    for (let out = send; out.length > 0;) {
      frames += out.length;
      if (frames > 500) throw new Error('the two ends never fall silent');
      const echoed = hears.client ? out.flatMap((bytes) => session.receive(bytes, NOW)) : [];
      expect(echoed).toEqual([]);
      let back = out.flatMap((bytes) => connection.receive(bytes, NOW));
      if (hears.server) expect(back.flatMap((bytes) => connection.receive(bytes, NOW))).toEqual([]);
      frames += back.length;
      out = back.flatMap((bytes) => session.receive(bytes, NOW));
      back = [];
    }
  };
  carry(session.open(NOW));
  const { exchange, send } = session.start(
    (function* () {
      const associated = yield* client.associate();
      return associated.ok ? yield* client.get(OBJECTS) : associated;
    })(),
    NOW,
  );
  carry(send);
  carry(session.close(NOW));
  return { exchange, frames };
}

describe('a long read, with keys proved', () => {
  const plain = read({ client: false, server: false });
  test.each([
    ['the client hears itself', { client: true, server: false }],
    ['the server hears itself', { client: false, server: true }],
    ['both hear themselves', { client: true, server: true }],
  ])('takes the same frames and gives the same value where %s', (_, hears) => {
    const echoing = read(hears);
    expect(echoing.exchange.result).toEqual(plain.exchange.result);
    expect(echoing.exchange.result).toMatchObject({ ok: true });
    expect(echoing.frames).toBe(plain.frames);
  });
});

describe('a server', () => {
  test.each([
    ['UA', UA],
    ['DM', DM],
    ['FRMR', FRMR],
  ])('does not answer %s, with a link or without one', (_, code) => {
    const connection = connectDevice(labDevice('esme', 1), { framing: 'hdlc' });
    expect(connection.receive(frame(code | POLL_FINAL), NOW)).toEqual([]);
    connection.receive(frame(SNRM | POLL_FINAL), NOW);
    expect(connection.receive(frame(code | POLL_FINAL), NOW)).toEqual([]);
  });

  test('does not take an I frame with the LLC header of a response', () => {
    const connection = connectDevice(labDevice('esme', 1), { framing: 'hdlc' });
    connection.receive(frame(SNRM | POLL_FINAL), NOW);
    const response = concat(LLC_RESPONSE, fromHex('C001C1000100002A0000FF0200'));
    expect(connection.receive(frame(controlI(0, 0, true), response), NOW)).toEqual([]);
  });

  test('answers RR with RR on a line that has shown no echo', () => {
    const connection = connectDevice(labDevice('esme', 1), { framing: 'hdlc' });
    connection.receive(frame(SNRM | POLL_FINAL), NOW);
    const rr = frame(controlRR(0, true));
    expect(connection.receive(rr, NOW).map(toHex)).toEqual([toHex(rr)]);
  });
});

describe('a client', () => {
  test('takes RR for the answer of the server on a line that has shown no echo', () => {
    const session = new ClientSession({ framing: 'hdlc', client: 1, server: 1 });
    session.open(NOW);
    session.receive(frame(UA | POLL_FINAL), NOW);
    session.start(new DlmsClient({ authentication: 'none' }).get(OBJECTS), NOW);
    session.receive(frame(controlRR(1, true)), NOW);
    expect(session.dueAt()).toBeLessThan(NOW + 1);
  });

  test('does not answer SNRM or DISC, which only clients send', () => {
    const session = new ClientSession({ framing: 'hdlc', client: 1, server: 1 });
    const [snrm] = session.open(NOW);
    expect(session.receive(snrm!, NOW)).toEqual([]);
    expect(session.ready).toBe(false);
  });
});

test('the wrapper over a line that echoes: nobody answers his own error', () => {
  const made = bench(labDevice('esme', 1), { authentication: 'none' });
  const refusal = fromHex('0001000100100003D80102');
  expect(made.connection.receive(refusal, NOW)).toEqual([]);
  expect(new HdlcParser().receive(refusal, NOW)).toEqual([]);
});
