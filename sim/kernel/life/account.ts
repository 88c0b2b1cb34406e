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
import { AsOfCounter, type Counts } from './counts.ts';
import { EventQueue } from './eventQueue.ts';
import type { Observer } from './observer.ts';
import { SupplierInstruction } from './supplierInstruction.ts';
import { Uncounted } from './uncounted.ts';

/** What is done with an installation at its next turn. */
const GO: i32 = 0;
export const WAIT: i32 = 1;
export const STOP: i32 = 2;

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

  /** Instant of events that the tally has not settled yet; 0: none. */
  private openAt: Instant = 0;
  private entity: i32 = 0;
  private group: GroupNumbers = new GroupNumbers();
  private readonly uncounted: Uncounted;
  private readonly asOfs: AsOfCounter;
  private readonly plan: LifePlan;
  private readonly attributes: Attributes;
  private readonly observer: Observer | null;
  /** Whether the lives that come next begin uncounted: asked once a population. */
  private beginsUncounted: boolean = false;

  constructor(plan: LifePlan, streams: LifeStreams, attributes: Attributes, counts: Counts, observer: Observer | null) {
    this.plan = plan;
    this.attributes = attributes;
    this.observer = observer;
    const queue = new EventQueue(plan.eventRank);
    this.queue = queue;
    this.tally = new Tally(plan.rules);
    this.asOfs = new AsOfCounter(plan.asOfs, counts);
    this.uncounted = new Uncounted(plan);
    this.changes = new Changes(plan.changes, streams.changes, plan.horizon);
    this.instruction = new SupplierInstruction(streams.supplierInstruction, queue);
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
    this.asOfs.begin();
    this.openAt = 0;
    if (queue.count > 0) queue.clear();
    if (observer !== null || group.models.length > 0) attributes.place();
    if (attributes.placed && attributes.model >= 0) this.addModelEvents(group.models[attributes.model] as DeviceModel);
    if (observer !== null || this.plan.suppliersMatter) attributes.drawSuppliers();
    this.instruction.begin(this.entity, group, attributes.gasSupplier);
    if (this.changes.any && !group.isSteady) this.changes.draw(this.entity, this.plan.start, attributes, queue);
    this.tally.begin(
      group.cohort,
      attributes.esmeDormant,
      attributes.hasGsme,
      attributes.gsmeDormant,
      attributes.electricityCredit,
      // Who has no gas meter pays for none by credit.
      attributes.hasGsme && attributes.gasCredit,
      attributes.electricitySupplier,
      attributes.gasSupplier,
    );
    if (observer !== null) observer.begin(this.entity, attributes, group);
    const noted = this.uncounted;
    for (let i: i32 = 0; i < noted.rows; i += 1) {
      const at = noted.at[i] as f64;
      this.advance(at);
      this.record(at, noted.kind[i] as i32, noted.outcome[i] as i32, noted.system[i] === 1);
    }
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
    if (this.holds === 0 || !this.group.esmeOnly) return false;
    const tally = this.tally;
    const reported = tally.reported();
    return ((this.plan.rules.excludesGsme >> reported) & 1) === 1 && tally.effectiveFrom(reported, at) !== 0;
  }

  /** When the category that is reported comes into effect, if that lies after the instant; Infinity: it has, or never will. */
  takesEffectAfter(at: Instant): Instant {
    if (this.holds === 0) return Infinity;
    const from = this.tally.effectiveFrom(this.tally.reported(), Infinity);
    return from > at ? from : Infinity;
  }

  /** Whether the process goes on at an instant: retries end with an exclusion of the installation, met or in effect. */
  turn(at: Instant): i32 {
    if (this.holds === 0) return GO;
    const group = this.group;
    const tally = this.tally;
    const reported = tally.reported();
    const gsmeOnly = ((this.plan.rules.excludesGsme >> reported) & 1) === 1;
    if (group.stopsNever || (gsmeOnly && group.esmeOnly)) return GO;
    if (group.stopsInEffect && tally.effectiveFrom(reported, at) === 0) return GO;
    // A later change can take the installation out of the category's scope again; without one to come, it cannot.
    return this.queue.next < this.queue.count ? WAIT : STOP;
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
      if (event === GAS_SUPPLIER) this.instruction.supplierNamed(at, value);
      if (observer !== null) observer.event(at, event, value, ofModel);
    }
    if (to > this.openAt) this.settle(to);
  }

  /** Settles the open instant, if there is one, and counts the as-ofs that lie before `next`. */
  private settle(next: Instant): void {
    if (this.openAt !== 0) this.tally.settle(this.openAt);
    this.openAt = 0;
    this.asOfs.countBefore(next, this.tally, this.group.cohort);
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
    const observer = this.observer;
    if (observer !== null) observer.attempt(at, kind, outcome, system, table510);
  }

  /** A check on the gas meter has failed. Its supplier may instruct, and only a counted life takes note of that. */
  gsmeFailed(at: Instant): void {
    if (this.group.supplierInstructs === 0) return;
    this.count();
    this.instruction.failed(at);
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
