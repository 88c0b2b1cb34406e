/**
 * A rule set as the numbers that `Tally` runs on. Bit `c` of a mask stands for CATEGORIES[c]. This file belongs to the
 * subset of TypeScript that is also compiled to WebAssembly (sim/kernel/README.md).
 */
import type { f64, i32 } from '../../numbers.ts';
import type { NumberStream } from '../../numberStream.ts';

export class RuleNumbers {
  /** Per cohort: the mask of the categories whose scope includes it. */
  cohortMask: Int32Array = new Int32Array(0);
  /** Per cohort: the mask of the categories that require credit payment there. */
  creditMask: Int32Array = new Int32Array(0);
  /** Per category: one of DORMANCY_*. */
  dormancy: Int32Array = new Int32Array(0);
  needsGsme: i32 = 0;
  excludesGsme: i32 = 0;
  standing: i32 = 0;
  /** Per counter: the count at which its category holds. */
  atLeast: Int32Array = new Int32Array(0);
  /** Per kind of attempt: the mask of the counters that it feeds. */
  countersOfKind: Int32Array = new Int32Array(0);
  weekly: i32 = 0;
  exceptTable510: i32 = 0;
  /** Per counter: the earliest instant at which an attempt counts. */
  countsFrom: Float64Array = new Float64Array(0);
  inForce: Float64Array = new Float64Array(0);
  expiry: f64 = 0;
  /**
   * Per event of EVENTS: the mask of the standing clauses whose family has the event, and the mask of those that it
   * makes hold.
   */
  standingFamily: Int32Array = new Int32Array(0);
  standingHolds: Int32Array = new Int32Array(0);
  sevenDays: boolean = false;
  lastOfWeek: boolean = false;
  resets: boolean = false;
  /** True if attempts outside a counter's scope can reset the counter or withdraw a week from it. */
  seesUncountedAttempts: boolean = false;
  systemCounts: boolean = false;
  preparationClears: boolean = false;
  attemptCloses: i32 = 0;
  /** One of CREDIT_*. */
  creditOf: i32 = 0;
  activeNeedsEvidence: boolean = false;
  cosRestarts: boolean = false;
  sticky: boolean = false;
  /** Positions of the categories, in order of precedence. */
  precedence: Int32Array = new Int32Array(0);
  /** The mask of the categories that an ESME-only migration leaves in place. */
  keptByEsmeOnly: i32 = 0;
  /** The position of the category that can yield, and the position of the one that it yields to. */
  yielding: i32 = 0;
  yieldsTo: i32 = 0;
  mayYield: boolean = false;
  /** The category does not yield if at least this many weeks have other failures. */
  unlistedAtLeast: i32 = 0;

  exchange(numbers: NumberStream): void {
    this.cohortMask = numbers.integers(this.cohortMask);
    this.creditMask = numbers.integers(this.creditMask);
    this.dormancy = numbers.integers(this.dormancy);
    this.needsGsme = numbers.integer(this.needsGsme);
    this.excludesGsme = numbers.integer(this.excludesGsme);
    this.standing = numbers.integer(this.standing);
    this.atLeast = numbers.integers(this.atLeast);
    this.countersOfKind = numbers.integers(this.countersOfKind);
    this.weekly = numbers.integer(this.weekly);
    this.exceptTable510 = numbers.integer(this.exceptTable510);
    this.countsFrom = numbers.reals(this.countsFrom);
    this.inForce = numbers.reals(this.inForce);
    this.expiry = numbers.real(this.expiry);
    this.standingFamily = numbers.integers(this.standingFamily);
    this.standingHolds = numbers.integers(this.standingHolds);
    this.sevenDays = numbers.flag(this.sevenDays);
    this.lastOfWeek = numbers.flag(this.lastOfWeek);
    this.resets = numbers.flag(this.resets);
    this.seesUncountedAttempts = numbers.flag(this.seesUncountedAttempts);
    this.systemCounts = numbers.flag(this.systemCounts);
    this.preparationClears = numbers.flag(this.preparationClears);
    this.attemptCloses = numbers.integer(this.attemptCloses);
    this.creditOf = numbers.integer(this.creditOf);
    this.activeNeedsEvidence = numbers.flag(this.activeNeedsEvidence);
    this.cosRestarts = numbers.flag(this.cosRestarts);
    this.sticky = numbers.flag(this.sticky);
    this.precedence = numbers.integers(this.precedence);
    this.keptByEsmeOnly = numbers.integer(this.keptByEsmeOnly);
    this.yielding = numbers.integer(this.yielding);
    this.yieldsTo = numbers.integer(this.yieldsTo);
    this.mayYield = numbers.flag(this.mayYield);
    this.unlistedAtLeast = numbers.integer(this.unlistedAtLeast);
  }
}
