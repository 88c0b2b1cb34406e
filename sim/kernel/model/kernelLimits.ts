/**
 * The windows that checks compare with. `compileLimits` reads them from a rule set. The file belongs to the subset of TypeScript
 * that is also compiled to WebAssembly (sim/kernel/README.md).
 */
import type { Instant } from '../../../src/londonTime.ts';
import type { f64, i32 } from '../../../src/numbers.ts';
import type { NumberStream } from '../../../src/numberStream.ts';

/** A dated number: the value from each instant on, latest first. The last instant lies before all attempts. */
export class DatedNumber {
  from: Float64Array = new Float64Array(0);
  value: Float64Array = new Float64Array(0);

  exchange(numbers: NumberStream): void {
    this.from = numbers.reals(this.from);
    this.value = numbers.reals(this.value);
  }

  at(at: Instant): f64 {
    let i: i32 = 0;
    while (at < (this.from[i] as f64)) i += 1;
    return this.value[i] as f64;
  }
}

/** The windows in force at the instant that `begin` was last called with, in seconds. Fields as `CheckLimits`. */
export class Limits {
  wanWindowSeconds: f64 = 0;
  gt01WindowSeconds: f64 = 0;
  epclChecked: f64 = 1;
  windowEdgeSeconds: f64 = 0;
  judgesOldNews: f64 = 0;
  wan: DatedNumber = new DatedNumber();
  gt01: DatedNumber = new DatedNumber();
  /** Whether the EPCL match is checked, 1 or 0, per cohort. */
  epcl: DatedNumber[] = [];
  /** Instants at which a window changes, rising. */
  changes: Float64Array = new Float64Array(0);
  /** No contact older than this passes a check at any instant. */
  longestSeconds: f64 = 0;
  private from: f64 = Infinity;
  private to: f64 = -Infinity;
  private cohort: i32 = -1;

  exchange(numbers: NumberStream): void {
    this.windowEdgeSeconds = numbers.real(this.windowEdgeSeconds);
    this.judgesOldNews = numbers.real(this.judgesOldNews);
    this.wan.exchange(numbers);
    this.gt01.exchange(numbers);
    const cohorts = numbers.integer(this.epcl.length);
    for (let i: i32 = 0; i < cohorts; i += 1) {
      if (numbers.isReading) this.epcl.push(new DatedNumber());
      (this.epcl[i] as DatedNumber).exchange(numbers);
    }
    this.changes = numbers.reals(this.changes);
    this.longestSeconds = numbers.real(this.longestSeconds);
  }

  /** The instant from which other windows may be in force than those that `begin` has filled in. */
  lastUntil(): Instant {
    return this.to;
  }

  /**
   * Fills the fields for an attempt of a cohort (its position in COHORTS) at an instant. Nothing is looked up while the
   * instant stays between two changes.
   */
  begin(at: Instant, cohort: i32): void {
    if (at >= this.from && at < this.to && cohort === this.cohort) return;
    this.cohort = cohort;
    this.from = -Infinity;
    this.to = Infinity;
    for (let i: i32 = 0; i < this.changes.length; i += 1) {
      const change = this.changes[i] as f64;
      if (change <= at) this.from = change;
      else if (change < this.to) this.to = change;
    }
    this.wanWindowSeconds = this.wan.at(at);
    this.gt01WindowSeconds = this.gt01.at(at);
    this.epclChecked = (this.epcl[cohort] as DatedNumber).at(at);
  }
}
