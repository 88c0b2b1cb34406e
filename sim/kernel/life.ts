import { MIGRATION, OUTCOME_OK, OUTCOME_OK_ESME } from '../../src/exclusion/compile.ts';
import { EVENT, Tally } from '../../src/exclusion/tally.ts';
import { COHORTS } from '../../src/installation/cohort.ts';
import type { Facts } from '../../src/migration/facts.ts';
import { OBSERVATIONS } from '../../src/migration/observations.ts';
import { DAY, monthOf, type Instant } from '../../src/time.ts';
import { Attributes } from '../population/attributes.ts';
import { groupOf } from '../population/groups.ts';
import { FOREVER } from '../world/alternating.ts';
import { HanLink } from '../world/hanLink.ts';
import { NO_INTERVALS } from '../world/intervals.ts';
import { WanLink } from '../world/wanLink.ts';
import { Changes } from './changes.ts';
import { OBSERVATION_BITS, WALK_PASSED } from './compileWalk.ts';
import { END, END_EXCLUDED_FROM, ENDS } from './ends.ts';
import { EventQueue } from './eventQueue.ts';
import { Limits } from './limits.ts';
import { MasterKey } from './masterKey.ts';
import { later, workingInstant, type GroupPlan, type Model, type StepPlan } from './model.ts';
import type { KeyAtStart, LifeView, Observer } from './observer.ts';
import { outcomeTable510, type OutcomeRange } from './outcomes.ts';
import { GO, prepare, STOP, WAIT, type Turns } from './preparation.ts';
import type { Replication } from './replication.ts';
import { BY_KEY, BY_NOBODY, Strikes } from './strikes.ts';
import { SupplierInstruction } from './supplierInstruction.ts';
import { AsOfCounter, type Counts } from './volumes.ts';

const SYSTEM_FAULT = OBSERVATIONS.indexOf('systemFault');
const OBSERVATION_MASK = (1 << OBSERVATION_BITS) - 1;
const SECURE = COHORTS.indexOf('MOC_Secure');

/**
 * The life of one installation: drawn alone from its number, run through the process of its cohort, counted as it
 * goes. Reused for every installation of a shard; what it keeps between them is only memory.
 */
export class Life implements Facts, LifeView, Turns {
  at: Instant = 0;
  epclEntryFrom = 0;
  displayBlocked = 0;

  readonly tally: Tally;
  readonly attributes: Attributes;
  readonly wan: WanLink;
  readonly han: HanLink;
  readonly queue = new EventQueue();
  readonly strikes: Strikes;
  group: GroupPlan;
  /** Position in ENDS of the installation last run, and when it was reached (0: at the horizon). */
  end = 0;
  endAt: Instant = 0;

  private entity = 0;
  /** Instant of events that the tally has not settled yet; 0: none. */
  private openAt: Instant = 0;
  private hanBegun = false;
  private placed = false;
  replacedAt = FOREVER;
  private why = 0;

  private readonly key: MasterKey;
  private readonly instruction: SupplierInstruction;
  private readonly asOfs: AsOfCounter;
  private readonly changes: Changes;
  private readonly limits: Limits;
  readonly model: Model;
  private readonly replication: Replication;
  private readonly counts: Counts;
  private readonly observer: Observer | null;
  private readonly suppliersMatter: boolean;

  constructor(model: Model, replication: Replication, counts: Counts, observer: Observer | null) {
    this.model = model;
    this.replication = replication;
    this.counts = counts;
    this.asOfs = new AsOfCounter(model.asOfs, counts);
    this.observer = observer;
    this.group = model.groups[0] as GroupPlan;
    this.tally = new Tally(model.rules);
    this.attributes = new Attributes(model.scenario, replication.streams.attributes);
    this.wan = new WanLink(replication.streams);
    this.han = new HanLink(replication.streams);
    this.strikes = new Strikes(model, replication, this.wan);
    this.key = new MasterKey(replication.streams.masterKey, this.queue);
    this.instruction = new SupplierInstruction(replication.streams.supplierInstruction, this.queue);
    this.changes = new Changes(model.scenario.changes, replication.streams.changes, model.horizon);
    this.limits = new Limits(model.rules.rules);
    this.suppliersMatter =
      observer !== null ||
      model.scenario.changes.supplierPerYear > 0 ||
      model.groups.some((group) => group.population.supplierInstructs > 0);
  }

  get lastWanContact(): Instant {
    return this.wan.lastContact(this.at);
  }

  /** The HAN is drawn only when a check asks for it: most attempts that fail, fail before. */
  get lastHanContact(): Instant {
    if (!this.hanBegun) {
      this.han.begin(this.group.han, this.entity, this.model.start);
      this.hanBegun = true;
    }
    return this.han.lastContact(this.at);
  }

  /** Runs one installation from the start to the horizon. */
  run(entity: number): void {
    if (entity < this.group.first || entity >= this.group.first + this.group.size) {
      this.group = groupOf(this.model.groups, entity) as GroupPlan;
    }
    this.begin(entity);
    const { group, attributes } = this;
    const { population, process } = group;
    const u = attributes.entry;
    const attemptDay =
      u < population.attemptedShare ? group.firstAttempt.quantile(u / population.attemptedShare) : FOREVER;
    const prepares =
      process.preparation !== undefined &&
      group.firstInstruction !== null &&
      (attributes.esmeDormant || attributes.gsmeDormant);
    this.why = END['unresolved:notScheduled'];
    if (!prepares) this.attempt(this.readyDay(attemptDay));
    else if (u < population.instructedShare) {
      const instructionDay = group.firstInstruction.quantile(u / population.instructedShare);
      this.why = END['unresolved:awaitingPreparation'];
      const prepared = prepare(this, entity, instructionDay);
      if (prepared < FOREVER) {
        this.why = END['unresolved:awaitingAttempt'];
        this.attempt(this.readyDay(attemptDay > prepared ? attemptDay : prepared));
      }
    }
    this.finish();
  }

  private begin(entity: number): void {
    const { model, group, attributes, queue } = this;
    this.entity = entity;
    attributes.begin(entity, group);
    this.hanBegun = false;
    this.placed = false;
    this.asOfs.begin();
    this.openAt = 0;
    this.endAt = 0;
    if (queue.count > 0) queue.clear();
    const needsPlace =
      this.observer !== null ||
      group.models !== null ||
      this.replication.hasWanOutages ||
      this.replication.hasSystemOutages;
    if (needsPlace) this.place();
    if (this.suppliersMatter) attributes.drawSuppliers();
    this.key.begin(entity, group);
    this.instruction.begin(entity, group, attributes.gasSupplier);
    const { steady } = group.population;
    if (this.changes.any && !steady) this.changes.draw(entity, model.start, attributes, queue);
    this.replacedAt = steady ? FOREVER : this.changes.replacedAt(entity, model.start);
    const { operator, hubModel, area } = attributes;
    this.wan.begin(
      group.wan,
      entity,
      model.start,
      this.replication.hasWanOutages ? this.replication.wanOutages(operator, hubModel, area) : NO_INTERVALS,
    );
    this.strikes.begin(
      entity,
      group,
      this.replication.hasSystemOutages ? this.replication.systemOutages(operator, hubModel, area) : NO_INTERVALS,
    );
    this.tally.begin(
      group.cohort,
      attributes.esmeDormant,
      attributes.hasGsme,
      attributes.gsmeDormant,
      attributes.electricityCredit,
      attributes.gasCredit,
      attributes.electricitySupplier,
      attributes.gasSupplier,
    );
    if (this.observer) this.observer.begin(entity, this);
  }

  private place(): void {
    this.attributes.drawPlace();
    this.placed = true;
    const { model } = this.attributes;
    if (model < 0) return;
    for (const row of this.group.modelEvents[model] as readonly { at: Instant; event: number }[]) {
      this.queue.add(row.at, row.event, 0, 1);
    }
  }

  /** First day on which an attempt may be made: the gates of EPCL, displays and Master Key. */
  private readyDay(scheduled: number): number {
    if (scheduled >= FOREVER) return FOREVER;
    const { group, attributes } = this;
    let day = scheduled;
    this.epclEntryFrom = attributes.model >= 0 && this.placed ? (group.epclFrom[attributes.model] as number) : 0;
    if (group.process.gated) {
      const { displayBlockedUntil } = group;
      if (displayBlockedUntil >= FOREVER) return this.blocked(END['unresolved:blockedDisplay']);
      if (displayBlockedUntil > day * DAY) day = later(day, displayBlockedUntil);
      if (this.epclEntryFrom >= FOREVER) return this.blocked(END['unresolved:blockedEpcl']);
      if (this.epclEntryFrom > day * DAY) day = later(day, this.epclEntryFrom);
    }
    this.key.need(workingInstant(day), attributes.key);
    this.strikes.keyIsWrong = this.key.isWrong;
    const { readyFrom } = this.key;
    if (readyFrom >= FOREVER) return this.blocked(END['unresolved:awaitingMasterKey']);
    return readyFrom > day * DAY ? later(day, readyFrom) : day;
  }

  private blocked(why: number): number {
    this.why = why;
    return FOREVER;
  }

  keyAtStart(): KeyAtStart {
    return this.key.atStart(this.attributes.key);
  }

  /** Takes all events up to an instant; those at it stay open, for an attempt at the same instant settles with them. */
  advance(to: Instant): void {
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
    this.asOfs.countBefore(next, this.tally, this.group.cohort);
  }

  record(at: Instant, kind: number, outcome: number, system: boolean): void {
    const table510 = outcomeTable510(outcome);
    this.tally.attempt(at, kind, outcome, this.model.masks[outcome] as number, system, table510);
    this.tally.settle(at);
    this.openAt = 0;
    if (this.observer) this.observer.attempt(at, kind, outcome, system, table510);
  }

  /** Whether the process goes on at an instant: retries end with an exclusion of the installation, met or in effect. */
  turn(at: Instant): number {
    const reported = this.tally.mask === 0 ? -1 : this.tally.reported();
    if (reported < 0) return GO;
    const { stopWhen, esmeOnly } = this.group.process;
    const gsmeOnly = ((this.model.rules.excludesGsme >> reported) & 1) === 1;
    if (stopWhen === 'never' || (gsmeOnly && esmeOnly)) return GO;
    if (stopWhen === 'effective' && this.tally.effectiveFrom(reported, at) === 0) return GO;
    // A later change can take the installation out of the category's scope again; without one to come, it cannot.
    return this.queue.next < this.queue.count ? WAIT : STOP;
  }

  private attempt(firstDay: number): void {
    if (firstDay >= FOREVER) return;
    const { group, attributes, strikes, observer } = this;
    const { horizon } = this.model;
    const { daysBetweenAttempts, attemptsMax } = group.process;
    let day = firstDay;
    for (let made = 0; made < attemptsMax;) {
      const at = workingInstant(day);
      if (at > horizon || at >= this.replacedAt) return;
      this.advance(at);
      const turn = this.turn(at);
      if (turn === STOP) return;
      day += daysBetweenAttempts;
      if (turn === WAIT) continue;
      made += 1;
      this.at = at;
      this.displayBlocked = at < group.displayBlockedUntil ? 1 : 0;
      strikes.at = at;
      strikes.culprit = BY_NOBODY;
      const limits = this.limits.at(at, group.cohort === SECURE);
      const esmeOnly = this.esmeOnly(at);
      const result = group.walk(this, limits, strikes, attributes.hasGsme && !esmeOnly);
      if (result === WALK_PASSED) {
        this.record(at, MIGRATION, esmeOnly ? OUTCOME_OK_ESME : OUTCOME_OK, false);
        this.end = esmeOnly ? END.migratedEsmeOnly : END.migrated;
        this.endAt = at;
        this.migrated(Math.floor(day - daysBetweenAttempts), esmeOnly);
        return;
      }
      this.why = END['unresolved:retrying'];
      const plan = group.stepPlans[result >> OBSERVATION_BITS] as StepPlan;
      const observation = result & OBSERVATION_MASK;
      const range = plan.ranges[observation] as OutcomeRange;
      const outcome = range.first + strikes.pick(range.size, this.entity);
      if (observer) observer.failed(plan.id, observation, this);
      this.record(at, MIGRATION, outcome, observation === SYSTEM_FAULT);
      const next = this.afterFailure(at, outcome, day);
      if (next >= FOREVER) return;
      day = next;
    }
  }

  /** Whether the attempt is for the ESME alone: a GSME exclusion is reported and in effect. */
  esmeOnly(at: Instant): boolean {
    const { tally } = this;
    if (tally.mask === 0 || !this.group.process.esmeOnly) return false;
    const reported = tally.reported();
    return ((this.model.rules.excludesGsme >> reported) & 1) === 1 && tally.effectiveFrom(reported, at) !== 0;
  }

  /** What a failure sets going: the search for the right key, a supplier's instruction. Answers the next day to try. */
  private afterFailure(at: Instant, outcome: number, day: number): number {
    if (this.strikes.culprit === BY_KEY && this.key.foundWrong(at)) {
      this.strikes.keyIsWrong = this.key.isWrong;
      if (this.key.readyFrom < FOREVER) return later(day, this.key.readyFrom);
      // Counting clauses may rest on the failure itself; only without one is the installation left waiting.
      this.why = END['unresolved:awaitingMasterKey'];
      return FOREVER;
    }
    const gt01 = 1 << this.model.rules.gt01;
    if (((this.model.masks[outcome] as number) & gt01) !== 0 && this.attributes.hasGsme) this.instruction.failed(at);
    return day;
  }

  private migrated(day: number, esmeOnly: boolean): void {
    const month = monthOf(day) - this.model.firstMonth;
    const { migratedInstallations, migratedMeters } = this.counts;
    const meters = this.attributes.hasGsme && !esmeOnly ? 2 : 1;
    migratedInstallations[month] = (migratedInstallations[month] as number) + 1;
    migratedMeters[month] = (migratedMeters[month] as number) + meters;
  }

  private finish(): void {
    const { tally, model, queue } = this;
    const migrated = tally.endedAt !== 0;
    const last = this.replacedAt < model.horizon && !migrated ? this.replacedAt : model.horizon;
    // After a whole migration nothing changes a verdict, and nothing is recorded. An excluded GSME goes on changing
    // supplier, and its row in the monthly files with it.
    if (!migrated || this.end === END.migratedEsmeOnly) this.advance(last);
    if (!migrated && last < model.horizon) {
      // The events of its DMC stand in the records under the DMC, and go on acting on what the records say of it.
      queue.keepModelEvents();
      this.advance(model.horizon);
    }
    this.settle(Infinity);
    const { cohort } = this.group;
    if (!migrated) this.settleEnd();
    const i = cohort * ENDS.length + this.end;
    this.counts.ends[i] = (this.counts.ends[i] as number) + 1;
    if (this.observer) this.observer.finish(this.end, this.endAt, tally);
  }

  private settleEnd(): void {
    const { tally, model } = this;
    const reported = tally.reported();
    const excludes = reported >= 0 && ((model.rules.excludesGsme >> reported) & 1) === 0;
    const effectiveFrom = excludes ? tally.effectiveFrom(reported, model.horizon) : 0;
    const replaced = this.replacedAt <= model.horizon;
    if (effectiveFrom !== 0) this.end = END_EXCLUDED_FROM + reported;
    else if (replaced) this.end = END.replaced;
    else this.end = excludes ? END['unresolved:categoryNotInEffect'] : this.why;
    this.endAt = effectiveFrom !== 0 ? effectiveFrom : replaced ? Math.floor(this.replacedAt) : 0;
  }
}
