/**
 * Types and shared helpers of the xDLMS service APDUs with logical-name referencing. Source: IEC 62056-5-3 and the COSEM
 * PDU ASN.1 of Green Book 8.3. `invoke` is the invoke-id-and-priority byte; the server echoes it.
 */
import type { Data } from '../encoding/axdr.ts';
import { fromHex, type Reader, toHex, type Writer } from '../encoding/bytes.ts';

/** Names one attribute or one method of an object. `ln` is the logical name as 12 upper-case hex digits. */
export interface Descriptor {
  readonly classId: number;
  readonly ln: string;
  readonly id: number;
}

/** The Association LN object in use. Its method 1 is the third pass of HLS. */
export const CURRENT_ASSOCIATION = '0000280000FF';

/** Selective access. For class 7, selector 1 selects by range and selector 2 by entry. */
export interface Selection {
  readonly selector: number;
  readonly parameters: Data;
}

/** A request to read one attribute. */
export interface AttributeRequest {
  readonly attribute: Descriptor;
  readonly selection?: Selection;
}

/** One block of a long value. */
export interface Block {
  readonly last: boolean;
  readonly number: number;
  readonly raw: Uint8Array;
}

/** Codes of data-access-result and action-result, which share their numbers. Source: Green Book 9.5. */
export const RESULT = {
  success: 0,
  hardwareFault: 1,
  temporaryFailure: 2,
  readWriteDenied: 3,
  objectUndefined: 4,
  objectClassInconsistent: 9,
  objectUnavailable: 11,
  typeUnmatched: 12,
  scopeOfAccessViolated: 13,
  dataBlockUnavailable: 14,
  longAborted: 15,
  noLongInProgress: 16,
  longSetAborted: 17,
  noLongSetInProgress: 18,
  dataBlockNumberInvalid: 19,
  otherReason: 250,
} as const;

/** The outcome of reading one attribute. */
export type GetResult = { readonly ok: true; readonly data: Data } | { readonly ok: false; readonly result: number };

/** The outcome of one method. */
export interface ActionResult {
  readonly result: number;
  readonly data?: GetResult;
}

export type ServiceRequest =
  | { readonly kind: 'getNormal'; readonly invoke: number; readonly request: AttributeRequest }
  | { readonly kind: 'getNext'; readonly invoke: number; readonly number: number }
  | { readonly kind: 'getList'; readonly invoke: number; readonly requests: readonly AttributeRequest[] }
  | { readonly kind: 'setNormal'; readonly invoke: number; readonly request: AttributeRequest; readonly value: Data }
  | { readonly kind: 'setFirst'; readonly invoke: number; readonly request: AttributeRequest; readonly block: Block }
  | { readonly kind: 'setBlock' | 'actionBlock'; readonly invoke: number; readonly block: Block }
  | {
      readonly kind: 'setList';
      readonly invoke: number;
      readonly requests: readonly AttributeRequest[];
      readonly values: readonly Data[];
    }
  | {
      readonly kind: 'setListFirst';
      readonly invoke: number;
      readonly requests: readonly AttributeRequest[];
      readonly block: Block;
    }
  | { readonly kind: 'actionNormal'; readonly invoke: number; readonly method: Descriptor; readonly parameter?: Data }
  | { readonly kind: 'actionNext'; readonly invoke: number; readonly number: number }
  | {
      readonly kind: 'actionList';
      readonly invoke: number;
      readonly methods: readonly Descriptor[];
      readonly parameters: readonly Data[];
    }
  | { readonly kind: 'actionFirst'; readonly invoke: number; readonly method: Descriptor; readonly block: Block }
  | {
      readonly kind: 'actionListFirst';
      readonly invoke: number;
      readonly methods: readonly Descriptor[];
      readonly block: Block;
    };

export type ServiceResponse =
  | { readonly kind: 'getNormal'; readonly invoke: number; readonly result: GetResult }
  | { readonly kind: 'getBlock'; readonly invoke: number; readonly block: Block }
  | { readonly kind: 'getBlockError'; readonly invoke: number; readonly number: number; readonly result: number }
  | { readonly kind: 'getList'; readonly invoke: number; readonly results: readonly GetResult[] }
  | { readonly kind: 'setNormal'; readonly invoke: number; readonly result: number }
  | { readonly kind: 'setBlock' | 'actionNext'; readonly invoke: number; readonly number: number }
  | { readonly kind: 'setLast'; readonly invoke: number; readonly result: number; readonly number: number }
  | {
      readonly kind: 'setLastList';
      readonly invoke: number;
      readonly results: readonly number[];
      readonly number: number;
    }
  | { readonly kind: 'setList'; readonly invoke: number; readonly results: readonly number[] }
  | { readonly kind: 'actionNormal'; readonly invoke: number; readonly result: ActionResult }
  | { readonly kind: 'actionBlock'; readonly invoke: number; readonly block: Block }
  | { readonly kind: 'actionList'; readonly invoke: number; readonly results: readonly ActionResult[] }
  | ExceptionResponse
  | { readonly kind: 'serviceError'; readonly service: number; readonly category: number; readonly code: number };

/** `D8 state service [expected counter]`. Only service error 6 carries the counter. */
export interface ExceptionResponse {
  readonly kind: 'exception';
  readonly stateError: number;
  readonly serviceError: number;
  readonly expectedCounter?: number;
}

/** State errors and service errors of the exception-response. */
export const STATE_ERROR = { serviceNotAllowed: 1, serviceUnknown: 2 } as const;
export const SERVICE_ERROR = {
  operationNotPossible: 1,
  serviceNotSupported: 2,
  otherReason: 3,
  pduTooLong: 4,
  decipheringError: 5,
  invocationCounterError: 6,
} as const;

/** A data-notification, which a device pushes. `at` is a COSEM date-time, or empty. */
export interface DataNotification {
  readonly longInvoke: number;
  readonly at: Uint8Array;
  readonly body: Data;
}

/** Upper bound on the items of a with-list service. One APDU holds fewer. */
const LIST_MAX = 256;

/**
 * Who sends an APDU, judged by its first byte alone.
 *
 * - `request`: only a client sends it, so a client that receives one hears its own echo.
 * - `response`: only a server sends it, as the answer to a request. The two error APDUs are among them.
 * - `unsolicited`: a server sends it without being asked (data-notification, event-notification, information-report).
 * - `sealed`: general-glo-ciphering or general-ded-ciphering. Only the deciphered content tells.
 * - `container`: general-ciphering, general-signing and general-block-transfer. Clients here never propose them, so they
 *   never carry the answer to a request.
 */
export type ApduRole = 'request' | 'response' | 'unsolicited' | 'sealed' | 'container';

/** First bytes by role, each as [plain, glo-ciphered, ded-ciphered] where these exist. Source: COSEMpdu ASN.1. */
const TAGS: Readonly<Record<ApduRole, readonly number[]>> = {
  request: [
    ...[0x60, 0x62, 0x01, 0x21, 0x41, 0x05, 0x25, 0x45, 0x06, 0x26, 0x46, 0x16, 0x36, 0x56],
    ...[0xc0, 0xc8, 0xd0, 0xc1, 0xc9, 0xd1, 0xc3, 0xcb, 0xd3, 0xd9],
  ],
  response: [
    ...[0x61, 0x63, 0x08, 0x28, 0x48, 0x0c, 0x2c, 0x4c, 0x0d, 0x2d, 0x4d, 0x0e, 0x2e, 0x4e],
    ...[0xc4, 0xcc, 0xd4, 0xc5, 0xcd, 0xd5, 0xc7, 0xcf, 0xd7, 0xd8, 0xda],
  ],
  unsolicited: [0x0f, 0x18, 0x38, 0x58, 0xc2, 0xca, 0xd2],
  sealed: [0xdb, 0xdc],
  container: [0xdd, 0xdf, 0xe0],
};
const ROLES = new Map(
  (Object.entries(TAGS) as [ApduRole, readonly number[]][]).flatMap(([role, tags]) => tags.map((tag) => [tag, role])),
);

/** The role of an APDU; undefined if no APDU begins with this byte, or if the APDU is empty. */
export function roleOf(apdu: Uint8Array): ApduRole | undefined {
  return ROLES.get(apdu[0] ?? -1);
}

export function readDescriptor(reader: Reader): Descriptor {
  const classId = reader.u16();
  const ln = toHex(reader.take(6));
  return { classId, ln, id: reader.u8() };
}

export function writeDescriptor(writer: Writer, descriptor: Descriptor): void {
  writer.u16(descriptor.classId).raw(fromHex(descriptor.ln)).u8(descriptor.id);
}

/** Reads the number of list items. Fails if that many items of at least `itemBytes` bytes cannot follow. */
export function readListCount(reader: Reader, itemBytes: number): number {
  const count = reader.length();
  if (count > LIST_MAX || count * itemBytes > reader.left) reader.fail(`list of ${count} items`);
  return reader.error === undefined ? count : 0;
}

/** Reads `count` items and stops at the first error. */
export function readMany<T>(reader: Reader, count: number, read: (reader: Reader) => T): T[] {
  const items: T[] = [];
  for (let i = 0; i < count && reader.error === undefined; i++) items.push(read(reader));
  return items;
}

export function readBlock(reader: Reader): Block {
  const last = reader.u8() !== 0;
  const number = reader.u32();
  return { last, number, raw: reader.octets().slice() };
}

export function writeBlock(writer: Writer, block: Block): void {
  writer
    .u8(block.last ? 1 : 0)
    .u32(block.number)
    .octets(block.raw);
}
