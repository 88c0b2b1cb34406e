/** Short constructors and readers of COSEM data, so that object tables read like the Blue Book's. */
import type { Data } from './axdr.ts';
import { ascii } from './bytes.ts';

export const nothing: Data = { type: 'null' };

export function array(value: readonly Data[]): Data {
  return { type: 'array', value };
}
export function structure(...value: readonly Data[]): Data {
  return { type: 'structure', value };
}
export function octets(value: Uint8Array): Data {
  return { type: 'octetString', value };
}
export function text(value: string): Data {
  return { type: 'octetString', value: ascii(value) };
}
export function visible(value: string): Data {
  return { type: 'visibleString', value: ascii(value) };
}
export function bool(value: boolean): Data {
  return { type: 'boolean', value };
}
export function int8(value: number): Data {
  return { type: 'integer', value };
}
export function int16(value: number): Data {
  return { type: 'long', value };
}
export function uint8(value: number): Data {
  return { type: 'unsigned', value };
}
export function uint16(value: number): Data {
  return { type: 'longUnsigned', value };
}
export function uint32(value: number): Data {
  return { type: 'doubleLongUnsigned', value };
}
export function enumerated(value: number): Data {
  return { type: 'enum', value };
}
export function bits(count: number, value: Uint8Array): Data {
  return { type: 'bitString', bits: count, value };
}

/** The members of an array or structure, or undefined. */
export function membersOf(data: Data | undefined): readonly Data[] | undefined {
  return data && (data.type === 'array' || data.type === 'structure') ? data.value : undefined;
}

/** A whole number of any type (of 64 bits when it is exact, a float when it holds one), or undefined. */
export function numberOf(data: Data | undefined): number | undefined {
  if (data === undefined || !('value' in data)) return undefined;
  if (typeof data.value !== 'number' && typeof data.value !== 'bigint') return undefined;
  // A float may hold a fraction, an infinity or no number at all: none of these counts, indexes or shifts anything.
  const value = Number(data.value);
  return Number.isSafeInteger(value) ? value : undefined;
}

/** The bytes of any string-like value, or undefined. */
export function bytesOf(data: Data | undefined): Uint8Array | undefined {
  if (data === undefined || !('value' in data)) return undefined;
  return data.value instanceof Uint8Array && data.type !== 'bitString' ? data.value : undefined;
}
