/**
 * The life of one installation. The file belongs to the subset of TypeScript that is also compiled to WebAssembly
 * (sim/kernel/README.md).
 */
import {
  INSTRUCTION,
  MIGRATION,
  OUTCOME_NO_WAN,
  OUTCOME_OK,
  OUTCOME_OK_ESME,
} from '../../../src/exclusion/engine/engineCodes.ts';
import { DAY, HOUR, londonDay, monthOf, notBefore, workingInstant, type Instant } from '../../../src/londonTime.ts';
import { OBSERVED_SYSTEM_FAULT } from '../../../src/migration/migrationCodes.ts';
import type { f64, i32 } from '../../../src/numbers.ts';
import { Attributes } from '../../population/attributes.ts';
import {
  AWAITING_ATTEMPT,
  AWAITING_MASTER_KEY,
  AWAITING_PREPARATION,
  BLOCKED_DISPLAY,
  BLOCKED_EPCL,
  ENDED_MIGRATED,
  ENDED_MIGRATED_ESME_ONLY,
  ENDED_REPLACED,
  NOT_SCHEDULED,
  RETRYING,
} from '../../scenario/endCodes.ts';
import { FOREVER } from '../../world/alternating.ts';
import type { SeedWords } from '../../world/dice/draws.ts';
import { LifeStreams } from '../../world/dice/lifeStreams.ts';
import { HanLink } from '../../world/hanLink.ts';
import { WanLink } from '../../world/wanLink.ts';
import type { DeviceModel, GroupNumbers, WalkStep } from '../model/groupNumbers.ts';
import type { Limits } from '../model/kernelLimits.ts';
import type { LifePlan } from '../model/lifePlan.ts';
import type { OutageLists } from '../model/outageLists.ts';
import { Account } from './account.ts';
import type { Counts } from './counts.ts';
import { Hopeless } from './hopeless.ts';
import { endUnder, STOP, WAIT } from './lifeAnswers.ts';
import { MasterKey } from './masterKeySearch.ts';
import type { Observer } from './observer.ts';
import { PreparedFacts } from './preparedFacts.ts';
import { BY_KEY, BY_NOBODY, Strikes } from './strikes.ts';
import { OBSERVATION_BITS, OBSERVATION_MASK, walk, WALK_PASSED } from './lifeWalk.ts';

/**
 * One installation at a time: drawn alone from its number, run through the process of its cohort, and counted on the way. One
 * life serves the installations of a shard one after the other; what it keeps between them is only memory.
 */
export class Life {
  readonly attributes: Attributes;
  readonly wan: WanLink;
  readonly han: HanLink;
  readonly facts: PreparedFacts;
  readonly account: Account;
  readonly strikes: Strikes;
  group: GroupNumbers;
  /** Position in ENDS of the installation last run, and when it was reached (0: at the horizon). */
  end: i32 = 0;
  endAt: Instant = 0;
  /** When the installation is replaced for reasons outside the migration. FOREVER: not before the horizon, or never. */
  replacedAt: Instant = FOREVER;

  private entity: i32 = 0;
  /** The end that applies while nothing else does. */
  private why: i32 = 0;
  private readonly streams: LifeStreams;
  private readonly key: MasterKey;
  private readonly limits: Limits;
  private readonly plan: LifePlan;
  private readonly outages: OutageLists;
  private readonly observer: Observer | null;
  private readonly hopeless: Hopeless;
  /** Ends of links and replacements after this instant are left out. */
  private readonly knownUntil: Instant;

  /**
   * @param tellsAll Computes what no count depends on too, for the story: ends of links after the horizon, and contacts that
   *   are older than every window.
   * @param like A life of the same scenario and replication, under another rule set, that is never run at the same time: both
   *   use the same links and dice, whose memory is most of a life's.
   */
  constructor(
    plan: LifePlan,
    outages: OutageLists,
    seed: SeedWords,
    replication: i32,
    counts: Counts,
    observer: Observer | null,
    tellsAll: boolean,
    like: Life | null,
  ) {
    this.plan = plan;
    this.outages = outages;
    this.observer = observer;
    const group = plan.groups[0] as GroupNumbers;
    this.group = group;
    const knownUntil: f64 = tellsAll ? Infinity : plan.horizon + 1;
    const oldestSeconds: f64 = tellsAll ? Infinity : plan.limits.longestSeconds;
    this.knownUntil = knownUntil;
    const streams = like !== null ? like.streams : new LifeStreams(seed, replication);
    const attributes = like !== null ? like.attributes : new Attributes(plan.shares, streams.attributes);
    const wan = like !== null ? like.wan : new WanLink(streams, knownUntil);
    const han = like !== null ? like.han : new HanLink(streams, knownUntil);
    const facts = like !== null ? like.facts : new PreparedFacts(wan, han, plan.start, oldestSeconds);
    const strikes = like !== null ? like.strikes : new Strikes(plan, streams.faults, wan);
    const account = new Account(plan, streams, attributes, counts, observer);
    this.streams = streams;
    this.attributes = attributes;
    this.wan = wan;
    this.han = han;
    this.facts = facts;
    this.strikes = strikes;
    this.account = account;
    this.key = new MasterKey(streams.masterKey, account.queue);
    this.limits = plan.limits;
    this.hopeless = new Hopeless(plan, account, attributes, facts, strikes, wan, observer !== null);
    this.turnTo(group);
  }

  /** The installations that come next belong to the group: all dice are turned to it. */
  private turnTo(group: GroupNumbers): void {
    this.group = group;
    this.streams.turnTo(group.address, group.first);
    this.account.turnTo(group);
    this.hopeless.turnTo(group);
  }

  private groupOf(entity: i32): GroupNumbers {
    const groups = this.plan.groups;
    let i: i32 = 0;
    while (entity >= (groups[i] as GroupNumbers).first + (groups[i] as GroupNumbers).size) i += 1;
    return groups[i] as GroupNumbers;
  }

  /** Runs one installation from the start to the horizon. */
  run(entity: i32): void {
    if (entity < this.group.first || entity >= this.group.first + this.group.size) this.turnTo(this.groupOf(entity));
    this.begin(entity);
    const group = this.group;
    const attributes = this.attributes;
    const u = attributes.entry;
    const attemptDay = u < group.attemptedShare ? group.firstAttempt.quantile(u / group.attemptedShare) : FOREVER;
    this.why = NOT_SCHEDULED;
    if (!group.prepares || !(attributes.esmeDormant || attributes.gsmeDormant)) {
      this.attempt(this.readyDay(attemptDay));
    } else if (u < group.instructedShare) {
      const instructionDay = group.firstInstruction.quantile(u / group.instructedShare);
      this.why = AWAITING_PREPARATION;
      const prepared = this.prepare(instructionDay);
      if (prepared < FOREVER) {
        this.why = AWAITING_ATTEMPT;
        this.attempt(this.readyDay(attemptDay > prepared ? attemptDay : prepared));
      }
    }
    this.finish();
  }

  private begin(entity: i32): void {
    const group = this.group;
    const attributes = this.attributes;
    const outages = this.outages;
    const start = this.plan.start;
    this.entity = entity;
    attributes.begin(entity, group.attributes);
    this.facts.begin(entity, group);
    this.endAt = 0;
    this.key.begin(entity, group.key);
    this.replacedAt = group.isSteady ? FOREVER : this.account.changes.replacedAt(entity, start, this.knownUntil);
    const shares = outages.hasWanOutages || outages.hasSystemOutages;
    if (shares) attributes.place();
    const place = shares ? outages.placeOf(attributes.operator, attributes.hubModel, attributes.area) : -1;
    this.wan.begin(group.wan, entity, start, outages.wanAt(place));
    this.strikes.begin(entity, outages.systemAt(place));
    this.account.begin(entity);
  }

  /**
   * Instructions to the SMSO (clause 4.26) until firmware and configuration are done. Each is a series of tries over the link
   * as it is, and each try that gets through advances a job that is never begun anew. Returns the first fractional day for a
   * migration attempt, or FOREVER.
   */
  private prepare(firstDay: f64): f64 {
    const preparation = this.group.preparation;
    const position = this.entity - this.group.first;
    const end = this.plan.horizon + 1 < this.replacedAt ? this.plan.horizon + 1 : this.replacedAt;
    let day = firstDay;
    let contacts: i32 = 0;
    for (let made: i32 = 0; made < preparation.instructionsMax;) {
      const first = workingInstant(day);
      if (first >= end) return FOREVER;
      const back = this.strikes.systemBackAt(first);
      if (back > 0) {
        // DCC cannot instruct while its systems are down: it does so on the day after they are back.
        day = notBefore(day, back);
        continue;
      }
      this.account.advance(first);
      const turn = this.account.turn(first);
      if (turn === STOP) return FOREVER;
      if (turn === WAIT) {
        day += preparation.daysBetweenInstructions;
        continue;
      }
      let at = first;
      let reached = false;
      for (let k: i32 = 0; k < preparation.triesPerInstruction && contacts < preparation.contactsNeeded; k += 1) {
        at = Math.floor(first + k * preparation.hoursBetweenTries * HOUR);
        reached = this.wan.reaches(at);
        if (reached) contacts += 1;
      }
      if (at >= end) return FOREVER;
      this.account.advance(at);
      made += 1;
      const hour = day - Math.floor(day);
      if (contacts >= preparation.contactsNeeded) {
        this.account.record(at, INSTRUCTION, OUTCOME_OK, false);
        return londonDay(at) + preparation.daysToFirstAttempt + hour;
      }
      // The record carries how the last try ended. One synthetic code stays with the installation.
      const code = this.plan.preparationFirst + (position % this.plan.preparationCount);
      this.account.record(at, INSTRUCTION, reached ? code : OUTCOME_NO_WAN, false);
      day = londonDay(at) + hour + preparation.daysBetweenInstructions;
    }
    return FOREVER;
  }

  /** First day on which an attempt may be made: the gates of EPCL, displays and Master Key. */
  private readyDay(scheduled: f64): f64 {
    if (scheduled >= FOREVER) return FOREVER;
    const group = this.group;
    const attributes = this.attributes;
    let day = scheduled;
    let epclEntryFrom: Instant = 0;
    if (attributes.placed && attributes.model >= 0) {
      epclEntryFrom = (group.models[attributes.model] as DeviceModel).epclFrom;
    }
    this.facts.epclEntryFrom = epclEntryFrom;
    if (group.isGated) {
      const displayBlockedUntil = group.displayBlockedUntil;
      if (displayBlockedUntil >= FOREVER) return this.blocked(BLOCKED_DISPLAY);
      if (displayBlockedUntil > day * DAY) day = notBefore(day, displayBlockedUntil);
      if (epclEntryFrom >= FOREVER) return this.blocked(BLOCKED_EPCL);
      if (epclEntryFrom > day * DAY) day = notBefore(day, epclEntryFrom);
    }
    // What becomes of a search is an event.
    if (attributes.key < group.key.heldFrom) this.account.count();
    this.key.need(workingInstant(day), attributes.key);
    this.strikes.keyIsWrong = this.key.isWrong;
    const readyFrom = this.key.readyFrom;
    if (readyFrom >= FOREVER) return this.blocked(AWAITING_MASTER_KEY);
    return readyFrom > day * DAY ? notBefore(day, readyFrom) : day;
  }

  private blocked(why: i32): f64 {
    this.why = why;
    return FOREVER;
  }

  /** KEY_* of the installation at the start. */
  keyAtStart(): i32 {
    return this.key.atStart(this.attributes.key);
  }

  private attempt(firstDay: f64): void {
    if (firstDay >= FOREVER) return;
    const group = this.group;
    const strikes = this.strikes;
    const facts = this.facts;
    let day = firstDay;
    for (let made: i32 = 0; made < group.attemptsMax;) {
      const at = workingInstant(day);
      if (at > this.plan.horizon || at >= this.replacedAt) return;
      this.account.advance(at);
      const turn = this.account.turn(at);
      if (turn === STOP) return;
      day += group.daysBetweenAttempts;
      if (turn === WAIT) continue;
      made += 1;
      facts.at = at;
      facts.displayBlocked = at < group.displayBlockedUntil ? 1 : 0;
      strikes.at = at;
      strikes.culprit = BY_NOBODY;
      this.limits.begin(at, group.cohort);
      if (this.hopeless.isAt(at)) {
        this.why = RETRYING;
        const until = this.hopeless.lastsUntil(at);
        while (made < group.attemptsMax && (Math.floor(day) + 1) * DAY < until && this.hopeless.hasContactOn(day)) {
          day += group.daysBetweenAttempts;
          made += 1;
        }
        continue;
      }
      const esmeOnly = this.account.esmeOnly(at);
      this.account.partOnEsmeOnly(esmeOnly, at);
      const judgesOldNews = this.limits.judgesOldNews !== 0;
      facts.hearsGsme = this.hearsGsme(at);
      const gsme = this.attributes.hasGsme && !esmeOnly && (judgesOldNews || facts.hearsGsme);
      const result = walk(group.walk, facts, this.limits, strikes, gsme);
      if (judgesOldNews && result >> OBSERVATION_BITS > group.hubAsked) facts.learnOfGsme();
      if (result === WALK_PASSED) {
        this.migrated(at, Math.floor(day - group.daysBetweenAttempts), esmeOnly);
        return;
      }
      this.why = RETRYING;
      const outcome = this.failed(at, result);
      day = this.afterFailure(at, outcome, day);
      if (day >= FOREVER) return;
    }
  }

  /** Records a failed attempt and returns its outcome. */
  private failed(at: Instant, result: i32): i32 {
    const position = result >> OBSERVATION_BITS;
    const observation = result & OBSERVATION_MASK;
    const step = this.group.walk[position] as WalkStep;
    const size = step.outcomeCount[observation] as i32;
    const outcome = (step.outcomeFirst[observation] as i32) + this.strikes.pick(size, this.entity - this.group.first);
    const observer = this.observer;
    if (observer !== null) observer.failed(position, observation);
    this.account.record(at, MIGRATION, outcome, observation === OBSERVED_SYSTEM_FAULT);
    return outcome;
  }

  /**
   * True if a head-end can judge the gas meter at an instant. With the WAN down its news of the meter ends at its last WAN
   * contact: it can say neither that the meter was heard since nor that it was silent. By the reading `gt01WithoutWan` the
   * meter then is not judged, or it is judged by that news. Where the process needs no link at an attempt, the WAN's state
   * then does not matter to this either.
   */
  hearsGsme(at: Instant): boolean {
    return !this.group.linked || this.wan.up(at);
  }

  /** What a failure sets going: the search for the right key, a supplier's instruction. Returns the next day to try. */
  private afterFailure(at: Instant, outcome: i32, day: f64): f64 {
    if (this.strikes.culprit === BY_KEY && this.key.foundWrong(at)) {
      this.strikes.keyIsWrong = this.key.isWrong;
      if (this.key.readyFrom < FOREVER) return notBefore(day, this.key.readyFrom);
      // Counting clauses may rest on the failure itself. Only without one is the installation left waiting.
      this.why = AWAITING_MASTER_KEY;
      return FOREVER;
    }
    // The supplier of an Active gas meter may act on a failure that the category of the gas meter counts.
    if (this.account.isOfGasMeter(outcome) && this.attributes.hasGsme) this.account.gsmeFailed(at);
    return day;
  }

  private migrated(at: Instant, day: f64, esmeOnly: boolean): void {
    this.account.record(at, MIGRATION, esmeOnly ? OUTCOME_OK_ESME : OUTCOME_OK, false);
    this.end = esmeOnly ? ENDED_MIGRATED_ESME_ONLY : ENDED_MIGRATED;
    this.endAt = at;
    const meters: i32 = this.attributes.hasGsme && !esmeOnly ? 2 : 1;
    this.account.countMigrated(monthOf(day) - this.plan.firstMonth, meters);
  }

  private finish(): void {
    const account = this.account;
    account.close(this.replacedAt, this.end === ENDED_MIGRATED_ESME_ONLY);
    const instead = this.replacedAt <= this.plan.horizon ? ENDED_REPLACED : this.why;
    if (!account.ended) {
      const from = account.excludedFrom();
      const replaced: f64 = instead === ENDED_REPLACED ? Math.floor(this.replacedAt) : 0;
      this.end = endUnder(account.tally, from, instead);
      this.endAt = from > 0 ? from : replaced;
    }
    account.countEnds(this.end, instead);
    const observer = this.observer;
    if (observer !== null) observer.finish(this.end, this.endAt, account.tally);
  }
}
