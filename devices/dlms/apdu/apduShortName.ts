/**
 * The services of short-name referencing to and from bytes: read, write, unconfirmed write, information report. Source: the
 * COSEM PDU ASN.1 of Green Book 8.3. A short name is a signed number of 16 bits on the wire, and 0 to 65,535 here.
 */
import { type Data, readData, writeData } from '../encoding/axdr.ts';
import { bad, type Decoded, good, NO_BYTES, Reader, Writer } from '../encoding/bytes.ts';
import { readListCount, readMany } from './apdu.ts';

/** The base name of the current association. Green Book 4.3.2, reserved base names. */
export const ASSOCIATION_BASE_NAME = 0xfa00;

/** What a read or a write is about. */
export type Variable =
  | { readonly is: 'name'; readonly name: number }
  | { readonly is: 'parameterized'; readonly name: number; readonly selector: number; readonly parameter: Data }
  | { readonly is: 'blockNumber'; readonly number: number }
  | { readonly is: 'readBlock'; readonly last: boolean; readonly number: number; readonly raw: Uint8Array }
  | { readonly is: 'writeBlock'; readonly last: boolean; readonly number: number };

/** The answer to one variable of a read. */
export type ReadAnswer =
  | { readonly is: 'data'; readonly data: Data }
  | { readonly is: 'error'; readonly result: number }
  | { readonly is: 'block'; readonly last: boolean; readonly number: number; readonly raw: Uint8Array }
  | { readonly is: 'blockNumber'; readonly number: number };

/** The answer to one variable of a write. */
export type WriteAnswer =
  | { readonly is: 'success' }
  | { readonly is: 'error'; readonly result: number }
  | { readonly is: 'blockNumber'; readonly number: number };

export type ShortNameApdu =
  | { readonly kind: 'read'; readonly variables: readonly Variable[] }
  | { readonly kind: 'readResponse'; readonly answers: readonly ReadAnswer[] }
  | {
      readonly kind: 'write' | 'unconfirmedWrite';
      readonly variables: readonly Variable[];
      readonly values: readonly Data[];
    }
  | { readonly kind: 'writeResponse'; readonly answers: readonly WriteAnswer[] }
  | {
      readonly kind: 'report';
      /** GeneralizedTime as it stands on the wire; empty if there is none. */
      readonly time: Uint8Array;
      readonly variables: readonly Variable[];
      readonly values: readonly Data[];
    };

const TAGS = { read: 0x05, write: 0x06, readResponse: 0x0c, writeResponse: 0x0d, unconfirmedWrite: 0x16, report: 0x18 };
const VARIABLE_BYTES = 3;

function readVariable(reader: Reader): Variable {
  const choice = reader.u8();
  switch (choice) {
    case 2:
      return { is: 'name', name: reader.u16() };
    case 4:
      return { is: 'parameterized', name: reader.u16(), selector: reader.u8(), parameter: readData(reader) };
    case 5:
      return { is: 'blockNumber', number: reader.u16() };
    case 6:
      return { is: 'readBlock', last: reader.u8() !== 0, number: reader.u16(), raw: reader.octets().slice() };
    case 7:
      return { is: 'writeBlock', last: reader.u8() !== 0, number: reader.u16() };
    default:
      reader.fail(`a variable access of kind ${choice}`);
      return { is: 'name', name: 0 };
  }
}

function writeVariable(writer: Writer, variable: Variable): void {
  switch (variable.is) {
    case 'name':
      writer.u8(2).u16(variable.name);
      break;
    case 'parameterized':
      writer.u8(4).u16(variable.name).u8(variable.selector);
      writeData(writer, variable.parameter);
      break;
    case 'blockNumber':
      writer.u8(5).u16(variable.number);
      break;
    case 'readBlock':
      writer.u8(6, variable.last ? 1 : 0).u16(variable.number).octets(variable.raw); // prettier-ignore
      break;
    case 'writeBlock':
      writer.u8(7, variable.last ? 1 : 0).u16(variable.number);
  }
}

function readReadAnswer(reader: Reader): ReadAnswer {
  const choice = reader.u8();
  switch (choice) {
    case 0:
      return { is: 'data', data: readData(reader) };
    case 1:
      return { is: 'error', result: reader.u8() };
    case 2:
      return { is: 'block', last: reader.u8() !== 0, number: reader.u16(), raw: reader.octets().slice() };
    case 3:
      return { is: 'blockNumber', number: reader.u16() };
    default:
      reader.fail(`an answer of kind ${choice}`);
      return { is: 'error', result: 0 };
  }
}

function readWriteAnswer(reader: Reader): WriteAnswer {
  const choice = reader.u8();
  if (choice === 0) return { is: 'success' };
  if (choice === 1) return { is: 'error', result: reader.u8() };
  if (choice !== 2) reader.fail(`an answer of kind ${choice}`);
  return { is: 'blockNumber', number: reader.u16() };
}

function variablesOf(reader: Reader): Variable[] {
  return readMany(reader, readListCount(reader, VARIABLE_BYTES), readVariable);
}

function valuesOf(reader: Reader): Data[] {
  return readMany(reader, readListCount(reader, 1), readData);
}

function readBody(tag: number, reader: Reader): ShortNameApdu | undefined {
  switch (tag) {
    case TAGS.read:
      return { kind: 'read', variables: variablesOf(reader) };
    case TAGS.readResponse:
      return { kind: 'readResponse', answers: readMany(reader, readListCount(reader, 2), readReadAnswer) };
    case TAGS.write:
      return { kind: 'write', variables: variablesOf(reader), values: valuesOf(reader) };
    case TAGS.unconfirmedWrite:
      return { kind: 'unconfirmedWrite', variables: variablesOf(reader), values: valuesOf(reader) };
    case TAGS.writeResponse:
      return { kind: 'writeResponse', answers: readMany(reader, readListCount(reader, 1), readWriteAnswer) };
    case TAGS.report: {
      const time = reader.u8() === 0 ? NO_BYTES : reader.octets().slice();
      return { kind: 'report', time, variables: variablesOf(reader), values: valuesOf(reader) };
    }
    default:
      return undefined;
  }
}

/** One APDU of short-name referencing. */
export function decodeShortName(apdu: Uint8Array): Decoded<ShortNameApdu> {
  const reader = new Reader(apdu);
  const tag = reader.u8();
  const value = readBody(tag, reader);
  if (value === undefined) return bad(`no service of short names has the tag ${tag.toString(16)}`);
  if (reader.error !== undefined) return bad(reader.error);
  return reader.left > 0 ? bad(`${reader.left} byte(s) after the service`) : good(value);
}

function writeMany<T>(writer: Writer, items: readonly T[], write: (writer: Writer, item: T) => void): void {
  writer.length(items.length);
  for (const item of items) write(writer, item);
}

function writeReadAnswer(writer: Writer, answer: ReadAnswer): void {
  switch (answer.is) {
    case 'data':
      writeData(writer.u8(0), answer.data);
      break;
    case 'error':
      writer.u8(1, answer.result);
      break;
    case 'block':
      writer.u8(2, answer.last ? 1 : 0).u16(answer.number).octets(answer.raw); // prettier-ignore
      break;
    case 'blockNumber':
      writer.u8(3).u16(answer.number);
  }
}

function writeWriteAnswer(writer: Writer, answer: WriteAnswer): void {
  if (answer.is === 'success') writer.u8(0);
  else if (answer.is === 'error') writer.u8(1, answer.result);
  else writer.u8(2).u16(answer.number);
}

/** The bytes of an APDU of short-name referencing. */
export function encodeShortName(apdu: ShortNameApdu): Uint8Array {
  const writer = new Writer().u8(TAGS[apdu.kind]);
  if (apdu.kind === 'readResponse') writeMany(writer, apdu.answers, writeReadAnswer);
  else if (apdu.kind === 'writeResponse') writeMany(writer, apdu.answers, writeWriteAnswer);
  else {
    if (apdu.kind === 'report') {
      if (apdu.time.length === 0) writer.u8(0);
      else writer.u8(1).octets(apdu.time);
    }
    writeMany(writer, apdu.variables, writeVariable);
    if (apdu.kind !== 'read') writeMany(writer, apdu.values, writeData);
  }
  return writer.bytes();
}
