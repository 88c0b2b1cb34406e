import { EVENTS, type EventName } from '../../migration/history.ts';
import { CATEGORIES } from '../../clauses/clause.ts';
import { Counters } from './counters.ts';
import {
  UNLISTED_FAILURE_COUNTER,
  COUNTERS,
  CREDIT_BOTH,
  CREDIT_ELECTRICITY,
  CREDIT_GAS,
  DORMANCY_ANY,
  DORMANCY_ANY_METER,
  DORMANCY_GSME_ROUTES,
  INSTRUCTION,
  MIGRATION,
  OUTCOME_OK_ESME,
  type CompiledRules,
} from './compile.ts';

/** Positions in EVENTS, for the machine and those who feed it. */
export const EVENT = Object.fromEntries(EVENTS.map((name, i) => [name, i])) as Readonly<Record<EventName, number>>;

/**
 * In which order the rows of one instant are fed: states first (a new supplier already is the supplier), then
 * findings and instructions, then attempts (`RANK_ATTEMPT`), and readmit last, for nothing at its instant counts.
 */
export const RANK_ATTEMPT = 2;
export const EVENT_RANK = Uint8Array.from(EVENTS, (name) =>
  name === 'readmit' ? 3 : /^(electricity|gas|esme|gsme)-/.test(name) ? 0 : 1,
);

const ALL = CATEGORIES.length;

/**
 * Counts one history incrementally: rows in time order, `settle` after the last row of each instant. The clauses are
 * those that `evaluate` reads, as integers; a differential property holds the two equal. Reused for every installation
 * of a thread: `begin` wipes it. Numbers only, no allocation on the usual path.
 */
export class Tally {
  /** Categories that hold, as a mask. */
  mask = 0;
  /** Start of the unbroken stretch per category that holds. */
  readonly metAt = new Float64Array(ALL);
  /** Instant of the migration `ok` or `ok-esme` that ended the history; 0: none. */
  endedAt = 0;
  /** Whether an `ok-esme` came where gt01 did not hold. */
  contradicted = false;
  /** Last instruction to exclude the GSME that its own supplier gave; 0: none. */
  instructedAt = 0;

  /** Spans that have ended: category, from, to by position; `spanCount` of them. Wiped by `begin`. */
  spanCount = 0;
  readonly spanCategory: number[] = [];
  readonly spanFrom: number[] = [];
  readonly spanTo: number[] = [];

  private cohortMask = 0;
  private creditMask = 0;
  private hasGsme = false;
  private esmeDormant = false;
  private gsmeDormant = false;
  private electricityCredit = false;
  private gasCredit = false;
  private electricitySupplier = 0;
  private gasSupplier = 0;
  /** The latest migration attempt that is eligible to count; 0: none. */
  private attemptedAt = 0;

  /** Whether anything has been counted since the counters were last wiped: most histories never count. */
  private dirty = true;
  private readonly counters: Counters;
  private readonly count: Int32Array;
  private readonly standingFrom = new Float64Array(ALL);
  private standingMask = 0;

  /** Verdict cards kept where a category goes on without being met anew: after `ok-esme`, and under `sticky`. */
  private keptMask = 0;
  private readonly keptCount = new Int32Array(COUNTERS);
  private readonly keptEvidence: (readonly number[])[] = Array.from({ length: ALL }, () => []);

  private readonly rules: CompiledRules;

  constructor(rules: CompiledRules) {
    this.rules = rules;
    this.counters = new Counters(rules);
    this.count = this.counters.count;
  }

  /** Suppliers are positive integers of the caller's; 0 is "not known to DCC". */
  begin(
    cohort: number,
    esmeDormant: boolean,
    hasGsme: boolean,
    gsmeDormant: boolean,
    electricityCredit: boolean,
    gasCredit: boolean,
    electricitySupplier: number,
    gasSupplier: number,
  ): void {
    this.cohortMask = this.rules.cohortMask[cohort] as number;
    this.creditMask = this.rules.creditMask[cohort] as number;
    this.esmeDormant = esmeDormant;
    this.hasGsme = hasGsme;
    this.gsmeDormant = gsmeDormant;
    this.electricityCredit = electricityCredit;
    this.gasCredit = gasCredit;
    this.electricitySupplier = electricitySupplier;
    this.gasSupplier = gasSupplier;
    this.mask = 0;
    this.spanCount = 0;
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
  event(at: number, event: number, value: number): boolean {
    // A rule file may let a clause stand on any event, on one that is a state or an instruction besides.
    if ((this.rules.standingFamily[event] as number) !== 0) this.standingEvent(at, event);
    switch (event) {
      case EVENT['electricity-supplier']:
        if (value !== this.electricitySupplier) this.supplierChanged();
        this.electricitySupplier = value;
        return true;
      case EVENT['gas-supplier']:
        if (value !== this.gasSupplier) {
          this.supplierChanged();
          this.instructedAt = 0; // a new registration begins
        }
        this.gasSupplier = value;
        return true;
      case EVENT['esme-dormant']:
        this.esmeDormant = value === 1;
        return true;
      case EVENT['gsme-dormant']:
        this.gsmeDormant = value === 1;
        return true;
      case EVENT['electricity-payment-mode']:
        this.electricityCredit = value === 1;
        return true;
      case EVENT['gas-payment-mode']:
        this.gasCredit = value === 1;
        return true;
      case EVENT['supplier-gsme-exclusion']:
        if (value === 0 || value !== this.gasSupplier) return false;
        this.instructedAt = at;
        return true;
      case EVENT['readmit']:
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

  private standingEvent(at: number, event: number): void {
    const family = this.rules.standingFamily[event] as number;
    const holds = this.rules.standingHolds[event] as number;
    for (let c = 0; c < ALL; c += 1) {
      if (((holds >> c) & 1) === 1 && ((this.standingMask >> c) & 1) === 0) this.standingFrom[c] = at;
    }
    this.standingMask = (this.standingMask & ~family) | holds;
  }

  /**
   * An attempt, after the events of its instant. `outcomeMask` is CompiledRules.maskOf its outcome. False: it came after
   * the migration and was ignored.
   */
  attempt(at: number, kind: number, outcome: number, outcomeMask: number, system: boolean, table510: boolean): boolean {
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
    const fed = rules.countersOfKind[kind] as number;
    const counts = table510 ? outcomeMask & ~rules.exceptTable510 : outcomeMask;
    // A counter that does not count this attempt needs it in two cases: the week is judged by its last attempt, or another
    // outcome ends the run.
    for (let mask = rules.seesUncountedAttempts ? fed : fed & counts; mask !== 0; mask &= mask - 1) {
      const bit = mask & -mask;
      const c = 31 - Math.clz32(bit);
      if (at < (rules.countsFrom[c] as number)) continue;
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
  private prepared(at: number): void {
    const { preparationClears, lastOfWeek, countsFrom } = this.rules;
    if (!preparationClears && !lastOfWeek) return;
    const fed = this.rules.countersOfKind[INSTRUCTION] as number;
    for (let c = 0; c < COUNTERS; c += 1) {
      if (((fed >> c) & 1) === 0) continue;
      if (preparationClears) this.counters.restart(c);
      else if (at >= (countsFrom[c] as number)) this.counters.take(c, at, false);
    }
  }

  /**
   * The end of the history. After `ok` nothing holds. After `ok-esme` a category that such a migration leaves standing
   * goes on if it held at that instant on everything else.
   */
  private end(at: number, outcome: number): void {
    this.endedAt = at;
    this.keptMask = 0;
    if (outcome !== OUTCOME_OK_ESME) return;
    const held = this.holding();
    for (let rest = held & this.rules.keptByEsmeOnly; rest !== 0; rest &= rest - 1) {
      this.keep(31 - Math.clz32(rest & -rest));
    }
    this.keptMask = (held | (this.rules.sticky ? this.stuck(at) : 0)) & this.rules.keptByEsmeOnly;
    this.contradicted = this.keptMask === 0;
  }

  private keep(c: number): void {
    this.keptCount[c] = this.count[c] as number;
    this.keptEvidence[c] = this.freshEvidence(c);
    if (c === this.rules.yielding)
      this.keptCount[UNLISTED_FAILURE_COUNTER] = this.count[UNLISTED_FAILURE_COUNTER] as number;
  }

  /** The categories that hold on the records and states so far. */
  private holding(): number {
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
      const c = 31 - Math.clz32(bit);
      const dormancy = rules.dormancy[c] as number;
      let holds: boolean;
      if (dormancy === DORMANCY_GSME_ROUTES && !this.gsmeDormant) holds = this.activeRoute(c);
      else {
        holds = (counting & bit) === 0 || (this.count[c] as number) >= (rules.atLeast[c] as number);
        if (dormancy === DORMANCY_ANY_METER) holds &&= anyMeter;
        else if (dormancy !== DORMANCY_ANY && dormancy !== DORMANCY_GSME_ROUTES) holds &&= solely;
      }
      if (!holds) mask &= ~bit;
    }
    return mask;
  }

  private closedByAttempt(): number {
    let mask = 0;
    for (let c = 0; c < ALL; c += 1) if (this.attemptedAt >= (this.rules.countsFrom[c] as number)) mask |= 1 << c;
    return mask & this.rules.attemptCloses;
  }

  private activeRoute(c: number): boolean {
    return this.instructedAt !== 0 && (!this.rules.activeNeedsEvidence || (this.count[c] as number) >= 1);
  }

  private credit(): boolean {
    const of = this.rules.creditOf;
    if (of === CREDIT_GAS) return this.gasCredit;
    if (of === CREDIT_ELECTRICITY) return this.electricityCredit;
    return of === CREDIT_BOTH && this.gasCredit && this.electricityCredit;
  }

  /** Under `sticky`: categories held before `at` that had become effective by then. */
  private stuck(at: number): number {
    let mask = 0;
    for (let c = 0; c < ALL; c += 1) {
      if ((this.mask >> c) & 1 && this.effectiveFrom(c, at - 1) !== 0) mask |= 1 << c;
    }
    return mask;
  }

  /** After the last row of an instant: which categories hold from now on. */
  settle(at: number): void {
    let now: number;
    if (this.endedAt !== 0) now = this.keptMask;
    else {
      now = this.holding();
      if (this.rules.sticky) now = this.settleSticky(at, now);
    }
    const changed = now ^ this.mask;
    if (changed === 0) return;
    for (let rest = changed; rest !== 0; rest &= rest - 1) {
      const bit = rest & -rest;
      const c = 31 - Math.clz32(bit);
      if (now & bit) this.metAt[c] = at;
      else this.closeSpan(c, at);
    }
    this.mask = now;
  }

  private settleSticky(at: number, holding: number): number {
    const stuck = this.stuck(at) & ~holding;
    for (let c = 0; c < ALL; c += 1) if ((holding >> c) & 1) this.keep(c);
    this.keptMask = stuck;
    return holding | stuck;
  }

  private closeSpans(at: number): void {
    for (let c = 0; c < ALL; c += 1) if ((this.mask >> c) & 1) this.closeSpan(c, at);
    this.mask = 0;
  }

  private closeSpan(c: number, at: number): void {
    const i = this.spanCount;
    this.spanCategory[i] = c;
    this.spanFrom[i] = this.metAt[c] as number;
    this.spanTo[i] = at;
    this.spanCount = i + 1;
  }

  /** The instant from which a category that holds has been in effect, as of `at`; 0: it is not. */
  effectiveFrom(c: number, at: number): number {
    const inForce = this.rules.inForce[c] as number;
    const met = this.metAt[c] as number;
    const from = met > inForce ? met : inForce;
    return from > at || from >= this.rules.expiry ? 0 : from;
  }

  /** The category reported of those that hold, or -1. */
  reported(): number {
    const mask = this.mask;
    if (mask === 0) return -1;
    const { precedence, yielding, yieldsTo } = this.rules;
    for (let i = 0; i < ALL; i += 1) {
      const c = precedence[i] as number;
      if (((mask >> c) & 1) === 0) continue;
      if (c !== yielding || !this.rules.mayYield || ((mask >> yieldsTo) & 1) === 0) return c;
      // What the category rests on: under `sticky` as of the instant at which it last held by itself.
      const counts = (this.keptMask >> c) & 1 ? this.keptCount : this.count;
      return (counts[UNLISTED_FAILURE_COUNTER] as number) < this.rules.unlistedAtLeast ? yieldsTo : c;
    }
    return -1;
  }

  /** Weeks or instructions counted for a category that holds; -1 for a standing clause. */
  counted(c: number): number {
    if ((this.rules.standing >> c) & 1) return -1;
    return ((this.keptMask >> c) & 1 ? this.keptCount[c] : this.count[c]) as number;
  }

  /** Sorted instants that a category that holds rests on. */
  evidenceOf(c: number): readonly number[] {
    return (this.keptMask >> c) & 1 ? (this.keptEvidence[c] as readonly number[]) : this.freshEvidence(c);
  }

  private freshEvidence(c: number): readonly number[] {
    if ((this.rules.standing >> c) & 1) return [this.standingFrom[c] as number];
    const evidence = this.counters.evidenceOf(c);
    if (this.rules.dormancy[c] === DORMANCY_GSME_ROUTES && !this.gsmeDormant) {
      evidence.push(this.instructedAt);
      evidence.sort((a, b) => a - b);
    }
    return evidence;
  }
}
