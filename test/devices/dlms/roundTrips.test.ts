// Round trips: whatever an encoder makes, its decoder reads as the same. They do not prove that the bytes are right.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  decodeAare,
  decodeAarq,
  decodeRelease,
  encodeAare,
  encodeAarq,
  encodeRelease,
} from '../../../devices/dlms/apdu/acse.ts';
import type { ServiceRequest, ServiceResponse } from '../../../devices/dlms/apdu/apdu.ts';
import { decodeRequest, encodeRequest } from '../../../devices/dlms/apdu/apduRequest.ts';
import {
  decodeDataNotification,
  decodeResponse,
  encodeDataNotification,
  encodeResponse,
} from '../../../devices/dlms/apdu/apduResponse.ts';
import { decodeData, encodeData, expandCompactArray } from '../../../devices/dlms/encoding/axdr.ts';
import { concat, toHex } from '../../../devices/dlms/encoding/bytes.ts';
import { open, readCiphered, writeCiphered } from '../../../devices/dlms/security/ciphering.ts';
import { decodeFrame, encodeFrame, HdlcParser } from '../../../devices/dlms/framing/hdlcFrame.ts';
import {
  decodeInitiateRequest,
  decodeInitiateResponse,
  encodeInitiateRequest,
  encodeInitiateResponse,
} from '../../../devices/dlms/apdu/initiate.ts';
import { unwrapKey, wrapKey } from '../../../devices/dlms/security/keyWrap.ts';
import { encodeWrapper, WrapperParser } from '../../../devices/dlms/framing/wrapper.ts';
import {
  aareArbitrary,
  aarqArbitrary,
  bytesArbitrary,
  dataArbitrary,
  frameArbitrary,
  requestArbitrary,
  responseArbitrary,
} from './arbitraries.ts';

/** An expectation with no value: fast-check takes a returned `false` for a failure. */
function same(actual: unknown, expected: unknown): void {
  expect(actual).toEqual(expected);
}

const runs = { numRuns: 300 };
const u16 = fc.nat(0xffff);
const u24 = fc.nat(0xffffff);
const u32 = fc.nat(0xffffffff);

describe('what is encoded decodes to the same', () => {
  test('data', () => {
    fc.assert(
      fc.property(dataArbitrary, (data) => same(decodeData(encodeData(data)), { ok: true, value: data })),
      runs,
    );
  });

  test('requests', () => {
    const law = (request: ServiceRequest) => same(decodeRequest(encodeRequest(request)), { ok: true, value: request });
    fc.assert(fc.property(requestArbitrary, law), runs);
  });

  test('responses', () => {
    const law = (response: ServiceResponse) =>
      same(decodeResponse(encodeResponse(response)), { ok: true, value: response });
    fc.assert(fc.property(responseArbitrary, law), runs);
  });

  test('data-notifications', () => {
    const notification = fc.record({ longInvoke: u32, at: bytesArbitrary(12), body: dataArbitrary });
    fc.assert(
      fc.property(notification, (value) =>
        same(decodeDataNotification(encodeDataNotification(value)), { ok: true, value }),
      ),
      runs,
    );
  });

  test('AARQ, AARE, release', () => {
    fc.assert(
      fc.property(aarqArbitrary, (value) => same(decodeAarq(encodeAarq(value)), { ok: true, value })),
      runs,
    );
    fc.assert(
      fc.property(aareArbitrary, (value) => same(decodeAare(encodeAare(value)), { ok: true, value })),
      runs,
    );
    const release = fc.record({ reason: fc.nat(30), userInformation: bytesArbitrary(60) }, { requiredKeys: [] });
    for (const kind of ['request', 'response'] as const) {
      fc.assert(
        fc.property(release, (value) => same(decodeRelease(encodeRelease(kind, value)), { ok: true, value })),
        runs,
      );
    }
  });

  test('initiates', () => {
    const request = fc.record(
      {
        dedicatedKey: bytesArbitrary(16),
        responseAllowed: fc.boolean(),
        qualityOfService: fc.nat(255),
        dlmsVersion: fc.nat(255),
        conformance: u24,
        pduBytesMax: u16,
      },
      { requiredKeys: ['responseAllowed', 'dlmsVersion', 'conformance', 'pduBytesMax'] },
    );
    const law = (value: Parameters<typeof encodeInitiateRequest>[0]) =>
      same(decodeInitiateRequest(encodeInitiateRequest(value)), { ok: true, value });
    fc.assert(fc.property(request, law), runs);
    const response = fc.record({ dlmsVersion: fc.nat(255), conformance: u24, pduBytesMax: u16, vaaName: u16 });
    fc.assert(
      fc.property(response, (value) =>
        same(decodeInitiateResponse(encodeInitiateResponse(value)), { ok: true, value }),
      ),
      runs,
    );
  });

  test('ciphered APDUs of every family and control', () => {
    const key = fc.uint8Array({ minLength: 16, maxLength: 16 });
    const title = fc.uint8Array({ minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(
        fc.record({ encryptionKey: key, authenticationKey: key, systemTitle: title, counter: u32 }),
        fc.constantFrom(0x10, 0x20, 0x30),
        fc.constantFrom('glo', 'ded', 'generalGlo', 'generalDed'),
        bytesArbitrary(100),
        (protection, control, family, tail) => {
          const plain = concat(new Uint8Array([0xc0]), tail);
          const header = readCiphered(writeCiphered(family, { ...protection, control }, plain));
          if (!header.ok) throw new Error(header.error);
          expect(header.value).toMatchObject({ family, control, counter: protection.counter });
          expect(open({ ...protection, control }, header.value.body)).toEqual({ ok: true, value: plain });
          if (control === 0x20) return;
          const other = { ...protection, control, counter: protection.counter ^ 1 };
          expect(open(other, header.value.body).ok).toBe(false);
        },
      ),
      runs,
    );
  });

  test('wrapped keys; and any single bit changed is unwrap-failed', () => {
    const key = fc.uint8Array({ minLength: 16, maxLength: 16 });
    fc.assert(
      fc.property(key, key, fc.nat(24 * 8 - 1), (kek, secret, bit) => {
        const wrapped = wrapKey(kek, secret);
        expect(unwrapKey(kek, wrapped)).toEqual({ ok: true, value: secret });
        wrapped[bit >> 3]! ^= 1 << (bit & 7);
        expect(unwrapKey(kek, wrapped)).toEqual({ ok: false, error: 'unwrap-failed' });
      }),
      runs,
    );
  });
});

test.each([0, 8, 15, 16, 23, 25, 32])('a wrapping of %i bytes is unwrap-failed and not an exception', (length) => {
  expect(unwrapKey(new Uint8Array(16), new Uint8Array(length))).toEqual({ ok: false, error: 'unwrap-failed' });
});

test('HDLC frames and wrapper PDUs arrive whole however the stream is cut', () => {
  fc.assert(
    fc.property(
      fc.array(frameArbitrary, { maxLength: 5 }),
      fc.array(fc.integer({ min: 1, max: 40 })),
      (frames, cuts) => {
        for (const frame of frames) expect(decodeFrame(encodeFrame(frame))).toEqual({ ok: true, value: frame });
        const stream = concat(...frames.map(encodeFrame));
        const parser = new HdlcParser();
        expect(portions(stream, cuts).flatMap((part) => parser.receive(part, 0))).toEqual(frames);
      },
    ),
    runs,
  );
  const pdu = fc.record({ source: u16, destination: u16, apdu: bytesArbitrary(300) });
  fc.assert(
    fc.property(fc.array(pdu, { maxLength: 5 }), fc.array(fc.integer({ min: 1, max: 40 })), (pdus, cuts) => {
      const parser = new WrapperParser();
      const stream = concat(...pdus.map(encodeWrapper));
      expect(portions(stream, cuts).flatMap((part) => parser.receive(part))).toEqual(pdus);
      expect(parser.pendingBytes).toBe(0);
    }),
    runs,
  );
});

function portions(stream: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const cut of cuts) {
    parts.push(stream.subarray(at, at + cut));
    at += cut;
  }
  return [...parts, stream.subarray(at)];
}

test('a compact array expands to its elements, and cannot expand without content', () => {
  // Two structures of {unsigned, long-unsigned}.
  const decoded = decodeData(new Uint8Array([19, 2, 2, 17, 18, 6, 1, 0, 2, 3, 0, 4]));
  if (!decoded.ok || decoded.value.type !== 'compactArray') throw new Error('not a compact array');
  expect(toHex(encodeData(decoded.value))).toBe('13020211120601000203' + '0004');
  expect(expandCompactArray(decoded.value)).toMatchObject({
    ok: true,
    value: { value: [{ value: [{ value: 1 }, { value: 2 }] }, { value: [{ value: 3 }, { value: 4 }] }] },
  });
  const hollow = decodeData(new Uint8Array([19, 1, 0xff, 0xff, 0, 1, 0]));
  if (!hollow.ok || hollow.value.type !== 'compactArray') throw new Error('not a compact array');
  expect(expandCompactArray(hollow.value).ok).toBe(false);
});
