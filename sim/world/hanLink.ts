/**
 * The HAN between GSME and CHF. The file belongs to the subset of TypeScript that is also compiled to WebAssembly
 * (sim/kernel/README.md).
 */
import { DAY, type Instant } from '../../src/londonTime.ts';
import { int, topBits, type f64, type i32 } from '../../src/numbers.ts';
import type { NumberStream } from '../../src/numberStream.ts';
import { AlternatingLink, FOREVER, LinkRegimes } from './alternating.ts';
import { first, second, uniform, words } from './dice/draws.ts';
import type { LifeStreams } from './dice/lifeStreams.ts';
import { normalQuantile } from './dice/normal.ts';
import { endOf } from './wanLink.ts';

/** A HAN profile as numbers; times in seconds. */
export class CompiledHan {
  regimes: LinkRegimes = new LinkRegimes();
  wakeSeconds: f64 = 0;
  batteryPerSecond: f64 = 0;
  lostJoinPerSecond: f64 = 0;
  /** The link budget, if there is one: see `links.han` of a scenario. */
  hasBudget: boolean = false;
  marginDbMean: f64 = 0;
  marginDbSd: f64 = 0;
  driftDbSd: f64 = 0;
  driftDays: i32 = 0;
  /** Uniforms of the margin above this are certain to give a margin that no drift silences. */
  audibleAbove: f64 = 0;

  exchange(numbers: NumberStream): void {
    this.regimes.exchange(numbers);
    this.wakeSeconds = numbers.real(this.wakeSeconds);
    this.batteryPerSecond = numbers.real(this.batteryPerSecond);
    this.lostJoinPerSecond = numbers.real(this.lostJoinPerSecond);
    this.hasBudget = numbers.flag(this.hasBudget);
    this.marginDbMean = numbers.real(this.marginDbMean);
    this.marginDbSd = numbers.real(this.marginDbSd);
    this.driftDbSd = numbers.real(this.driftDbSd);
    this.driftDays = numbers.integer(this.driftDays);
    this.audibleAbove = numbers.real(this.audibleAbove);
  }
}

const LOOKBACK_SECONDS: f64 = 400 * DAY;
/** A power of two, above any number of days that a drift is the mean of. */
const DRIFT_DAYS: i32 = 64;
/** Static margins further than this many standard deviations of the drift from 0 dB are never crossed. */
export const CERTAIN_SDS: f64 = 4;

/** How a link budget carries: on every day, on none, or on some. */
export const CARRIES_ALWAYS: i32 = 0;
export const CARRIES_NEVER: i32 = 1;
const CARRIES_ON_SOME_DAYS: i32 = 2;

/** Bounds of the normal quantile over 1,024 equally wide cells of the uniform; rounding stays within `SLACK_DB`. */
const CELL_SHIFT: i32 = 22;
const CELL_COUNT: i32 = 1024;
const CELLS: f64 = 1024;
const SLACK_DB: f64 = 1e-6;
const NORMAL_BORDER = new Float64Array(CELL_COUNT + 1);

function fillNormalBorders(): void {
  // No word of 32 bits gives a normal outside these.
  NORMAL_BORDER[0] = -7;
  NORMAL_BORDER[CELL_COUNT] = 7;
  for (let i: i32 = 1; i < CELL_COUNT; i += 1) NORMAL_BORDER[i] = normalQuantile(i / CELLS);
}
fillNormalBorders();

/**
 * The HAN of one installation at a time: a regime of the join, a static link budget with slow drift, a battery, a join that
 * can be lost for good. The GSME is sleepy: contact is made when it wakes. A day with margin + drift below 0 dB has none
 * (802.15.4 reception is almost binary in the link budget: devices/README.md).
 */
export class HanLink {
  readonly own: AlternatingLink;
  /** Static margin, dB; 0 without a budget. Not computed where the link carries on every day, unless `knownUntil` is Infinity. */
  marginDb: f64 = 0;
  /** FOREVER: not before `knownUntil`. */
  batteryDeadAt: f64 = FOREVER;
  joinLostAt: f64 = FOREVER;

  private profile: CompiledHan = new CompiledHan();
  private entity: i32 = 0;
  private earliest: f64 = 0;
  /** From when nothing is ever heard again. */
  private deadAt: f64 = FOREVER;
  private marginal: boolean = false;
  /** Since when the link was silent when it was last asked (0: it was not), and the latest contact before that. */
  private silentSince: f64 = 0;
  private contactBefore: f64 = 0;
  /** Words of the drift that have been drawn, by day modulo DRIFT_DAYS; day 0: none. */
  private readonly driftDay: Int32Array = new Int32Array(DRIFT_DAYS);
  private readonly driftWord: Int32Array = new Int32Array(DRIFT_DAYS);
  private readonly streams: LifeStreams;
  private readonly knownUntil: f64;

  /** @param knownUntil Ends of a link after this instant may be left at FOREVER; Infinity: all are computed. */
  constructor(streams: LifeStreams, knownUntil: f64 = Infinity) {
    this.streams = streams;
    this.own = new AlternatingLink(streams.han, knownUntil === Infinity);
    this.knownUntil = knownUntil;
  }

  begin(profile: CompiledHan, entity: i32, start: Instant): void {
    this.profile = profile;
    this.entity = entity;
    this.earliest = start - LOOKBACK_SECONDS;
    this.silentSince = 0;
    this.own.begin(profile.regimes, entity, start);
    this.batteryDeadAt = FOREVER;
    this.joinLostAt = FOREVER;
    const battery = profile.batteryPerSecond;
    const lostJoin = profile.lostJoinPerSecond;
    if (battery > 0 || lostJoin > 0) {
      this.streams.hanDeath.draw(entity, 0);
      if (battery > 0) this.batteryDeadAt = endOf(start, first(), battery, this.knownUntil);
      if (lostJoin > 0) this.joinLostAt = endOf(start, second(), lostJoin, this.knownUntil);
    }
    this.deadAt = this.batteryDeadAt < this.joinLostAt ? this.batteryDeadAt : this.joinLostAt;
    const silent = this.own.silentFrom();
    if (silent < this.deadAt) this.deadAt = silent;
    this.marginal = false;
    this.marginDb = 0;
    if (profile.hasBudget) this.beginBudget();
  }

  private beginBudget(): void {
    const profile = this.profile;
    this.streams.hanMargin.draw(this.entity, 0);
    const u = first();
    // Most margins carry on every day, and then nobody asks how large they are.
    if (u > profile.audibleAbove && this.knownUntil < Infinity) return;
    this.marginDb = profile.marginDbMean + profile.marginDbSd * normalQuantile(u);
    const distance = this.marginDb < 0 ? -this.marginDb : this.marginDb;
    this.marginal = distance <= CERTAIN_SDS * profile.driftDbSd;
    if (this.marginal) this.driftDay.fill(0);
    else if (this.marginDb < 0) this.deadAt = this.earliest;
  }

  /** Whether the link has been silent for good since before the instant. */
  isLostBefore(at: Instant): boolean {
    return this.deadAt < at;
  }

  /**
   * Latest HAN contact at or before the instant; `notBefore` as for `WanLink.lastContact`. The contact before a silence is
   * looked for once: most who fail go on failing.
   */
  lastContact(at: Instant, notBefore: Instant = -Infinity): Instant {
    this.own.advance(at);
    const since = this.silentFrom(at);
    if (since < 0) return this.contactFrom(at, notBefore);
    if (since !== this.silentSince) {
      this.contactBefore = this.contactFrom(Math.ceil(since) - 1, notBefore);
      this.silentSince = since;
    }
    return this.contactBefore;
  }

  /** Start of what silences the link at the instant, whatever the budget; -1 where nothing does. */
  private silentFrom(at: f64): f64 {
    if (at >= this.deadAt) return this.deadAt;
    return this.own.downSince(at);
  }

  /** The latest contact from an instant backwards, over everything that silences the link. */
  private contactFrom(at: Instant, notBefore: Instant): Instant {
    const wakeSeconds = this.profile.wakeSeconds;
    const earliest = notBefore > this.earliest ? notBefore : this.earliest;
    let candidate = at;
    while (true) {
      if (wakeSeconds > 0) candidate = Math.floor(candidate / wakeSeconds) * wakeSeconds;
      if (candidate < earliest) return candidate;
      const since = this.silentFrom(candidate);
      if (since >= 0) {
        candidate = Math.ceil(since) - 1;
        continue;
      }
      if (!this.marginal || this.audible(Math.floor(candidate / DAY))) return candidate;
      candidate = Math.floor(candidate / DAY) * DAY - 1;
    }
  }

  /** How the link budget carries: CARRIES_*. On CARRIES_ON_SOME_DAYS ask `audible` of each day. */
  reach(): i32 {
    if (this.marginal) return CARRIES_ON_SOME_DAYS;
    return this.profile.hasBudget && this.marginDb < 0 ? CARRIES_NEVER : CARRIES_ALWAYS;
  }

  /** The word of a UTC day's drift. Days are asked for several times over, by the neighbours that they weigh on. */
  private drift(day: i32): i32 {
    const slot = day & (DRIFT_DAYS - 1);
    if (this.driftDay[slot] !== day) {
      // Two days share a draw.
      const even = slot & ~1;
      this.streams.hanDrift.draw(this.entity, day >> 1);
      this.driftWord[even] = words[0] as i32;
      this.driftWord[even + 1] = words[1] as i32;
      this.driftDay[even] = day & ~1;
      this.driftDay[even + 1] = day | 1;
    }
    return this.driftWord[slot] as i32;
  }

  /**
   * Whether margin + drift is above 0 dB on a UTC day. The drift is a moving mean of daily normals: any day alone. Bounds of
   * the normals decide nearly every day; the normals themselves are computed only if 0 dB lies between the bounds.
   */
  audible(day: f64): boolean {
    const profile = this.profile;
    const driftDays = profile.driftDays;
    const last = int(day);
    let low: f64 = 0;
    let high: f64 = 0;
    for (let k: i32 = 0; k < driftDays; k += 1) {
      const cell = topBits(this.drift(last - k), CELL_SHIFT);
      low += NORMAL_BORDER[cell] as f64;
      high += NORMAL_BORDER[cell + 1] as f64;
    }
    const root = Math.sqrt(driftDays);
    if (this.marginDb + (profile.driftDbSd * low) / root - SLACK_DB > 0) return true;
    if (this.marginDb + (profile.driftDbSd * high) / root + SLACK_DB <= 0) return false;
    let sum: f64 = 0;
    for (let k: i32 = 0; k < driftDays; k += 1) sum += normalQuantile(uniform(this.drift(last - k)));
    return this.marginDb + (profile.driftDbSd * sum) / root > 0;
  }
}
