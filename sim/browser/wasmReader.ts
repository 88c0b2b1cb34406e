/** Reads the bytes of a WebAssembly module: numbers, texts and sections. */
export class WasmReader {
  /** The position of the next byte. */
  at = 8;
  readonly #bytes: Uint8Array;
  #end = 0;

  /** @throws Error for bytes that are no module of version 1 */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    const head = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
    if (head.some((byte, i) => bytes[i] !== byte)) throw new Error('the compiled life is no WebAssembly module');
  }

  /** The sections in order. The reader stands at the content of each when it is given. */
  *sections(): Iterable<{ readonly id: number; readonly end: number }> {
    while (this.at < this.#bytes.length) {
      const id = this.u8();
      const length = this.u32();
      this.#end = this.at + length;
      yield { id, end: this.#end };
    }
  }

  skipSection(): void {
    this.at = this.#end;
  }

  peek(): number {
    return this.#bytes[this.at] as number;
  }

  u8(): number {
    return this.take(1)[0] as number;
  }

  expect(byte: number): void {
    const found = this.u8();
    if (found !== byte) throw new Error(`the compiled life has ${found} at ${this.at - 1}, expected ${byte}`);
  }

  /** An unsigned number of at most 32 bits. */
  u32(): number {
    return this.#leb() >>> 0;
  }

  /** A signed number of 32 bits. */
  s32(): number {
    const from = this.at;
    const value = this.#leb();
    const bits = 7 * (this.at - from);
    return bits < 32 ? (value << (32 - bits)) >> (32 - bits) : value | 0;
  }

  #leb(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.u8();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  }

  f64(): number {
    const { buffer, byteOffset } = this.take(8);
    return new DataView(buffer, byteOffset).getFloat64(0, true);
  }

  text(): string {
    return String.fromCharCode(...this.take(this.u32()));
  }

  take(length: number): Uint8Array {
    this.at += length;
    if (this.at > this.#bytes.length) throw new Error('the compiled life ends too early');
    return this.#bytes.subarray(this.at - length, this.at);
  }
}
