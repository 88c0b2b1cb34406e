/** xDLMS InitiateRequest and InitiateResponse in A-XDR (IEC 62056-5-3), and the conformance block's bits. */
import { bad, type Decoded, good, Reader, Writer } from '../encoding/bytes.ts';

/** Conformance bits as in the 24-bit block `5F1F 04 00 xxxxxx`, most significant first. */
export const CONFORMANCE = {
  generalProtection: 0x400000,
  generalBlockTransfer: 0x200000,
  attribute0Set: 0x8000,
  priority: 0x4000,
  attribute0Get: 0x2000,
  blockGet: 0x1000,
  blockSet: 0x800,
  blockAction: 0x400,
  multipleReferences: 0x200,
  dataNotification: 0x80,
  access: 0x40,
  get: 0x10,
  set: 0x08,
  selectiveAccess: 0x04,
  eventNotification: 0x02,
  action: 0x01,
} as const;

export const DLMS_VERSION = 6;
/** VAA name of logical-name referencing. */
export const VAA_LOGICAL_NAME = 0x0007;

export interface InitiateRequest {
  /** A key for this association only; the server then accepts ded-* APDUs. */
  readonly dedicatedKey?: Uint8Array;
  readonly responseAllowed: boolean;
  readonly qualityOfService?: number;
  readonly dlmsVersion: number;
  readonly conformance: number;
  /** Longest APDU the client takes, bytes; 0 means no limit. */
  readonly pduBytesMax: number;
}

export interface InitiateResponse {
  readonly qualityOfService?: number;
  readonly dlmsVersion: number;
  readonly conformance: number;
  readonly pduBytesMax: number;
  readonly vaaName: number;
}

/** `5F 1F 04 00` (or the older `5F 04 00`), then 24 bits. */
function readConformance(reader: Reader): number {
  if (reader.u8() !== 0x5f) reader.fail('conformance tag 5F expected');
  if (reader.peek() === 0x1f) reader.u8();
  if (reader.u8() !== 4 || reader.u8() !== 0) reader.fail('conformance of 24 bits expected');
  return (reader.u8() << 16) | reader.u16();
}

function writeConformance(writer: Writer, conformance: number): void {
  writer.u8(0x5f, 0x1f, 0x04, 0x00, (conformance >> 16) & 0xff).u16(conformance & 0xffff);
}

export function decodeInitiateRequest(bytes: Uint8Array): Decoded<InitiateRequest> {
  const reader = new Reader(bytes);
  if (reader.u8() !== 0x01) reader.fail('InitiateRequest tag 01 expected');
  const dedicatedKey = reader.u8() !== 0 ? reader.octets().slice() : undefined;
  const responseAllowed = reader.u8() !== 0 ? reader.u8() !== 0 : true;
  const qualityOfService = reader.u8() !== 0 ? reader.u8() : undefined;
  const dlmsVersion = reader.u8();
  const conformance = readConformance(reader);
  const pduBytesMax = reader.u16();
  if (reader.error !== undefined) return bad(`InitiateRequest: ${reader.error}`);
  return good({
    responseAllowed,
    dlmsVersion,
    conformance,
    pduBytesMax,
    ...(dedicatedKey && { dedicatedKey }),
    ...(qualityOfService !== undefined && { qualityOfService }),
  });
}

export function encodeInitiateRequest(request: InitiateRequest): Uint8Array {
  const writer = new Writer().u8(0x01);
  if (request.dedicatedKey) writer.u8(1).octets(request.dedicatedKey);
  else writer.u8(0);
  if (request.responseAllowed) writer.u8(0);
  else writer.u8(1, 0);
  if (request.qualityOfService !== undefined) writer.u8(1, request.qualityOfService);
  else writer.u8(0);
  writer.u8(request.dlmsVersion);
  writeConformance(writer, request.conformance);
  return writer.u16(request.pduBytesMax).bytes();
}

export function decodeInitiateResponse(bytes: Uint8Array): Decoded<InitiateResponse> {
  const reader = new Reader(bytes);
  if (reader.u8() !== 0x08) reader.fail('InitiateResponse tag 08 expected');
  const qualityOfService = reader.u8() !== 0 ? reader.u8() : undefined;
  const dlmsVersion = reader.u8();
  const conformance = readConformance(reader);
  const pduBytesMax = reader.u16();
  const vaaName = reader.u16();
  if (reader.error !== undefined) return bad(`InitiateResponse: ${reader.error}`);
  return good({
    dlmsVersion,
    conformance,
    pduBytesMax,
    vaaName,
    ...(qualityOfService !== undefined && { qualityOfService }),
  });
}

export function encodeInitiateResponse(response: InitiateResponse): Uint8Array {
  const writer = new Writer().u8(0x08);
  if (response.qualityOfService !== undefined) writer.u8(1, response.qualityOfService);
  else writer.u8(0);
  writer.u8(response.dlmsVersion);
  writeConformance(writer, response.conformance);
  return writer.u16(response.pduBytesMax).u16(response.vaaName).bytes();
}

/** confirmedServiceError for a refused initiate: 0 other, 1 version too low, 2 incompatible conformance, 3 PDU size too short. */
export function encodeInitiateError(reason: 0 | 1 | 2 | 3): Uint8Array {
  return new Uint8Array([0x0e, 0x01, 0x06, reason]);
}
