/**
 * The coming events of one installation. The file belongs to the subset of TypeScript that is also compiled to WebAssembly
 * (sim/kernel/README.md).
 */
import { assert } from '../../../src/assert.ts';
import type { f64, i32 } from '../../../src/numbers.ts';

const EVENTS_MAX: i32 = 256;

/** Events in time order. Events can be added while others are being taken. */
export class EventQueue {
  readonly at: Float64Array = new Float64Array(EVENTS_MAX);
  readonly event: Int32Array = new Int32Array(EVENTS_MAX);
  readonly value: Int32Array = new Int32Array(EVENTS_MAX);
  /** 1 for an event of the installation's DMC: it stands in the records once, under the DMC. */
  readonly ofModel: Int32Array = new Int32Array(EVENTS_MAX);
  count: i32 = 0;
  /** Position of the next event to be taken. */
  next: i32 = 0;
  /** Per event: its place among the rows of one instant. */
  private readonly rank: Int32Array;

  constructor(rank: Int32Array) {
    this.rank = rank;
  }

  clear(): void {
    this.count = 0;
    this.next = 0;
  }

  /** Adds an event that has not come yet. */
  add(at: f64, event: i32, value: i32, ofModel: i32): void {
    assert(this.count < EVENTS_MAX, 'one installation has at most 256 events');
    let i = this.count;
    while (i > this.next && this.isLater(i - 1, at, event)) {
      this.move(i - 1, i);
      i -= 1;
    }
    this.at[i] = at;
    this.event[i] = event;
    this.value[i] = value;
    this.ofModel[i] = ofModel;
    this.count += 1;
  }

  private isLater(i: i32, at: f64, event: i32): boolean {
    const other = this.at[i] as f64;
    if (other !== at) return other > at;
    return (this.rank[this.event[i] as i32] as i32) > (this.rank[event] as i32);
  }

  private move(from: i32, to: i32): void {
    this.at[to] = this.at[from] as f64;
    this.event[to] = this.event[from] as i32;
    this.value[to] = this.value[from] as i32;
    this.ofModel[to] = this.ofModel[from] as i32;
  }

  /** Drops the coming events that are not the DMC's. */
  keepModelEvents(): void {
    let kept = this.next;
    for (let i = this.next; i < this.count; i += 1) {
      if (this.ofModel[i] === 0) continue;
      this.move(i, kept);
      kept += 1;
    }
    this.count = kept;
  }

  /** Takes coming events of one kind out again. */
  drop(event: i32): void {
    let kept = this.next;
    for (let i = this.next; i < this.count; i += 1) {
      if (this.event[i] === event) continue;
      this.move(i, kept);
      kept += 1;
    }
    this.count = kept;
  }

  /** Instant of the next event, or Infinity. */
  nextAt(): f64 {
    return this.next < this.count ? (this.at[this.next] as f64) : Infinity;
  }
}
