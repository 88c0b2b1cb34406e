/**
 * DLMS `Data` (COSEM common data types) in A-XDR. IEC 62056-6-2 and the COSEM PDU ASN.1 of the DLMS UA Green Book 8.3.
 * Depth and node count are bounded, so that hostile bytes cost at most what they weigh.
 */
import { bad, type Decoded, good, Reader, Writer } from './bytes.ts';

/** The shape of a compact array's elements. */
export interface TypeDescription {
  readonly tag: number;
  /** For `array`: one member and `count`. For `structure`: the members. */
  readonly members: readonly TypeDescription[];
  readonly count: number;
}

/** One value of the COSEM data model. `number` holds what fits 32 bits; 64-bit integers are `bigint`. */
export type Data =
  | { readonly type: 'null' | 'dontCare' }
  | { readonly type: 'array' | 'structure'; readonly value: readonly Data[] }
  | { readonly type: 'boolean'; readonly value: boolean }
  | { readonly type: 'bitString'; readonly bits: number; readonly value: Uint8Array }
  | { readonly type: 'octetString' | 'visibleString' | 'utf8String'; readonly value: Uint8Array }
  | { readonly type: 'dateTime' | 'date' | 'time'; readonly value: Uint8Array }
  | { readonly type: NumberType; readonly value: number }
  | { readonly type: 'long64' | 'long64Unsigned'; readonly value: bigint }
  | { readonly type: 'compactArray'; readonly description: TypeDescription; readonly contents: Uint8Array };

type NumberType =
  | 'doubleLong'
  | 'doubleLongUnsigned'
  | 'bcd'
  | 'integer'
  | 'long'
  | 'unsigned'
  | 'longUnsigned'
  | 'enum'
  | 'float32'
  | 'float64'
  | 'deltaInteger'
  | 'deltaLong'
  | 'deltaDoubleLong'
  | 'deltaUnsigned'
  | 'deltaLongUnsigned'
  | 'deltaDoubleLongUnsigned';

/** Deepest nesting accepted; the deepest standard structure (object_list) needs 6. */
const DEPTH_MAX = 16;
/** Most nodes of one value. A compact array can name many from few bytes, hence a limit of its own. */
const NODES_MAX = 100_000;
/** Most nodes of a compact array for each byte of its contents. */
const NODES_PER_BYTE = 16;

type FixedForm = readonly [type: NumberType, bytes: number, read: string, write: string];

/** Fixed-size numbers: tag, name, width and the DataView accessors. */
const FIXED: Readonly<Record<number, FixedForm>> = {
  5: ['doubleLong', 4, 'getInt32', 'setInt32'],
  6: ['doubleLongUnsigned', 4, 'getUint32', 'setUint32'],
  13: ['bcd', 1, 'getInt8', 'setInt8'],
  15: ['integer', 1, 'getInt8', 'setInt8'],
  16: ['long', 2, 'getInt16', 'setInt16'],
  17: ['unsigned', 1, 'getUint8', 'setUint8'],
  18: ['longUnsigned', 2, 'getUint16', 'setUint16'],
  22: ['enum', 1, 'getUint8', 'setUint8'],
  23: ['float32', 4, 'getFloat32', 'setFloat32'],
  24: ['float64', 8, 'getFloat64', 'setFloat64'],
  28: ['deltaInteger', 1, 'getInt8', 'setInt8'],
  29: ['deltaLong', 2, 'getInt16', 'setInt16'],
  30: ['deltaDoubleLong', 4, 'getInt32', 'setInt32'],
  31: ['deltaUnsigned', 1, 'getUint8', 'setUint8'],
  32: ['deltaLongUnsigned', 2, 'getUint16', 'setUint16'],
  33: ['deltaDoubleLongUnsigned', 4, 'getUint32', 'setUint32'],
};
const FIXED_TAGS = new Map(Object.entries(FIXED).map(([tag, form]) => [form[0] as string, Number(tag)]));
const STRINGS = { 9: 'octetString', 10: 'visibleString', 12: 'utf8String' } as const;
const DATES = { 25: ['dateTime', 12], 26: ['date', 5], 27: ['time', 4] } as const;
const BYTE_TAGS: Readonly<Record<string, number>> = { octetString: 9, visibleString: 10, utf8String: 12 };
const DATE_TAGS: Readonly<Record<string, number>> = { dateTime: 25, date: 26, time: 27 };

/** One whole `Data`; trailing bytes are an error. */
export function decodeData(bytes: Uint8Array): Decoded<Data> {
  const reader = new Reader(bytes);
  const value = readData(reader);
  if (reader.error !== undefined) return bad(reader.error);
  if (reader.left > 0) return bad(`${reader.left} byte(s) after the value`);
  return good(value);
}

/** The next `Data` of a PDU; on failure `reader.error` is set and a null value is given. */
export function readData(reader: Reader): Data {
  return readNode(reader, { nodes: 0 }, 0, undefined);
}

const NULL: Data = { type: 'null' };
const NO_CONTENT = 'compact array elements without content';

function readNode(reader: Reader, budget: { nodes: number }, depth: number, known: TypeDescription | undefined): Data {
  budget.nodes++;
  if (depth > DEPTH_MAX) reader.fail(`nesting deeper than ${DEPTH_MAX}`);
  if (budget.nodes > NODES_MAX) reader.fail(`more than ${NODES_MAX} values`);
  const tag = known ? known.tag : reader.u8();
  if (reader.error !== undefined) return NULL;
  const fixed = FIXED[tag];
  if (fixed) {
    const view = reader.take(fixed[1]);
    if (view.length === 0) return NULL;
    const data = new DataView(view.buffer, view.byteOffset, view.length) as unknown as Record<
      string,
      (at: number) => number
    >;
    return { type: fixed[0], value: data[fixed[2]]!(0) };
  }
  if (tag === 0) return NULL;
  if (tag === 255) return { type: 'dontCare' };
  if (tag === 1 || tag === 2) {
    const count = known ? (tag === 1 ? known.count : known.members.length) : readCount(reader);
    const items: Data[] = [];
    const from = reader.at;
    for (let i = 0; i < count && reader.error === undefined; i++) {
      items.push(readNode(reader, budget, depth + 1, known ? known.members[tag === 1 ? 0 : i] : undefined));
      // A described array could name 65,535 elements that take no byte, within 65,535 others.
      if (known && tag === 1 && reader.at === from) reader.fail(NO_CONTENT);
    }
    return { type: tag === 1 ? 'array' : 'structure', value: items };
  }
  if (tag === 3) return { type: 'boolean', value: reader.u8() !== 0 };
  if (tag === 4) {
    const bits = readBits(reader);
    return { type: 'bitString', bits, value: reader.take(Math.ceil(bits / 8)).slice() };
  }
  if (tag === 9 || tag === 10 || tag === 12) return { type: STRINGS[tag], value: reader.octets().slice() };
  if (tag === 25 || tag === 26 || tag === 27) return { type: DATES[tag][0], value: reader.take(DATES[tag][1]).slice() };
  if (tag === 20 || tag === 21) {
    const view = reader.take(8);
    if (view.length === 0) return NULL;
    const data = new DataView(view.buffer, view.byteOffset, 8);
    if (tag === 20) return { type: 'long64', value: data.getBigInt64(0) };
    return { type: 'long64Unsigned', value: data.getBigUint64(0) };
  }
  if (tag === 19) {
    const description = readDescription(reader, 0, budget);
    return { type: 'compactArray', description, contents: reader.octets().slice() };
  }
  reader.fail(`no data type has the tag ${tag}`);
  return NULL;
}

/** Elements take a byte each at least, so a count beyond the bytes present is refused before the loop. */
function readCount(reader: Reader): number {
  return reader.length();
}

/** A bit-string's length counts bits, so it is bounded by eight times what is left. */
function readBits(reader: Reader): number {
  const first = reader.u8();
  if (first < 0x80) return first;
  const count = first & 0x7f;
  if (count > 3) reader.fail('bit-string too long');
  let bits = 0;
  for (let i = 0; i < count && reader.error === undefined; i++) bits = bits * 256 + reader.u8();
  return bits;
}

function readDescription(reader: Reader, depth: number, budget: { nodes: number }): TypeDescription {
  budget.nodes++;
  if (depth > DEPTH_MAX || budget.nodes > NODES_MAX) reader.fail('type description too deep');
  const tag = reader.u8();
  if (tag === 1) {
    const count = reader.u16();
    return { tag, count, members: [readDescription(reader, depth + 1, budget)] };
  }
  const members: TypeDescription[] = [];
  if (tag === 2) {
    const count = readCount(reader);
    for (let i = 0; i < count && reader.error === undefined; i++) {
      members.push(readDescription(reader, depth + 1, budget));
    }
  }
  return { tag, members, count: 0 };
}

/** A compact array as a plain array of its elements. */
export function expandCompactArray(value: Extract<Data, { type: 'compactArray' }>): Decoded<Data> {
  const reader = new Reader(value.contents);
  // Members of no content (null) are legal beside others; a value of little else is not worth its memory.
  const budget = { nodes: Math.max(0, NODES_MAX - NODES_PER_BYTE * (value.contents.length + 1)) };
  const items: Data[] = [];
  while (reader.error === undefined && reader.left > 0) {
    const before = reader.at;
    items.push(readNode(reader, budget, 1, value.description));
    if (reader.at === before) reader.fail(NO_CONTENT);
  }
  return reader.error === undefined ? good({ type: 'array', value: items }) : bad(reader.error);
}

/** The bytes of one value. The value is a programmer's: one that does not fit its type throws. */
export function encodeData(data: Data): Uint8Array {
  const writer = new Writer();
  writeData(writer, data);
  return writer.bytes();
}

/** Appends one value to a PDU. */
export function writeData(writer: Writer, data: Data): void {
  switch (data.type) {
    case 'null':
      writer.u8(0);
      return;
    case 'dontCare':
      writer.u8(255);
      return;
    case 'array':
    case 'structure':
      writer.u8(data.type === 'array' ? 1 : 2).length(data.value.length);
      for (const item of data.value) writeData(writer, item);
      return;
    case 'boolean':
      writer.u8(3, data.value ? 1 : 0);
      return;
    case 'bitString':
      writer.u8(4).length(data.bits).raw(data.value);
      return;
    case 'octetString':
    case 'visibleString':
    case 'utf8String':
      writer.u8(BYTE_TAGS[data.type]!).octets(data.value);
      return;
    case 'dateTime':
    case 'date':
    case 'time':
      writer.u8(DATE_TAGS[data.type]!).raw(data.value);
      return;
    case 'long64':
    case 'long64Unsigned': {
      const view = new DataView(new ArrayBuffer(8));
      view.setBigUint64(0, BigInt.asUintN(64, data.value));
      writer.u8(data.type === 'long64' ? 20 : 21).raw(new Uint8Array(view.buffer));
      return;
    }
    case 'compactArray':
      writer.u8(19);
      writeDescription(writer, data.description);
      writer.octets(data.contents);
      return;
    default:
      writeNumber(writer, data);
  }
}

function writeNumber(writer: Writer, data: { readonly type: NumberType; readonly value: number }): void {
  const tag = FIXED_TAGS.get(data.type)!;
  const [, width, , set] = FIXED[tag]!;
  const view = new DataView(new ArrayBuffer(width));
  (view as unknown as Record<string, (at: number, value: number) => void>)[set]!(0, data.value);
  writer.u8(tag).raw(new Uint8Array(view.buffer));
}

function writeDescription(writer: Writer, description: TypeDescription): void {
  writer.u8(description.tag);
  if (description.tag === 1) writer.u16(description.count);
  if (description.tag === 2) writer.length(description.members.length);
  for (const member of description.members) writeDescription(writer, member);
}
