/**
 * Walks a Thrift compact structure without building it, and throws if the structure cannot be real. hyparquet reserves
 * memory for as many list elements as a list claims before it reads any, so a few bytes could take all memory.
 */
export function guardThrift(view: DataView, offset: number): number {
  return guardStruct(view, offset, 0);
}

const DEPTH_MAX = 32;

// The types of the compact protocol.
const STOP = 0;
const TRUE = 1;
const FALSE = 2;
const BYTE = 3;
const I64 = 6;
const DOUBLE = 7;
const BINARY = 8;
const LIST = 9;
const STRUCT = 12;

function guardStruct(view: DataView, start: number, depth: number): number {
  if (depth > DEPTH_MAX) throw new RangeError(`structures nested more than ${DEPTH_MAX} deep`);
  let offset = start;
  for (;;) {
    const header = view.getUint8(offset);
    offset += 1;
    const type = header & 0x0f;
    if (type === STOP) return offset;
    if (header >> 4 === 0) offset = guardVarint(view, offset);
    offset = guardElement(view, offset, type, depth);
  }
}

function guardElement(view: DataView, offset: number, type: number, depth: number): number {
  if (type === TRUE || type === FALSE) return offset;
  if (type === BYTE) return offset + 1;
  if (type > BYTE && type <= I64) return guardVarint(view, offset);
  if (type === DOUBLE) return offset + 8;
  if (type === BINARY) {
    const [length, after] = readVarint(view, offset);
    if (length > view.byteLength - after) throw new RangeError('a text longer than the rest');
    return after + length;
  }
  if (type === STRUCT) return guardStruct(view, offset, depth + 1);
  if (type === LIST) return guardList(view, offset, depth);
  throw new RangeError(`an unknown Thrift type ${type}`);
}

function guardList(view: DataView, start: number, depth: number): number {
  const header = view.getUint8(start);
  const element = header & 0x0f;
  let size = header >> 4;
  let offset = start + 1;
  if (size === 15) [size, offset] = readVarint(view, offset);
  // Every element takes at least one byte.
  if (size > view.byteLength - offset) throw new RangeError('a list longer than the rest');
  const type = element === TRUE || element === FALSE ? BYTE : element;
  for (let i = 0; i < size; i += 1) offset = guardElement(view, offset, type, depth + 1);
  return offset;
}

function guardVarint(view: DataView, start: number): number {
  let offset = start;
  while (view.getUint8(offset) & 0x80) {
    offset += 1;
    if (offset - start > 9) throw new RangeError('a number of more than ten bytes');
  }
  return offset + 1;
}

/** Reads an unsigned number of at most 32 bits. Returns the number and the offset after it. */
function readVarint(view: DataView, start: number): [number, number] {
  const end = guardVarint(view, start);
  let value = 0;
  let scale = 1;
  for (let offset = start; offset < end; offset += 1) {
    value += (view.getUint8(offset) & 0x7f) * scale;
    scale *= 128;
  }
  if (value > 0xffff_ffff) throw new RangeError('a length of more than 32 bits');
  return [value, end];
}
