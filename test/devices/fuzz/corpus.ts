// What mutation starts from: recorded sessions, published vectors, and one valid example of everything that is encoded.
import { encodeAare, encodeAarq, encodeRelease } from '../../../devices/dlms/apdu/acse.ts';
import { encodeDataNotification, encodeException, encodeResponse } from '../../../devices/dlms/apdu/apduResponse.ts';
import { encodeRequest } from '../../../devices/dlms/apdu/apduRequest.ts';
import type { GetResult, ServiceResponse } from '../../../devices/dlms/apdu/apdu.ts';
import { type Data, encodeData } from '../../../devices/dlms/encoding/axdr.ts';
import { ascii, concat, fromHex, NO_BYTES } from '../../../devices/dlms/encoding/bytes.ts';
import { type Family, open, readCiphered, writeCiphered } from '../../../devices/dlms/security/ciphering.ts';
import {
  decodeFrame,
  encodeFrame,
  type HdlcFrame,
  serverAddress,
  shortAddress,
} from '../../../devices/dlms/framing/hdlcFrame.ts';
import {
  encodeInitiateError,
  encodeInitiateRequest,
  encodeInitiateResponse,
} from '../../../devices/dlms/apdu/initiate.ts';
import { encodeWrapper } from '../../../devices/dlms/framing/wrapper.ts';
import { LAB_KEYS } from '../../../devices/personas/labProfile.ts';
import { transcript, vectors } from '../dlms/harness.ts';
import { REQUESTS } from './requests.ts';

const TRANSCRIPTS = ['hdlc_none', 'hdlc_lls', 'wrapper_none', 'wrapper_gmac_generalglo', 'wrapper_rotate_guek'];

function hexes(value: unknown): string[] {
  if (typeof value === 'string') return /^([0-9A-F]{2})+$/.test(value) ? [value] : [];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(hexes) : [];
}

/** Frames as they were recorded between others' clients and others' meter. */
const RECORDED: readonly Uint8Array[] = TRANSCRIPTS.flatMap(transcript).map((frame) => frame.bytes);

const APDUS: readonly Uint8Array[] = RECORDED.flatMap((bytes) => {
  if (bytes[0] !== 0x7e) return [bytes.subarray(8)];
  const frame = decodeFrame(bytes);
  return frame.ok && frame.value.information.length > 3 ? [frame.value.information.subarray(3)] : [];
}).filter((apdu) => apdu.length > 0);

/** What the recorded ciphered APDUs hold: the recordings were made with keys that are the lab's. */
const DECIPHERED: readonly Uint8Array[] = APDUS.flatMap((apdu) => {
  const header = readCiphered(apdu);
  if (!header.ok || header.value.systemTitle.length !== 8) return [];
  const { control, counter, systemTitle, body } = header.value;
  const keys = { encryptionKey: LAB_KEYS.guek, authenticationKey: LAB_KEYS.gak };
  const opened = open({ control, counter, systemTitle, ...keys }, body);
  return opened.ok ? [opened.value] : [];
});

/** One value of every type, and claims that are larger than what follows. */
export const VALUES: readonly Data[] = [
  { type: 'null' },
  { type: 'dontCare' },
  { type: 'boolean', value: true },
  { type: 'bitString', bits: 13, value: Uint8Array.of(0xab, 0xc8) },
  { type: 'doubleLong', value: -70_000 },
  { type: 'doubleLongUnsigned', value: 4_000_000_000 },
  { type: 'octetString', value: fromHex('07E6010A010C00000000000000'.slice(0, 24)) },
  { type: 'visibleString', value: ascii('GURX0000') },
  { type: 'utf8String', value: Buffer.from('kWh ½') },
  { type: 'bcd', value: 42 },
  { type: 'integer', value: -3 },
  { type: 'long', value: -900 },
  { type: 'unsigned', value: 30 },
  { type: 'longUnsigned', value: 2412 },
  { type: 'long64', value: -5n },
  { type: 'long64Unsigned', value: 2n ** 63n },
  { type: 'enum', value: 3 },
  { type: 'float32', value: 1.5 },
  { type: 'float64', value: -0.1 },
  { type: 'dateTime', value: fromHex('07E6010A010C000000000000') },
  { type: 'date', value: fromHex('07E6010A01') },
  { type: 'time', value: fromHex('0C000000') },
  { type: 'deltaInteger', value: -1 },
  { type: 'deltaLong', value: 300 },
  { type: 'deltaDoubleLong', value: -1 },
  { type: 'deltaUnsigned', value: 1 },
  { type: 'deltaLongUnsigned', value: 300 },
  { type: 'deltaDoubleLongUnsigned', value: 1 },
];
const ARRAY_OF_STRUCTURES: Data = {
  type: 'compactArray',
  description: { tag: 2, count: 0, members: [18, 17].map((tag) => ({ tag, count: 0, members: [] })) },
  contents: fromHex('000203'),
};
const NESTED: Data = {
  type: 'array',
  value: [{ type: 'structure', value: VALUES }, { type: 'array', value: VALUES.slice(0, 4) }, ARRAY_OF_STRUCTURES],
};
const COMPACT: readonly string[] = [
  // An array of two octets each; a structure of two; elements without content; more elements than any value may have.
  '1302021116' + '0401020304',
  '13020211120601000203',
  '130100020005AABBCCDDEE',
  '1301FFFF01FFFF000100',
  '130184FFFF00',
  '13090405AABBCC',
  // Of five elements each has 39 members that take no byte.
  `130228${'00'.repeat(39)}11${'05'}0102030405`,
];
export const DATA: readonly Uint8Array[] = [
  ...[...VALUES, NESTED].map(encodeData),
  ...COMPACT.map(fromHex),
  ...['01FF', '0284FFFFFFFF', '0485FFFFFFFFFF'].map(fromHex),
];

export const DATE_TIMES: readonly Uint8Array[] = [
  '07E6010A010C000000000000',
  '07E6010A010C0000FF800000',
  'FFFF03FE0701000000000000',
  '08980C1F0717 3B3B00FDA800',
].map(fromHex);

/** More values than any has, and a list with more items than any has. */
export const LONG_DATA: readonly Uint8Array[] = [concat(fromHex('0202'), nulls(60_000), nulls(60_000))];
export const LONG_LIST = concat(fromHex('820101'), new Uint8Array(257));

function nulls(count: number): Uint8Array {
  return concat(Uint8Array.of(0x01, 0x82, count >> 8, count & 0xff), new Uint8Array(count));
}

const got: readonly GetResult[] = [
  { ok: true, data: NESTED },
  { ok: true, data: { type: 'octetString', value: ascii('SMBE00000001') } },
  { ok: false, result: 4 },
];
export const RESPONSES: readonly ServiceResponse[] = [
  ...got.map((result) => ({ kind: 'getNormal', invoke: 0xc1, result }) as const),
  { kind: 'getBlock', invoke: 0xc1, block: { last: false, number: 1, raw: encodeData(NESTED) } },
  { kind: 'getBlock', invoke: 0xc1, block: { last: true, number: 2, raw: fromHex('0102') } },
  { kind: 'getBlockError', invoke: 0xc1, number: 1, result: 19 },
  { kind: 'getList', invoke: 0xc1, results: got },
  { kind: 'setNormal', invoke: 0xc1, result: 0 },
  { kind: 'setBlock', invoke: 0xc1, number: 1 },
  { kind: 'setLast', invoke: 0xc1, result: 12, number: 2 },
  { kind: 'setLastList', invoke: 0xc1, results: [0, 3], number: 2 },
  { kind: 'setList', invoke: 0xc1, results: [0, 3, 4] },
  { kind: 'actionNormal', invoke: 0xc1, result: { result: 0 } },
  { kind: 'actionNormal', invoke: 0xc1, result: { result: 0, data: got[1]! } },
  { kind: 'getNormal', invoke: 0xc1, result: { ok: true, data: ARRAY_OF_STRUCTURES } },
  { kind: 'actionNormal', invoke: 0xc1, result: { result: 0, data: got[2]! } },
  { kind: 'actionBlock', invoke: 0xc1, block: { last: true, number: 1, raw: encodeData(NESTED) } },
  { kind: 'actionList', invoke: 0xc1, results: [{ result: 0, data: got[1]! }, { result: 3 }] },
  { kind: 'actionNext', invoke: 0xc1, number: 1 },
  { kind: 'serviceError', service: 1, category: 6, code: 1 },
];

const initiate = { responseAllowed: true, dlmsVersion: 6, conformance: 0x007e1f, pduBytesMax: 1200 };
export const INITIATES: readonly Uint8Array[] = [
  encodeInitiateRequest(initiate),
  encodeInitiateRequest({ ...initiate, dedicatedKey: LAB_KEYS.gbek, qualityOfService: 0, responseAllowed: false }),
  encodeInitiateRequest({ ...initiate, dlmsVersion: 5 }),
  encodeInitiateRequest({ ...initiate, conformance: 0x800000 }),
  encodeInitiateRequest({ ...initiate, pduBytesMax: 11 }),
  encodeInitiateRequest({ ...initiate, pduBytesMax: 40 }),
  encodeInitiateRequest({ ...initiate, pduBytesMax: 0 }),
  encodeInitiateRequest({ ...initiate, pduBytesMax: 12 }),
  encodeInitiateResponse({ dlmsVersion: 6, conformance: 0x1d, pduBytesMax: 500, vaaName: 7, qualityOfService: 1 }),
  encodeInitiateResponse({ dlmsVersion: 6, conformance: 0x1d, pduBytesMax: 500, vaaName: 7 }),
  encodeInitiateError(2),
  fromHex('01000000065F04007E1F04B0'),
];

const userInformation = INITIATES[0]!;
export const ACSE: readonly Uint8Array[] = [
  encodeAarq({ context: 1, mechanism: 0, userInformation }),
  encodeAarq({ context: 1, mechanism: 0, userInformation, protocolVersion1: false }),
  encodeAarq({
    context: 1,
    mechanism: 1,
    authenticationValue: ascii('Gurux'),
    userInformation,
    protocolVersion1: true,
  }),
  encodeAarq({
    context: 3,
    mechanism: 5,
    callingTitle: ascii('GRX12345'),
    authenticationValue: LAB_KEYS.gbek,
    userInformation,
  }),
  encodeAare({ context: 1, result: 0, diagnostic: 0, userInformation: INITIATES[9]! }),
  encodeAare({
    ...{ context: 3, result: 0, diagnostic: 14, mechanism: 5, respondingTitle: ascii('ABCDEFGH') },
    ...{ authenticationValue: LAB_KEYS.gbek, userInformation: INITIATES[9]! },
  }),
  encodeAare({ context: 1, result: 1, diagnostic: 2, byProvider: true }),
  encodeAare({ context: 1, result: 0, diagnostic: 0, byProvider: true }),
  encodeAare({ context: 1, result: 1, diagnostic: 1, userInformation: encodeInitiateError(3) }),
  encodeRelease('request', { reason: 0, userInformation }),
  encodeRelease('response', { reason: 0 }),
  encodeRelease('response', { reason: 1, userInformation }),
];

export const EXCEPTIONS: readonly Uint8Array[] = [
  encodeException({ stateError: 1, serviceError: 5 }),
  encodeException({ stateError: 1, serviceError: 6, expectedCounter: 63 }),
  encodeException({ stateError: 2, serviceError: 2 }),
];
export const REQUEST_APDUS: readonly Uint8Array[] = REQUESTS.map(encodeRequest);
export const RESPONSE_APDUS: readonly Uint8Array[] = [...RESPONSES.map(encodeResponse), ...EXCEPTIONS];
export const NOTIFICATIONS: readonly Uint8Array[] = [
  encodeDataNotification({ longInvoke: 0x40000001, at: fromHex('07E6010A010C000000000000'), body: NESTED }),
  encodeDataNotification({ longInvoke: 1, at: NO_BYTES, body: { type: 'null' } }),
  encodeDataNotification({ longInvoke: 1, at: NO_BYTES, body: ARRAY_OF_STRUCTURES }),
];
/** APDUs of short-name referencing, made by hand. */
export const SHORT_NAMES: readonly Uint8Array[] = [
  '050102FA00',
  '0502040100010206000001F4050001',
  '05020600000104AABBCCDD0701000204',
  '0C0400060000000701030200000104AABBCCDD030002',
  '060102010001' + '0600000009',
  '0D03000103020001',
  '160102010001' + '0600000009',
  '18010D32303232303131303130303030' + '01020100' + '010600000009',
  '180001020100010600000009',
].map(fromHex);
/** Access requests and responses, made by hand. */
export const ACCESSES: readonly Uint8Array[] = [
  'D9400000010001' + '0100030100010800FF02' + '0100',
  'D9400000010C07E6010A010C000000000000' +
    '030200030100010800FF020300460000600A03FF01040007010063' +
    '0100FF0201020206000000010600000002' +
    '030F0100' +
    '00',
  'DA400000010000' + '010600000007' + '010100',
  'DA4000000100' + '01' + '0100030100010800FF02' + '0100' + '010103',
].map(fromHex);
/** General ciphering and signing, made by hand. */
export const GENERALS: readonly Uint8Array[] = [
  'DD0101084D4554455230303108484541' + '44454E4431' + '0000' + '010000' + '073100000001AABB',
  'DD0101000000' + '00' + '01010002AABB' + '02AABB',
  'DD0101000000' + '00' + '010202AABB02CCDD' + '02AABB',
  'DD010100000000' + '00' + '02AABB',
  'DF0101084D455445523030310000000' + '0' + '07C002C100000001' + '02AABB',
].map(fromHex);
export const CIPHERED: readonly Uint8Array[] = [
  ...APDUS.filter((apdu) => readCiphered(apdu).ok),
  ...hexes(vectors<{ gcm: unknown }>().gcm)
    .map(fromHex)
    .filter((bytes) => readCiphered(bytes).ok),
  ...(['glo', 'ded', 'generalGlo', 'generalDed'] as const).map(sealed),
  // Under the broadcast key, and compressed.
  ...['C80A7000000001AABBCCDDEE', 'C80AB000000001AABBCCDDEE'].map(fromHex),
];
function sealed(family: Family): Uint8Array {
  const keys = { encryptionKey: LAB_KEYS.gbek, authenticationKey: LAB_KEYS.gak, systemTitle: ascii('GRX12345') };
  return writeCiphered(family, { ...keys, control: 0x30, counter: 1 }, REQUEST_APDUS[0]!);
}

export const WRAPPED_KEYS: readonly Uint8Array[] = hexes(vectors<{ keywrap_rfc3394: unknown }>().keywrap_rfc3394).map(
  fromHex,
);

const frame = (part: Partial<HdlcFrame>): Uint8Array =>
  encodeFrame({
    ...{
      destination: serverAddress(1),
      source: shortAddress(16),
      control: 0x10,
      segmented: false,
      information: NO_BYTES,
    },
    ...part,
  });
export const FRAMES: readonly Uint8Array[] = [
  ...RECORDED.filter((bytes) => bytes[0] === 0x7e),
  frame({ control: 0x93 }),
  frame({
    destination: serverAddress(1, 17),
    control: 0x93,
    information: fromHex('8180120501800601800704000000010804000000 01'),
  }),
  frame({ destination: serverAddress(1, 16, 4), control: 0x53 }),
  frame({ information: fromHex('E6E600C001C100080000010000FF0200'), segmented: true }),
  frame({ information: new Uint8Array(1024).fill(0x7e) }),
];
export const PARAMETERS: readonly Uint8Array[] = [
  '',
  '818012050180060180070400000001080400000001',
  '8180140502080006020800070400000007080400000007',
  '818003050101',
  '8180030501 00',
].map(fromHex);
export const WRAPPED: readonly Uint8Array[] = [
  ...RECORDED.filter((bytes) => bytes[0] !== 0x7e),
  ...REQUEST_APDUS.slice(0, 4).map((apdu) => encodeWrapper({ source: 16, destination: 1, apdu })),
  encodeWrapper({ source: 1, destination: 1, apdu: new Uint8Array(0xffff) }),
];

/** Everything in DLMS, for joining one with another. */
export const ALL: readonly Uint8Array[] = [
  ...APDUS,
  ...DECIPHERED,
  ...DATA,
  ...INITIATES,
  ...ACSE,
  ...REQUEST_APDUS,
  ...RESPONSE_APDUS,
  ...NOTIFICATIONS,
  ...SHORT_NAMES,
  ...ACCESSES,
  ...GENERALS,
  ...FRAMES,
  ...WRAPPED.slice(0, -1),
  ...hexes(vectors()).map(fromHex),
];
