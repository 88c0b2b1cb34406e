import { DAY, MINUTE, type Instant } from '../../src/time.ts';
import type { HanProfile } from '../scenario/schema.ts';
import { AlternatingLink, compileClasses, FOREVER, UNCERTAIN, type LinkClasses } from './alternating.ts';
import { first, second, uniform, type Stream } from './dice/draws.ts';
import { FirstDraw } from './dice/firstDraw.ts';
import { normalQuantile } from './dice/normal.ts';

/** A HAN profile with its numbers in seconds. */
export interface CompiledHan {
  readonly classes: LinkClasses;
  readonly wakeSeconds: number;
  readonly budget: { marginDbMean: number; marginDbSd: number; driftDbSd: number; driftDays: number } | null;
  readonly batteryPerSecond: number;
  readonly lostJoinPerSecond: number;
  /** Uniform of the margin's draw above which no drift ever silences the link for certain. */
  readonly audibleAbove: number;
}

export function compileHan(profile: HanProfile): CompiledHan {
  const year = 365.25 * DAY;
  return {
    classes: compileClasses(profile.classes),
    wakeSeconds: profile.wakeMinutes * MINUTE,
    budget: profile.budget ?? null,
    batteryPerSecond: profile.batteryDeathPerYear / year,
    lostJoinPerSecond: profile.lostJoinPerYear / year,
    audibleAbove: profile.budget ? audibleAbove(profile.budget) : 0,
  };
}

function audibleAbove({ marginDbMean, marginDbSd, driftDbSd }: NonNullable<HanProfile['budget']>): number {
  // A little above where the margin reaches what the drift can take from it: rounding may not make a difference.
  const sds = (CERTAIN_SDS * driftDbSd - marginDbMean) / marginDbSd + 1e-6;
  let low = 0;
  let high = 1;
  for (let i = 0; i < 60; i += 1) {
    const middle = (low + high) / 2;
    if (middle > 0 && middle < 1 && normalQuantile(middle) < sds) low = middle;
    else high = middle;
  }
  return high;
}

export interface HanStreams {
  readonly han: Stream;
  readonly hanMargin: Stream;
  readonly hanDrift: Stream;
  readonly hanDeath: Stream;
}

const LOOKBACK_SECONDS = 400 * DAY;
/** A power of two, above any number of days that a drift is the mean of. */
const DRIFT_DAYS = 64;
/** Static margins further than this many standard deviations of the drift from 0 dB are never crossed. */
const CERTAIN_SDS = 4;

function dies(profile: CompiledHan): boolean {
  return profile.batteryPerSecond > 0 || profile.lostJoinPerSecond > 0;
}

/** Whether the own regime of a link is all there is: nothing dies, nothing is out of reach, nobody sleeps. */
export function isPlainHan(profile: CompiledHan): boolean {
  return !dies(profile) && profile.budget === null && profile.wakeSeconds === 0;
}

/**
 * The HAN between GSME and CHF of one installation at a time: a regime of the join, a static link budget with slow
 * drift, a battery, a join that can be lost for good. The GSME is sleepy: contact is made when it wakes. A day with
 * margin + drift below 0 dB has none (802.15.4 reception is almost binary in the link budget: DEVICES 6).
 */
export class HanLink {
  readonly own: AlternatingLink;
  /** Static margin, dB; 0 without a budget. */
  marginDb = 0;
  batteryDeadAt = FOREVER;
  joinLostAt = FOREVER;

  private profile: CompiledHan | null = null;
  private entity = 0;
  private earliest = 0;
  private deadAt = FOREVER;
  private marginal = false;
  /** Since when the link was silent when it was last asked (0: it was not), and the latest contact before that. */
  private silentSince = 0;
  private contactBefore = 0;
  /** Normals of the drift that have been drawn, by day modulo DRIFT_DAYS; day 0: none. */
  private readonly driftDay = new Int32Array(DRIFT_DAYS);
  private readonly driftNormal = new Float64Array(DRIFT_DAYS);
  private readonly streams: HanStreams;
  private readonly deathDraw: FirstDraw;
  private readonly marginDraw: FirstDraw;

  constructor(streams: HanStreams) {
    this.streams = streams;
    this.own = new AlternatingLink(streams.han);
    this.deathDraw = new FirstDraw(streams.hanDeath, 0);
    this.marginDraw = new FirstDraw(streams.hanMargin, 0);
  }

  /** Draws the first words of the installations that come next, all of one profile. */
  ahead(profile: CompiledHan, from: number, count: number): void {
    this.own.ahead(from, count);
    if (dies(profile)) this.deathDraw.ahead(from, count);
    if (profile.budget) this.marginDraw.ahead(from, count);
  }

  begin(profile: CompiledHan, entity: number, start: Instant): void {
    this.profile = profile;
    this.entity = entity;
    this.earliest = start - LOOKBACK_SECONDS;
    this.silentSince = 0;
    this.own.begin(profile.classes, entity, start);
    this.batteryDeadAt = FOREVER;
    this.joinLostAt = FOREVER;
    if (dies(profile)) {
      this.deathDraw.take(entity);
      if (profile.batteryPerSecond > 0) this.batteryDeadAt = start - Math.log(first()) / profile.batteryPerSecond;
      if (profile.lostJoinPerSecond > 0) this.joinLostAt = start - Math.log(second()) / profile.lostJoinPerSecond;
    }
    this.deadAt = this.batteryDeadAt < this.joinLostAt ? this.batteryDeadAt : this.joinLostAt;
    this.marginal = false;
    const { budget } = profile;
    if (budget) {
      this.marginDraw.take(entity);
      this.marginDb = budget.marginDbMean + budget.marginDbSd * normalQuantile(first());
      this.marginal = Math.abs(this.marginDb) <= CERTAIN_SDS * budget.driftDbSd;
      if (this.marginal) this.driftDay.fill(0);
      else if (this.marginDb < 0) this.deadAt = this.earliest;
    }
  }

  /**
   * Second stage of the block pre-draw. In: `contact[i]` is an instant through which the link's own regime is known to be up
   * from the start, or UNCERTAIN. Out: the latest contact at or before it where that is certain too; else UNCERTAIN. Starts
   * none of the links.
   */
  refine(profile: CompiledHan, start: Instant, count: number, contact: Float64Array): void {
    const { batteryPerSecond, lostJoinPerSecond, wakeSeconds, budget, audibleAbove } = profile;
    if (isPlainHan(profile)) return;
    const { first: battery, second: join } = this.deathDraw;
    const margin = this.marginDraw.first;
    for (let i = 0; i < count; i += 1) {
      const until = contact[i] as number;
      if (until === UNCERTAIN) continue;
      contact[i] = UNCERTAIN;
      if (batteryPerSecond > 0 && start + (1 - uniform(battery[i] as number)) / batteryPerSecond <= until) continue;
      if (lostJoinPerSecond > 0 && start + (1 - uniform(join[i] as number)) / lostJoinPerSecond <= until) continue;
      if (budget && uniform(margin[i] as number) <= audibleAbove) continue;
      const last = wakeSeconds > 0 ? Math.floor(until / wakeSeconds) * wakeSeconds : until;
      if (last >= start) contact[i] = last;
    }
  }

  /** Latest HAN contact at or before the instant. What was before a silence is looked for once: most who fail go on failing. */
  lastContact(at: Instant): Instant {
    this.own.advance(at);
    const since = this.silentFrom(at);
    if (since < 0) return this.contactFrom(at);
    if (since !== this.silentSince) {
      this.contactBefore = this.contactFrom(Math.ceil(since) - 1);
      this.silentSince = since;
    }
    return this.contactBefore;
  }

  /** Start of what silences the link at the instant, whatever the budget; -1 where nothing does. */
  private silentFrom(at: number): number {
    if (at >= this.deadAt) return this.deadAt;
    return this.own.downSince(at);
  }

  /** The latest contact from an instant backwards, over everything that silences the link. */
  private contactFrom(at: Instant): Instant {
    const { wakeSeconds } = this.profile as CompiledHan;
    let candidate = at;
    for (;;) {
      if (wakeSeconds > 0) candidate = Math.floor(candidate / wakeSeconds) * wakeSeconds;
      if (candidate < this.earliest) return candidate;
      const since = this.silentFrom(candidate);
      if (since >= 0) {
        candidate = Math.ceil(since) - 1;
        continue;
      }
      if (!this.marginal || this.audible(Math.floor(candidate / DAY))) return candidate;
      candidate = Math.floor(candidate / DAY) * DAY - 1;
    }
  }

  /** Whether the link budget carries at all, for the story: on `someDays` ask `audible` of each. */
  reach(): 'always' | 'never' | 'someDays' {
    if (this.marginal) return 'someDays';
    return (this.profile as CompiledHan).budget && this.marginDb < 0 ? 'never' : 'always';
  }

  /** The standard normal of a UTC day. Days are asked for several times over, by the neighbours that they weigh on. */
  private drift(day: number): number {
    const slot = day & (DRIFT_DAYS - 1);
    if (this.driftDay[slot] !== day) {
      // Two days share a draw.
      const even = slot & ~1;
      this.streams.hanDrift.draw(this.entity, day >> 1);
      this.driftNormal[even] = normalQuantile(first());
      this.driftNormal[even + 1] = normalQuantile(second());
      this.driftDay[even] = day & ~1;
      this.driftDay[even + 1] = day | 1;
    }
    return this.driftNormal[slot] as number;
  }

  /** Whether margin + drift is above 0 dB on a UTC day. The drift is a moving mean of daily normals: any day alone. */
  audible(day: number): boolean {
    const budget = (this.profile as CompiledHan).budget as NonNullable<CompiledHan['budget']>;
    let sum = 0;
    for (let k = 0; k < budget.driftDays; k += 1) sum += this.drift(day - k);
    return this.marginDb + (budget.driftDbSd * sum) / Math.sqrt(budget.driftDays) > 0;
  }
}
