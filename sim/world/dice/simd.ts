/**
 * A small assembler for WebAssembly with 128-bit lanes (WebAssembly 2.0, binary format, chapters 5.4 and 5.5): loops over
 * columns are put together at start-up from the tables they work on. JavaScript looks at the bounds of every access to a
 * typed array; here there are none.
 */

/** Instructions that leave one value on the stack. */
export type Code = readonly number[];

const I32 = 0x7f;
const V128 = 0x7b;

/** Instructions of the vector prefix that are used here. A bit mask is a 32-bit integer; the others leave lanes. */
const OPS = {
  'v128.load64_zero': [0x5d],
  'v128.store': [0x0b],
  'v128.const': [0x0c],
  'v128.and': [0x4e],
  'v128.or': [0x50],
  'v128.xor': [0x51],
  'v128.bitselect': [0x52],
  'i32x4.splat': [0x11],
  'i32x4.shl': [0xab, 0x01],
  'i32x4.shr_u': [0xad, 0x01],
  'i32x4.add': [0xae, 0x01],
  'f64x2.lt': [0x49],
  'f64x2.gt': [0x4a],
  'f64x2.le': [0x4b],
  'f64x2.ge': [0x4c],
  'f64x2.floor': [0x75],
  'f64x2.add': [0xf0, 0x01],
  'f64x2.sub': [0xf1, 0x01],
  'f64x2.mul': [0xf2, 0x01],
  'f64x2.div': [0xf3, 0x01],
  'f64x2.min': [0xf4, 0x01],
  'f64x2.convert_low_i32x4_u': [0xff, 0x01],
  'i64x2.sub': [0xd1, 0x01],
  'i64x2.bitmask': [0xc4, 0x01],
} as const;

const VECTOR = 0xfd;
export const I32_ADD = [0x6a];
export const I32_SUB = [0x6b];
export const I32_AND = [0x71];
export const I32_XOR = [0x73];
export const I32_SHL = [0x74];
export const I32_SHR = [0x76];

/** Applies an instruction to what stands on the stack. */
export function op(name: keyof typeof OPS, ...operands: readonly Code[]): Code {
  return [...operands.flat(), VECTOR, ...OPS[name]];
}

export function get(local: number): Code {
  return [0x20, ...unsigned(local)];
}

export function set(local: number, value: Code): Code {
  return [...value, 0x21, ...unsigned(local)];
}

export function i32(value: number): Code {
  return [0x41, ...signed(value)];
}

/** Four 32-bit lanes. */
export function lanes(values: readonly [number, number, number, number]): Code {
  return [VECTOR, ...OPS['v128.const'], ...new Uint8Array(Int32Array.from(values).buffer)];
}

/** Two 64-bit floating-point lanes, of one value unless another is given. */
export function f64(value: number, second = value): Code {
  return [VECTOR, ...OPS['v128.const'], ...new Uint8Array(Float64Array.of(value, second).buffer)];
}

/** Two 32-bit words at a byte offset from an address, in the low lanes. */
export function load64(address: Code, offset: number): Code {
  return [...address, VECTOR, ...OPS['v128.load64_zero'], 3, ...unsigned(offset)];
}

export function store(address: Code, offset: number, value: Code): Code {
  return [...address, ...value, VECTOR, ...OPS['v128.store'], 4, ...unsigned(offset)];
}

/** A 32-bit integer at a byte offset from an address. */
export function storeWord(address: Code, offset: number, value: Code): Code {
  return [...address, ...value, 0x36, 2, ...unsigned(offset)];
}

/** Runs a body while `at`, raised by `step` after each pass, is below a limit; at least once. */
export function loop(body: Code, options: { readonly at: number; readonly step: number; readonly limit: Code }): Code {
  const { at, step, limit } = options;
  // at += step; again while at < limit (unsigned)
  return [
    0x03,
    0x40,
    ...body,
    ...get(at),
    ...i32(step),
    ...I32_ADD,
    0x22,
    ...unsigned(at),
    ...limit,
    0x49,
    0x0d,
    0,
    0x0b,
  ];
}

export interface Assembled {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly run: (...parameters: number[]) => void;
}

/** What of WebAssembly is used here; it has no place in the types of a library without a browser. */
interface WebAssemblyFace {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
}

/**
 * One function `run` of 32-bit parameters and a memory of its own; null where there is no WebAssembly, or a processor
 * without its lanes. Locals: the parameters, then `integers` of 32 bits, then `vectors`.
 */
export function assemble(program: {
  readonly parameters: number;
  readonly integers: number;
  readonly vectors: number;
  readonly memoryBytes: number;
  readonly code: Code;
}): Assembled | null {
  const wasm = (globalThis as { WebAssembly?: WebAssemblyFace }).WebAssembly;
  if (wasm === undefined) return null;
  const { parameters, integers, vectors, memoryBytes, code } = program;
  const body = [2, ...unsigned(integers), I32, ...unsigned(vectors), V128, ...code, 0x0b];
  const bytes = Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, [1, 0x60, ...unsigned(parameters), ...Array.from({ length: parameters }, () => I32), 0]),
    ...section(3, [1, 0]),
    ...section(5, [1, 0x00, ...unsigned(Math.ceil(memoryBytes / 65_536))]),
    ...section(7, [2, ...text('memory'), 0x02, 0, ...text('run'), 0x00, 0]),
    ...section(10, [1, ...unsigned(body.length), ...body]),
  ]);
  try {
    return new wasm.Instance(new wasm.Module(bytes)).exports as Assembled;
  } catch {
    return null;
  }
}

function unsigned(value: number): number[] {
  const out: number[] = [];
  let rest = value;
  do {
    const byte = rest & 0x7f;
    rest >>>= 7;
    out.push(rest === 0 ? byte : byte | 0x80);
  } while (rest !== 0);
  return out;
}

function signed(value: number): number[] {
  const out: number[] = [];
  let rest = value;
  for (;;) {
    const byte = rest & 0x7f;
    rest >>= 7;
    const isLast = (rest === 0 && (byte & 0x40) === 0) || (rest === -1 && (byte & 0x40) !== 0);
    out.push(isLast ? byte : byte | 0x80);
    if (isLast) return out;
  }
}

function section(id: number, body: readonly number[]): number[] {
  return [id, ...unsigned(body.length), ...body];
}

function text(name: string): number[] {
  return [name.length, ...Array.from(name, (letter) => letter.charCodeAt(0))];
}
