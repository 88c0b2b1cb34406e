// Valid requests to an emulated device: every service, every class that does something, values and methods included.
import { obis } from '../../../devices/cosem/object.ts';
import { labImage } from '../../../devices/cosem/imageTransfer.ts';
import type { AttributeRequest, Descriptor, ServiceRequest } from '../../../devices/dlms/apdu/apdu.ts';
import { type Data, encodeData } from '../../../devices/dlms/encoding/axdr.ts';
import { ascii, concat, fromHex } from '../../../devices/dlms/encoding/bytes.ts';
import { keyTransferParameter } from '../../../devices/dlms/security/keyWrap.ts';
import { wrapKey } from '../../../devices/dlms/security/keyWrap.ts';
import {
  array,
  enumerated,
  int16,
  int8,
  octets,
  structure,
  uint16,
  uint32,
  uint8,
} from '../../../devices/dlms/encoding/values.ts';
import { LAB_KEYS } from '../../../devices/personas/labProfile.ts';

const at = (classId: number, name: string, id: number): Descriptor => ({ classId, ln: obis(name), id });
const invoke = 0xc1;

/** Keys that a valid transfer installs; a device may never hold any but these and its first ones. */
export const NEW_KEYS: readonly Uint8Array[] = ['A0', 'B1', 'C2'].map((octet) => fromHex(octet.repeat(16)));
const wrapped = (keyId: number, key: Uint8Array) => ({ keyId, wrapped: wrapKey(LAB_KEYS.kek, key) });
export const KEY_TRANSFER = at(64, '0.0.43.0.0.255', 2);
export const KEY_TRANSFERS: readonly Data[] = [
  keyTransferParameter([wrapped(0, NEW_KEYS[0]!)]),
  keyTransferParameter([wrapped(2, NEW_KEYS[1]!)]),
  keyTransferParameter([wrapped(0, NEW_KEYS[0]!), wrapped(2, NEW_KEYS[1]!), wrapped(1, NEW_KEYS[2]!)]),
  keyTransferParameter([wrapped(0, NEW_KEYS[0]!), wrapped(0, NEW_KEYS[1]!)]),
  keyTransferParameter([{ keyId: 0, wrapped: wrapKey(LAB_KEYS.gbek, NEW_KEYS[0]!) }]),
  keyTransferParameter([]),
];

const LDN = at(1, '0.0.42.0.0.255', 2);
const CLOCK = at(8, '0.0.1.0.0.255', 2);
const PROFILE = at(7, '1.0.99.1.0.255', 2);
const PAYMENT = at(1, '0.0.128.1.0.255', 2);
const OFFSET = at(1, '0.0.128.3.0.255', 2);
const TIME = octets(fromHex('07E6010A010C000000000000'));
const column = structure(uint16(8), octets(fromHex(obis('0.0.1.0.0.255'))), int8(2), uint16(0));
const byRange = structure(column, octets(fromHex('07E6010A010800000000 0000')), TIME, array([column]));
const byEntry = structure(uint32(1), uint32(20), uint16(1), uint16(2));

/** Of reading: whatever one attribute each can be asked of, long ones among them. */
const READ: readonly AttributeRequest[] = [
  { attribute: LDN },
  { attribute: CLOCK },
  { attribute: at(15, '0.0.40.0.0.255', 2) },
  { attribute: at(15, '0.0.40.0.0.255', 4) },
  { attribute: at(64, '0.0.43.0.0.255', 2) },
  { attribute: at(1, '0.0.43.1.0.255', 2) },
  { attribute: at(17, '0.0.41.0.0.255', 2) },
  { attribute: at(18, '0.0.44.0.0.255', 3) },
  { attribute: at(18, '0.0.44.0.0.255', 6) },
  { attribute: at(18, '0.0.44.0.0.255', 7) },
  { attribute: at(47, '0.0.25.6.0.255', 6) },
  { attribute: at(1, '0.0.128.2.0.255', 2) },
  { attribute: at(4, '7.0.3.0.0.255', 5) },
  { attribute: at(40, '0.0.25.9.0.255', 2) },
  { attribute: at(4, '1.0.1.6.0.255', 5) },
  { attribute: at(70, '0.0.96.3.10.255', 3) },
  { attribute: PROFILE },
  { attribute: at(7, '1.0.99.1.0.255', 7) },
  { attribute: PROFILE, selection: { selector: 1, parameters: byRange } },
  { attribute: PROFILE, selection: { selector: 2, parameters: byEntry } },
  // The parameters of the one selector with the number of the other.
  { attribute: PROFILE, selection: { selector: 1, parameters: structure(column, TIME) } },
  { attribute: PROFILE, selection: { selector: 2, parameters: byRange } },
  // What is refused: no such attribute, no such object, another class, attribute 0, a selector where there is none.
  { attribute: at(1, '0.0.42.0.0.255', 9) },
  { attribute: at(1, '9.9.9.9.9.255', 2) },
  { attribute: at(3, '0.0.42.0.0.255', 2) },
  { attribute: at(1, '0.0.42.0.0.255', 0) },
  { attribute: at(15, '0.0.40.0.0.255', 7) },
  { attribute: LDN, selection: { selector: 1, parameters: byRange } },
];

const WRITTEN: readonly (readonly [Descriptor, Data])[] = [
  [CLOCK, TIME],
  [PAYMENT, uint8(1)],
  [PAYMENT, uint8(7)],
  [OFFSET, uint16(60)],
  [OFFSET, uint16(500)],
  [OFFSET, octets(ascii('x'))],
  [LDN, octets(ascii('mine'))],
  [at(45, '0.0.25.4.0.255', 2), octets(ascii('other.apn'))],
  [at(3, '0.0.42.0.0.255', 2), uint8(1)],
  [at(1, '9.9.9.9.9.255', 2), uint8(1)],
];

/** The smallest image there is: one block, its digest in it. */
const IMAGE = labImage(fromHex('00'.repeat(100)));
export const IMAGE_METHODS = {
  initiate: [at(18, '0.0.44.0.0.255', 1), structure(octets(ascii('2.0.0')), uint32(IMAGE.length))],
  transfer: [at(18, '0.0.44.0.0.255', 2), structure(uint32(0), octets(IMAGE))],
  verify: [at(18, '0.0.44.0.0.255', 3), int8(0)],
  activate: [at(18, '0.0.44.0.0.255', 4), int8(0)],
} as const satisfies Record<string, readonly [Descriptor, Data]>;

const INVOKED: readonly (readonly [Descriptor, Data])[] = [
  ...Object.values(IMAGE_METHODS),
  [at(18, '0.0.44.0.0.255', 2), structure(uint32(9), octets(IMAGE))],
  [at(8, '0.0.1.0.0.255', 6), int16(-120)],
  [at(8, '0.0.1.0.0.255', 1), int8(0)],
  [at(3, '0.0.1.0.0.255', 1), int8(0)],
  [at(8, '0.0.1.0.0.255', 2), int8(0)],
  [at(7, '1.0.99.1.0.255', 1), int8(0)],
  [at(70, '0.0.96.3.10.255', 1), int8(0)],
  [at(70, '0.0.96.3.10.255', 2), int8(0)],
  [at(40, '0.0.25.9.0.255', 1), int8(0)],
  [at(64, '0.0.43.0.0.255', 1), enumerated(0)],
  [at(64, '0.0.43.0.0.255', 1), enumerated(3)],
  [at(15, '0.0.40.0.0.255', 1), octets(fromHex('1000000002' + 'AA'.repeat(12)))],
  [at(15, '0.0.40.0.0.255', 2), int8(0)],
  [at(3, '1.0.1.8.0.255', 1), int8(0)],
  [at(3, '1.0.1.8.0.255', 9), int8(0)],
  ...KEY_TRANSFERS.map((parameter) => [KEY_TRANSFER, parameter] as const),
];

const COMPACT: Data = {
  type: 'compactArray',
  description: { tag: 2, count: 0, members: [18, 17].map((tag) => ({ tag, count: 0, members: [] })) },
  contents: fromHex('000203'),
};
const list = (...values: readonly Data[]): Uint8Array =>
  concat(Uint8Array.of(values.length), ...values.map(encodeData));
const block = (raw: Uint8Array, last = true, number = 1) => ({ last, number, raw });
const half = encodeData(TIME).subarray(0, 5);

const set = (attribute: Descriptor, value: Data): ServiceRequest => ({
  kind: 'setNormal',
  invoke,
  request: { attribute },
  value,
});
const action = ([method, parameter]: readonly [Descriptor, Data]): ServiceRequest => ({
  kind: 'actionNormal',
  invoke,
  method,
  parameter,
});
const BOTH: readonly AttributeRequest[] = [{ attribute: CLOCK }, { attribute: PAYMENT }];
const { initiate, transfer, verify, activate } = IMAGE_METHODS;

/** By what they do, so that each is met as often as the others, however many there are of it. */
const GETS: readonly ServiceRequest[] = [
  ...READ.map((request) => ({ kind: 'getNormal', invoke, request }) as const),
  { kind: 'getNext', invoke, number: 1 },
  { kind: 'getList', invoke, requests: READ.slice(0, 3) },
  { kind: 'getList', invoke, requests: READ.slice(12) },
];
const SETS: readonly ServiceRequest[] = [
  ...WRITTEN.map(([attribute, value]) => set(attribute, value)),
  set(CLOCK, COMPACT),
  { kind: 'setList', invoke, requests: BOTH, values: [TIME, uint8(0)] },
  // One value short.
  { kind: 'setList', invoke, requests: BOTH, values: [TIME] },
];
const ACTIONS: readonly ServiceRequest[] = [
  ...INVOKED.map(action),
  { kind: 'actionNormal', invoke, method: at(8, '0.0.1.0.0.255', 3) },
  { kind: 'actionNext', invoke, number: 1 },
  { kind: 'actionList', invoke, methods: [verify[0], KEY_TRANSFER], parameters: [int8(0), KEY_TRANSFERS[0]!] },
  { kind: 'actionList', invoke, methods: [KEY_TRANSFER, KEY_TRANSFER], parameters: [int8(0)] },
];
const BLOCKS: readonly ServiceRequest[] = [
  { kind: 'setFirst', invoke, request: { attribute: CLOCK }, block: block(half, false) },
  ...WRITTEN.map(
    ([attribute, value]) =>
      ({ kind: 'setFirst', invoke, request: { attribute }, block: block(encodeData(value)) }) as const,
  ),
  { kind: 'setBlock', invoke, block: block(encodeData(TIME).subarray(5), true, 2) },
  { kind: 'setBlock', invoke, block: block(half, false, 2) },
  { kind: 'setListFirst', invoke, requests: BOTH, block: block(list(TIME, uint8(1))) },
  { kind: 'actionFirst', invoke, method: KEY_TRANSFER, block: block(encodeData(KEY_TRANSFERS[2]!)) },
  { kind: 'actionFirst', invoke, method: transfer[0], block: block(half, false) },
  { kind: 'actionBlock', invoke, block: block(half, false, 2) },
  { kind: 'actionBlock', invoke, block: block(half, true, 2) },
  { kind: 'actionListFirst', invoke, methods: [verify[0], activate[0]], block: block(list(int8(0), int8(0))) },
];
export const REQUEST_GROUPS: readonly (readonly ServiceRequest[])[] = [GETS, SETS, ACTIONS, BLOCKS];
export const REQUESTS: readonly ServiceRequest[] = REQUEST_GROUPS.flat();

/** What goes on over several requests: a firmware image from its beginning to its end, a policy, keys. */
export const SCRIPTS: readonly (readonly (ServiceRequest | 'release')[])[] = [
  [initiate, transfer, verify, verify, activate, activate].map(action),
  [action([at(64, '0.0.43.0.0.255', 1), enumerated(3)]), 'release'],
  [action([KEY_TRANSFER, KEY_TRANSFERS[2]!]), action([KEY_TRANSFER, KEY_TRANSFERS[0]!])],
];
