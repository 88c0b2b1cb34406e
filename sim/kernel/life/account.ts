/**
 * What is counted of a life. The file belongs to the subset of TypeScript that is also compiled to WebAssembly
 * (sim/kernel/README.md).
 */
import { GAS_SUPPLIER, MIGRATION, OUTCOME_OK_ESME } from '../../../src/exclusion/engine/engineCodes.ts';
import { Tally } from '../../../src/exclusion/engine/tally.ts';
import type { Instant } from '../../../src/londonTime.ts';
import type { f64, i32 } from '../../../src/numbers.ts';
import type { Attributes } from '../../population/attributes.ts';
import type { LifeStreams } from '../../world/dice/lifeStreams.ts';
import { GroupNumbers, type DeviceModel } from '../model/groupNumbers.ts';
import type { LifePlan } from '../model/lifePlan.ts';
import { Changes } from './changes.ts';
import { AsOfCounter, countEnd, countMigrated, type Counts } from './counts.ts';
import { EventQueue } from './eventQueue.ts';
import type { Follower } from './follower.ts';
import { effectAfter, endUnder, esmeOnlyUnder, excludedFrom, GO, turnOf } from './lifeAnswers.ts';
import type { Observer } from './observer.ts';
import { SupplierInstruction } from './supplierInstruction.ts';
import { Uncounted } from './uncounted.ts';

/**
 * The attempts of a life and the events around it, in time order, into the tally and the volumes at each as-of. Most lives end
 * before anything could make a category hold. Of those lives nothing is drawn that only a verdict would ask for, and nothing
 * is counted. Once something could hold, everything is counted, what was noted before included.
 */
export class Account {
  /** Whether the life is being counted; until then its attempts are only noted. */
  counting: boolean = false;
  /** Whether it has migrated, with or without its gas meter. */
  ended: boolean = false;
  readonly tally: Tally;
  readonly queue: EventQueue;
  readonly changes: Changes;
  readonly instruction: SupplierInstruction;
  /** Further rule sets under which the lives are counted, and how many of them have parted from the life at hand. */
  followers: Follower[] = [];
  parted: i32 = 0;
  /** As-ofs of the next life that are counted already: it began as another one. */
  countedAsOfs: i32 = 0;

  /** Instant of events that the tally has not settled yet; 0: none. */
  private openAt: Instant = 0;
  private entity: i32 = 0;
  private group: GroupNumbers = new GroupNumbers();
  private readonly uncounted: Uncounted;
  private readonly asOfs: AsOfCounter;
  private readonly counts: Counts;
  private readonly plan: LifePlan;
  private readonly attributes: Attributes;
  private readonly observer: Observer | null;
  /** Whether the lives that come next begin uncounted: asked once a population. */
  private beginsUncounted: boolean = false;

  constructor(plan: LifePlan, streams: LifeStreams, attributes: Attributes, counts: Counts, observer: Observer | null) {
    this.plan = plan;
    this.attributes = attributes;
    this.observer = observer;
    this.counts = counts;
    const queue = new EventQueue(plan.eventRank);
    this.queue = queue;
    this.tally = new Tally(plan.rules, observer !== null);
    this.asOfs = new AsOfCounter(plan.asOfs, counts, observer);
    this.uncounted = new Uncounted(plan);
    this.changes = new Changes(plan.changes, streams.changes, plan.horizon);
    this.instruction = new SupplierInstruction(streams.supplierInstruction, queue);
  }

  /** The lives that come are counted under these rule sets too. */
  follow(followers: Follower[]): void {
    this.followers = followers;
    for (let k: i32 = 0; k < followers.length; k += 1) {
      const follower = followers[k] as Follower;
      this.uncounted.follow(follower.rules, follower.masks);
    }
    this.turnTo(this.group);
  }

  /** A follower gives another answer than the leader: from here on its life is another one. */
  part(follower: Follower): void {
    follower.isWith = false;
    follower.counted = this.counting ? follower.asOfs.next : 0;
    this.parted += 1;
  }

  /** The lives that come next belong to the group. */
  turnTo(group: GroupNumbers): void {
    this.group = group;
    this.beginsUncounted = this.observer === null && this.uncounted.allows(group);
  }

  /** Opens the account of a life that has begun. */
  begin(entity: i32): void {
    this.entity = entity;
    this.ended = false;
    this.counting = false;
    if (this.parted > 0) {
      for (let k: i32 = 0; k < this.followers.length; k += 1) (this.followers[k] as Follower).isWith = true;
      this.parted = 0;
    }
    this.uncounted.begin(this.group);
    if (!this.beginsUncounted) this.count();
  }

  /** From here on the life is counted. */
  count(): void {
    if (this.counting) return;
    const attributes = this.attributes;
    const queue = this.queue;
    const group = this.group;
    const observer = this.observer;
    this.counting = true;
    this.asOfs.begin(this.countedAsOfs);
    this.openAt = 0;
    if (queue.count > 0) queue.clear();
    if (observer !== null || group.models.length > 0) attributes.place();
    if (attributes.placed && attributes.model >= 0) this.addModelEvents(group.models[attributes.model] as DeviceModel);
    if (observer !== null || this.plan.suppliersMatter) attributes.drawSuppliers();
    this.instruction.begin(this.entity, group, attributes.gasSupplier);
    if (this.changes.any && !group.isSteady) this.changes.draw(this.entity, this.plan.start, attributes, queue);
    this.beginTally(this.tally);
    for (let k: i32 = 0; k < this.followers.length; k += 1) {
      const follower = this.followers[k] as Follower;
      if (!follower.isWith) continue;
      follower.asOfs.begin(0);
      this.beginTally(follower.tally);
    }
    if (observer !== null) observer.begin(this.entity, attributes, group);
    const noted = this.uncounted;
    for (let i: i32 = 0; i < noted.rows; i += 1) {
      const at = noted.at[i] as f64;
      this.advance(at);
      this.record(at, noted.kind[i] as i32, noted.outcome[i] as i32, noted.system[i] === 1);
    }
  }

  private beginTally(tally: Tally): void {
    const attributes = this.attributes;
    tally.begin(
      this.group.cohort,
      attributes.esmeDormant,
      attributes.hasGsme,
      attributes.gsmeDormant,
      attributes.electricityCredit,
      // Who has no gas meter pays for none by credit.
      attributes.hasGsme && attributes.gasCredit,
      attributes.electricitySupplier,
      attributes.gasSupplier,
    );
  }

  private addModelEvents(model: DeviceModel): void {
    for (let i: i32 = 0; i < model.event.length; i += 1) {
      this.queue.add(model.eventAt[i] as f64, model.event[i] as i32, 0, 1);
    }
  }

  /** The categories that hold, as a mask. */
  get holds(): i32 {
    return this.counting ? this.tally.mask : 0;
  }

  /** Whether an attempt at the instant is for the ESME alone: a GSME exclusion is reported and in effect. */
  esmeOnly(at: Instant): boolean {
    return this.counting && this.group.esmeOnly && esmeOnlyUnder(this.plan.rules, this.tally, at);
  }

  /**
   * When the category that is reported comes into effect under some rule set, if that lies after the instant; Infinity: it
   * has, or never will.
   */
  takesEffectAfter(at: Instant): Instant {
    if (!this.counting) return Infinity;
    let first = effectAfter(this.tally, at);
    for (let k: i32 = 0; k < this.followers.length; k += 1) {
      const follower = this.followers[k] as Follower;
      if (!follower.isWith) continue;
      const from = effectAfter(follower.tally, at);
      if (from < first) first = from;
    }
    return first;
  }

  /** Whether the process goes on at an instant (`turnOf`). */
  turn(at: Instant): i32 {
    if (!this.counting) return GO;
    const group = this.group;
    const hasMore = this.queue.next < this.queue.count;
    const turn = turnOf(this.plan.rules, this.tally, group, at, hasMore);
    for (let k: i32 = 0; k < this.followers.length; k += 1) {
      const follower = this.followers[k] as Follower;
      if (follower.isWith && turnOf(follower.rules, follower.tally, group, at, hasMore) !== turn) this.part(follower);
    }
    return turn;
  }

  /** Takes all events up to an instant. Those at it stay open, for an attempt at the same instant settles with them. */
  advance(to: Instant): void {
    if (!this.counting) return;
    const queue = this.queue;
    const observer = this.observer;
    while (queue.next < queue.count && (queue.at[queue.next] as f64) <= to) {
      const i = queue.next;
      const at = queue.at[i] as f64;
      if (at > this.openAt) this.settle(at);
      queue.next = i + 1;
      this.openAt = at;
      const event = queue.event[i] as i32;
      const value = queue.value[i] as i32;
      const ofModel = queue.ofModel[i] === 1;
      this.tally.event(at, event, value);
      for (let k: i32 = 0; k < this.followers.length; k += 1) {
        const follower = this.followers[k] as Follower;
        if (follower.isWith) follower.tally.event(at, event, value);
      }
      if (event === GAS_SUPPLIER) this.instruction.supplierNamed(at, value);
      if (observer !== null) observer.event(at, event, value, ofModel);
    }
    if (to > this.openAt) this.settle(to);
  }

  /** Settles the open instant, if there is one, and counts the as-ofs that lie before `next`. */
  private settle(next: Instant): void {
    const openAt = this.openAt;
    const cohort = this.group.cohort;
    if (openAt !== 0) this.tally.settle(openAt);
    this.openAt = 0;
    this.asOfs.countBefore(next, this.tally, cohort);
    for (let k: i32 = 0; k < this.followers.length; k += 1) {
      const follower = this.followers[k] as Follower;
      if (!follower.isWith) continue;
      if (openAt !== 0) follower.tally.settle(openAt);
      follower.asOfs.countBefore(next, follower.tally, cohort);
    }
  }

  record(at: Instant, kind: i32, outcome: i32, system: boolean): void {
    if (kind === MIGRATION && outcome <= OUTCOME_OK_ESME) this.ended = true;
    if (!this.counting) {
      if (this.ended || this.uncounted.note(at, kind, outcome, system)) return;
      this.count();
      this.advance(at);
    }
    const table510 = this.plan.table510[outcome] === 1;
    this.tally.attempt(at, kind, outcome, this.plan.masks[outcome] as i32, system, table510);
    this.tally.settle(at);
    this.openAt = 0;
    for (let k: i32 = 0; k < this.followers.length; k += 1) {
      const follower = this.followers[k] as Follower;
      if (!follower.isWith) continue;
      follower.tally.attempt(at, kind, outcome, follower.masks[outcome] as i32, system, table510);
      follower.tally.settle(at);
    }
    const observer = this.observer;
    if (observer !== null) observer.attempt(at, kind, outcome, system, table510);
  }

  /** A check on the gas meter has failed. Its supplier may instruct, and only a counted life takes note of that. */
  gsmeFailed(at: Instant): void {
    if (this.group.supplierInstructs === 0) return;
    this.count();
    this.instruction.failed(at);
  }

  /** Whether a failure counts for the category of the gas meter, whose supplier may then act. */
  isOfGasMeter(outcome: i32): boolean {
    const plan = this.plan;
    const isOf = ((plan.masks[outcome] as i32) & plan.rules.keptByEsmeOnly) !== 0;
    for (let k: i32 = 0; k < this.followers.length; k += 1) {
      const follower = this.followers[k] as Follower;
      const isOfIts = ((follower.masks[outcome] as i32) & follower.rules.keptByEsmeOnly) !== 0;
      if (follower.isWith && isOfIts !== isOf) this.part(follower);
    }
    return isOf;
  }

  /** Followers part that decide otherwise whether an attempt is for the ESME alone. */
  partOnEsmeOnly(esmeOnly: boolean, at: Instant): void {
    if (!this.counting || !this.group.esmeOnly) return;
    for (let k: i32 = 0; k < this.followers.length; k += 1) {
      const follower = this.followers[k] as Follower;
      if (follower.isWith && esmeOnlyUnder(follower.rules, follower.tally, at) !== esmeOnly) this.part(follower);
    }
  }

  /** Whether no follower would count a further failure, or make the attempt at an instant for the ESME alone. */
  followersAreSated(outcome: i32, at: Instant): boolean {
    for (let k: i32 = 0; k < this.followers.length; k += 1) {
      const follower = this.followers[k] as Follower;
      if (!follower.isWith) continue;
      if (!follower.tally.isSated(follower.masks[outcome] as i32)) return false;
      if (this.group.esmeOnly && esmeOnlyUnder(follower.rules, follower.tally, at)) return false;
    }
    return true;
  }

  /** Counts a migration with so many meters, in a month from the start. */
  countMigrated(month: i32, meters: i32): void {
    countMigrated(this.counts, month, meters);
    for (let k: i32 = 0; k < this.followers.length; k += 1) {
      const follower = this.followers[k] as Follower;
      if (follower.isWith) countMigrated(follower.counts, month, meters);
    }
  }

  /** From when the installation is excluded (`excludedFrom`). */
  excludedFrom(): f64 {
    return this.counting ? excludedFrom(this.plan.rules, this.tally, this.plan.horizon) : -1;
  }

  /** Counts the end of the life; `instead` is the end of one that neither migrated nor is excluded. */
  countEnds(end: i32, instead: i32): void {
    const cohort = this.group.cohort;
    countEnd(this.counts, cohort, end);
    for (let k: i32 = 0; k < this.followers.length; k += 1) {
      const follower = this.followers[k] as Follower;
      if (!follower.isWith) continue;
      let own = end;
      if (!this.ended) {
        const from: f64 = this.counting ? excludedFrom(follower.rules, follower.tally, this.plan.horizon) : -1;
        own = endUnder(follower.tally, from, instead);
      }
      countEnd(follower.counts, cohort, own);
    }
  }

  /** Takes what happens after the process has ended. */
  close(replacedAt: Instant, gsmeExcluded: boolean): void {
    if (!this.counting) return;
    const horizon = this.plan.horizon;
    const migrated = this.ended;
    const last = replacedAt < horizon && !migrated ? replacedAt : horizon;
    // After a whole migration nothing changes a verdict, and nothing is recorded. An excluded GSME goes on changing
    // supplier, and its row in the monthly files with it.
    if (!migrated || gsmeExcluded) this.advance(last);
    if (!migrated && last < horizon) {
      // The events of its DMC stand in the records under the DMC, and go on acting on what the records say of it.
      this.queue.keepModelEvents();
      this.advance(horizon);
    }
    this.settle(Infinity);
  }
}
