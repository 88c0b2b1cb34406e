// Mutated inputs to every decoder and to whole devices: no exception, no hang, no memory that grows with a length field.
// The default is 100,000 inputs; FUZZ_INPUTS raises it (the bench run uses 10 million), FUZZ_SEED repeats a run.
import { expect, test } from 'vitest';
import { decodeAare, decodeAarq, decodeRelease } from '../../../devices/dlms/acse.ts';
import { decodeDataNotification, decodeResponse } from '../../../devices/dlms/apduResponse.ts';
import { decodeRequest } from '../../../devices/dlms/apduRequest.ts';
import { decodeData, expandCompactArray } from '../../../devices/dlms/axdr.ts';
import { readElements } from '../../../devices/dlms/ber.ts';
import { fromHex, toHex } from '../../../devices/dlms/bytes.ts';
import { readCiphered } from '../../../devices/dlms/ciphering.ts';
import { decodeParameters } from '../../../devices/dlms/hdlcControl.ts';
import { crcX25, decodeFrame, FRAME_BYTES_MAX, HdlcParser } from '../../../devices/dlms/hdlcFrame.ts';
import { decodeInitiateRequest, decodeInitiateResponse } from '../../../devices/dlms/initiate.ts';
import { unwrapKey } from '../../../devices/dlms/keyWrap.ts';
import { WrapperParser } from '../../../devices/dlms/wrapper.ts';
import { labInstallation } from '../../../devices/personas/installation.ts';
import { LAB_KEYS } from '../../../devices/personas/labProfile.ts';
import { NOW, transcript, vectors } from './harness.ts';

const INPUTS = Number(process.env['FUZZ_INPUTS'] ?? 100_000);
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_220_110);

/** A small keyed generator: the same seed gives the same inputs. */
function generator(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x9e3779b9) >>> 0;
    let word = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    word = Math.imul(word ^ (word >>> 15), 0x735a2d97);
    return ((word ^ (word >>> 15)) >>> 0) % below;
  };
}

const RECORDED = ['hdlc_none', 'hdlc_lls', 'wrapper_none', 'wrapper_gmac_generalglo', 'wrapper_rotate_guek'].flatMap(
  transcript,
);
const hexes = (value: unknown): string[] =>
  typeof value === 'string'
    ? /^([0-9A-F]{2})+$/.test(value)
      ? [value]
      : []
    : typeof value === 'object' && value !== null
      ? Object.values(value).flatMap(hexes)
      : [];
const FRAMES = RECORDED.map((frame) => frame.bytes);
const APDUS = FRAMES.flatMap((bytes) => {
  if (bytes[0] !== 0x7e) return [bytes.subarray(8)];
  const frame = decodeFrame(bytes);
  return frame.ok && frame.value.information.length > 3 ? [frame.value.information.subarray(3)] : [];
});
const CORPUS: readonly Uint8Array[] = [
  ...FRAMES,
  ...APDUS,
  ...hexes(vectors()).map(fromHex),
  // Data, initiates, parameters, a data-notification, and claims that are larger than what follows.
  ...['0203110112000109021234', '13020211120601000203', '040A55AA', '01FF', '0284FFFFFFFF', '130184FFFF00'].map(
    fromHex,
  ),
  ...[
    '01000000065F1F0400007E1F04B0',
    '0800065F1F040000121D02000007',
    '818003050180',
    '0F00000001000203110112000109021234',
  ].map(fromHex),
];
const INTERESTING = [0x00, 0x01, 0x02, 0x13, 0x7e, 0x7f, 0x80, 0x81, 0x82, 0x84, 0xff, 0x60, 0xbe, 0xc0, 0xdb];

function mutate(random: (below: number) => number): Uint8Array {
  const base = CORPUS[random(CORPUS.length)]!;
  let bytes = base.slice(0, random(6) === 0 ? random(base.length + 1) : base.length);
  for (let edits = random(4); edits > 0 && bytes.length > 0; edits--) {
    const at = random(bytes.length);
    const what = random(5);
    if (what === 0) bytes[at] = random(256);
    else if (what === 1) bytes[at]! ^= 1 << random(8);
    else if (what === 2) bytes[at] = INTERESTING[random(INTERESTING.length)]!;
    else if (what === 3) bytes = new Uint8Array([...bytes.subarray(0, at), random(256), ...bytes.subarray(at)]);
    else bytes = new Uint8Array([...bytes.subarray(0, at), ...bytes.subarray(at + 1 + random(3))]);
  }
  // A frame with its checks mended gets further than one without.
  if (bytes[0] === 0x7e && bytes.length > 8 && random(2) === 0) {
    const end = bytes.length - 3;
    const crc = crcX25(bytes, 1, end);
    bytes.set([crc & 0xff, crc >> 8, 0x7e], end);
  }
  return bytes;
}

type Decoder = (bytes: Uint8Array) => { ok: boolean };
const DECODERS: Readonly<Record<string, Decoder>> = {
  decodeData: (bytes) => {
    const data = decodeData(bytes);
    if (data.ok && data.value.type === 'compactArray') expandCompactArray(data.value);
    return data;
  },
  readElements,
  decodeAarq,
  decodeAare,
  decodeRelease,
  decodeInitiateRequest,
  decodeInitiateResponse,
  decodeRequest,
  decodeResponse,
  decodeDataNotification,
  readCiphered,
  decodeFrame,
  decodeParameters,
  unwrapKey: (bytes) => unwrapKey(LAB_KEYS.kek, bytes),
};

/** The decoder that an input is meant for, by its first byte. */
const MEANT: Readonly<Record<number, string>> = {
  0x7e: 'decodeFrame',
  0x60: 'decodeAarq',
  0x61: 'decodeAare',
  0x62: 'decodeRelease',
  0x63: 'decodeRelease',
  0x01: 'decodeInitiateRequest',
  0x08: 'decodeInitiateResponse',
  0xc0: 'decodeRequest',
  0xc1: 'decodeRequest',
  0xc3: 'decodeRequest',
  0xc4: 'decodeResponse',
  0xc7: 'decodeResponse',
  0xd8: 'decodeResponse',
  0x0f: 'decodeDataNotification',
  0x81: 'decodeParameters',
};

test(`decoders give results and never throw: ${INPUTS} inputs, FUZZ_SEED=${SEED}`, { timeout: 0 }, () => {
  const random = generator(SEED);
  const names = Object.keys(DECODERS);
  const accepted = new Map<string, number>();
  for (let i = 0; i < INPUTS; i++) {
    const bytes = mutate(random);
    // Each input goes to the decoder it is meant for, and to one that it is not.
    for (const name of new Set([MEANT[bytes[0] ?? 0] ?? 'decodeData', names[i % names.length]!])) {
      try {
        if (DECODERS[name]!(bytes).ok) accepted.set(name, (accepted.get(name) ?? 0) + 1);
      } catch (error) {
        throw new Error(`${name} threw on ${toHex(bytes)} (FUZZ_SEED=${SEED}, input ${i})`, { cause: error });
      }
    }
  }
  console.log(`fuzz: seed ${SEED}, ${INPUTS} inputs; accepted ${JSON.stringify(Object.fromEntries(accepted))}`);
  // A fuzz that nothing passes proves nothing.
  for (const name of names) if (name !== 'unwrapKey') expect(accepted.get(name) ?? 0, name).toBeGreaterThan(0);
});

test('parsers keep at most a frame, and find the next true frame after any damage', { timeout: 0 }, () => {
  const random = generator(SEED + 1);
  const good = transcript('hdlc_none')[0]!.bytes;
  const hdlc = new HdlcParser();
  const wrapper = new WrapperParser(2000);
  for (let i = 0; i < INPUTS / 20; i++) {
    const bytes = mutate(random);
    hdlc.receive(bytes, i / 1000);
    wrapper.receive(bytes);
    expect(hdlc.pendingBytes).toBeLessThanOrEqual(FRAME_BYTES_MAX + 2);
    expect(wrapper.pendingBytes).toBeLessThanOrEqual(2000 + 8 + bytes.length);
    // After the inter-octet silence whatever was pending is given up.
    if (i % 100 === 0) expect(new HdlcParser().receive(good, 0).length).toBe(1);
  }
  expect(hdlc.receive(good, 1e6).length).toBe(1);
});

test('whole installations survive mutated sessions, and no sequence without keys changes any', { timeout: 0 }, () => {
  const random = generator(SEED + 2);
  const reached = new Map<string, number>();
  const installation = labInstallation(1);
  for (let i = 0; i < INPUTS / 50; i++) {
    const framing = i % 2 === 0 ? 'wrapper' : 'hdlc';
    const connection = installation.connect({ framing });
    const sessions = RECORDED.filter(
      (frame) => frame.dir === 'c2s' && (frame.bytes[0] === 0x7e) === (framing === 'hdlc'),
    );
    const start = random(sessions.length);
    for (const frame of sessions.slice(start, start + 8)) {
      const bytes = random(3) === 0 ? mutate(random) : frame.bytes;
      for (const out of connection.receive(bytes, NOW + i)) {
        const at = framing === 'wrapper' ? 8 : out.length > 14 ? 11 : 5;
        const name = `${framing} ${out[at]!.toString(16)}`;
        reached.set(name, (reached.get(name) ?? 0) + 1);
      }
    }
    connection.close();
  }
  console.log(`fuzz: states reached ${JSON.stringify(Object.fromEntries([...reached].sort()))}`);
  expect(reached.size).toBeGreaterThan(8);
  for (const device of [installation.chf, installation.esme, installation.gsme!]) {
    expect(device.keyring.keys).toEqual(LAB_KEYS);
  }
});
