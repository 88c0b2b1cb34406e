/** The unified access service to and from bytes: many GET, SET and ACTION in one request. Source: COSEM PDU ASN.1, Green Book 8.3. */
import { type Data, readData, writeData } from '../encoding/axdr.ts';
import { bad, type Decoded, good, Reader, Writer } from '../encoding/bytes.ts';
import { type Descriptor, readDescriptor, readListCount, readMany, type Selection, writeDescriptor } from './apdu.ts';

export type AccessService = 'get' | 'set' | 'action';

/** One thing that an access request asks for. Only a GET and a SET may select. */
export interface AccessSpecification {
  readonly service: AccessService;
  readonly target: Descriptor;
  readonly selection?: Selection;
}

/** `time` is a COSEM date-time, or empty. `data` has one value for each specification; null where none is needed. */
export interface AccessRequest {
  readonly kind: 'accessRequest';
  readonly longInvoke: number;
  readonly time: Uint8Array;
  readonly specifications: readonly AccessSpecification[];
  readonly data: readonly Data[];
}

/** `specifications` repeats those of the request, if the server sends them. */
export interface AccessResponse {
  readonly kind: 'accessResponse';
  readonly longInvoke: number;
  readonly time: Uint8Array;
  readonly specifications?: readonly AccessSpecification[];
  readonly data: readonly Data[];
  readonly results: readonly { readonly service: AccessService; readonly result: number }[];
}

const REQUEST = 0xd9;
const RESPONSE = 0xda;
const SPECIFICATION_BYTES = 10;
/** By choice: 1 to 3 plain, 4 and 5 with selection. */
const SERVICES: readonly (AccessService | undefined)[] = [undefined, 'get', 'set', 'action', 'get', 'set'];
const CHOICES: Readonly<Record<AccessService, number>> = { get: 1, set: 2, action: 3 };

function serviceOf(reader: Reader, choice: number): AccessService {
  const service = SERVICES[choice];
  if (service === undefined) reader.fail(`an access of kind ${choice}`);
  return service ?? 'get';
}

function readSpecification(reader: Reader): AccessSpecification {
  const choice = reader.u8();
  const service = serviceOf(reader, choice);
  const target = readDescriptor(reader);
  if (choice < 4) return { service, target };
  return { service, target, selection: { selector: reader.u8(), parameters: readData(reader) } };
}

function writeSpecification(writer: Writer, { service, target, selection }: AccessSpecification): void {
  writeDescriptor(writer.u8(CHOICES[service] + (selection ? 3 : 0)), target);
  if (!selection) return;
  writeData(writer.u8(selection.selector), selection.parameters);
}

function readResult(reader: Reader): { service: AccessService; result: number } {
  const service = serviceOf(reader, reader.u8());
  return { service, result: reader.u8() };
}

function listOf<T>(reader: Reader, itemBytes: number, read: (reader: Reader) => T): T[] {
  return readMany(reader, readListCount(reader, itemBytes), read);
}

/** An access request or response. */
export function decodeAccess(apdu: Uint8Array): Decoded<AccessRequest | AccessResponse> {
  const reader = new Reader(apdu);
  const tag = reader.u8();
  if (tag !== REQUEST && tag !== RESPONSE) return bad('access tag D9 or DA expected');
  const longInvoke = reader.u32();
  const time = reader.octets().slice();
  const hasSpecifications = tag === REQUEST || reader.u8() !== 0;
  const specifications = hasSpecifications ? listOf(reader, SPECIFICATION_BYTES, readSpecification) : undefined;
  const data = listOf(reader, 1, readData);
  const results = tag === RESPONSE ? listOf(reader, 2, readResult) : [];
  if (reader.error !== undefined) return bad(reader.error);
  if (reader.left > 0) return bad(`${reader.left} byte(s) after the access`);
  if (tag === RESPONSE) {
    return good({ kind: 'accessResponse', longInvoke, time, ...(specifications && { specifications }), data, results });
  }
  return good({ kind: 'accessRequest', longInvoke, time, specifications: specifications ?? [], data });
}

function writeList<T>(writer: Writer, items: readonly T[], write: (writer: Writer, item: T) => void): void {
  writer.length(items.length);
  for (const item of items) write(writer, item);
}

/** The bytes of an access request or response. */
export function encodeAccess(apdu: AccessRequest | AccessResponse): Uint8Array {
  const isRequest = apdu.kind === 'accessRequest';
  const writer = new Writer().u8(isRequest ? REQUEST : RESPONSE).u32(apdu.longInvoke).octets(apdu.time); // prettier-ignore
  if (!isRequest) writer.u8(apdu.specifications ? 1 : 0);
  if (apdu.specifications) writeList(writer, apdu.specifications, writeSpecification);
  writeList(writer, apdu.data, writeData);
  if (!isRequest) {
    writeList(writer, apdu.results, (into, { service, result }) => into.u8(CHOICES[service], result));
  }
  return writer.bytes();
}
