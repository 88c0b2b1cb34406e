// The published worked examples. They prove the primitives and a handful of APDUs, not the state machines.
import { expect, test } from 'vitest';
import { decodeAarq, encodeAarq } from '../../../devices/dlms/apdu/acse.ts';
import { encodeException } from '../../../devices/dlms/apdu/apduResponse.ts';
import { decodeRequest, encodeRequest } from '../../../devices/dlms/apdu/apduRequest.ts';
import { encodeData } from '../../../devices/dlms/encoding/axdr.ts';
import { fromHex, toHex } from '../../../devices/dlms/encoding/bytes.ts';
import {
  gmac,
  gmacVerifies,
  open,
  readCiphered,
  seal,
  writeCiphered,
} from '../../../devices/dlms/security/ciphering.ts';
import { keyTransferParameter } from '../../../devices/dlms/security/keyWrap.ts';
import { crcX25, decodeFrame, encodeFrame } from '../../../devices/dlms/framing/hdlcFrame.ts';
import {
  decodeInitiateRequest,
  decodeInitiateResponse,
  encodeInitiateRequest,
  encodeInitiateResponse,
} from '../../../devices/dlms/apdu/initiate.ts';
import { unwrapKey, wrapKey } from '../../../devices/dlms/security/keyWrap.ts';
import { vectors } from './harness.ts';

interface GcmCase {
  name: string;
  SC: string;
  plain: string;
  cipherAndTag: string;
  gloApdu: string;
}
interface Vectors {
  gcm: { EK: string; AK: string; systemTitle: string; IC: string; cases: GcmCase[] };
  gmac_hls5: { dir: string; systemTitle: string; IC: string; challenge: string; tag: string; wire: string }[];
  keywrap_rfc3394: { kek: string; key: string; wrapped: string; actionParameter?: string }[];
  hdlc_fcs_x25: [string, string][];
  exception_responses_recorded: Record<string, string>;
  aarq_aare: Record<string, string>;
}
const all = vectors<Vectors>();
const keys = { encryptionKey: fromHex(all.gcm.EK), authenticationKey: fromHex(all.gcm.AK) };

test.each(all.gcm.cases)('$name seals, opens and wraps to the published bytes', (item) => {
  const systemTitle = fromHex(all.gcm.systemTitle);
  const protection = { ...keys, control: parseInt(item.SC, 16), systemTitle, counter: parseInt(all.gcm.IC, 16) };
  const plain = fromHex(item.plain);
  expect(toHex(seal(protection, plain))).toBe(item.cipherAndTag);
  expect(toHex(writeCiphered('glo', protection, plain))).toBe(item.gloApdu);
  const header = readCiphered(fromHex(item.gloApdu));
  expect(header.ok && open({ ...protection, control: header.value.control }, header.value.body)).toEqual({
    ok: true,
    value: plain,
  });
});

test.each(all.gmac_hls5)('HLS-GMAC $dir', (item) => {
  const protection = { ...keys, systemTitle: fromHex(item.systemTitle), counter: parseInt(item.IC, 16) };
  const challenge = fromHex(item.challenge);
  expect(toHex(gmac(protection, challenge))).toBe(item.wire);
  expect(gmacVerifies(protection, { challenge, answer: fromHex(item.wire) })).toBe(true);
  const changed = fromHex(item.wire);
  changed[16]! ^= 1;
  expect(gmacVerifies(protection, { challenge, answer: changed })).toBe(false);
});

test.each(all.keywrap_rfc3394)('RFC 3394 wraps $key', (item) => {
  expect(toHex(wrapKey(fromHex(item.kek), fromHex(item.key)))).toBe(item.wrapped);
  expect(unwrapKey(fromHex(item.kek), fromHex(item.wrapped))).toEqual({ ok: true, value: fromHex(item.key) });
  if (!item.actionParameter) return;
  const parameter = keyTransferParameter([{ keyId: 0, wrapped: fromHex(item.wrapped) }]);
  expect(toHex(encodeData(parameter))).toBe(item.actionParameter);
});

test.each(all.hdlc_fcs_x25)('FCS of %s is %s', (frame, fcs) => {
  const bytes = fromHex(frame);
  const crc = crcX25(bytes);
  expect(toHex(new Uint8Array([crc & 0xff, crc >> 8]))).toBe(fcs);
  const decoded = decodeFrame(fromHex(`7E${frame}${fcs}7E`));
  expect(decoded.ok && toHex(encodeFrame(decoded.value))).toBe(`7E${frame}${fcs}7E`);
});

test('exception responses are the recorded bytes, the expected counter in four more', () => {
  const recorded = all.exception_responses_recorded;
  expect(toHex(encodeException({ stateError: 1, serviceError: 5 }))).toBe(recorded['wrong key (deciphering-error)']);
  expect(toHex(encodeException({ stateError: 1, serviceError: 6, expectedCounter: 0x3f }))).toBe(
    recorded['replayed/low IC (expects 0x3F)'],
  );
  expect(toHex(encodeException({ stateError: 1, serviceError: 2 }))).toBe(recorded['not associated']);
  expect(toHex(encodeException({ stateError: 2, serviceError: 5 }))).toBe(
    recorded['old key after rotation, same session'],
  );
});

test.each(['AARQ none', 'AARQ LLS 12345678', 'AARQ HLS-GMAC'])('%s decodes and encodes to the same bytes', (name) => {
  const hex = all.aarq_aare[name]!;
  const decoded = decodeAarq(fromHex(hex));
  expect(decoded.ok && toHex(encodeAarq(decoded.value))).toBe(hex);
});

test('initiates and the ciphered get-request decode to what they say', () => {
  const request = all.gcm.cases.find((item) => item.name.startsWith('InitiateRequest'))!;
  const decoded = decodeInitiateRequest(fromHex(request.plain));
  expect(decoded).toMatchObject({ ok: true, value: { dlmsVersion: 6, conformance: 0x7e1f, pduBytesMax: 1200 } });
  expect(decoded.ok && toHex(encodeInitiateRequest(decoded.value))).toBe(request.plain);
  const response = decodeInitiateResponse(fromHex('0800065F1F0400007C1F04000007'));
  expect(response).toMatchObject({ ok: true, value: { pduBytesMax: 1024, vaaName: 7 } });
  expect(response.ok && toHex(encodeInitiateResponse(response.value))).toBe('0800065F1F0400007C1F04000007');
  const get = decodeRequest(fromHex('C0010000080000010000FF0200'));
  expect(get).toMatchObject({ ok: true, value: { request: { attribute: { classId: 8, ln: '0000010000FF', id: 2 } } } });
  expect(get.ok && toHex(encodeRequest(get.value))).toBe('C0010000080000010000FF0200');
});
