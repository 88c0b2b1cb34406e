import { assert } from '../../../src/assert.ts';
import { EVENT_RANK } from '../../../src/exclusion/engine/eventNumbers.ts';

const EVENTS_MAX = 256;

/** The coming events of one installation in time order; events can be added while others are being taken. */
export class EventQueue {
  readonly at = new Float64Array(EVENTS_MAX);
  readonly event = new Uint8Array(EVENTS_MAX);
  readonly value = new Int32Array(EVENTS_MAX);
  /** Events of the installation's DMC stand in the records once, under the DMC. */
  readonly ofModel = new Uint8Array(EVENTS_MAX);
  count = 0;
  next = 0;

  clear(): void {
    this.count = 0;
    this.next = 0;
  }

  /** Adds an event that has not come yet. */
  add(at: number, event: number, value: number, ofModel = 0): void {
    assert(this.count < EVENTS_MAX, 'one installation has at most 256 events');
    let i = this.count;
    while (i > this.next && this.later(i - 1, at, event)) {
      this.at[i] = this.at[i - 1] as number;
      this.event[i] = this.event[i - 1] as number;
      this.value[i] = this.value[i - 1] as number;
      this.ofModel[i] = this.ofModel[i - 1] as number;
      i -= 1;
    }
    this.at[i] = at;
    this.event[i] = event;
    this.value[i] = value;
    this.ofModel[i] = ofModel;
    this.count += 1;
  }

  private later(i: number, at: number, event: number): boolean {
    const other = this.at[i] as number;
    if (other !== at) return other > at;
    return (EVENT_RANK[this.event[i] as number] as number) > (EVENT_RANK[event] as number);
  }

  /** Drops the coming events that are not the DMC's. */
  keepModelEvents(): void {
    this.keep((i) => this.ofModel[i] === 1);
  }

  /** Takes coming events of one kind out again. */
  drop(event: number): void {
    this.keep((i) => this.event[i] !== event);
  }

  private keep(wanted: (i: number) => boolean): void {
    let kept = this.next;
    for (let i = this.next; i < this.count; i += 1) {
      if (!wanted(i)) continue;
      this.at[kept] = this.at[i] as number;
      this.event[kept] = this.event[i] as number;
      this.value[kept] = this.value[i] as number;
      this.ofModel[kept] = this.ofModel[i] as number;
      kept += 1;
    }
    this.count = kept;
  }

  /** Instant of the next event, or Infinity. */
  nextAt(): number {
    return this.next < this.count ? (this.at[this.next] as number) : Infinity;
  }
}
