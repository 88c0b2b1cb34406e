/**
 * Byte helpers of the protocol cores: a bounded reader that remembers its first error instead of throwing, a growing
 * writer, and the result type every decoder returns. Bytes from a wire are the world's doing, so a bad byte is a
 * returned value and never an exception.
 */

/** What a decoder returns: the value, or words that name what was wrong (never key or plaintext bytes). */
export type Decoded<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: string };

/** A successful {@link Decoded}. */
export function good<T>(value: T): Decoded<T> {
  return { ok: true, value };
}

/** A failed {@link Decoded}. */
export function bad(error: string): { readonly ok: false; readonly error: string } {
  return { ok: false, error };
}

/** No bytes at all; shared, so that empty fields cost nothing. */
export const NO_BYTES = new Uint8Array(0);

/** Bytes of a hexadecimal text (spaces allowed). A programmer's input: throws on anything else. */
export function fromHex(text: string): Uint8Array {
  const digits = text.replace(/\s+/g, '');
  if (digits.length % 2 !== 0 || /[^0-9a-fA-F]/.test(digits)) throw new Error('fromHex: not pairs of hex digits');
  return new Uint8Array(Buffer.from(digits, 'hex'));
}

/** Upper-case hexadecimal of the bytes. */
export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex').toUpperCase();
}

/** The parts, one after the other. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const out = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** Whether both hold the same bytes. For secrets use `timingSafeEqual`. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** ASCII text as bytes. */
export function ascii(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'latin1'));
}

/**
 * A cursor over bytes. After the first failure `error` is set, every read gives zeros, and nothing is allocated, so
 * callers may read a whole structure and check once. `take` gives a view: copy what you keep.
 */
export class Reader {
  readonly bytes: Uint8Array;
  at: number;
  readonly end: number;
  error: string | undefined;

  constructor(bytes: Uint8Array, at = 0, end = bytes.length) {
    this.bytes = bytes;
    this.at = at;
    this.end = Math.min(end, bytes.length);
    this.error = undefined;
  }

  get left(): number {
    return this.end - this.at;
  }

  /** Records the first failure; later ones are consequences of it. */
  fail(error: string): void {
    this.error ??= `${error} at byte ${this.at}`;
    this.at = this.end;
  }

  private need(count: number): boolean {
    if (this.error === undefined && this.end - this.at >= count) return true;
    this.fail(`${count} more byte(s) expected`);
    return false;
  }

  peek(): number {
    return this.at < this.end ? this.bytes[this.at]! : -1;
  }

  u8(): number {
    return this.need(1) ? this.bytes[this.at++]! : 0;
  }

  u16(): number {
    if (!this.need(2)) return 0;
    this.at += 2;
    return (this.bytes[this.at - 2]! << 8) | this.bytes[this.at - 1]!;
  }

  u32(): number {
    if (!this.need(4)) return 0;
    this.at += 4;
    return new DataView(this.bytes.buffer, this.bytes.byteOffset).getUint32(this.at - 4);
  }

  take(count: number): Uint8Array {
    if (!this.need(count)) return NO_BYTES;
    this.at += count;
    return this.bytes.subarray(this.at - count, this.at);
  }

  /** All that is left. */
  rest(): Uint8Array {
    return this.take(this.left);
  }

  /**
   * An A-XDR or BER definite length (IEC 61334-6 6.1): one byte below 0x80, else a count of length bytes. Never more
   * than what is left, so that a claimed length cannot make anything grow.
   */
  length(): number {
    const first = this.u8();
    let value = first;
    if (first >= 0x80) {
      const count = first & 0x7f;
      if (count === 0 || count > 4) {
        this.fail('length of 1 to 4 bytes expected');
        return 0;
      }
      value = 0;
      for (let i = 0; i < count; i++) value = value * 256 + this.u8();
    }
    if (value > this.left) {
      this.fail(`length ${value} exceeds the ${this.left} byte(s) present`);
      return 0;
    }
    return value;
  }

  /** A length, and that many bytes. */
  octets(): Uint8Array {
    return this.take(this.length());
  }
}

/** A growing byte buffer. */
export class Writer {
  private buffer = new Uint8Array(64);
  private size = 0;

  /** How many bytes were written. */
  get written(): number {
    return this.size;
  }

  private room(count: number): void {
    if (this.size + count <= this.buffer.length) return;
    const grown = new Uint8Array(Math.max(this.buffer.length * 2, this.size + count));
    grown.set(this.buffer.subarray(0, this.size));
    this.buffer = grown;
  }

  u8(...values: readonly number[]): this {
    this.room(values.length);
    for (const value of values) this.buffer[this.size++] = value;
    return this;
  }

  u16(value: number): this {
    return this.u8((value >>> 8) & 0xff, value & 0xff);
  }

  u32(value: number): this {
    return this.u8((value >>> 24) & 0xff, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff);
  }

  raw(bytes: Uint8Array): this {
    this.room(bytes.length);
    this.buffer.set(bytes, this.size);
    this.size += bytes.length;
    return this;
  }

  /** The shortest definite length. */
  length(value: number): this {
    if (value < 0x80) return this.u8(value);
    if (value < 0x100) return this.u8(0x81, value);
    if (value < 0x10000) return this.u8(0x82).u16(value);
    return this.u8(0x84).u32(value);
  }

  octets(bytes: Uint8Array): this {
    return this.length(bytes.length).raw(bytes);
  }

  bytes(): Uint8Array {
    return this.buffer.slice(0, this.size);
  }
}
