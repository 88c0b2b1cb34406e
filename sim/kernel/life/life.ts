import { MIGRATION, OUTCOME_OK, OUTCOME_OK_ESME } from '../../../src/exclusion/engine/engineCodes.ts';
import { OBSERVATIONS } from '../../../src/migration/observations.ts';
import { DAY, monthOf, type Instant } from '../../../src/time.ts';
import { Attributes } from '../../population/attributes.ts';
import { groupOf } from '../../population/groups.ts';
import { FOREVER } from '../../world/alternating.ts';
import type { Stream } from '../../world/dice/draws.ts';
import { HanLink } from '../../world/hanLink.ts';
import { NO_INTERVALS } from '../../world/intervals.ts';
import { WanLink } from '../../world/wanLink.ts';
import { Account } from './account.ts';
import { OBSERVATION_BITS, WALK_PASSED } from '../model/compileWalk.ts';
import { END, END_EXCLUDED_FROM, ENDS } from '../../scenario/ends.ts';
import { FactsAtHand } from './preparedFacts.ts';
import { Limits, SECURE } from '../model/kernelLimits.ts';
import { MasterKey } from './masterKeySearch.ts';
import { later, workingInstant, type GroupPlan, type Model, type StepPlan } from '../model/model.ts';
import type { KeyAtStart, LifeView, Observer } from './observer.ts';
import type { OutcomeRange } from '../model/outcomes.ts';
import { GO, prepare, STOP, WAIT, type Turns } from './preparation.ts';
import type { Replication } from '../model/replication.ts';
import { BY_KEY, BY_NOBODY, Strikes } from './strikes.ts';
import { countMigrated, type Counts } from './counts.ts';

const SYSTEM_FAULT = OBSERVATIONS.indexOf('systemFault');
const OBSERVATION_MASK = (1 << OBSERVATION_BITS) - 1;

/**
 * The life of one installation: drawn alone from its number, run through the process of its cohort, counted as it
 * goes. Reused for every installation of a shard; what it keeps between them is only memory.
 */
export class Life implements LifeView, Turns {
  readonly attributes: Attributes;
  readonly wan: WanLink;
  readonly han: HanLink;
  readonly facts: FactsAtHand;
  readonly account: Account;
  readonly strikes: Strikes;
  group: GroupPlan;
  /** Position in ENDS of the installation last run, and when it was reached (0: at the horizon). */
  end = 0;
  endAt: Instant = 0;

  private entity = 0;
  replacedAt = FOREVER;
  private why = 0;

  private readonly streams: readonly Stream[];
  private readonly key: MasterKey;
  private readonly limits: Limits;
  readonly model: Model;
  private readonly replication: Replication;
  private readonly counts: Counts;
  private readonly observer: Observer | null;

  constructor(model: Model, replication: Replication, counts: Counts, observer: Observer | null) {
    this.model = model;
    this.replication = replication;
    this.counts = counts;
    this.observer = observer;
    this.group = model.groups[0] as GroupPlan;
    const dice = replication.dice();
    this.streams = Object.values(dice);
    this.attributes = new Attributes(model.scenario, dice.attributes);
    this.wan = new WanLink(dice);
    this.han = new HanLink(dice);
    this.facts = new FactsAtHand(this.wan, this.han, model.start);
    this.strikes = new Strikes(model, dice.faults, this.wan);
    this.account = new Account(model, dice, { counts, attributes: this.attributes, observer });
    this.key = new MasterKey(dice.masterKey, this.account.queue);
    this.limits = new Limits(model.rules.rules);
    this.turnTo(this.group);
  }

  /** The installations that come next belong to the group: all dice are turned to it. */
  private turnTo(group: GroupPlan): void {
    this.group = group;
    for (const stream of this.streams) stream.turnTo(group);
  }

  /**
   * Draws what nearly every life begins with for [from, from + count), installations of one group that will be run next.
   * Only speed depends on it.
   */
  ahead(from: number, count: number): void {
    this.turnTo(groupOf(this.model.groups, from) as GroupPlan);
    const { group } = this;
    this.attributes.ahead(from, count, this.replication.hasOutages);
    this.wan.ahead(group.wan, from, count);
    this.han.ahead(group.han, from, count);
    this.strikes.ahead(group, from, count);
    this.account.changes.ahead(from, count);
  }

  /** Runs one installation from the start to the horizon. */
  run(entity: number): void {
    if (entity < this.group.first || entity >= this.group.first + this.group.size) {
      this.turnTo(groupOf(this.model.groups, entity) as GroupPlan);
    }
    this.begin(entity);
    const { group, attributes } = this;
    const { attemptedShare, instructedShare, firstInstruction } = group;
    const u = attributes.entry;
    const attemptDay = u < attemptedShare ? group.firstAttempt.quantile(u / attemptedShare) : FOREVER;
    const prepares = group.prepares && (attributes.esmeDormant || attributes.gsmeDormant);
    this.why = END['unresolved:notScheduled'];
    if (!prepares || firstInstruction === null) this.attempt(this.readyDay(attemptDay));
    else if (u < instructedShare) {
      const instructionDay = firstInstruction.quantile(u / instructedShare);
      this.why = END['unresolved:awaitingPreparation'];
      const prepared = prepare(this, entity - group.first, instructionDay);
      if (prepared < FOREVER) {
        this.why = END['unresolved:awaitingAttempt'];
        this.attempt(this.readyDay(attemptDay > prepared ? attemptDay : prepared));
      }
    }
    this.finish();
  }

  private begin(entity: number): void {
    const { model, group, attributes } = this;
    this.entity = entity;
    attributes.begin(entity, group);
    this.facts.begin(entity, group);
    this.endAt = 0;
    this.key.begin(entity, group);
    this.replacedAt = group.isSteady ? FOREVER : this.account.changes.replacedAt(entity, model.start);
    if (this.replication.hasOutages) attributes.place();
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
    this.account.begin(entity, group, this);
  }

  /** First day on which an attempt may be made: the gates of EPCL, displays and Master Key. */
  private readyDay(scheduled: number): number {
    if (scheduled >= FOREVER) return FOREVER;
    const { group, attributes } = this;
    let day = scheduled;
    const epclEntryFrom = attributes.placed && attributes.model >= 0 ? (group.epclFrom[attributes.model] as number) : 0;
    this.facts.epclEntryFrom = epclEntryFrom;
    if (group.isGated) {
      const { displayBlockedUntil } = group;
      if (displayBlockedUntil >= FOREVER) return this.blocked(END['unresolved:blockedDisplay']);
      if (displayBlockedUntil > day * DAY) day = later(day, displayBlockedUntil);
      if (epclEntryFrom >= FOREVER) return this.blocked(END['unresolved:blockedEpcl']);
      if (epclEntryFrom > day * DAY) day = later(day, epclEntryFrom);
    }
    // What becomes of a search is an event.
    if (attributes.key < group.keyHeldFrom) this.account.count();
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

  advance(to: Instant): void {
    this.account.advance(to);
  }

  record(at: Instant, kind: number, outcome: number, system: boolean): void {
    this.account.record(at, kind, outcome, system);
  }

  /** Whether the process goes on at an instant: retries end with an exclusion of the installation, met or in effect. */
  turn(at: Instant): number {
    const { tally, queue, holds } = this.account;
    if (holds === 0) return GO;
    const reported = tally.reported();
    const { stopsNever, stopsInEffect, esmeOnly } = this.group;
    const gsmeOnly = ((this.model.rules.excludesGsme >> reported) & 1) === 1;
    if (stopsNever || (gsmeOnly && esmeOnly)) return GO;
    if (stopsInEffect && tally.effectiveFrom(reported, at) === 0) return GO;
    // A later change can take the installation out of the category's scope again; without one to come, it cannot.
    return queue.next < queue.count ? WAIT : STOP;
  }

  private attempt(firstDay: number): void {
    if (firstDay >= FOREVER) return;
    const { group, attributes, strikes, observer, facts } = this;
    const { horizon } = this.model;
    const { daysBetweenAttempts, attemptsMax } = group;
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
      facts.at = at;
      facts.displayBlocked = at < group.displayBlockedUntil ? 1 : 0;
      strikes.at = at;
      strikes.culprit = BY_NOBODY;
      const limits = this.limits.at(at, group.cohort === SECURE);
      const esmeOnly = this.esmeOnly(at);
      const result = group.walk(facts, limits, strikes, attributes.hasGsme && !esmeOnly);
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
      const outcome = range.first + strikes.pick(range.size, this.entity - group.first);
      if (observer) observer.failed(plan.id, observation, this);
      this.record(at, MIGRATION, outcome, observation === SYSTEM_FAULT);
      const next = this.afterFailure(at, outcome, day);
      if (next >= FOREVER) return;
      day = next;
    }
  }

  /** Whether the attempt is for the ESME alone: a GSME exclusion is reported and in effect. */
  esmeOnly(at: Instant): boolean {
    const { tally, holds } = this.account;
    if (holds === 0 || !this.group.esmeOnly) return false;
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
    if (((this.model.masks[outcome] as number) & gt01) !== 0 && this.attributes.hasGsme) this.account.gsmeFailed(at);
    return day;
  }

  private migrated(day: number, esmeOnly: boolean): void {
    const meters = this.attributes.hasGsme && !esmeOnly ? 2 : 1;
    countMigrated(this.counts, monthOf(day) - this.model.firstMonth, meters);
  }

  private finish(): void {
    const { account } = this;
    account.close(this.replacedAt, this.end === END.migratedEsmeOnly);
    const { cohort } = this.group;
    if (!account.ended) this.settleEnd();
    const i = cohort * ENDS.length + this.end;
    this.counts.ends[i] = (this.counts.ends[i] as number) + 1;
    if (this.observer) this.observer.finish(this.end, this.endAt, account.tally);
  }

  private settleEnd(): void {
    const { model } = this;
    const { tally, holds } = this.account;
    const reported = holds === 0 ? -1 : tally.reported();
    const excludes = reported >= 0 && ((model.rules.excludesGsme >> reported) & 1) === 0;
    const effectiveFrom = excludes ? tally.effectiveFrom(reported, model.horizon) : 0;
    const replaced = this.replacedAt <= model.horizon;
    if (effectiveFrom !== 0) this.end = END_EXCLUDED_FROM + reported;
    else if (replaced) this.end = END.replaced;
    else this.end = excludes ? END['unresolved:categoryNotInEffect'] : this.why;
    this.endAt = effectiveFrom !== 0 ? effectiveFrom : replaced ? Math.floor(this.replacedAt) : 0;
  }
}
