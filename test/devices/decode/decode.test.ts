/** Decoding captures: what each frame is called, what is opened, what is damaged, and what never appears. */
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeCapture, type DecodedLine } from '../../../devices/decode/decodeCapture.ts';
import { ascii, concat, fromHex, toHex } from '../../../devices/dlms/encoding/bytes.ts';
import { writeCiphered } from '../../../devices/dlms/security/ciphering.ts';
import { encodeRequest } from '../../../devices/dlms/apdu/apduRequest.ts';
import { encodeAccess } from '../../../devices/dlms/apdu/apduAccess.ts';
import { encodeGeneral } from '../../../devices/dlms/apdu/apduGeneral.ts';
import { encodeShortName } from '../../../devices/dlms/apdu/apduShortName.ts';
import { encodeResponse } from '../../../devices/dlms/apdu/apduResponse.ts';
import { LLC_RESPONSE, UI } from '../../../devices/dlms/framing/hdlcControl.ts';
import { encodeFrame, shortAddress } from '../../../devices/dlms/framing/hdlcFrame.ts';
import { encodeWrapper } from '../../../devices/dlms/framing/wrapper.ts';
import { LAB_KEYS } from '../../../devices/personas/labProfile.ts';
import { plainJson } from '../../../devices/decode/words/plainJson.ts';
import { plain } from '../../../devices/decode/words/valueWords.ts';
import { jsonText, lineJson } from '../../../src/cli/devices/decodedLine.ts';
import { pcapConversation, pcapHeader } from '../../../devices/transport/pcap.ts';
import { requestArbitrary, responseArbitrary } from '../dlms/arbitraries.ts';
import { accessArbitrary, generalArbitrary, shortNameArbitrary } from '../dlms/wideArbitraries.ts';

const FOLDER = new URL('../../vectors/transcripts/', import.meta.url);
const read = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(name, FOLDER)));
const texts = (lines: readonly DecodedLine[]): string[] => lines.map(({ text }) => text);
const hexLines = (...frames: readonly Uint8Array[]): Uint8Array => ascii(frames.map(toHex).join('\n'));
const get = fromHex('C001C1000100002A0000FF0200');

describe('recorded third-party sessions', () => {
  test.each(readdirSync(FOLDER))('%s decodes without an unknown', (name) => {
    const lines = decodeCapture(read(name), { keys: [LAB_KEYS] });
    expect(lines.length).toBeGreaterThan(8);
    expect(lines.filter(({ isDamage }) => isDamage)).toEqual([]);
    expect(texts(lines).filter((text) => /not under these keys|not in the capture|^APDU/.test(text))).toEqual([]);
  });

  test('a rotation is followed with the KEK, and not without it', () => {
    const shut = (keys: typeof LAB_KEYS | Omit<typeof LAB_KEYS, 'kek'>): number =>
      texts(decodeCapture(read('wrapper_rotate_guek.jsonl'), { keys: [keys] })).filter((text) => text.includes('shut'))
        .length;
    expect(shut(LAB_KEYS)).toBe(0);
    const { guek, gak, gbek } = LAB_KEYS;
    expect(shut({ guek, gak, gbek })).toBeGreaterThan(0);
  });

  test('no key, password or wrapped key is in any output', () => {
    const wrapped = 'C97E5B71207F159EDDCCB965D7DCF3FD1A14AC7F2CF25E1E';
    const secrets = [...Object.values(LAB_KEYS).map(toHex), wrapped, toHex(ascii('Gurux')), 'Gurux'];
    for (const name of readdirSync(FOLDER)) {
      const out = JSON.stringify(decodeCapture(read(name), { keys: [LAB_KEYS] }));
      for (const secret of secrets) expect(out.toUpperCase()).not.toContain(secret.toUpperCase());
      // The search can fail: the captures name the meter.
      expect(out).toContain('4752583030303030303031323334353600');
    }
  });

  test('without keys a ciphered frame shows its length and its counter', () => {
    const [line] = texts(decodeCapture(read('wrapper_gmac_generalglo.jsonl'))).filter((text) => text.includes('shut'));
    expect(line).toMatch(/counter \d+, \d+ bytes, shut: no keys given/);
  });
});

test('octets behind a response are named, and the response before them is shown', () => {
  const apdu = concat(fromHex('C401C1001200FF'), new Uint8Array(18));
  const [line] = decodeCapture(hexLines(encodeWrapper({ source: 1, destination: 16, apdu })));
  expect(line).toMatchObject({
    isDamage: false,
    text: expect.stringContaining('18 octets behind the response') as string,
  });
});

describe('every APDU is named', () => {
  test('requests and responses of the round trips', () => {
    const named = (apdu: Uint8Array): DecodedLine =>
      decodeCapture(hexLines(encodeWrapper({ source: 16, destination: 1, apdu })))[0]!;
    fc.assert(
      fc.property(requestArbitrary, (request) => {
        const line = named(encodeRequest(request));
        expect(line.isDamage).toBe(false);
        expect(line.text).toMatch(/^(get|set|action)-request/);
      }),
      { seed: 16, numRuns: 200 },
    );
    fc.assert(
      fc.property(responseArbitrary, (response) => {
        const line = named(encodeResponse(response));
        expect(line.isDamage).toBe(false);
        expect(line.text).toMatch(/^((get|set|action|exception)-response|confirmed-service-error)/);
      }),
      { seed: 16, numRuns: 200 },
    );
  });

  test.each<[string, fc.Arbitrary<Uint8Array>, RegExp]>([
    ['short names', shortNameArbitrary.map(encodeShortName), /^((unconfirmed-)?(read|write)-(request|response)|information-report)/], // prettier-ignore
    ['the access service', accessArbitrary.map(encodeAccess), /^access-(request|response)/],
    ['general ciphering and signing', generalArbitrary.map(encodeGeneral), /^general-(ciphering: |signing of get-request: )/], // prettier-ignore
  ])('%s', (_, apdus, name) => {
    fc.assert(
      fc.property(apdus, (apdu) => {
        const [line] = decodeCapture(hexLines(encodeWrapper({ source: 16, destination: 1, apdu })));
        expect(line!.isDamage).toBe(false);
        expect(line!.text).toMatch(name);
      }),
      { seed: 16, numRuns: 200 },
    );
  });

  test('an answer of the access service and of short names names what was asked', () => {
    const pdu = (dir: '>' | '<', hex: string): string => {
      const [source, destination] = dir === '>' ? [16, 1] : [1, 16];
      return `${dir} ${toHex(encodeWrapper({ source, destination, apdu: fromHex(hex) }))}`;
    };
    const lines = texts(
      decodeCapture(
        ascii(
          [
            pdu('>', 'D9400000010001' + '0100030100010800FF02' + '0100'),
            pdu('<', 'DA400000010000' + '010600000007' + '010100'),
            pdu('>', '0501020108'),
            pdu('<', '0C01000600000009'),
            pdu('>', '060102FA200109055365637265'),
          ].join('\n'),
        ),
      ),
    );
    expect(lines[0]).toBe('access-request: get Register 1.0.1.8.0.255 (active energy import) attribute 2');
    expect(lines[1]).toBe('access-response: Register 1.0.1.8.0.255 (active energy import) attribute 2: 7');
    expect(lines[2]).toBe('read-request: short name 0108');
    expect(lines[3]).toBe('read-response: short name 0108: 9');
    // What is written to the association may be a secret.
    expect(lines[4]).toMatch(/^write-request: short name FA20 \(association .*\) = not shown$/);
  });

  test('a key that is wrapped in general ciphering is not shown, and the content is not claimed', () => {
    const wrapped = fromHex('C97E5B71207F159EDDCCB965D7DCF3FD1A14AC7F2CF25E1E');
    const none = new Uint8Array(0);
    const apdu = encodeGeneral({ kind: 'generalCiphering', transaction: fromHex('01'), originator: ascii('METER001'), recipient: ascii('HEADEND1'), time: none, other: none, keyInfo: { is: 'wrapped', kekId: 0, wrapped }, content: fromHex('3100000001AABB') }); // prettier-ignore
    const [line] = decodeCapture(hexLines(encodeWrapper({ source: 1, destination: 16, apdu })));
    expect(line).toMatchObject({ isShut: true, isDamage: false });
    expect(line!.text).toContain('from 4D45544552303031 to 48454144454E4431, transaction 01, a key wrapped under KEK 0, 7 bytes, shut'); // prettier-ignore
    expect(JSON.stringify(line).toUpperCase()).not.toContain(toHex(wrapped));
  });

  test('an answer names what was asked, and a value in blocks is put together', () => {
    const pdu = (from: 'c' | 's', hex: string): string =>
      `${from === 'c' ? '>' : '<'} ${toHex(encodeWrapper({ source: from === 'c' ? 16 : 1, destination: from === 'c' ? 1 : 16, apdu: fromHex(hex) }))}`;
    const session = [
      pdu('c', 'C001C1000100002A0000FF0200'),
      pdu('s', 'C402C100000000010005' + '0905414243'),
      pdu('c', 'C002C100000001'),
      pdu('s', 'C402C101000000020002' + '4445'),
    ].join('\n');
    const lines = texts(decodeCapture(ascii(session)));
    expect(lines[0]).toContain('Data 0.0.42.0.0.255 (logical device name) attribute 2');
    expect(lines.at(-1)).toContain('"ABCDE"');
  });
});

describe('pushes as meters send them', () => {
  const body = '02020906' + '0000600B00FF' + '1201F4';
  const time = '07E6010A010C000000000000';

  test.each([
    ['without a time', `0F0000000100${body}`],
    ['with a time in bare octets', `0F000000010C${time}${body}`],
    ['with a time tagged as an octet string', `0F00000001090C${time}${body}`],
    ['with a time tagged as a date-time', `0F0000000119${time}${body}`],
  ])('%s', (_, hex) => {
    const [line] = decodeCapture(hexLines(encodeWrapper({ source: 1, destination: 16, apdu: fromHex(hex) })));
    expect(line).toMatchObject({ isDamage: false });
    expect(line!.text).toContain('0000600B00FF, 500');
  });

  test('in UI frames, whole and in segments', () => {
    const apdu = concat(LLC_RESPONSE, fromHex(`0F000000010C${time}${body}`));
    const frame = (information: Uint8Array, segmented: boolean): Uint8Array =>
      encodeFrame({ destination: shortAddress(0x7f), source: shortAddress(1), control: UI, segmented, information });
    const stream = concat(frame(apdu, false), frame(apdu.subarray(0, 9), true), frame(apdu.subarray(9), false));
    const log = ascii(JSON.stringify({ dir: 's2c', endpoint: 'x', hex: toHex(stream) }));
    const lines = texts(decodeCapture(log));
    expect(lines[0]).toContain('data-notification: at 2022-01-10T12:00:00Z');
    expect(lines[1]).toBe('segment of 9 bytes');
    expect(lines[2]).toBe(lines[0]);
  });

  test('in general block transfer', () => {
    const apdu = fromHex(`0F0000000100${body}`);
    const block = (last: boolean, number: string, part: Uint8Array): Uint8Array =>
      concat(fromHex(`E0${last ? '80' : '00'}${number}0000`), Uint8Array.of(part.length), part);
    const pdus = [block(false, '0001', apdu.subarray(0, 8)), block(true, '0002', apdu.subarray(8))];
    const log = pdus.map((one) => JSON.stringify({ dir: 's2c', endpoint: 'x', hex: toHex(encodeWrapper({ source: 1, destination: 16, apdu: one })) })); // prettier-ignore
    expect(texts(decodeCapture(ascii(log.join('\n')))).at(-1)).toContain('general-block-transfer of data-notification');
  });

  test('ciphered, with the title in the header', () => {
    const protection = {
      control: 0x30,
      encryptionKey: LAB_KEYS.guek,
      authenticationKey: LAB_KEYS.gak,
      systemTitle: ascii('METER001'),
      counter: 9,
    };
    const apdu = writeCiphered('generalGlo', protection, fromHex(`0F0000000100${body}`));
    const capture = hexLines(encodeWrapper({ source: 1, destination: 16, apdu }));
    expect(texts(decodeCapture(capture, { keys: [LAB_KEYS] }))[0]).toMatch(/^data-notification: .*counter 9/);
    const other = { ...LAB_KEYS, guek: LAB_KEYS.kek };
    expect(texts(decodeCapture(capture, { keys: [other] }))[0]).toContain('shut: not under these keys');
  });
});

describe('damage', () => {
  const pdu = encodeWrapper({ source: 16, destination: 1, apdu: get });
  const frame = encodeFrame({
    ...{ destination: shortAddress(1), source: shortAddress(16), control: 0x10, segmented: false },
    information: concat(fromHex('E6E600'), get),
  });

  test.each([
    ['wrapper', pdu, 'a wrapper header of version 1'],
    ['HDLC', frame, 'an HDLC frame with right check sequences'],
  ])('%s: noise between frames is named with its offset, and the rest is decoded', (_, one, expected) => {
    const noise = fromHex('00027E11223344');
    const log = ascii(JSON.stringify({ dir: 'c2s', endpoint: 'x', hex: toHex(concat(one, noise, one)) }));
    const lines = decodeCapture(log);
    expect(lines.map(({ isDamage }) => isDamage)).toEqual([false, true, false]);
    expect(lines[1]!.text).toBe(`offset ${one.length}: 7 byte(s) are no frame: expected ${expected}`);
    expect(lines[2]!.offset).toBe(one.length + 7);
  });

  test('a frame that is cut off at the end is named', () => {
    const log = ascii(JSON.stringify({ dir: 'c2s', endpoint: 'x', hex: toHex(concat(pdu, pdu.subarray(0, 12))) }));
    expect(decodeCapture(log).at(-1)).toMatchObject({ isDamage: true, offset: pdu.length });
  });

  test('a line of a log is read by its shape as JSON reads it, and written as its plain tree is', () => {
    const line = (more: object, hex: string): string => JSON.stringify({ t: '2022-01-10T10:00:00.000Z', dir: 'c2s', endpoint: 'tcp:x', layer: 'wrapper', hex, ...more }); // prettier-ignore
    const frame = toHex(encodeWrapper({ source: 16, destination: 1, apdu: get }));
    const odd = [
      line({}, frame),
      line({}, frame.toLowerCase()),
      line({ note: 'x' }, ''),
      line({}, `${frame.slice(0, -2)}0g`),
      line({}, `${frame} ${frame}`),
      line({}, frame.slice(0, -1)),
      line({ kind: 'migration', attempt: 2, step: 'deviceState' }, frame),
      line({ hex: '' }, frame),
      `{"t":"1","hex":"${frame}","dir":"s2c","endpoint":"a\\"hex\\":\\"b","hex":""}`,
      `{"t":"1","hex":"${frame}","\\u0068ex":""}`,
      `{"t":"1","hex":"${frame}","t":"2"}`,
      `{"t":"1","hex":"${frame}","hex":""}`,
      `{"t":"1\\u0022","hex":"${frame}"}`,
      `{"t":"1\t","hex":"${frame}"}`,
      `{"t":"1","hex":"${frame}"} x`,
      '{"t":"',
    ];
    const all = [...odd, ...odd, ...odd.toReversed(), '', ...odd].flatMap((one) => [one, one, line({}, frame)]);
    const lines = decodeCapture(ascii(all.join('\n')));
    expect(lines.map(lineJson)).toEqual(decodeCapture(ascii(all.map((one) => ` ${one}`).join('\n'))).map(lineJson));
    const written = decodeCapture(ascii(all.join('\n')), { trees: 'decoded' }).map(jsonText);
    expect(written).toEqual(lines.map((one) => JSON.stringify(lineJson(one))));
    const value = { big: 2n ** 60n, octets: [fromHex('00FF'), undefined], 'odd"name': 'a\u2028\ud800"\\', none: undefined, not: NaN, so: true, nothing: null }; // prettier-ignore
    expect(plainJson(value)).toBe(JSON.stringify(plain(value)));
  });

  test('mutated captures: nothing throws, and every line is text', () => {
    const originals = readdirSync(FOLDER).map(read);
    fc.assert(
      fc.property(
        fc.nat(originals.length - 1),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 20 }),
        (i, edits) => {
          const bytes = originals[i]!.slice();
          for (const [at, value] of edits) bytes[at % bytes.length] = value;
          for (const { text } of decodeCapture(bytes, { keys: [LAB_KEYS] })) expect(typeof text).toBe('string');
        },
      ),
      { seed: 20211103, numRuns: 150 },
    );
  });
});

describe('pcap', () => {
  const pdu = encodeWrapper({ source: 16, destination: 1, apdu: get });
  const own = (): Uint8Array => {
    const draw = pcapConversation({ serverPort: 4059, clientPort: 50_000 });
    return concat(pcapHeader(), draw(pdu.subarray(0, 5), 'c2s', 1_000), draw(pdu.subarray(5), 'c2s', 2_000));
  };

  test('of our own, with a PDU over two packets', () => {
    const [line] = decodeCapture(own());
    expect(line).toMatchObject({ t: '1970-01-01T00:00:02.000Z', dir: 'c2s', link: '16>1', isDamage: false });
  });

  test('of Ethernet, with a packet that came twice', () => {
    const raw = own();
    const packets: Uint8Array[] = [];
    for (let at = 24; at < raw.length;) {
      const length = new DataView(raw.buffer, raw.byteOffset).getUint32(at + 8, true);
      const head = raw.slice(at, at + 16);
      for (const field of [8, 12]) new DataView(head.buffer).setUint32(field, length + 14, true);
      packets.push(concat(head, fromHex('0000000000010000000000020800'), raw.subarray(at + 16, at + 16 + length)));
      at += 16 + length;
    }
    const header = raw.slice(0, 24);
    header[20] = 1;
    const lines = decodeCapture(concat(header, packets[0]!, packets[0]!, packets[1]!));
    expect(lines).toHaveLength(1);
    expect(lines[0]!.text).toContain('get-request');
  });

  test.each([
    ['Ethernet with a VLAN tag', 1, '000000000001000000000002810060050800'],
    ['Linux cooked, version 2', 276, '0800000000000001000104060000000000020000'],
  ])('of %s', (_, link, head) => {
    const packet = own().subarray(24 + 16, 24 + 16 + 45);
    const framed = concat(fromHex(head), packet);
    const header = own().slice(0, 24);
    new DataView(header.buffer).setUint32(20, link, true);
    const record = new Uint8Array(16);
    for (const field of [8, 12]) new DataView(record.buffer).setUint32(field, framed.length, true);
    // The first five octets of a PDU are all that is there.
    expect(decodeCapture(concat(header, record, framed))).toMatchObject([{ dir: 'c2s', isDamage: true, offset: 0 }]);
  });

  test('with an HDLC frame a packet, as serial sniffers write it', () => {
    const frame = encodeFrame({ destination: shortAddress(1), source: shortAddress(16), control: 0x10, segmented: false, information: concat(fromHex('E6E600'), get) }); // prettier-ignore
    const header = own().slice(0, 24);
    header[20] = 147;
    const record = new Uint8Array(16);
    for (const field of [8, 12]) new DataView(record.buffer).setUint32(field, frame.length, true);
    const lines = texts(decodeCapture(concat(header, record, frame, record, frame)));
    expect(lines).toEqual([expect.stringContaining('get-request'), expect.stringContaining('get-request')]);
  });

  test('that is cut off, or of another kind, is a problem and not an exception', () => {
    expect(decodeCapture(own().subarray(0, 70)).some(({ isDamage }) => isDamage)).toBe(true);
    expect(decodeCapture(fromHex('0A0D0D0A00000000'))[0]!.text).toContain('pcapng');
  });
});

test('62056-21: identification, option, data, and a password that is not shown', () => {
  const messages = [
    '/?!\r\n',
    '/LGZ5\\2SMB\r\n',
    '\u0001P1\u0002(SECRET)\u0003a',
    '\u00021.8.0*255(1*kWh)\r\n!\r\n\u0003',
  ];
  const log = messages.map((text) => JSON.stringify({ endpoint: 'o', hex: toHex(ascii(text)) })).join('\n');
  const out = texts(decodeCapture(ascii(log), { framing: '62056-21' })).join('\n');
  expect(out).toContain('mode E');
  expect(out).toContain('command P1 not shown');
  expect(out).not.toContain('SECRET');
});

describe('pcapng', () => {
  const block = (type: number, body: Uint8Array, little: boolean): Buffer => {
    const padded = Buffer.concat([body, Buffer.alloc((4 - (body.length % 4)) % 4)]);
    const out = Buffer.alloc(padded.length + 12);
    const u32 = (value: number, at: number): unknown =>
      little ? out.writeUInt32LE(value, at) : out.writeUInt32BE(value, at);
    u32(type, 0);
    u32(out.length, 4);
    padded.copy(out, 8);
    u32(out.length, out.length - 4);
    return out;
  };
  const words = (little: boolean, ...values: readonly number[]): Buffer => {
    const out = Buffer.alloc(values.length * 4);
    values.forEach((value, i) => (little ? out.writeUInt32LE(value, i * 4) : out.writeUInt32BE(value, i * 4)));
    return out;
  };
  const apdu = encodeWrapper({ source: 16, destination: 1, apdu: get });
  /** The packet of a classic capture without its header. */
  const packet = pcapConversation({ serverPort: 4059, clientPort: 50_000 })(apdu, 'c2s', 0).subarray(16);

  test.each([true, false])('is read as pcap is, little-endian: %s', (little) => {
    const link = Buffer.alloc(8);
    if (little) link.writeUInt16LE(101);
    else link.writeUInt16BE(101);
    // if_tsresol 9: nanoseconds.
    const resolution = little ? Buffer.from([9, 0, 1, 0, 9, 0, 0, 0, 0, 0, 0, 0]) : Buffer.from([0, 9, 0, 1, 9, 0, 0, 0, 0, 0, 0, 0]); // prettier-ignore
    const ticks = BigInt(Date.UTC(2022, 0, 10, 10, 7)) * 1_000_000n;
    const head = words(little, 0, Number(ticks >> 32n), Number(ticks & 0xffffffffn), packet.length, packet.length);
    const file = Buffer.concat([
      block(0x0a0d0d0a, words(little, 0x1a2b3c4d, 1, 0xffffffff, 0xffffffff), little),
      block(1, Buffer.concat([link, resolution]), little),
      block(5, words(little, 0, 0, 0), little),
      block(6, Buffer.concat([head, packet]), little),
    ]);
    expect(decodeCapture(file)).toMatchObject([{ t: '2022-01-10T10:07:00.000Z', dir: 'c2s', isDamage: false, text: expect.stringContaining('logical device name') as string }]); // prettier-ignore
    const cut = decodeCapture(file.subarray(0, file.length - 5));
    expect(cut).toMatchObject([{ isDamage: true, text: expect.stringContaining('not whole') as string }]);
  });
});
