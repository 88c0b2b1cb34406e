import { monthOf } from '../../../src/time.ts';
import { FOREVER, UNCERTAIN } from '../../world/alternating.ts';
import { covering, NO_INTERVALS, type Intervals } from '../../world/intervals.ts';
import { COLUMN_MAX } from '../../world/dice/threefryColumns.ts';
import { NOTHING_STRIKES, WALK_PASSED } from '../model/compileWalk.ts';
import { END, ENDS } from '../../scenario/ends.ts';
import { FactsAtHand } from '../life/preparedFacts.ts';
import type { Life } from '../life/life.ts';
import { Limits } from '../model/kernelLimits.ts';
import { workingInstant, type GroupPlan, type Model } from '../model/model.ts';
import type { Replication } from '../model/replication.ts';
import { sieveOf, type AttemptColumns, type Sieve } from './sieve.ts';
import { countMigrated, type Counts } from '../life/counts.ts';

/** Positions of a block. */
const ALL = Int32Array.from({ length: COLUMN_MAX }, (_, i) => i);
const SIEVES = new WeakMap<GroupPlan, Sieve | null>();

/** Compiled once a thread and group, since nothing in it depends on the dice. */
function keptSieveOf(group: GroupPlan, model: Model): Sieve | null {
  let sieve = SIEVES.get(group);
  if (sieve === undefined) {
    sieve = sieveOf(group, model);
    SIEVES.set(group, sieve);
  }
  return sieve;
}

export interface FirstAttemptsOptions {
  readonly counts: Counts;
  /** How a group is sifted; a test leaves the sieve out. */
  readonly sieveOf?: typeof sieveOf;
}

/**
 * Most installations migrate at their first attempt, and nothing is ever counted of them. Of a block that was drawn ahead
 * these are found here, column by column, by the questions that `Life` asks one by one; whoever does not pass for certain
 * lives in full. That both ways give the same counts is a property.
 */
export class FirstAttempts {
  private readonly own: AttemptColumns = {
    day: new Float64Array(COLUMN_MAX),
    at: new Float64Array(COLUMN_MAX),
    wanContact: new Float64Array(COLUMN_MAX),
    hanContact: new Float64Array(COLUMN_MAX),
  };
  /** Those of the block at hand: a sieve has its own. */
  private columns = this.own;
  /** Positions in the block of those who do not pass for certain: the first `leftCount` of them. */
  private left: Int32Array = ALL;
  private leftCount = 0;
  readonly entry = new Float64Array(COLUMN_MAX);
  readonly key = new Float64Array(COLUMN_MAX);
  readonly gas = new Uint8Array(COLUMN_MAX);
  private readonly shared: Intervals[] = Array.from({ length: COLUMN_MAX }, () => NO_INTERVALS);

  private readonly limits: Limits;
  private readonly facts: FactsAtHand;
  private readonly life: Life;
  private readonly model: Model;
  private readonly replication: Replication;
  private readonly counts: Counts;
  private readonly sieveOf: typeof sieveOf;

  constructor(life: Life, model: Model, replication: Replication, options: FirstAttemptsOptions) {
    this.life = life;
    this.model = model;
    this.replication = replication;
    this.counts = options.counts;
    this.sieveOf = options.sieveOf ?? keptSieveOf;
    this.facts = new FactsAtHand(life.wan, life.han, model.start);
    this.limits = new Limits(model.rules.rules);
  }

  /** Whether the first thing that happens to the installations of a group is an attempt that nothing gates, or counts. */
  areOf(group: GroupPlan): boolean {
    const prepares = group.prepares && (group.isDormant || group.isMixed);
    return !prepares && group.displayBlockedUntil === 0 && this.life.account.beginsUncounted(group);
  }

  /** Runs the installations [from, from + count) of one group; `life.ahead` has drawn for them. */
  run(group: GroupPlan, from: number, count: number): void {
    const { life, replication, shared } = this;
    const { wan, han } = life;
    const { start } = this.model;
    const sieve = this.sieveOf(group, this.model);
    this.columns = sieve ?? this.own;
    const { at, wanContact, hanContact } = this.columns;
    this.left = sieve?.left ?? ALL;
    this.leftCount = count;
    if (sieve) {
      this.leftCount = sieve.run(life, count);
      this.countCertain(group, sieve);
      this.gas.fill(1);
    } else this.sift(group, from, count);
    if (replication.hasOutages) this.place(from);
    wan.refine(group.wan, start, { from, count, contact: wanContact }, replication.hasOutages ? shared : null);
    han.refine(group.han, start, count, hanContact);
    this.askWan(group, from);
    this.askHan(group, from);
    this.attempt(group);
    const { left, leftCount } = this;
    for (let k = 0; k < leftCount; k += 1) {
      const i = left[k] as number;
      if (at[i] === FOREVER) life.run(from + i);
    }
  }

  /** Counts those whom the sieve lets through; each has both meters. */
  private countCertain(group: GroupPlan, sieve: Sieve): void {
    const { months } = sieve;
    for (let m = 0; m < months.length; m += 1) {
      const passed = sieve.migratedSince(m) - (m + 1 < months.length ? sieve.migratedSince(m + 1) : 0);
      if (passed === 0) continue;
      countMigrated(this.counts, (months[m] as number) - this.model.firstMonth, 2 * passed, passed);
      this.countEnds(group, passed);
    }
  }

  private countEnds({ cohort }: GroupPlan, passed: number): void {
    const { ends } = this.counts;
    const end = cohort * ENDS.length + END.migrated;
    ends[end] = (ends[end] as number) + passed;
  }

  /** What a sieve does, for groups and machines that have none. */
  private sift(group: GroupPlan, from: number, count: number): void {
    const { at, wanContact, hanContact } = this.columns;
    const { wan, han, strikes, account } = this.life;
    const { start } = this.model;
    this.enter(group, from, count);
    if (account.changes.replaces && !group.isSteady) account.changes.sift(start, count, at);
    for (const f of group.persistent) strikes.persistent.sift(f, count, at);
    for (const f of group.dataErrors) strikes.dataErrors.sift(f, count, at);
    wan.own.sift(group.wan.classes, start, count, at, wanContact);
    han.own.sift(group.han.classes, start, count, at, hanContact);
  }

  /** Those who are attempted before the horizon, with their key held. */
  private enter(group: GroupPlan, from: number, count: number): void {
    const { entry, key } = this;
    const { day, at } = this.columns;
    const { horizon } = this.model;
    const { firstAttempt, attemptedShare, keyHeldFrom } = group;
    this.life.attributes.sift(group, from, count, this);
    for (let i = 0; i < count; i += 1) {
      at[i] = FOREVER;
      const u = entry[i] as number;
      if (u >= attemptedShare || (key[i] as number) < keyHeldFrom) continue;
      const on = firstAttempt.quantile(u / attemptedShare);
      const instant = workingInstant(on);
      day[i] = on;
      if (instant <= horizon) at[i] = instant;
    }
  }

  /** Strikes out those whom an outage of the system meets; and says what takes the WAN of each down. */
  private place(from: number): void {
    const { shared, replication, left, leftCount } = this;
    const { at } = this.columns;
    const { attributes } = this.life;
    for (let k = 0; k < leftCount; k += 1) {
      const i = left[k] as number;
      if (at[i] === FOREVER) continue;
      attributes.drawPlace(from + i);
      const { operator, hubModel, area } = attributes;
      if (covering(replication.systemOutages(operator, hubModel, area), at[i] as number) >= 0) at[i] = FOREVER;
      else shared[i] = replication.wanOutages(operator, hubModel, area);
    }
  }

  /** Asks the WAN of those of whom nothing is certain. Strikes out whose attempt meets silence. */
  private askWan(group: GroupPlan, from: number): void {
    const { shared, left, leftCount } = this;
    const { at, wanContact } = this.columns;
    const { wan } = this.life;
    const { start } = this.model;
    for (let k = 0; k < leftCount; k += 1) {
      const i = left[k] as number;
      const instant = at[i] as number;
      if (instant === FOREVER || wanContact[i] !== UNCERTAIN) continue;
      wan.begin(group.wan, from + i, start, shared[i] as Intervals);
      if (group.linked && !wan.up(instant)) at[i] = FOREVER;
      else wanContact[i] = wan.lastContact(instant);
    }
  }

  /** The same for the HAN, which only those with a gas meter have. */
  private askHan(group: GroupPlan, from: number): void {
    const { gas, left, leftCount } = this;
    const { at, hanContact } = this.columns;
    const { han } = this.life;
    const { start } = this.model;
    for (let k = 0; k < leftCount; k += 1) {
      const i = left[k] as number;
      const instant = at[i] as number;
      if (instant === FOREVER || gas[i] === 0 || hanContact[i] !== UNCERTAIN) continue;
      han.begin(group.han, from + i, start);
      hanContact[i] = han.lastContact(instant);
    }
  }

  /** The walk itself. Who does not pass is struck out; who does is counted. */
  private attempt(group: GroupPlan): void {
    const { gas, facts, counts, limits, left, leftCount } = this;
    const { at, day, wanContact, hanContact } = this.columns;
    const { firstMonth } = this.model;
    const { walk, cohort } = group;
    let passed = 0;
    for (let k = 0; k < leftCount; k += 1) {
      const i = left[k] as number;
      const instant = at[i] as number;
      if (instant === FOREVER) continue;
      facts.at = instant;
      facts.wanContact = wanContact[i] as number;
      facts.hanContact = hanContact[i] as number;
      const hasGsme = gas[i] === 1;
      if (walk(facts, limits.at(instant, cohort), NOTHING_STRIKES, hasGsme) !== WALK_PASSED) {
        at[i] = FOREVER;
        continue;
      }
      passed += 1;
      countMigrated(counts, monthOf(Math.floor(day[i] as number)) - firstMonth, hasGsme ? 2 : 1);
    }
    this.countEnds(group, passed);
  }
}
