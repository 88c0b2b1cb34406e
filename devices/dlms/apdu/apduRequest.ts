/** GET, SET and ACTION requests to and from bytes. */
import {
  type AttributeRequest,
  type Descriptor,
  readBlock,
  readDescriptor,
  readListCount,
  readMany,
  type ServiceRequest,
  writeBlock,
  writeDescriptor,
} from './apdu.ts';
import { type Data, readData, writeData } from '../encoding/axdr.ts';
import { bad, type Decoded, good, Reader, Writer } from '../encoding/bytes.ts';

function readAttribute(reader: Reader): AttributeRequest {
  const attribute = readDescriptor(reader);
  if (reader.u8() === 0) return { attribute };
  const selector = reader.u8();
  return { attribute, selection: { selector, parameters: readData(reader) } };
}

function writeAttribute(writer: Writer, request: AttributeRequest): void {
  writeDescriptor(writer, request.attribute);
  if (!request.selection) {
    writer.u8(0);
    return;
  }
  writer.u8(1, request.selection.selector);
  writeData(writer, request.selection.parameters);
}

const ATTRIBUTE_BYTES = 10;
const METHOD_BYTES = 9;

type Read = (reader: Reader, invoke: number) => ServiceRequest;

/** One row per choice: [tag, choice] and how its body is read. */
const READ: Readonly<Record<number, Read | undefined>> = {
  0xc001: (r, invoke) => ({ kind: 'getNormal', invoke, request: readAttribute(r) }),
  0xc002: (r, invoke) => ({ kind: 'getNext', invoke, number: r.u32() }),
  0xc003: (r, invoke) => ({
    kind: 'getList',
    invoke,
    requests: readMany(r, readListCount(r, ATTRIBUTE_BYTES), readAttribute),
  }),
  0xc101: (r, invoke) => ({ kind: 'setNormal', invoke, request: readAttribute(r), value: readData(r) }),
  0xc102: (r, invoke) => ({ kind: 'setFirst', invoke, request: readAttribute(r), block: readBlock(r) }),
  0xc103: (r, invoke) => ({ kind: 'setBlock', invoke, block: readBlock(r) }),
  0xc104: (r, invoke) => ({
    kind: 'setList',
    invoke,
    requests: readMany(r, readListCount(r, ATTRIBUTE_BYTES), readAttribute),
    values: readMany(r, readListCount(r, 1), readData),
  }),
  0xc105: (r, invoke) => ({
    kind: 'setListFirst',
    invoke,
    requests: readMany(r, readListCount(r, ATTRIBUTE_BYTES), readAttribute),
    block: readBlock(r),
  }),
  0xc301: (r, invoke) => {
    const method = readDescriptor(r);
    return r.u8() === 0
      ? { kind: 'actionNormal', invoke, method }
      : { kind: 'actionNormal', invoke, method, parameter: readData(r) };
  },
  0xc302: (r, invoke) => ({ kind: 'actionNext', invoke, number: r.u32() }),
  0xc303: (r, invoke) => ({
    kind: 'actionList',
    invoke,
    methods: readMany(r, readListCount(r, METHOD_BYTES), readDescriptor),
    parameters: readMany(r, readListCount(r, 1), readData),
  }),
  0xc304: (r, invoke) => ({ kind: 'actionFirst', invoke, method: readDescriptor(r), block: readBlock(r) }),
  0xc305: (r, invoke) => ({
    kind: 'actionListFirst',
    invoke,
    methods: readMany(r, readListCount(r, METHOD_BYTES), readDescriptor),
    block: readBlock(r),
  }),
  0xc306: (r, invoke) => ({ kind: 'actionBlock', invoke, block: readBlock(r) }),
};

/** Why a request cannot be served: an unknown service, or bytes that do not fit a known one. */
export type RequestError = 'unknown' | 'malformed';

export type DecodedRequest =
  | { readonly ok: true; readonly value: ServiceRequest }
  | { readonly ok: false; readonly error: string; readonly reason: RequestError };

function malformed(error: string): DecodedRequest {
  return { ok: false, error, reason: 'malformed' };
}

/** A request APDU. The error tells an unknown service from a malformed one; `invoke` is read where there is one. */
export function decodeRequest(apdu: Uint8Array): DecodedRequest {
  const reader = new Reader(apdu);
  const tag = reader.u16();
  const read = READ[tag];
  if (!read) return { ok: false, error: `no service has the tag ${tag.toString(16)}`, reason: 'unknown' };
  const value = read(reader, reader.u8());
  if (reader.error !== undefined) return malformed(reader.error);
  if (reader.left > 0) return malformed(`${reader.left} byte(s) after the request`);
  if ('values' in value && value.values.length !== value.requests.length) {
    return malformed('as many values as attributes expected');
  }
  if ('parameters' in value && value.parameters.length !== value.methods.length) {
    return malformed('as many parameters as methods expected');
  }
  return { ok: true, value };
}

function writeMany<T>(writer: Writer, items: readonly T[], write: (writer: Writer, item: T) => void): Writer {
  writer.length(items.length);
  for (const item of items) write(writer, item);
  return writer;
}

function writeMethods(writer: Writer, methods: readonly Descriptor[]): Writer {
  return writeMany(writer, methods, writeDescriptor);
}

/** The bytes of a request. */
export function encodeRequest(request: ServiceRequest): Uint8Array {
  const writer = new Writer();
  const head = (tag: number, choice: number): Writer => writer.u8(tag, choice, request.invoke);
  switch (request.kind) {
    case 'getNormal':
      writeAttribute(head(0xc0, 1), request.request);
      break;
    case 'getNext':
      head(0xc0, 2).u32(request.number);
      break;
    case 'getList':
      writeMany(head(0xc0, 3), request.requests, writeAttribute);
      break;
    case 'setNormal':
      writeAttribute(head(0xc1, 1), request.request);
      writeData(writer, request.value);
      break;
    case 'setFirst':
      writeAttribute(head(0xc1, 2), request.request);
      writeBlock(writer, request.block);
      break;
    case 'setBlock':
      writeBlock(head(0xc1, 3), request.block);
      break;
    case 'setList':
      writeMany(writeMany(head(0xc1, 4), request.requests, writeAttribute), request.values, writeData);
      break;
    case 'setListFirst':
      writeBlock(writeMany(head(0xc1, 5), request.requests, writeAttribute), request.block);
      break;
    case 'actionNormal':
      writeDescriptor(head(0xc3, 1), request.method);
      if (request.parameter) writeData(writer.u8(1), request.parameter);
      else writer.u8(0);
      break;
    case 'actionNext':
      head(0xc3, 2).u32(request.number);
      break;
    case 'actionList':
      writeMany(writeMethods(head(0xc3, 3), request.methods), request.parameters, writeData);
      break;
    case 'actionFirst':
      writeDescriptor(head(0xc3, 4), request.method);
      writeBlock(writer, request.block);
      break;
    case 'actionListFirst':
      writeBlock(writeMethods(head(0xc3, 5), request.methods), request.block);
      break;
    case 'actionBlock':
      writeBlock(head(0xc3, 6), request.block);
      break;
  }
  return writer.bytes();
}

/** Any {@link Decoded} of the values of a long SET or ACTION: `count` data one after the other. */
export function decodeValueList(raw: Uint8Array): Decoded<readonly Data[]> {
  const reader = new Reader(raw);
  const values = readMany(reader, readListCount(reader, 1), readData);
  if (reader.error !== undefined) return bad(reader.error);
  return reader.left > 0 ? bad(`${reader.left} byte(s) after the list`) : good(values);
}
