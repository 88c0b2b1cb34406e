/**
 * A block of numbers that says what objects hold, for a machine that has no objects in common with us: the WebAssembly form of
 * the kernel. Each class has one method `exchange` that hands every field to the stream and takes it back. A stream that writes
 * keeps what it is handed; a stream that reads gives what was kept, in the same order. The file belongs to the subset of
 * TypeScript that is also compiled to WebAssembly (sim/kernel/README.md), where every stream reads.
 */
import { int, IS_COMPILED, type f64, type i32 } from './numbers.ts';

export class NumberStream {
  /** What was written so far, in the first `count` places; or what is read. */
  values: Float64Array;
  count: i32 = 0;
  private readonly reads: boolean;
  private at: i32 = 0;

  /** @param values The numbers to read; an empty array makes a stream that writes. */
  constructor(values: Float64Array) {
    this.values = values;
    this.reads = values.length > 0;
  }

  get isReading(): boolean {
    return IS_COMPILED || this.reads;
  }

  real(value: f64): f64 {
    if (this.isReading) {
      this.at += 1;
      return this.values[this.at - 1] as f64;
    }
    if (this.count === this.values.length) this.grow();
    this.values[this.count] = value;
    this.count += 1;
    return value;
  }

  integer(value: i32): i32 {
    return int(this.real(value));
  }

  flag(value: boolean): boolean {
    return this.real(value ? 1 : 0) === 1;
  }

  reals(values: Float64Array): Float64Array {
    const length = this.integer(values.length);
    const kept = this.isReading ? new Float64Array(length) : values;
    for (let i: i32 = 0; i < length; i += 1) kept[i] = this.real(kept[i] as f64);
    return kept;
  }

  integers(values: Int32Array): Int32Array {
    const length = this.integer(values.length);
    const kept = this.isReading ? new Int32Array(length) : values;
    for (let i: i32 = 0; i < length; i += 1) kept[i] = this.integer(kept[i] as i32);
    return kept;
  }

  private grow(): void {
    const grown = new Float64Array(this.values.length === 0 ? 1024 : 2 * this.values.length);
    for (let i: i32 = 0; i < this.count; i += 1) grown[i] = this.values[i] as f64;
    this.values = grown;
  }
}
