/**
 * Numbers of the subset of TypeScript that is also compiled to WebAssembly (sim/kernel/README.md). There `i32` is a 32-bit
 * integer and `f64` a double; in JavaScript both are numbers. The functions say what the two must agree on.
 */
export type i32 = number;
export type f64 = number;

/** True in WebAssembly, which leaves out what only JavaScript does. */
export const IS_COMPILED: boolean = false;

/** The integer of a number without its fraction. The number must lie within 32 bits. */
export function int(value: f64): i32 {
  return value | 0;
}

/** A 32-bit word as a number from 0 to 2^32 - 1. */
export function unsigned(word: i32): f64 {
  return word >>> 0;
}

/** The position of the lowest bit of a mask that is not 0. */
export function lowestBit(mask: i32): i32 {
  return 31 - Math.clz32(mask & -mask);
}

/** The number of bits before the highest bit of a word; 32 for 0. */
export function leadingZeros(word: i32): i32 {
  return Math.clz32(word);
}

/** A word shifted to the right by so many bits, zeros coming in from the left: an integer from 0 on. */
export function topBits(word: i32, shift: i32): i32 {
  return word >>> shift;
}

/** A word whose bits are moved to the left by so many places, from 1 to 31; those that leave it come in from the right. */
export function rotated(word: i32, places: i32): i32 {
  return (word << places) | (word >>> (32 - places));
}

/** Where the numbers of an array stand in the memory of WebAssembly; 0 in JavaScript, whose arrays have no address. */
export function addressOf(_array: ArrayBufferView): i32 {
  return 0;
}
