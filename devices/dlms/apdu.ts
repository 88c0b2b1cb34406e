/**
 * xDLMS service APDUs with logical-name referencing: the types, and what all of them share. IEC 62056-5-3; COSEM PDU
 * ASN.1 of Green Book 8.3. `invoke` is the invoke-id-and-priority byte, echoed as it came.
 */
import type { Data } from './axdr.ts';
import { type Reader, toHex, type Writer } from './bytes.ts';
import { fromHex } from './bytes.ts';

/** An attribute (or, with the method's number, a method) of an object. `ln` is 12 upper-case hex digits. */
export interface Descriptor {
  readonly classId: number;
  readonly ln: string;
  readonly id: number;
}

/** Selective access: selector 1 is by range, 2 by entry, for class 7. */
export interface Selection {
  readonly selector: number;
  readonly parameters: Data;
}

/** One attribute asked for. */
export interface AttributeRequest {
  readonly attribute: Descriptor;
  readonly selection?: Selection;
}

/** A piece of a long value. */
export interface Block {
  readonly last: boolean;
  readonly number: number;
  readonly raw: Uint8Array;
}

/** Data-access-result and action-result codes (they share their numbers). Green Book 9.5. */
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

/** `D8 state service [expected counter]`: the last only with service error 6. */
export interface ExceptionResponse {
  readonly kind: 'exception';
  readonly stateError: number;
  readonly serviceError: number;
  readonly expectedCounter?: number;
}

/** exception-response state and service errors. */
export const STATE_ERROR = { serviceNotAllowed: 1, serviceUnknown: 2 } as const;
export const SERVICE_ERROR = {
  operationNotPossible: 1,
  serviceNotSupported: 2,
  otherReason: 3,
  pduTooLong: 4,
  decipheringError: 5,
  invocationCounterError: 6,
} as const;

/** data-notification: what a device pushes. `at` is a COSEM date-time or empty. */
export interface DataNotification {
  readonly longInvoke: number;
  readonly at: Uint8Array;
  readonly body: Data;
}

/** Most items of a with-list service; what one APDU can hold is fewer. */
const LIST_MAX = 256;

export function readDescriptor(reader: Reader): Descriptor {
  const classId = reader.u16();
  const ln = toHex(reader.take(6));
  return { classId, ln, id: reader.u8() };
}

export function writeDescriptor(writer: Writer, descriptor: Descriptor): void {
  writer.u16(descriptor.classId).raw(fromHex(descriptor.ln)).u8(descriptor.id);
}

/** A count of list items, none of which is shorter than `itemBytes`. */
export function readListCount(reader: Reader, itemBytes: number): number {
  const count = reader.length();
  if (count > LIST_MAX || count * itemBytes > reader.left) reader.fail(`list of ${count} items`);
  return reader.error === undefined ? count : 0;
}

/** Reads `count` items, stopping at the first error. */
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
