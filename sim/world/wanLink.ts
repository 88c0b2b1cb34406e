import { DAY, HOUR, type Instant } from '../../src/time.ts';
import type { WanProfile } from '../scenario/schema.ts';
import { AlternatingLink, compileClasses, FOREVER, UNCERTAIN, type LinkClasses } from './alternating.ts';
import { first, second, uniform, type Stream } from './dice/draws.ts';
import { FirstDraw } from './dice/firstDraw.ts';
import { covering, NO_INTERVALS, type Intervals } from './intervals.ts';

/** A WAN profile with its numbers in seconds. */
export interface CompiledWan {
  readonly classes: LinkClasses;
  readonly deathPerSecond: number;
  /** 0: continuous contact. */
  readonly tries: number;
  readonly windowSeconds: number;
  readonly retrySeconds: number;
  readonly wakeUpLossChance: number;
}

export function compileWan(profile: WanProfile): CompiledWan {
  const { contact } = profile;
  const daily = contact.mode === 'daily';
  return {
    classes: compileClasses(profile.classes),
    deathPerSecond: profile.deathPerYear / (365.25 * DAY),
    tries: daily ? contact.tries : 0,
    windowSeconds: daily ? contact.windowHours * HOUR : 0,
    retrySeconds: daily ? contact.retryHours * HOUR : 0,
    wakeUpLossChance: daily ? contact.wakeUpLossChance : 0,
  };
}

export interface WanStreams {
  readonly wan: Stream;
  readonly wanDeath: Stream;
  readonly wakeUp: Stream;
}

/** Search for a contact ends this long before the start: nothing the model asks for lies further back. */
const LOOKBACK_SECONDS = 400 * DAY;
const TRIES_A_DAY = 8;

/** Installations drawn ahead, and the contacts of each that are certain. */
export interface ContactBlock {
  readonly from: number;
  readonly count: number;
  readonly contact: Float64Array;
}

/** Whether the own regime of a link is all there is: it does not die, and contact is continuous. */
export function isPlainWan({ tries, deathPerSecond }: CompiledWan): boolean {
  return tries === 0 && deathPerSecond === 0;
}

/**
 * The WAN between head-end and CHF of one installation at a time: its own regime, joined with the outages it shares and
 * with planned windows. `lastContact` is derived from them; MA112 follows, it is never stored.
 */
export class WanLink {
  readonly own: AlternatingLink;
  /** From when the link is dead for good; FOREVER: it does not die. */
  deathAt = FOREVER;

  /** The latest try of the SMSO that got through: a contact like any other. */
  private reachedAt = 0;
  private profile: CompiledWan | null = null;
  private entity = 0;
  private earliest = 0;
  private offsetSeconds = 0;
  /** What takes the link down besides its own regime: shared outages and planned windows, merged. */
  private shared: Intervals = NO_INTERVALS;
  private readonly streams: WanStreams;
  /** The death hazard's first word, and the hub's place in the contact window. */
  private readonly hubDraw: FirstDraw;

  constructor(streams: WanStreams) {
    this.streams = streams;
    this.own = new AlternatingLink(streams.wan);
    this.hubDraw = new FirstDraw(streams.wanDeath, 0);
  }

  /** Draws the first words of the installations that come next, all of one profile. */
  ahead(profile: CompiledWan, from: number, count: number): void {
    this.own.ahead(from, count);
    if (!isPlainWan(profile)) this.hubDraw.ahead(from, count);
  }

  begin(profile: CompiledWan, entity: number, start: Instant, shared: Intervals): void {
    this.profile = profile;
    this.entity = entity;
    this.earliest = start - LOOKBACK_SECONDS;
    this.shared = shared;
    this.reachedAt = 0;
    this.own.begin(profile.classes, entity, start);
    this.deathAt = FOREVER;
    if (isPlainWan(profile)) return;
    this.hubDraw.take(entity);
    this.offsetSeconds = Math.floor(profile.windowSeconds * second());
    if (profile.deathPerSecond > 0) this.deathAt = start - Math.log(first()) / profile.deathPerSecond;
  }

  /**
   * Second stage of the block pre-draw. In: `contact[i]` is an instant through which the link's own regime is known to be up
   * from the start, or UNCERTAIN. Out: the latest contact at or before it where that is certain too, and then the WAN is up
   * at the instant; else UNCERTAIN. Starts none of the links. `shared`: what takes each of them down.
   */
  refine(profile: CompiledWan, start: Instant, block: ContactBlock, shared: readonly Intervals[] | null): void {
    const { contact, count, from } = block;
    const { deathPerSecond, tries, windowSeconds } = profile;
    if (isPlainWan(profile) && shared === null) return;
    const { first: death, second: place } = this.hubDraw;
    this.profile = profile;
    for (let i = 0; i < count; i += 1) {
      const until = contact[i] as number;
      if (until === UNCERTAIN) continue;
      contact[i] = UNCERTAIN;
      if (deathPerSecond > 0 && start + (1 - uniform(death[i] as number)) / deathPerSecond <= until) continue;
      const down = shared ? (shared[i] as Intervals) : NO_INTERVALS;
      if (covering(down, until) >= 0) continue;
      let last = until;
      if (tries > 0) {
        const day = Math.floor(until / DAY);
        const tick = day * DAY + Math.floor(windowSeconds * uniform(place[i] as number));
        last = tick <= until ? tick : tick - DAY;
        // Nothing drawn so far says how the link was before the start.
        if (last < start) continue;
        if (covering(down, last) >= 0) continue;
        this.entity = from + i;
        if (this.wakeUpLost(tick <= until ? day : day - 1, 0)) continue;
      }
      contact[i] = last;
    }
  }

  /** Start of an outage that covers the instant, or -1 where the link is up. */
  private downSince(at: number): number {
    if (at >= this.deathAt) return this.deathAt;
    const own = this.own.downSince(at);
    if (own >= 0) return own;
    const i = covering(this.shared, at);
    if (i >= 0) return this.shared.from[i] as number;
    return -1;
  }

  /** Whether the head-end reaches the CHF at the instant. */
  up(at: Instant): boolean {
    this.own.advance(at);
    return this.downSince(at) < 0;
  }

  /** Latest contact at or before the instant. A link that has been down for over a year answers with a time before that. */
  lastContact(at: Instant): Instant {
    this.own.advance(at);
    const scheduled = (this.profile as CompiledWan).tries === 0 ? this.lastContinuous(at) : this.lastDaily(at);
    return this.reachedAt > scheduled && this.reachedAt <= at ? this.reachedAt : scheduled;
  }

  private lastContinuous(at: Instant): Instant {
    let candidate = at;
    for (;;) {
      const since = this.downSince(candidate);
      if (since < 0 || candidate < this.earliest) return candidate;
      candidate = Math.ceil(since) - 1;
    }
  }

  private lastDaily(at: Instant): Instant {
    const { tries, retrySeconds } = this.profile as CompiledWan;
    let day = Math.floor(at / DAY);
    for (;;) {
      const tick = day * DAY + this.offsetSeconds;
      let since = -1;
      for (let k = 0; k < tries; k += 1) {
        const at0 = Math.floor(tick + k * retrySeconds);
        if (at0 > at) break;
        since = this.downSince(at0);
        if (since < 0 && !this.wakeUpLost(day, k)) return at0;
      }
      if (tick < this.earliest) return tick;
      // A long outage is skipped in one step: the day on which it began may still have had its contact.
      const began = since >= 0 ? Math.floor(since / DAY) : day;
      day = began < day ? began : day - 1;
    }
  }

  private wakeUpLost(day: number, k: number): boolean {
    const { wakeUpLossChance } = this.profile as CompiledWan;
    if (wakeUpLossChance === 0) return false;
    this.streams.wakeUp.draw(this.entity, day * TRIES_A_DAY + k);
    return first() < wakeUpLossChance;
  }

  /** Whether an instruction's try gets through at the instant: the link is up, and the wake-up was not lost. */
  reaches(at: Instant): boolean {
    if (!this.up(at) || this.tryLost(at)) return false;
    this.reachedAt = at;
    return true;
  }

  private tryLost(at: Instant): boolean {
    const { wakeUpLossChance } = this.profile as CompiledWan;
    if (wakeUpLossChance === 0) return false;
    // Instants lie far above the index of any daily contact.
    this.streams.wakeUp.draw(this.entity, at);
    return first() < wakeUpLossChance;
  }
}
