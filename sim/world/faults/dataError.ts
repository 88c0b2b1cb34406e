import type { Instant } from '../../../src/time.ts';
import { addresses } from '../dice/addresses.ts';
import type { Durations } from '../dice/distributions.ts';
import { FOREVER } from '../alternating.ts';
import { first, second, uniform, type Stream } from '../dice/draws.ts';
import { FirstDraw } from '../dice/firstDraw.ts';

/** Data that disagree until somebody cleanses them: the first failure starts the cleansing. */
export interface DataErrorFault {
  readonly share: number;
  readonly fixableShare: number;
  readonly cleansing: Durations;
  readonly from: Instant;
  readonly to: Instant;
}

export const DATA_CLEAN = 0;
export const DATA_FIXABLE = 1;
const DATA_OTHER = 2;

/** Index block of data errors in the fault stream, above that of persistent faults. */
const INDEX_FROM = 2 ** 30;
const DRAWS_A_FAULT = 4;
const BLOCKS = 2 ** 27;

/** The state of every data error on the installation at hand. */
export class DataErrors {
  private readonly cleansedAt: Float64Array;
  private readonly opened: Int32Array;
  private readonly kind: Uint8Array;
  private turn = 0;
  private entity = 0;
  private readonly faults: readonly DataErrorFault[];
  private readonly stream: Stream;
  /** Where the draws of each fault begin, by its name. */
  private readonly index: Int32Array;
  private readonly kindDraws: readonly FirstDraw[];

  constructor(faults: readonly DataErrorFault[], names: readonly string[], stream: Stream) {
    this.faults = faults;
    this.stream = stream;
    this.index = addresses(names, BLOCKS).map((block) => INDEX_FROM + block * DRAWS_A_FAULT);
    this.kindDraws = Array.from(this.index, (index) => new FirstDraw(stream, index));
    this.cleansedAt = new Float64Array(faults.length);
    this.opened = new Int32Array(faults.length).fill(-1);
    this.kind = new Uint8Array(faults.length);
  }

  /** The words of fault `f` of each installation drawn ahead. */
  wordsOf(f: number): FirstDraw {
    return this.kindDraws[f] as FirstDraw;
  }

  /** Draws fault `f` for the installations that come next. */
  ahead(f: number, from: number, count: number): void {
    (this.kindDraws[f] as FirstDraw).ahead(from, count);
  }

  begin(entity: number): void {
    this.entity = entity;
    this.turn += 1;
  }

  /** Strikes out those of the installations drawn ahead whose data fault `f` has spoilt at `at`. Nothing is opened. */
  sift(f: number, count: number, at: Float64Array): void {
    const { share, from, to } = this.faults[f] as DataErrorFault;
    const { first: a } = this.kindDraws[f] as FirstDraw;
    for (let i = 0; i < count; i += 1) {
      if (uniform(a[i] as number) >= share) continue;
      const instant = at[i] as number;
      if (instant >= from && instant < to) at[i] = FOREVER;
    }
  }

  /** What fault `f` does to the data check at an instant: DATA_CLEAN, DATA_FIXABLE (Table 5.10) or DATA_OTHER. */
  strikes(f: number, at: Instant): number {
    const fault = this.faults[f] as DataErrorFault;
    if (at < fault.from || at >= fault.to) return DATA_CLEAN;
    if (this.opened[f] !== this.turn) {
      this.opened[f] = this.turn;
      this.cleansedAt[f] = 0;
      (this.kindDraws[f] as FirstDraw).take(this.entity);
      const has = first() < fault.share;
      this.kind[f] = !has ? DATA_CLEAN : second() < fault.fixableShare ? DATA_FIXABLE : DATA_OTHER;
    }
    const kind = this.kind[f] as number;
    if (kind === DATA_CLEAN) return DATA_CLEAN;
    if (this.cleansedAt[f] === 0) {
      this.cleansedAt[f] =
        at + fault.cleansing.quantile(this.stream.uniform(this.entity, (this.index[f] as number) + 1));
    }
    return at < (this.cleansedAt[f] as number) ? kind : DATA_CLEAN;
  }

  pick(f: number, size: number): number {
    return Math.floor(this.stream.uniform(this.entity, (this.index[f] as number) + 2) * size);
  }

  /** When the data of fault `f` on this installation will have been cleansed, for the story; it must have struck. */
  cleansedAtOf(f: number): number {
    return this.cleansedAt[f] as number;
  }
}
