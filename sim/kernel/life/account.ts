import { MIGRATION, OUTCOME_OK_ESME } from '../../../src/exclusion/engine/engineCodes.ts';
import { EVENT } from '../../../src/exclusion/engine/eventNumbers.ts';
import { Tally } from '../../../src/exclusion/engine/tally.ts';
import type { Instant } from '../../../src/time.ts';
import type { Attributes } from '../../population/attributes.ts';
import type { Streams } from '../../world/dice/draws.ts';
import { Changes } from './changes.ts';
import { EventQueue } from './eventQueue.ts';
import type { GroupPlan, Model, ModelEvent } from '../model/model.ts';
import type { LifeView, Observer } from './observer.ts';
import { outcomeTable510 } from '../model/outcomes.ts';
import { SupplierInstruction } from './supplierInstruction.ts';
import { Uncounted } from './uncounted.ts';
import { AsOfCounter, type Counts } from './counts.ts';

/**
 * What is counted of a life: its attempts and the events around it, in time order, into the tally and the volumes at each
 * as-of. Most lives end before anything could make a category hold: of those nothing is drawn that only a verdict would
 * ask for, and nothing counted. From where something could, everything is, what was noted before included.
 */
export class Account {
  /** Whether the life is being counted; until then its attempts are only noted. */
  counting = false;
  /** Whether it has migrated, with or without its gas meter. */
  ended = false;
  readonly tally: Tally;
  readonly queue = new EventQueue();
  readonly changes: Changes;
  readonly instruction: SupplierInstruction;

  /** Instant of events that the tally has not settled yet; 0: none. */
  private openAt: Instant = 0;
  private entity = 0;
  private group: GroupPlan | null = null;
  private readonly uncounted: Uncounted;
  private readonly asOfs: AsOfCounter;
  private readonly suppliersMatter: boolean;
  private readonly model: Model;
  private readonly attributes: Attributes;
  private readonly observer: Observer | null;

  constructor(
    model: Model,
    streams: Streams,
    options: { readonly counts: Counts; readonly attributes: Attributes; readonly observer: Observer | null },
  ) {
    const { counts, attributes, observer } = options;
    this.model = model;
    this.attributes = attributes;
    this.observer = observer;
    this.tally = new Tally(model.rules);
    this.asOfs = new AsOfCounter(model.asOfs, counts);
    this.uncounted = new Uncounted(model.rules, model.masks);
    this.changes = new Changes(model.scenario.changes, streams.changes, model.horizon);
    this.instruction = new SupplierInstruction(streams.supplierInstruction, this.queue);
    this.suppliersMatter =
      observer !== null ||
      model.scenario.changes.supplierPerYear > 0 ||
      model.groups.some((group) => group.supplierInstructs > 0);
  }

  /** Opens the account of a life that has begun. */
  begin(entity: number, group: GroupPlan, life: LifeView): void {
    this.entity = entity;
    this.group = group;
    this.ended = false;
    this.counting = false;
    this.uncounted.begin(group);
    if (!this.beginsUncounted(group)) this.count(life);
  }

  /** Whether the lives of a group are counted only from where something could count. */
  beginsUncounted(group: GroupPlan): boolean {
    return this.observer === null && this.uncounted.allows(group);
  }

  /** From here on the life is counted. */
  count(life: LifeView | null = null): void {
    if (this.counting) return;
    const { model, attributes, queue, entity, observer, tally } = this;
    const group = this.group as GroupPlan;
    this.counting = true;
    this.asOfs.begin();
    this.openAt = 0;
    if (queue.count > 0) queue.clear();
    if (observer !== null || group.models !== null) attributes.place();
    if (attributes.placed && attributes.model >= 0) {
      for (const row of group.modelEvents[attributes.model] as readonly ModelEvent[])
        queue.add(row.at, row.event, 0, 1);
    }
    if (this.suppliersMatter) attributes.drawSuppliers();
    this.instruction.begin(entity, group, attributes.gasSupplier);
    if (this.changes.any && !group.isSteady) this.changes.draw(entity, model.start, attributes, queue);
    tally.begin(
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
    if (observer && life) observer.begin(entity, life);
    const { rows, at, kind, outcome, system } = this.uncounted;
    for (let i = 0; i < rows; i += 1) {
      this.advance(at[i] as number);
      this.record(at[i] as number, kind[i] as number, outcome[i] as number, system[i] === 1);
    }
  }

  /** The categories that hold, as a mask. */
  get holds(): number {
    return this.counting ? this.tally.mask : 0;
  }

  /** Takes all events up to an instant; those at it stay open, for an attempt at the same instant settles with them. */
  advance(to: Instant): void {
    if (!this.counting) return;
    const { queue } = this;
    while (queue.next < queue.count && (queue.at[queue.next] as number) <= to) {
      const i = queue.next;
      const at = queue.at[i] as number;
      if (at > this.openAt) this.settle(at);
      queue.next = i + 1;
      this.openAt = at;
      const event = queue.event[i] as number;
      const value = queue.value[i] as number;
      this.tally.event(at, event, value);
      if (event === EVENT['gas-supplier']) this.instruction.supplierNamed(at, value);
      if (this.observer) this.observer.event(at, event, value, queue.ofModel[i] === 1);
    }
    if (to > this.openAt) this.settle(to);
  }

  /** Settles the open instant, if there is one, and counts the as-ofs that lie before `next`. */
  private settle(next: Instant): void {
    if (this.openAt !== 0) this.tally.settle(this.openAt);
    this.openAt = 0;
    this.asOfs.countBefore(next, this.tally, (this.group as GroupPlan).cohort);
  }

  record(at: Instant, kind: number, outcome: number, system: boolean): void {
    if (kind === MIGRATION && outcome <= OUTCOME_OK_ESME) this.ended = true;
    if (!this.counting) {
      if (this.ended || this.uncounted.note(at, kind, outcome, system)) return;
      this.count();
      this.advance(at);
    }
    const table510 = outcomeTable510(outcome);
    this.tally.attempt(at, kind, outcome, this.model.masks[outcome] as number, system, table510);
    this.tally.settle(at);
    this.openAt = 0;
    if (this.observer) this.observer.attempt(at, kind, outcome, system, table510);
  }

  /** A check on the gas meter has failed: its supplier may instruct, which only a counted life hears of. */
  gsmeFailed(at: Instant): void {
    if ((this.group as GroupPlan).supplierInstructs === 0) return;
    this.count();
    this.instruction.failed(at);
  }

  /** Takes what happens after the process has ended. */
  close(replacedAt: Instant, gsmeExcluded: boolean): void {
    if (!this.counting) return;
    const { horizon } = this.model;
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
