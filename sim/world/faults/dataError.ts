/**
 * Data that disagree until somebody cleanses them: the first failure starts the cleansing. The file belongs to the subset of
 * TypeScript that is also compiled to WebAssembly (sim/kernel/README.md).
 */
import type { Instant } from '../../../src/londonTime.ts';
import { int, type f64, type i32 } from '../../../src/numbers.ts';
import type { NumberStream } from '../../../src/numberStream.ts';
import { Durations } from '../dice/durations.ts';
import { first, second, type Stream } from '../dice/draws.ts';

/** A data error of a scenario, as numbers. */
export class DataErrorFault {
  /** Index of the fault's first draw. */
  index: i32 = 0;
  /** Share of installations that have it, and of those the share with a Table 5.10 code. */
  share: f64 = 0;
  fixableShare: f64 = 0;
  /** From the first failure to the cleansed data. */
  cleansing: Durations = new Durations();
  /** It acts from `from` on and before `to`. */
  from: Instant = 0;
  to: Instant = 0;

  exchange(numbers: NumberStream): void {
    this.index = numbers.integer(this.index);
    this.share = numbers.real(this.share);
    this.fixableShare = numbers.real(this.fixableShare);
    this.cleansing.exchange(numbers);
    this.from = numbers.real(this.from);
    this.to = numbers.real(this.to);
  }
}

export const DATA_CLEAN: i32 = 0;
export const DATA_FIXABLE: i32 = 1;
const DATA_OTHER: i32 = 2;

/** The state of every data error on the installation at hand. */
export class DataErrors {
  private readonly cleansedAt: Float64Array;
  /** The turn at which each row was opened: the next installation begins without wiping the rows. */
  private readonly opened: Int32Array;
  private readonly kind: Int32Array;
  private turn: i32 = 0;
  private entity: i32 = 0;
  private readonly faults: DataErrorFault[];
  private readonly stream: Stream;

  constructor(faults: DataErrorFault[], stream: Stream) {
    this.faults = faults;
    this.stream = stream;
    this.cleansedAt = new Float64Array(faults.length);
    this.opened = new Int32Array(faults.length);
    this.kind = new Int32Array(faults.length);
  }

  begin(entity: i32): void {
    this.entity = entity;
    this.turn += 1;
  }

  private open(f: i32, fault: DataErrorFault): void {
    if (this.opened[f] === this.turn) return;
    this.opened[f] = this.turn;
    this.cleansedAt[f] = 0;
    this.stream.draw(this.entity, fault.index);
    const has = first() < fault.share;
    this.kind[f] = !has ? DATA_CLEAN : second() < fault.fixableShare ? DATA_FIXABLE : DATA_OTHER;
  }

  /** What fault `f` does to the data check at an instant: DATA_CLEAN, DATA_FIXABLE (Table 5.10) or another data code. */
  strikes(f: i32, at: Instant): i32 {
    const fault = this.faults[f] as DataErrorFault;
    if (fault.from > at || at >= fault.to) return DATA_CLEAN;
    this.open(f, fault);
    const kind = this.kind[f] as i32;
    if (kind === DATA_CLEAN) return DATA_CLEAN;
    if (this.cleansedAt[f] === 0) {
      this.cleansedAt[f] = at + fault.cleansing.quantile(this.stream.uniform(this.entity, fault.index + 1));
    }
    return at < (this.cleansedAt[f] as f64) ? kind : DATA_CLEAN;
  }

  /** Whether fault `f` strikes no attempt at `at` or later. Asking changes nothing that a later attempt would not find. */
  isOver(f: i32, at: Instant): boolean {
    const fault = this.faults[f] as DataErrorFault;
    if (at >= fault.to) return true;
    this.open(f, fault);
    if (this.kind[f] === DATA_CLEAN) return true;
    const cleansedAt = this.cleansedAt[f] as f64;
    return cleansedAt !== 0 && at >= cleansedAt;
  }

  /** A number below `size` that stays with the fault on this installation: the code that its failures carry. */
  pick(f: i32, size: i32): i32 {
    return int(this.stream.uniform(this.entity, (this.faults[f] as DataErrorFault).index + 2) * size);
  }

  /** When the data of fault `f` on this installation will have been cleansed, for the story; it must have struck. */
  cleansedAtOf(f: i32): f64 {
    return this.cleansedAt[f] as f64;
  }
}
