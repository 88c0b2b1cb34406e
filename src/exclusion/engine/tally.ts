/**
 * Counts one history row by row. The file belongs to the subset of TypeScript that is also compiled to WebAssembly
 * (sim/kernel/README.md).
 */
import { lowestBit, type f64, type i32 } from '../../numbers.ts';
import { Counters } from './counters.ts';
import {
  UNLISTED_FAILURE_COUNTER,
  CATEGORY_COUNT,
  COUNTERS,
  CREDIT_BOTH,
  CREDIT_ELECTRICITY,
  CREDIT_GAS,
  DORMANCY_ANY,
  DORMANCY_ANY_METER,
  DORMANCY_GSME_ROUTES,
  ELECTRICITY_PAYMENT_MODE,
  ELECTRICITY_SUPPLIER,
  ESME_DORMANT,
  GAS_PAYMENT_MODE,
  GAS_SUPPLIER,
  GSME_DORMANT,
  INSTRUCTION,
  MIGRATION,
  OUTCOME_OK_ESME,
  READMIT,
  SUPPLIER_GSME_EXCLUSION,
} from './engineCodes.ts';
import { InstantList } from './instantList.ts';
import type { RuleNumbers } from './ruleNumbers.ts';

/**
 * The verdicts of one history, counted incrementally: feed the rows in time order, and call `settle` after the last row of
 * each instant. The clauses are those that `evaluate` reads, as numbers; a differential property holds the two equal. One
 * tally serves one history after another: `begin` wipes it. The usual path allocates nothing.
 */
export class Tally {
  /** Categories that hold, as a mask. */
  mask: i32 = 0;
  /** Start of the unbroken stretch per category that holds. */
  readonly metAt: Float64Array = new Float64Array(CATEGORY_COUNT);
  /** Instant of the migration `ok` or `ok-esme` that ended the history; 0: none. */
  endedAt: f64 = 0;
  /** Whether an `ok-esme` came where gt01 did not hold. */
  contradicted: boolean = false;
  /** Last instruction to exclude the GSME that its own supplier gave; 0: none. */
  instructedAt: f64 = 0;

  /** Spans that have ended: category, start and end of the first `spanCategory.count`. Wiped by `begin`. */
  readonly spanCategory: InstantList = new InstantList();
  readonly spanFrom: InstantList = new InstantList();
  readonly spanTo: InstantList = new InstantList();
  /** Where `takeEvidence` leaves its instants. */
  readonly evidence: InstantList = new InstantList();

  private cohortMask: i32 = 0;
  private creditMask: i32 = 0;
  private hasGsme: boolean = false;
  private esmeDormant: boolean = false;
  private gsmeDormant: boolean = false;
  private electricityCredit: boolean = false;
  private gasCredit: boolean = false;
  private electricitySupplier: i32 = 0;
  private gasSupplier: i32 = 0;
  /** The latest migration attempt that is eligible to count; 0: none. */
  private attemptedAt: f64 = 0;

  /** Whether anything has been counted since the counters were last wiped: most histories never count. */
  private dirty: boolean = true;
  private readonly counters: Counters;
  private readonly count: Int32Array;
  private readonly standingFrom: Float64Array = new Float64Array(CATEGORY_COUNT);
  private standingMask: i32 = 0;

  /** Verdict cards kept where a category goes on without being met anew: after `ok-esme`, and under `sticky`. */
  private keptMask: i32 = 0;
  private readonly keptCount: Int32Array = new Int32Array(COUNTERS);
  private readonly keptEvidence: InstantList[] = [];

  private readonly rules: RuleNumbers;

  constructor(rules: RuleNumbers) {
    this.rules = rules;
    const counters = new Counters(rules);
    this.counters = counters;
    this.count = counters.count;
    for (let c: i32 = 0; c < CATEGORY_COUNT; c += 1) this.keptEvidence.push(new InstantList());
  }

  /** Suppliers are positive integers of the caller's; 0 is "not known to DCC". */
  begin(
    cohort: i32,
    esmeDormant: boolean,
    hasGsme: boolean,
    gsmeDormant: boolean,
    electricityCredit: boolean,
    gasCredit: boolean,
    electricitySupplier: i32,
    gasSupplier: i32,
  ): void {
    this.cohortMask = this.rules.cohortMask[cohort] as i32;
    this.creditMask = this.rules.creditMask[cohort] as i32;
    this.esmeDormant = esmeDormant;
    this.hasGsme = hasGsme;
    this.gsmeDormant = gsmeDormant;
    this.electricityCredit = electricityCredit;
    this.gasCredit = gasCredit;
    this.electricitySupplier = electricitySupplier;
    this.gasSupplier = gasSupplier;
    this.mask = 0;
    this.spanCategory.count = 0;
    this.spanFrom.count = 0;
    this.spanTo.count = 0;
    this.restart();
  }

  /** What a readmit does: everything shown so far no longer counts. */
  private restart(): void {
    this.endedAt = 0;
    this.contradicted = false;
    this.instructedAt = 0;
    this.standingMask = 0;
    this.keptMask = 0;
    this.restartCounts();
  }

  private restartCounts(): void {
    if (!this.dirty) return;
    this.dirty = false;
    this.attemptedAt = 0;
    this.counters.restartAll();
  }

  /**
   * An event of the installation or its DMC. `value` is 1 for `yes` and `credit`, 0 for `no` and `prepayment`, or the
   * number of a supplier. False: an exclusion instruction by a stranger, which was ignored.
   */
  event(at: f64, event: i32, value: i32): boolean {
    // A rule file may let a clause stand on any event, on one that is a state or an instruction besides.
    if ((this.rules.standingFamily[event] as i32) !== 0) this.standingEvent(at, event);
    switch (event) {
      case ELECTRICITY_SUPPLIER:
        if (value !== this.electricitySupplier) this.supplierChanged();
        this.electricitySupplier = value;
        return true;
      case GAS_SUPPLIER:
        if (value !== this.gasSupplier) {
          this.supplierChanged();
          this.instructedAt = 0; // a new registration begins
        }
        this.gasSupplier = value;
        return true;
      case ESME_DORMANT:
        this.esmeDormant = value === 1;
        return true;
      case GSME_DORMANT:
        this.gsmeDormant = value === 1;
        return true;
      case ELECTRICITY_PAYMENT_MODE:
        this.electricityCredit = value === 1;
        return true;
      case GAS_PAYMENT_MODE:
        this.gasCredit = value === 1;
        return true;
      case SUPPLIER_GSME_EXCLUSION:
        if (value === 0 || value !== this.gasSupplier) return false;
        this.instructedAt = at;
        return true;
      case READMIT:
        this.closeSpans(at);
        this.restart();
        return true;
      default: // a finding or a decision: it stands, or nothing asks for it
        return true;
    }
  }

  private supplierChanged(): void {
    if (this.rules.cosRestarts && this.endedAt === 0) this.restartCounts();
  }

  private standingEvent(at: f64, event: i32): void {
    const family = this.rules.standingFamily[event] as i32;
    const holds = this.rules.standingHolds[event] as i32;
    for (let c: i32 = 0; c < CATEGORY_COUNT; c += 1) {
      if (((holds >> c) & 1) === 1 && ((this.standingMask >> c) & 1) === 0) this.standingFrom[c] = at;
    }
    this.standingMask = (this.standingMask & ~family) | holds;
  }

  /**
   * An attempt, after the events of its instant. `outcomeMask` is CompiledRules.maskOf its outcome. False: it came after
   * the migration and was ignored.
   */
  attempt(at: f64, kind: i32, outcome: i32, outcomeMask: i32, system: boolean, table510: boolean): boolean {
    if (this.endedAt !== 0) return at <= this.endedAt;
    if (outcome <= OUTCOME_OK_ESME) {
      if (kind === INSTRUCTION) this.prepared(at);
      else this.end(at, outcome);
      return true;
    }
    const rules = this.rules;
    if (system && !rules.systemCounts) return true;
    this.dirty = true;
    if (kind === MIGRATION) this.attemptedAt = at;
    const fed = rules.countersOfKind[kind] as i32;
    const counts = table510 ? outcomeMask & ~rules.exceptTable510 : outcomeMask;
    // A counter that does not count this attempt needs it in two cases: the week is judged by its last attempt, or another
    // outcome ends the run.
    for (let mask = rules.seesUncountedAttempts ? fed : fed & counts; mask !== 0; mask &= mask - 1) {
      const bit = mask & -mask;
      const c = lowestBit(bit);
      if (at < (rules.countsFrom[c] as f64)) continue;
      // The extra counter runs as the yielding category does: a failure that it leaves out ends no run of that.
      const asked = c === UNLISTED_FAILURE_COUNTER ? 1 << rules.yielding : bit;
      // A failure in Table 5.10 ends no run of a counter that leaves Table 5.10 aside, whatever its code.
      const setAside = table510 && (rules.exceptTable510 & bit) !== 0;
      const ends = rules.resets && kind === MIGRATION && !system && !setAside;
      if (ends && (outcomeMask & asked) === 0) this.counters.restart(c);
      this.counters.take(c, at, (counts & bit) !== 0);
    }
    return true;
  }

  /** A completed preparation clears what instructions count; where it does not, it still is the last of its week. */
  private prepared(at: f64): void {
    const { preparationClears, lastOfWeek, countsFrom } = this.rules;
    if (!preparationClears && !lastOfWeek) return;
    const fed = this.rules.countersOfKind[INSTRUCTION] as i32;
    for (let c: i32 = 0; c < COUNTERS; c += 1) {
      if (((fed >> c) & 1) === 0) continue;
      if (preparationClears) this.counters.restart(c);
      else if (at >= (countsFrom[c] as f64)) this.counters.take(c, at, false);
    }
  }

  /**
   * The end of the history. After `ok` nothing holds. After `ok-esme` a category that such a migration leaves standing
   * goes on if it held at that instant on everything else.
   */
  private end(at: f64, outcome: i32): void {
    this.endedAt = at;
    this.keptMask = 0;
    if (outcome !== OUTCOME_OK_ESME) return;
    const held = this.holding();
    for (let rest = held & this.rules.keptByEsmeOnly; rest !== 0; rest &= rest - 1) this.keep(lowestBit(rest));
    this.keptMask = (held | (this.rules.sticky ? this.stuck(at) : 0)) & this.rules.keptByEsmeOnly;
    this.contradicted = this.keptMask === 0;
  }

  private keep(c: i32): void {
    this.keptCount[c] = this.count[c] as i32;
    this.freshEvidence(c);
    (this.keptEvidence[c] as InstantList).copy(this.evidence);
    if (c === this.rules.yielding) {
      this.keptCount[UNLISTED_FAILURE_COUNTER] = this.count[UNLISTED_FAILURE_COUNTER] as i32;
    }
  }

  /** The categories that hold on the records and states so far. */
  private holding(): i32 {
    const rules = this.rules;
    let mask = this.cohortMask & (this.standingMask | ~rules.standing);
    if (!this.hasGsme) mask &= ~rules.needsGsme;
    const solely = this.esmeDormant && (!this.hasGsme || this.gsmeDormant);
    const anyMeter = this.esmeDormant || (this.hasGsme && this.gsmeDormant);
    const counting = mask & ~rules.standing;
    if (rules.attemptCloses !== 0 && this.attemptedAt !== 0) mask &= ~this.closedByAttempt();
    if ((mask & this.creditMask) !== 0 && !this.credit()) mask &= ~this.creditMask;
    for (let rest = mask; rest !== 0; rest &= rest - 1) {
      const bit = rest & -rest;
      const c = lowestBit(bit);
      const dormancy = rules.dormancy[c] as i32;
      let holds: boolean;
      if (dormancy === DORMANCY_GSME_ROUTES && !this.gsmeDormant) holds = this.activeRoute(c);
      else {
        holds = (counting & bit) === 0 || (this.count[c] as i32) >= (rules.atLeast[c] as i32);
        if (dormancy === DORMANCY_ANY_METER) holds = holds && anyMeter;
        else if (dormancy !== DORMANCY_ANY && dormancy !== DORMANCY_GSME_ROUTES) holds = holds && solely;
      }
      if (!holds) mask &= ~bit;
    }
    return mask;
  }

  private closedByAttempt(): i32 {
    let mask = 0;
    for (let c: i32 = 0; c < CATEGORY_COUNT; c += 1)
      if (this.attemptedAt >= (this.rules.countsFrom[c] as f64)) mask |= 1 << c;
    return mask & this.rules.attemptCloses;
  }

  private activeRoute(c: i32): boolean {
    return this.instructedAt !== 0 && (!this.rules.activeNeedsEvidence || (this.count[c] as i32) >= 1);
  }

  private credit(): boolean {
    const meter = this.rules.creditOf;
    if (meter === CREDIT_GAS) return this.gasCredit;
    if (meter === CREDIT_ELECTRICITY) return this.electricityCredit;
    return meter === CREDIT_BOTH && this.gasCredit && this.electricityCredit;
  }

  /** Under `sticky`: categories held before `at` that had become effective by then. */
  private stuck(at: f64): i32 {
    let mask = 0;
    for (let c: i32 = 0; c < CATEGORY_COUNT; c += 1) {
      if ((this.mask >> c) & 1 && this.effectiveFrom(c, at - 1) !== 0) mask |= 1 << c;
    }
    return mask;
  }

  /** After the last row of an instant: which categories hold from now on. */
  settle(at: f64): void {
    let now: i32 = 0;
    if (this.endedAt !== 0) now = this.keptMask;
    else {
      now = this.holding();
      if (this.rules.sticky) now = this.settleSticky(at, now);
    }
    const changed = now ^ this.mask;
    if (changed === 0) return;
    for (let rest = changed; rest !== 0; rest &= rest - 1) {
      const bit = rest & -rest;
      const c = lowestBit(bit);
      if (now & bit) this.metAt[c] = at;
      else this.closeSpan(c, at);
    }
    this.mask = now;
  }

  private settleSticky(at: f64, holding: i32): i32 {
    const stuck = this.stuck(at) & ~holding;
    for (let c: i32 = 0; c < CATEGORY_COUNT; c += 1) if ((holding >> c) & 1) this.keep(c);
    this.keptMask = stuck;
    return holding | stuck;
  }

  private closeSpans(at: f64): void {
    for (let c: i32 = 0; c < CATEGORY_COUNT; c += 1) if ((this.mask >> c) & 1) this.closeSpan(c, at);
    this.mask = 0;
  }

  private closeSpan(c: i32, at: f64): void {
    this.spanCategory.push(c);
    this.spanFrom.push(this.metAt[c] as f64);
    this.spanTo.push(at);
  }

  /** The instant from which a category that holds has been in effect, as of `at`; 0: it is not. */
  effectiveFrom(c: i32, at: f64): f64 {
    const inForce = this.rules.inForce[c] as f64;
    const met = this.metAt[c] as f64;
    const from = met > inForce ? met : inForce;
    return from > at || from >= this.rules.expiry ? 0 : from;
  }

  /** The category reported of those that hold, or -1. */
  reported(): i32 {
    const mask = this.mask;
    if (mask === 0) return -1;
    const { precedence, yielding, yieldsTo } = this.rules;
    for (let i: i32 = 0; i < CATEGORY_COUNT; i += 1) {
      const c = precedence[i] as i32;
      if (((mask >> c) & 1) === 0) continue;
      if (c !== yielding || !this.rules.mayYield || ((mask >> yieldsTo) & 1) === 0) return c;
      // What the category rests on: under `sticky` as of the instant at which it last held by itself.
      const counts = (this.keptMask >> c) & 1 ? this.keptCount : this.count;
      return (counts[UNLISTED_FAILURE_COUNTER] as i32) < this.rules.unlistedAtLeast ? yieldsTo : c;
    }
    return -1;
  }

  /** See `Counters.areSated`. */
  isSated(counters: i32): boolean {
    return this.counters.areSated(counters);
  }

  /** Weeks or instructions counted for a category that holds; -1 for a standing clause. */
  counted(c: i32): i32 {
    if ((this.rules.standing >> c) & 1) return -1;
    return (this.keptMask >> c) & 1 ? (this.keptCount[c] as i32) : (this.count[c] as i32);
  }

  /** Leaves in `evidence` the rising instants that a category that holds rests on. */
  takeEvidence(c: i32): void {
    if ((this.keptMask >> c) & 1) this.evidence.copy(this.keptEvidence[c] as InstantList);
    else this.freshEvidence(c);
  }

  private freshEvidence(c: i32): void {
    this.evidence.count = 0;
    if ((this.rules.standing >> c) & 1) {
      this.evidence.push(this.standingFrom[c] as f64);
      return;
    }
    this.evidence.copy(this.counters.evidenceOf(c));
    if (this.rules.dormancy[c] === DORMANCY_GSME_ROUTES && !this.gsmeDormant) this.evidence.insert(this.instructedAt);
  }
}
