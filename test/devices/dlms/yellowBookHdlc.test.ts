// Named after the cases of DLMS UA 1001-3 (ATS_DL). The purposes are the Yellow Book's, the bytes are ours; passing them
// is not a conformance certificate.
import { describe, expect, test } from 'vitest';
import { fromHex, NO_BYTES, toHex } from '../../../devices/dlms/encoding/bytes.ts';
import {
  controlI,
  controlRR,
  DEFAULT_PARAMETERS,
  DISC,
  DM,
  decodeParameters,
  encodeParameters,
  FRMR,
  LLC_COMMAND,
  POLL_FINAL,
  SNRM,
  UA,
} from '../../../devices/dlms/framing/hdlcControl.ts';
import {
  decodeFrame,
  encodeFrame,
  type HdlcAddress,
  type HdlcFrame,
  HdlcParser,
  serverAddress,
  shortAddress,
} from '../../../devices/dlms/framing/hdlcFrame.ts';
import { connectDevice, labDevice } from '../../../devices/personas/emulatedInstallation.ts';
import { bench, NOW } from './harness.ts';

const P = POLL_FINAL;
const GET_LDN = fromHex('C001C0000100002A0000FF0200');
const AARQ = fromHex('601DA109060760857405080101BE10040E01000000065F1F0400101CFFFFFF');
const LONG_GET = fromHex('C001C1000F0000280000FF0200');

/** A link driven frame by frame. */
function line(options: { server?: HdlcAddress; client?: HdlcAddress; physical?: readonly number[] } = {}) {
  const connection = connectDevice(labDevice('esme', 1), {
    framing: 'hdlc',
    ...(options.physical && { physical: options.physical }),
  });
  const base = { destination: options.server ?? shortAddress(1), source: options.client ?? shortAddress(16) };
  const parser = new HdlcParser();
  const made = {
    connection,
    at: NOW,
    raw: (bytes: Uint8Array): HdlcFrame[] =>
      connection.receive(bytes, made.at).flatMap((out) => parser.receive(out, made.at)),
    frame: (control: number, information: Uint8Array = NO_BYTES, segmented = false): Uint8Array =>
      encodeFrame({ ...base, control, segmented, information }),
    say: (control: number, information: Uint8Array = NO_BYTES, segmented = false): HdlcFrame[] =>
      made.raw(made.frame(control, information, segmented)),
    controls: (control: number, information: Uint8Array = NO_BYTES): number[] =>
      made.say(control, information).map((frame) => frame.control),
  };
  return made;
}

const llc = (apdu: Uint8Array): Uint8Array => new Uint8Array([...LLC_COMMAND, ...apdu]);
const connected = (options: Parameters<typeof line>[0] = {}) => {
  const made = line(options);
  expect(made.controls(SNRM | P)).toEqual([UA | P]);
  return made;
};

describe('FRAME', () => {
  test('HDLC_FRAME_P1: a connection is set up and ended', () => {
    const made = connected();
    expect(made.controls(DISC | P)).toEqual([UA | P]);
    expect(made.controls(DISC | P)).toEqual([DM | P]);
    // Some clients say SNRM twice.
    expect([...made.controls(SNRM | P), ...made.controls(SNRM | P)]).toEqual([UA | P, UA | P]);
  });

  test('HDLC_FRAME_P2: a frame broken off for longer than the inter-octet time is forgotten', () => {
    const made = line();
    const frame = made.frame(SNRM | P);
    expect(made.raw(frame.subarray(0, 5))).toEqual([]);
    made.at += 7;
    expect(made.raw(frame.subarray(5))).toEqual([]);
    expect(made.controls(SNRM | P)).toEqual([UA | P]);
    // Within the time, portions make a frame, down to single bytes.
    const out = [...frame].flatMap((byte) => made.raw(new Uint8Array([byte])));
    expect(out.map((item) => item.control)).toEqual([UA | P]);
  });

  test('HDLC_FRAME_P3: a silent link is dropped after the inactivity time, not before', () => {
    const made = connected();
    made.at += 120;
    expect(made.controls(controlRR(0, true))).toEqual([controlRR(0, true)]);
    made.at += 121;
    expect(made.controls(controlRR(0, true))).toEqual([DM | P]);
  });

  test('HDLC_FRAME_N1: without flags nothing is a frame', () => {
    const made = line();
    const frame = made.frame(SNRM | P);
    expect(made.raw(frame.subarray(1, frame.length - 1))).toEqual([]);
    expect(made.controls(SNRM | P)).toEqual([UA | P]);
  });

  test('HDLC_FRAME_N2: a frame that is too short is ignored', () => {
    const made = line();
    expect(made.raw(fromHex('7EA0057E'))).toEqual([]);
    expect(made.raw(fromHex('7E7E7E7E'))).toEqual([]);
    expect(made.controls(SNRM | P)).toEqual([UA | P]);
  });

  test.each(['HDLC_FRAME_N3 format type', 'HDLC_FRAME_N4 length', 'HDLC_FRAME_N7 HCS', 'HDLC_FRAME_N8 FCS'])(
    '%s: a frame that is wrong there is ignored, the next one is not',
    (name) => {
      const made = connected();
      const bytes = made.frame(controlI(0, 0, true), llc(AARQ));
      const at = { N3: 1, N4: 2, N7: 6, N8: bytes.length - 2 }[name.slice(11, 13)]!;
      bytes[at]! ^= at === 1 ? 0x10 : 0x01;
      expect(made.raw(bytes)).toEqual([]);
      expect(made.say(controlI(0, 0, true), llc(AARQ)).length).toBe(1);
    },
  );

  test('HDLC_FRAME_N5: an unknown control field is rejected', () => {
    const made = connected();
    const [answer] = made.say(0x33 | P);
    expect(answer!.control).toBe(FRMR | P);
    expect(toHex(answer!.information).slice(0, 2)).toBe('33');
  });
});

describe('ADDRESS', () => {
  test.each([
    ['one byte', serverAddress(1)],
    ['two bytes', serverAddress(1, 17, 2)],
    ['four bytes', serverAddress(1, 0x1234, 4)],
  ])('HDLC_ADDRESS_P1: a destination of %s is answered from the same address', (_, server) => {
    const [answer] = line({ server }).say(SNRM | P);
    expect(answer).toMatchObject({ control: UA | P, source: server, destination: shortAddress(16) });
  });

  test('HDLC_ADDRESS_N1: a two-byte source is a client of its own, answered to its two bytes', () => {
    const client: HdlcAddress = { upper: 0, lower: 16, bytes: 2 };
    const [answer] = line({ client }).say(SNRM | P);
    expect(answer!.destination).toEqual(client);
  });

  test('HDLC_ADDRESS_N4: unknown destinations are not answered', () => {
    expect(line({ server: shortAddress(9) }).say(SNRM | P)).toEqual([]);
    expect(line({ server: shortAddress(0x7f) }).say(SNRM | P)).toEqual([]);
    expect(line({ server: serverAddress(1, 18, 2), physical: [17] }).say(SNRM | P)).toEqual([]);
  });

  test('HDLC_ADDRESS_N6: links of different address forms do not share their state', () => {
    const two = connected({ server: serverAddress(1, 17, 2) });
    const one = encodeFrame({
      destination: shortAddress(1),
      source: shortAddress(16),
      control: controlRR(0, true),
      segmented: false,
      information: NO_BYTES,
    });
    expect(two.raw(one).map((frame) => frame.control)).toEqual([DM | P]);
  });

  test('HDLC_ADDRESS_N7: three- and five-byte addresses are ignored', () => {
    const made = line();
    expect(made.raw(fromHex('7EA00902020321935B5A7E'))).toEqual([]);
    expect(made.raw(fromHex('7EA00B0202020203219300007E'))).toEqual([]);
    expect(made.controls(SNRM | P)).toEqual([UA | P]);
  });
});

describe('NDM2NRM', () => {
  test('HDLC_NDM2NRM_P1: the longest information field is the smaller of both, and kept to', () => {
    const made = line();
    const [ua] = made.say(SNRM | P, encodeParameters({ ...DEFAULT_PARAMETERS, receiveBytesMax: 40 }));
    expect(decodeParameters(ua!.information)).toMatchObject({ value: { transmitBytesMax: 40, receiveBytesMax: 128 } });
    made.say(controlI(0, 0, true), llc(AARQ));
    const [part] = made.say(controlI(1, 1, true), llc(LONG_GET));
    expect(part!.information.length).toBe(40);
    expect(part!.segmented).toBe(true);
  });

  test('HDLC_NDM2NRM_P2: as many frames as the window says come before the next poll', () => {
    const made = line();
    const [ua] = made.say(SNRM | P, encodeParameters({ ...DEFAULT_PARAMETERS, receiveWindow: 3 }));
    expect(decodeParameters(ua!.information)).toMatchObject({ value: { transmitWindow: 3, receiveWindow: 1 } });
    made.say(controlI(0, 0, true), llc(AARQ));
    const parts = made.say(controlI(1, 1, true), llc(LONG_GET));
    expect(parts.map((frame) => frame.control)).toEqual([
      controlI(1, 2, false),
      controlI(2, 2, false),
      controlI(3, 2, true),
    ]);
  });

  test('an SNRM with nonsense for parameters is refused', () => {
    expect(line().controls(SNRM | P, fromHex('818003050100'))).toEqual([DM | P]);
    expect(line().controls(SNRM | P, fromHex('FFFF'))).toEqual([DM | P]);
  });
});

describe('INFO', () => {
  test('HDLC_INFO_P1: I frames carry requests and answers, in segments both ways', () => {
    const made = connected();
    const whole = llc(AARQ);
    expect(made.say(controlI(0, 0, true), whole.subarray(0, 20), true).map((f) => f.control)).toEqual([
      controlRR(1, true),
    ]);
    const [aare] = made.say(controlI(1, 0, true), whole.subarray(20));
    expect(toHex(aare!.information).slice(0, 8)).toBe('E6E70061');
    const [ldn] = made.say(controlI(2, 1, true), llc(GET_LDN));
    expect(toHex(ldn!.information).slice(6, 14)).toBe('C401C000');
  });

  test('HDLC_INFO_N1: an information field longer than agreed is rejected', () => {
    const made = connected();
    const [answer] = made.say(controlI(0, 0, true), new Uint8Array(129));
    expect(answer!.control).toBe(FRMR | P);
    expect(answer!.information[2]).toBe(4);
  });

  test('HDLC_INFO_N2: an N(R) of frames never sent is rejected', () => {
    const made = connected();
    const [answer] = made.say(controlRR(5, true));
    expect(answer!.control).toBe(FRMR | P);
    expect(answer!.information[2]).toBe(8);
  });

  test('HDLC_INFO_N3: a wrong N(S) is answered with what is expected, and nothing is done', () => {
    const made = connected();
    expect(made.controls(controlI(3, 0, true), llc(AARQ))).toEqual([controlRR(0, true)]);
    expect(made.say(controlI(0, 0, true), llc(AARQ))[0]!.control).toBe(controlI(0, 1, true));
  });

  test('a repeated request is answered again and acted on once', () => {
    const made = connected();
    const [first] = made.say(controlI(0, 0, true), llc(AARQ));
    const [again] = made.say(controlI(0, 0, true), llc(AARQ));
    expect(again).toEqual(first);
    // A poll for a lost answer brings it once more.
    expect(made.say(controlRR(0, true))).toEqual([first]);
  });

  test('while the client is not ready nothing but RR is sent', () => {
    const made = connected();
    made.say(controlI(0, 0, true), llc(AARQ));
    made.say(controlI(1, 1, true), llc(LONG_GET));
    expect(made.controls((2 << 5) | P | 5)).toEqual([controlRR(2, true)]);
    expect(made.controls(controlRR(2, true))).toEqual([controlI(2, 2, true)]);
  });
});

test('HDLC_NDMOP_N1: an I frame without a connection is answered DM', () => {
  expect(line().controls(controlI(0, 0, true), llc(AARQ))).toEqual([DM | P]);
});

test('a frame whose check sequence ends in 7E, and one with 7E inside, arrive whole', () => {
  for (let i = 0; i < 4096; i++) {
    const information = new Uint8Array([i >> 8, i & 0xff, 0x7e, 0xa0, 0x07, 0x7e]);
    const bytes = encodeFrame({
      destination: shortAddress(1),
      source: shortAddress(16),
      control: controlI(0, 0, true),
      segmented: false,
      information,
    });
    // Behind noise that looks like the start of a long frame, and sharing flags with its neighbour.
    const noisy = new Uint8Array([...fromHex('7EA7FF03'), ...bytes, ...bytes.subarray(1)]);
    const frames = new HdlcParser().receive(noisy, 0);
    expect(frames.map((frame) => toHex(frame.information))).toEqual([toHex(information), toHex(information)]);
    expect(decodeFrame(bytes).ok).toBe(true);
  }
});

test('the client repeats after silence and reads the whole device over short frames and long windows', () => {
  const device = labDevice('esme', 3);
  for (const hdlc of [
    undefined,
    {
      propose: {
        ...DEFAULT_PARAMETERS,
        transmitBytesMax: 64,
        receiveBytesMax: 50,
        transmitWindow: 5,
        receiveWindow: 7,
      },
    },
  ]) {
    const made = bench(device, { framing: 'hdlc', authentication: 'lls', ...(hdlc && { hdlc }) });
    expect(made.run(made.client.associate())).toMatchObject({ ok: true });
    const buffer = made.run(made.client.get({ classId: 7, ln: '0100630100FF', id: 2 }));
    expect(buffer).toMatchObject({ ok: true, value: { type: 'array' } });
    expect(buffer?.ok && buffer.value.type === 'array' && buffer.value.value.length).toBe(480);
  }
});
