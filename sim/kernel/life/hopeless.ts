/**
 * Attempts that nothing comes of. The file belongs to the subset of TypeScript that is also compiled to WebAssembly
 * (sim/kernel/README.md).
 */
import { DAY, type Instant } from '../../../src/londonTime.ts';
import { isEntered, isRecent } from '../../../src/migration/checkFunctions.ts';
import type { f64, i32 } from '../../../src/numbers.ts';
import type { Attributes } from '../../population/attributes.ts';
import type { WanLink } from '../../world/wanLink.ts';
import { GroupNumbers } from '../model/groupNumbers.ts';
import type { Limits } from '../model/kernelLimits.ts';
import type { LifePlan } from '../model/lifePlan.ts';
import type { Account } from './account.ts';
import { maySkip } from './lifeAnswers.ts';
import type { PreparedFacts } from './preparedFacts.ts';
import type { Strikes } from './strikes.ts';

/** With attempts this far apart, the last scheduled contact before the later one falls after the earlier one. */
const APART_DAYS: f64 = 3;
/** Attempts are made from 07:00 UTC on (08:00 in summer time). The scheduled contact before that is at most this old at one. */
const EARLIEST_SECONDS: f64 = 25_200;
const CONTACT_AGE_SECONDS: f64 = 2 * DAY;

/**
 * Knows the attempts that fail on the gas meter for certain, and of which nothing comes: the HAN is lost for good, every counter
 * that the failure feeds has what its category asks for, and no earlier step can fail in another way. Such attempts are most of
 * all attempts, and need not be made.
 */
export class Hopeless {
  /** Whether attempts may be skipped at all: nobody looks on, and no reading takes counts back. */
  private readonly allowed: boolean;
  /** Whether they may be in the group at hand, and whether several at once. */
  private possible: boolean = false;
  private repeats: boolean = false;
  private group: GroupNumbers = new GroupNumbers();
  private readonly plan: LifePlan;
  private readonly limits: Limits;
  private readonly account: Account;
  private readonly attributes: Attributes;
  private readonly facts: PreparedFacts;
  private readonly strikes: Strikes;
  private readonly wan: WanLink;

  constructor(
    plan: LifePlan,
    account: Account,
    attributes: Attributes,
    facts: PreparedFacts,
    strikes: Strikes,
    wan: WanLink,
    isWatched: boolean,
  ) {
    this.plan = plan;
    this.limits = plan.limits;
    this.account = account;
    this.attributes = attributes;
    this.facts = facts;
    this.strikes = strikes;
    this.wan = wan;
    this.allowed = !isWatched && maySkip(plan.rules);
  }

  /** The lives that come next belong to the group. */
  turnTo(group: GroupNumbers): void {
    this.group = group;
    this.possible = this.allowed && group.hopelessWithoutHan;
    this.repeats = group.daysBetweenAttempts >= APART_DAYS;
  }

  /** Whether an attempt at the instant is one. Facts, limits and strikes must have been given the instant. */
  isAt(at: Instant): boolean {
    const account = this.account;
    if (!this.possible || !account.counting || !this.attributes.hasGsme || account.esmeOnly(at)) return false;
    const counters = this.plan.masks[this.group.lostHanOutcome] as i32;
    const facts = this.facts;
    if (!account.tally.isSated(counters) || !facts.hanIsLost()) return false;
    if (!account.followersAreSated(this.group.lostHanOutcome, at)) return false;
    if (facts.displayBlocked !== 0 || !this.strikes.areDataErrorsOver(this.group.dataErrors)) return false;
    if (!isEntered(at, facts.epclEntryFrom, this.limits.epclChecked)) return false;
    // With the WAN down, or out of contact for too long, another code would be counted.
    if (!this.wan.up(at)) return false;
    return isRecent(at, facts.lastWanContact, this.limits.wanWindowSeconds, this.limits.windowEdgeSeconds);
  }

  /** Attempts before this instant are hopeless too if they have a scheduled contact (`hasContactOn`); `isAt` holds of `at`. */
  lastsUntil(at: Instant): Instant {
    if (!this.repeats || this.limits.wanWindowSeconds < CONTACT_AGE_SECONDS) return at;
    let until = this.wan.upUntil(at);
    const event = this.account.queue.nextAt();
    const effect = this.account.takesEffectAfter(at);
    const windows = this.limits.lastUntil();
    if (event < until) until = event;
    if (effect < until) until = effect;
    return windows < until ? windows : until;
  }

  /** Whether the scheduled contact before an attempt on a fractional day is made, if the link is up. */
  hasContactOn(day: f64): boolean {
    return this.wan.isHeardBefore(Math.floor(day) * DAY + EARLIEST_SECONDS);
  }
}
