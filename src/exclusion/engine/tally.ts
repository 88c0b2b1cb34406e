/** Counts one history row by row. The file is also compiled to WebAssembly (sim/kernel/README.md). */
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
import { EndedSpans } from './endedSpans.ts';
import { InstantList } from './instantList.ts';
import type { RuleNumbers } from './ruleNumbers.ts';

/**
 * Computes the verdicts of one history incrementally. Feed the rows in time order, and call `settle` after the last row
 * of each instant. The clauses are those that `evaluate` reads, in the form of numbers; a differential property checks
 * that both give the same verdicts. One tally serves one history after another, because `begin` clears it. The usual
 * path allocates nothing.
 */
export class Tally {
  /** The mask of the categories that hold. */
  mask: i32 = 0;
  /** Per category that holds: the start of its unbroken stretch. */
  readonly metAt: Float64Array = new Float64Array(CATEGORY_COUNT);
  /** The instant of the migration (`ok` or `ok-esme`) that ended the history; 0 if there is none. */
  endedAt: f64 = 0;
  /** True if an `ok-esme` came while gt01 did not hold. */
  contradicted: boolean = false;
  /** The instant of the latest instruction by the gas supplier to exclude its GSME; 0 if there is none. */
  instructedAt: f64 = 0;

  /** The spans that have ended. `begin` clears them. */
  readonly spans: EndedSpans = new EndedSpans();
  /** `takeEvidence` writes its instants here. */
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
  /** The latest migration attempt that is eligible to count; 0 if there is none. */
  private attemptedAt: f64 = 0;

  /** True if anything was counted since the counters were last cleared. Most histories never count anything. */
  private dirty: boolean = true;
  private readonly counters: Counters;
  private readonly count: Int32Array;
  private readonly standingFrom: Float64Array = new Float64Array(CATEGORY_COUNT);
  private standingMask: i32 = 0;

  /** The stored verdicts of categories that continue without being met again: after `ok-esme`, and under `sticky`. */
  private keptMask: i32 = 0;
  private readonly keptCount: Int32Array = new Int32Array(COUNTERS);
  private readonly keptEvidence: InstantList[] = [];

  /** The mask of the categories with routes of their own for a gas meter that is not Dormant. */
  private readonly gsmeRoutes: i32;
  private readonly keepsEvidence: boolean;
  private readonly rules: RuleNumbers;

  /** @param keepsEvidence False if nobody asks for the instants that a category rests on (`takeEvidence`). */
  constructor(rules: RuleNumbers, keepsEvidence: boolean = true) {
    this.rules = rules;
    this.keepsEvidence = keepsEvidence;
    const counters = new Counters(rules, keepsEvidence);
    this.counters = counters;
    this.count = counters.count;
    let gsmeRoutes: i32 = 0;
    for (let c: i32 = 0; c < CATEGORY_COUNT; c += 1)
      if (rules.dormancy[c] === DORMANCY_GSME_ROUTES) gsmeRoutes |= 1 << c;
    this.gsmeRoutes = gsmeRoutes;
    for (let c: i32 = 0; c < CATEGORY_COUNT; c += 1) this.keptEvidence.push(new InstantList());
  }

  /** Starts a new history. Suppliers are positive integers that the caller assigns; 0 means "not known to DCC". */
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
    this.spans.clear();
    this.restart();
  }

  /** Performs a readmit: nothing that was shown so far counts any longer. */
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
   * Takes an event of the installation or its DMC. `value` is 1 for `yes` and `credit`, 0 for `no` and `prepayment`, or
   * a supplier's number. Returns false for an exclusion instruction that the gas supplier did not give: it is ignored.
   */
  event(at: f64, event: i32, value: i32): boolean {
    // A rule file may base a standing clause on any event, including one that is also a state or an instruction.
    if ((this.rules.standingFamily[event] as i32) !== 0) this.standingEvent(at, event);
    switch (event) {
      case ELECTRICITY_SUPPLIER:
        if (value !== this.electricitySupplier) this.supplierChanged();
        this.electricitySupplier = value;
        return true;
      case GAS_SUPPLIER:
        if (value !== this.gasSupplier) {
          this.supplierChanged();
          this.instructedAt = 0; // a new registration begins, and earlier instructions lapse
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
        this.hold(0, at);
        this.restart();
        return true;
      default: // findings and decisions are handled above; other events need no action
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
   * Takes an attempt, after the events of its instant. `outcomeMask` is `CompiledRules.maskOf` of its outcome. Returns
   * false for an attempt after the migration, which is ignored.
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
    // A counter that does not count this attempt still needs it in two cases: the week is judged by its last attempt,
    // or another outcome ends the run.
    for (let mask = rules.seesUncountedAttempts ? fed : fed & counts; mask !== 0; mask &= mask - 1) {
      const bit = mask & -mask;
      const c = lowestBit(bit);
      if (at < (rules.countsFrom[c] as f64)) continue;
      // The extra counter follows the runs of the yielding category: a failure that only the extra counter leaves out
      // ends no run.
      const asked = c === UNLISTED_FAILURE_COUNTER ? 1 << rules.yielding : bit;
      // A failure in Table 5.10 does not end a run of a counter that leaves Table 5.10 aside, whatever its code.
      const setAside = table510 && (rules.exceptTable510 & bit) !== 0;
      const ends = rules.resets && kind === MIGRATION && !system && !setAside;
      if (ends && (outcomeMask & asked) === 0) this.counters.restart(c);
      this.counters.take(c, at, (counts & bit) !== 0);
    }
    return true;
  }

  /** Takes a completed preparation. It clears the count of instructions, or is only the last attempt of its week. */
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
   * Ends the history. After `ok` nothing holds. After `ok-esme`, a category that such a migration leaves in place
   * continues if it held at that instant on all other rows.
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
    if (this.keepsEvidence) {
      this.freshEvidence(c);
      (this.keptEvidence[c] as InstantList).copy(this.evidence);
    }
    if (c === this.rules.yielding) {
      this.keptCount[UNLISTED_FAILURE_COUNTER] = this.count[UNLISTED_FAILURE_COUNTER] as i32;
    }
  }

  /** The mask of the categories that hold on the records and states so far. */
  private holding(): i32 {
    const rules = this.rules;
    const routes = this.gsmeDormant ? 0 : this.gsmeRoutes;
    let mask = this.cohortMask & (this.standingMask | (~rules.standing & (this.counters.reached | routes)));
    if (mask === 0) return 0;
    if (!this.hasGsme) mask &= ~rules.needsGsme;
    const solely = this.esmeDormant && (!this.hasGsme || this.gsmeDormant);
    const anyMeter = this.esmeDormant || (this.hasGsme && this.gsmeDormant);
    if (rules.attemptCloses !== 0 && this.attemptedAt !== 0) mask &= ~this.closedByAttempt();
    if ((mask & this.creditMask) !== 0 && !this.credit()) mask &= ~this.creditMask;
    for (let rest = mask; rest !== 0; rest &= rest - 1) {
      const bit = rest & -rest;
      const c = lowestBit(bit);
      const dormancy = rules.dormancy[c] as i32;
      let holds: boolean;
      if (dormancy === DORMANCY_GSME_ROUTES && !this.gsmeDormant) holds = this.activeRoute(c);
      else {
        // What has to be counted has been: only counters that have reached their number are left here.
        holds = true;
        if (dormancy === DORMANCY_ANY_METER) holds = anyMeter;
        else if (dormancy !== DORMANCY_ANY && dormancy !== DORMANCY_GSME_ROUTES) holds = solely;
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

  /** Under `sticky`: the mask of the categories that held before `at` and had become effective by then. */
  private stuck(at: f64): i32 {
    let mask = 0;
    for (let c: i32 = 0; c < CATEGORY_COUNT; c += 1) {
      if ((this.mask >> c) & 1 && this.effectiveFrom(c, at - 1) !== 0) mask |= 1 << c;
    }
    return mask;
  }

  /** Completes an instant: decides which categories hold from now on. Call it after the last row of the instant. */
  settle(at: f64): void {
    let now: i32 = 0;
    if (this.endedAt !== 0) now = this.keptMask;
    else {
      now = this.holding();
      if (this.rules.sticky) now = this.settleSticky(at, now);
    }
    this.hold(now, at);
  }

  /** The categories of the mask hold from now on, and no others. */
  private hold(now: i32, at: f64): void {
    for (let rest = now ^ this.mask; rest !== 0; rest &= rest - 1) {
      const c = lowestBit(rest);
      if ((now >> c) & 1) this.metAt[c] = at;
      else this.spans.add(c, this.metAt[c] as f64, at);
    }
    this.mask = now;
  }

  private settleSticky(at: f64, holding: i32): i32 {
    const stuck = this.stuck(at) & ~holding;
    for (let c: i32 = 0; c < CATEGORY_COUNT; c += 1) if ((holding >> c) & 1) this.keep(c);
    this.keptMask = stuck;
    return holding | stuck;
  }

  /** The instant from which a category that holds is in effect, as of `at`; 0 if it is not in effect. */
  effectiveFrom(c: i32, at: f64): f64 {
    const inForce = this.rules.inForce[c] as f64;
    const met = this.metAt[c] as f64;
    const from = met > inForce ? met : inForce;
    return from > at || from >= this.rules.expiry ? 0 : from;
  }

  /** The position of the category that is reported among those that hold, or -1. */
  reported(): i32 {
    const mask = this.mask;
    if (mask === 0) return -1;
    const { precedence, yielding, yieldsTo } = this.rules;
    for (let i: i32 = 0; i < CATEGORY_COUNT; i += 1) {
      const c = precedence[i] as i32;
      if (((mask >> c) & 1) === 0) continue;
      if (c !== yielding || !this.rules.mayYield || ((mask >> yieldsTo) & 1) === 0) return c;
      // Under `sticky` the counts are those of the instant at which the category last held by itself.
      const counts = (this.keptMask >> c) & 1 ? this.keptCount : this.count;
      return (counts[UNLISTED_FAILURE_COUNTER] as i32) < this.rules.unlistedAtLeast ? yieldsTo : c;
    }
    return -1;
  }

  /** True if further failures that feed these counters can change no verdict (`Counters.areSated`). */
  isSated(counters: i32): boolean {
    return this.counters.areSated(counters);
  }

  /** The weeks or instructions that were counted for a category that holds; -1 for a standing clause. */
  counted(c: i32): i32 {
    if ((this.rules.standing >> c) & 1) return -1;
    return (this.keptMask >> c) & 1 ? (this.keptCount[c] as i32) : (this.count[c] as i32);
  }

  /** Writes to `evidence` the instants that a category rests on, in ascending order. The category must hold. */
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
