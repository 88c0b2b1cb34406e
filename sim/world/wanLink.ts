/**
 * The WAN between head-end and CHF. The file belongs to the subset of TypeScript that is also compiled to WebAssembly
 * (sim/kernel/README.md).
 */
import { DAY, type Instant } from '../../src/londonTime.ts';
import { int, type f64, type i32 } from '../../src/numbers.ts';
import type { NumberStream } from '../../src/numberStream.ts';
import { AlternatingLink, FOREVER, LinkRegimes } from './alternating.ts';
import { first, second } from './dice/draws.ts';
import type { LifeStreams } from './dice/lifeStreams.ts';
import { NO_INTERVALS, type Intervals } from './intervals.ts';

/** A WAN profile as numbers; times in seconds. */
export class CompiledWan {
  regimes: LinkRegimes = new LinkRegimes();
  deathPerSecond: f64 = 0;
  /** Tries a day; 0: continuous contact. */
  tries: i32 = 0;
  windowSeconds: f64 = 0;
  retrySeconds: f64 = 0;
  wakeUpLossChance: f64 = 0;

  exchange(numbers: NumberStream): void {
    this.regimes.exchange(numbers);
    this.deathPerSecond = numbers.real(this.deathPerSecond);
    this.tries = numbers.integer(this.tries);
    this.windowSeconds = numbers.real(this.windowSeconds);
    this.retrySeconds = numbers.real(this.retrySeconds);
    this.wakeUpLossChance = numbers.real(this.wakeUpLossChance);
  }
}

/** Search for a contact ends this long before the start: nothing the model asks for lies further back. */
const LOOKBACK_SECONDS: f64 = 400 * DAY;
const TRIES_A_DAY: i32 = 8;

/**
 * The WAN of one installation at a time: its own regime, joined with the outages it shares and with planned windows.
 * `lastContact` is derived from them; MA112 follows, it is never stored.
 */
export class WanLink {
  readonly own: AlternatingLink;
  /** From when the link is dead for good. FOREVER: not before `knownUntil`. */
  deathAt: f64 = FOREVER;

  /** The latest try of the SMSO that got through: a contact like any other. */
  private reachedAt: f64 = 0;
  /** The instant that `up` was last asked about, and the answer: an attempt asks several times. */
  private askedAt: f64 = -1;
  private wasUp: boolean = false;
  private profile: CompiledWan = new CompiledWan();
  private entity: i32 = 0;
  private earliest: f64 = 0;
  private offsetSeconds: f64 = 0;
  /** What takes the link down besides its own regime: shared outages and planned windows, merged. */
  private shared: Intervals = NO_INTERVALS;
  private readonly streams: LifeStreams;
  /** A death after this instant need not be known exactly. */
  private readonly knownUntil: f64;

  /** @param knownUntil Ends of a link after this instant may be left at FOREVER; Infinity: all are computed. */
  constructor(streams: LifeStreams, knownUntil: f64 = Infinity) {
    this.streams = streams;
    this.own = new AlternatingLink(streams.wan, knownUntil === Infinity);
    this.knownUntil = knownUntil;
  }

  begin(profile: CompiledWan, entity: i32, start: Instant, shared: Intervals): void {
    this.profile = profile;
    this.entity = entity;
    this.earliest = start - LOOKBACK_SECONDS;
    this.shared = shared;
    this.reachedAt = 0;
    this.askedAt = -1;
    this.own.begin(profile.regimes, entity, start);
    this.deathAt = FOREVER;
    // A hub in continuous contact that cannot die draws nothing here.
    if (profile.tries === 0 && profile.deathPerSecond === 0) return;
    this.streams.wanDeath.draw(entity, 0);
    this.offsetSeconds = Math.floor(profile.windowSeconds * second());
    if (profile.deathPerSecond > 0) this.deathAt = endOf(start, first(), profile.deathPerSecond, this.knownUntil);
  }

  /** Start of an outage that covers the instant, or -1 where the link is up. */
  private downSince(at: f64): f64 {
    if (at >= this.deathAt) return this.deathAt;
    const own = this.own.downSince(at);
    if (own >= 0) return own;
    return this.shared.coveredSince(at);
  }

  /** Whether the head-end reaches the CHF at the instant. */
  up(at: Instant): boolean {
    if (at !== this.askedAt) {
      this.askedAt = at;
      this.own.advance(at);
      this.wasUp = this.downSince(at) < 0;
    }
    return this.wasUp;
  }

  /** An instant until which the link stays up for certain, from one at which it is. */
  upUntil(at: Instant): Instant {
    let until = this.own.upUntil(at);
    const shared = this.shared.clearUntil(at);
    if (shared < until) until = shared;
    return this.deathAt < until ? this.deathAt : until;
  }

  /** Whether the latest scheduled contact at or before the instant is made at once, the link being up. */
  isHeardBefore(at: Instant): boolean {
    if (this.profile.wakeUpLossChance === 0) return true;
    return !this.wakeUpLost(Math.floor((at - this.offsetSeconds) / DAY), 0);
  }

  /**
   * Latest contact at or before the instant. The search for it ends at `notBefore`: the answer then is some instant at or
   * before that, and no contact lies between the two. It ends 400 days before the start in any case.
   */
  lastContact(at: Instant, notBefore: Instant = -Infinity): Instant {
    this.own.advance(at);
    const earliest = notBefore > this.earliest ? notBefore : this.earliest;
    const scheduled = this.profile.tries === 0 ? this.lastContinuous(at, earliest) : this.lastDaily(at, earliest);
    return this.reachedAt > scheduled && this.reachedAt <= at ? this.reachedAt : scheduled;
  }

  private lastContinuous(at: Instant, earliest: Instant): Instant {
    let candidate = at;
    while (true) {
      if (candidate < earliest) return candidate;
      const since = this.downSince(candidate);
      if (since < 0) return candidate;
      candidate = Math.ceil(since) - 1;
    }
  }

  private lastDaily(at: Instant, earliest: Instant): Instant {
    const tries = this.profile.tries;
    const retrySeconds = this.profile.retrySeconds;
    let day = Math.floor(at / DAY);
    while (true) {
      const tick = day * DAY + this.offsetSeconds;
      let since: f64 = -1;
      for (let k: i32 = 0; k < tries; k += 1) {
        const tried = Math.floor(tick + k * retrySeconds);
        if (tried > at) break;
        since = this.downSince(tried);
        if (since < 0 && !this.wakeUpLost(day, k)) return tried;
      }
      if (tick < earliest) return tick;
      // A long outage is skipped in one step: the day on which it began may still have had its contact.
      const began = since >= 0 ? Math.floor(since / DAY) : day;
      day = began < day ? began : day - 1;
    }
  }

  private wakeUpLost(day: f64, k: i32): boolean {
    return this.isLost(int(day) * TRIES_A_DAY + k);
  }

  /** Whether an instruction's try gets through at the instant: the link is up, and the wake-up was not lost. */
  reaches(at: Instant): boolean {
    // Instants lie far above the index of any daily contact.
    if (!this.up(at) || this.isLost(int(at))) return false;
    this.reachedAt = at;
    return true;
  }

  private isLost(index: i32): boolean {
    const chance = this.profile.wakeUpLossChance;
    if (chance === 0) return false;
    this.streams.wakeUp.draw(this.entity, index);
    return first() < chance;
  }
}

/**
 * The instant at which something of a constant hazard happens: start - log(u) / rate, which is never before
 * start + (1 - u) / rate. FOREVER if that bound already lies after `knownUntil`.
 */
export function endOf(start: Instant, u: f64, rate: f64, knownUntil: Instant): Instant {
  return start + (1 - u) / rate > knownUntil ? FOREVER : start - Math.log(u) / rate;
}
