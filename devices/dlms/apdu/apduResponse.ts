/** GET, SET and ACTION responses, exception-response, confirmedServiceError and data-notification. */
import {
  type ActionResult,
  type DataNotification,
  type ExceptionResponse,
  type GetResult,
  readBlock,
  readListCount,
  readMany,
  type ServiceResponse,
  writeBlock,
} from './apdu.ts';
import { readData, writeData } from '../encoding/axdr.ts';
import { bad, type Decoded, good, Reader, Writer } from '../encoding/bytes.ts';

function readGetResult(reader: Reader): GetResult {
  const choice = reader.u8();
  if (choice === 0) return { ok: true, data: readData(reader) };
  if (choice !== 1) reader.fail('data or data-access-result expected');
  return { ok: false, result: reader.u8() };
}

function writeGetResult(writer: Writer, result: GetResult): void {
  if (result.ok) writeData(writer.u8(0), result.data);
  else writer.u8(1, result.result);
}

function readActionResult(reader: Reader): ActionResult {
  const result = reader.u8();
  return reader.u8() === 0 ? { result } : { result, data: readGetResult(reader) };
}

function writeActionResult(writer: Writer, result: ActionResult): void {
  writer.u8(result.result, result.data ? 1 : 0);
  if (result.data) writeGetResult(writer, result.data);
}

function readGetBlock(reader: Reader, invoke: number): ServiceResponse {
  const last = reader.u8() !== 0;
  const number = reader.u32();
  const choice = reader.u8();
  if (choice === 0) return { kind: 'getBlock', invoke, block: { last, number, raw: reader.octets().slice() } };
  if (choice !== 1) reader.fail('raw data or data-access-result expected');
  return { kind: 'getBlockError', invoke, number, result: reader.u8() };
}

type Read = (reader: Reader, invoke: number) => ServiceResponse;
const readByte = (reader: Reader): number => reader.u8();

const READ: Readonly<Record<number, Read | undefined>> = {
  0xc401: (r, invoke) => ({ kind: 'getNormal', invoke, result: readGetResult(r) }),
  0xc402: readGetBlock,
  0xc403: (r, invoke) => ({ kind: 'getList', invoke, results: readMany(r, readListCount(r, 2), readGetResult) }),
  0xc501: (r, invoke) => ({ kind: 'setNormal', invoke, result: r.u8() }),
  0xc502: (r, invoke) => ({ kind: 'setBlock', invoke, number: r.u32() }),
  0xc503: (r, invoke) => ({ kind: 'setLast', invoke, result: r.u8(), number: r.u32() }),
  0xc504: (r, invoke) => {
    const results = readMany(r, readListCount(r, 1), readByte);
    return { kind: 'setLastList', invoke, results, number: r.u32() };
  },
  0xc505: (r, invoke) => ({ kind: 'setList', invoke, results: readMany(r, readListCount(r, 1), readByte) }),
  0xc701: (r, invoke) => ({ kind: 'actionNormal', invoke, result: readActionResult(r) }),
  0xc702: (r, invoke) => ({ kind: 'actionBlock', invoke, block: readBlock(r) }),
  0xc703: (r, invoke) => ({ kind: 'actionList', invoke, results: readMany(r, readListCount(r, 2), readActionResult) }),
  0xc704: (r, invoke) => ({ kind: 'actionNext', invoke, number: r.u32() }),
};

/**
 * Decodes a response APDU.
 *
 * @param onTrailing called with the number of octets behind a whole response. Some servers send them, and other clients
 *   read what stands before them. Without it they are an error, except behind exceptions, which older meters vary.
 */
export function decodeResponse(apdu: Uint8Array, onTrailing?: (octets: number) => void): Decoded<ServiceResponse> {
  const reader = new Reader(apdu);
  const tag = reader.u8();
  if (tag === 0xd8) return decodeException(reader);
  if (tag === 0x0e) {
    const value = { kind: 'serviceError', service: reader.u8(), category: reader.u8(), code: reader.u8() } as const;
    return reader.error === undefined ? good(value) : bad(reader.error);
  }
  const read = READ[(tag << 8) | reader.u8()];
  if (!read) return bad(`no response has the tag ${tag.toString(16)}`);
  const value = read(reader, reader.u8());
  if (reader.error !== undefined) return bad(reader.error);
  if (reader.left > 0 && !onTrailing) return bad(`${reader.left} byte(s) after the response`);
  if (reader.left > 0) onTrailing?.(reader.left);
  return good(value);
}

function decodeException(reader: Reader): Decoded<ServiceResponse> {
  const stateError = reader.u8();
  const serviceError = reader.u8();
  if (reader.error !== undefined) return bad(reader.error);
  // The expected counter is optional on the wire: older meters send three bytes only.
  if (serviceError !== 6 || reader.left < 4) return good({ kind: 'exception', stateError, serviceError });
  return good({ kind: 'exception', stateError, serviceError, expectedCounter: reader.u32() });
}

/** `D8 state service`, with four bytes of expected counter where there is one. */
export function encodeException(exception: Omit<ExceptionResponse, 'kind'>): Uint8Array {
  const writer = new Writer().u8(0xd8, exception.stateError, exception.serviceError);
  if (exception.expectedCounter !== undefined) writer.u32(exception.expectedCounter);
  return writer.bytes();
}

/** The bytes of a response. */
export function encodeResponse(response: ServiceResponse): Uint8Array {
  if (response.kind === 'exception') return encodeException(response);
  const writer = new Writer();
  if (response.kind === 'serviceError') {
    return writer.u8(0x0e, response.service, response.category, response.code).bytes();
  }
  const head = (tag: number, choice: number): Writer => writer.u8(tag, choice, response.invoke);
  switch (response.kind) {
    case 'getNormal':
      writeGetResult(head(0xc4, 1), response.result);
      break;
    case 'getBlock':
      head(0xc4, 2).u8(response.block.last ? 1 : 0);
      writer.u32(response.block.number).u8(0).octets(response.block.raw);
      break;
    case 'getBlockError':
      head(0xc4, 2).u8(1).u32(response.number).u8(1, response.result);
      break;
    case 'getList':
      head(0xc4, 3).length(response.results.length);
      for (const result of response.results) writeGetResult(writer, result);
      break;
    case 'setNormal':
      head(0xc5, 1).u8(response.result);
      break;
    case 'setBlock':
      head(0xc5, 2).u32(response.number);
      break;
    case 'setLast':
      head(0xc5, 3).u8(response.result).u32(response.number);
      break;
    case 'setLastList':
      head(0xc5, 4)
        .length(response.results.length)
        .u8(...response.results)
        .u32(response.number);
      break;
    case 'setList':
      head(0xc5, 5)
        .length(response.results.length)
        .u8(...response.results);
      break;
    case 'actionNormal':
      writeActionResult(head(0xc7, 1), response.result);
      break;
    case 'actionBlock':
      writeBlock(head(0xc7, 2), response.block);
      break;
    case 'actionList':
      head(0xc7, 3).length(response.results.length);
      for (const result of response.results) writeActionResult(writer, result);
      break;
    case 'actionNext':
      head(0xc7, 4).u32(response.number);
      break;
  }
  return writer.bytes();
}

/** A pushed data-notification (tag 0F). */
export function encodeDataNotification(notification: DataNotification): Uint8Array {
  const writer = new Writer().u8(0x0f).u32(notification.longInvoke).octets(notification.at);
  writeData(writer, notification.body);
  return writer.bytes();
}

export function decodeDataNotification(apdu: Uint8Array): Decoded<DataNotification> {
  const reader = new Reader(apdu);
  if (reader.u8() !== 0x0f) return bad('data-notification tag 0F expected');
  const longInvoke = reader.u32();
  const at = reader.octets().slice();
  const body = readData(reader);
  if (reader.error !== undefined) return bad(reader.error);
  return reader.left > 0 ? bad(`${reader.left} byte(s) after the notification`) : good({ longInvoke, at, body });
}
