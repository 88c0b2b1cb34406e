/**
 * Counts failures for the counting clauses. This file belongs to the subset of TypeScript that is also compiled to
 * WebAssembly (sim/kernel/README.md).
 */
import { isoWeek, WEEK } from '../../londonTime.ts';
import { lowestBit, type f64, type i32 } from '../../numbers.ts';
import { COUNTERS, UNLISTED_FAILURE_COUNTER } from './engineCodes.ts';
import { InstantList } from './instantList.ts';
import type { RuleNumbers } from './ruleNumbers.ts';

const NO_WEEK: f64 = -1e9;

/** The counts of every counting clause for one history so far, with the attempts that each count rests on. */
export class Counters {
  readonly count: Int32Array = new Int32Array(COUNTERS);
  /** The week that was counted last; an instant under `sevenDays`; the open week under `lastOfWeek`. */
  private readonly last: Float64Array = new Float64Array(COUNTERS);
  /**
   * Used under `lastOfWeek` only: the earliest attempt of the open week that counts (0: none), and 1 if the week's last
   * attempt counts.
   */
  private readonly openFirst: Float64Array = new Float64Array(COUNTERS);
  private readonly openCounts: Int32Array = new Int32Array(COUNTERS);
  private readonly evidence: InstantList[] = [];
  /** The mask of the counters that have what their category asks for. */
  reached: i32 = 0;
  /** The mask of the counters that have changed since `restart`. */
  private touched: i32 = 0;
  private readonly rules: RuleNumbers;
  private readonly keepsEvidence: boolean;

  constructor(rules: RuleNumbers, keepsEvidence: boolean) {
    this.rules = rules;
    this.keepsEvidence = keepsEvidence;
    for (let c: i32 = 0; c < COUNTERS; c += 1) this.evidence.push(new InstantList());
    this.last.fill(NO_WEEK);
    for (let c: i32 = 0; c < COUNTERS; c += 1) this.setCount(c, 0);
  }

  restartAll(): void {
    for (let mask = this.touched; mask !== 0; mask &= mask - 1) this.restart(lowestBit(mask));
    this.touched = 0;
  }

  private setCount(c: i32, count: i32): void {
    this.count[c] = count;
    const bit = 1 << c;
    this.reached = count >= (this.rules.atLeast[c] as i32) ? this.reached | bit : this.reached & ~bit;
  }

  restart(c: i32): void {
    this.setCount(c, 0);
    this.last[c] = NO_WEEK;
    this.openFirst[c] = 0;
    this.openCounts[c] = 0;
    (this.evidence[c] as InstantList).count = 0;
  }

  /**
   * The earliest counted attempt of each counted week, or every counted attempt if there are no weeks. The list is
   * live: it changes with the count.
   */
  evidenceOf(c: i32): InstantList {
    return this.evidence[c] as InstantList;
  }

  /** Takes an attempt that is eligible for counter `c`. `counts` tells whether the attempt counts. */
  take(c: i32, at: f64, counts: boolean): void {
    this.touched |= 1 << c;
    const weekly = ((this.rules.weekly >> c) & 1) === 1;
    if (weekly && this.rules.lastOfWeek) this.takeLast(c, at, counts);
    else if (counts) this.takeAny(c, at, weekly);
  }

  private takeAny(c: i32, at: f64, weekly: boolean): void {
    if (weekly) {
      if (this.rules.sevenDays) {
        if (at - (this.last[c] as f64) < WEEK) return;
        this.last[c] = at;
      } else {
        const week = isoWeek(at);
        if (week === this.last[c]) return;
        this.last[c] = week;
      }
    }
    this.setCount(c, (this.count[c] as i32) + 1);
    this.rest(c, at);
  }

  private rest(c: i32, at: f64): void {
    if (this.keepsEvidence) (this.evidence[c] as InstantList).push(at);
  }

  /** A week counts as long as its last attempt counts, so an open week can still be withdrawn. */
  private takeLast(c: i32, at: f64, counts: boolean): void {
    const week = isoWeek(at);
    if (week !== this.last[c]) {
      this.last[c] = week;
      this.openFirst[c] = 0;
      this.openCounts[c] = 0;
    }
    if (counts && this.openFirst[c] === 0) this.openFirst[c] = at;
    if (counts && this.openCounts[c] === 0) {
      this.setCount(c, (this.count[c] as i32) + 1);
      this.rest(c, this.openFirst[c] as f64);
      this.openCounts[c] = 1;
    } else if (!counts && this.openCounts[c] === 1) {
      this.setCount(c, (this.count[c] as i32) - 1);
      if (this.keepsEvidence) (this.evidence[c] as InstantList).count -= 1;
      this.openCounts[c] = 0;
    }
  }

  /**
   * True if further failures that feed these counters can change no verdict, because each counter has reached its
   * category's threshold. The answer is not valid under readings by which other attempts or events reduce counts.
   */
  areSated(counters: i32): boolean {
    const rules = this.rules;
    for (let mask = counters; mask !== 0; mask &= mask - 1) {
      const c = lowestBit(mask);
      const enough = c === UNLISTED_FAILURE_COUNTER ? rules.unlistedAtLeast : (rules.atLeast[c] as i32);
      const count = this.count[c] as i32;
      if (count < enough || count < 1) return false;
    }
    return true;
  }
}
