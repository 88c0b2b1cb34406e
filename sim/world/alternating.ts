import { assert } from '../../src/assert.ts';
import { DAY, type Instant } from '../../src/time.ts';
import type { LinkClass } from '../scenario/schema.ts';
import { outageDurations, Picker, type Durations } from './dice/distributions.ts';
import { first, second, uniform, type Stream } from './dice/draws.ts';
import { FirstDraw } from './dice/firstDraw.ts';

const OUTAGES_MAX = 20_000;
/** Later than every instant of the model. */
export const FOREVER = 1e11;
/** In a column of contacts: the link has to be asked. */
export const UNCERTAIN = 0;

/** How long before the start a dead link has been silent: a year, our assumption (it only has to exceed the windows). */
const DEAD_SINCE_SECONDS = 365 * DAY;

interface CompiledClass {
  readonly name: string;
  readonly dead: boolean;
  readonly upSecondsMean: number;
  readonly down: Durations | null;
  /** Stationary chance of being up: up / (up + down). */
  readonly availability: number;
}

/** The classes of a link profile, shared by all installations that have it. */
export interface LinkClasses {
  readonly classes: readonly CompiledClass[];
  readonly picker: Picker;
  /** Per class, of the uniform that picks it: where the class ends, and below what the link is up at the start for certain. */
  readonly below: Float64Array;
  readonly upBelow: Float64Array;
  readonly upSecondsMean: Float64Array;
}

/** Far above what rounding does to a uniform that has picked a class. */
const ROUNDING = 1e-9;

export function compileClasses(classes: Readonly<Record<string, LinkClass>>): LinkClasses {
  const rows = Object.entries(classes);
  const stated = rows.reduce((sum, [, row]) => sum + (row.share ?? 0), 0);
  const shares = rows.map(([, row]) => row.share ?? Math.max(0, 1 - stated));
  const compiled = rows.map(([name, row]): CompiledClass => {
    const down = row.down ? outageDurations(row.down) : null;
    const upSecondsMean = (row.upDaysMean ?? 0) * DAY;
    const availability = row.dead || !down ? 0 : upSecondsMean / (upSecondsMean + down.meanSeconds);
    return { name, dead: row.dead, upSecondsMean, down, availability };
  });
  const below = Float64Array.from(shares);
  for (let i = 1; i < below.length; i += 1) below[i] = (below[i] as number) + (below[i - 1] as number);
  below[below.length - 1] = 1;
  return {
    picker: new Picker(shares),
    classes: compiled,
    below,
    upBelow: below.map((end, i) => {
      const from = below[i - 1] ?? 0;
      return from + (end - from) * (compiled[i] as CompiledClass).availability - ROUNDING;
    }),
    upSecondsMean: Float64Array.from(compiled, (row) => row.upSecondsMean),
  };
}

/**
 * One link as an alternating renewal process, for one installation at a time: exponential up times, any down times,
 * stationary at the start. Outages are generated forward and only as far as somebody asks; `begin` for the next
 * installation throws them away. Draw 0: class and state, first up time; draw k: kth outage, up time after it.
 */
export class AlternatingLink {
  /** Position of the class the installation is in. */
  classIndex = 0;
  /** Outages so far, rising and disjoint, half-open [from, to). */
  count = 0;
  readonly from = new Float64Array(OUTAGES_MAX);
  readonly to = new Float64Array(OUTAGES_MAX);

  private entity = 0;
  private draws = 0;
  /** The end of the up time that follows the last outage, or an instant before it: see `up`. */
  private nextDown = 0;
  private upFrom = 0;
  /** The uniform of that up time while its end is only bounded; 0: `nextDown` is the end itself. */
  private upUniform = 0;
  private current: CompiledClass | null = null;
  private readonly stream: Stream;
  readonly firstDraw: FirstDraw;

  constructor(stream: Stream) {
    this.stream = stream;
    this.firstDraw = new FirstDraw(stream, 0);
  }

  /** Draws the first words of the installations that come next. */
  ahead(from: number, count: number): void {
    this.firstDraw.ahead(from, count);
  }

  /**
   * Of the installations drawn ahead: for certain up from the start through `at`? Most are, and nothing more has to be
   * known of their link. The others get UNCERTAIN for a contact: they may be up, or not.
   */
  sift(profile: LinkClasses, start: Instant, count: number, at: Float64Array, contact: Float64Array): void {
    const { below, upBelow, upSecondsMean } = profile;
    const { first: a, second: b } = this.firstDraw;
    for (let i = 0; i < count; i += 1) {
      const u = uniform(a[i] as number);
      let c = 0;
      while (u >= (below[c] as number)) c += 1;
      const lasts = start + (upSecondsMean[c] as number) * (1 - uniform(b[i] as number));
      const until = at[i] as number;
      contact[i] = u < (upBelow[c] as number) && lasts > until ? until : UNCERTAIN;
    }
  }

  begin(profile: LinkClasses, entity: number, start: Instant): void {
    this.entity = entity;
    this.count = 0;
    this.draws = 0;
    this.firstDraw.take(entity);
    const { picker } = profile;
    this.classIndex = picker.pick(first());
    const current = profile.classes[this.classIndex] as CompiledClass;
    this.current = current;
    if (current.dead || current.down === null) {
      this.outage(start - DEAD_SINCE_SECONDS, FOREVER);
      this.nextDown = FOREVER;
      this.upUniform = 0;
      return;
    }
    const { rest } = picker;
    const upUniform = second();
    if (rest < current.availability) {
      this.up(start, upUniform);
      return;
    }
    // Down at the start: the covering outage is drawn by length and the start falls uniformly within it.
    const u = (rest - current.availability) / (1 - current.availability);
    this.draws = 1;
    this.stream.draw(entity, 1);
    const length = current.down.lengthBiased(u > 0 ? u : 1e-12, second());
    const age = length * first();
    this.outage(start - age, start + length - age);
    this.up(start + (length - age), upUniform);
  }

  /**
   * An up time begins. Its length is -mean * log(u), which is never below mean * (1 - u): most questions are answered by
   * that bound, and the logarithm is taken only when one is not.
   */
  private up(from: number, u: number): void {
    this.upFrom = from;
    this.upUniform = u;
    this.nextDown = from + (this.current as CompiledClass).upSecondsMean * (1 - u);
  }

  /** Makes the outages that begin at or before `at` known. */
  advance(at: Instant): void {
    while (this.nextDown <= at) {
      if (this.upUniform === 0) this.nextOutage();
      else {
        this.nextDown = this.upFrom - (this.current as CompiledClass).upSecondsMean * Math.log(this.upUniform);
        this.upUniform = 0;
      }
    }
  }

  private nextOutage(): void {
    const current = this.current as CompiledClass;
    this.draws += 1;
    this.stream.draw(this.entity, this.draws);
    const upUniform = second();
    const from = this.nextDown;
    const to = from + (current.down as Durations).quantile(first());
    this.outage(from, to);
    this.up(to, upUniform);
  }

  private outage(from: number, to: number): void {
    assert(this.count < OUTAGES_MAX, 'one link has at most 20,000 outages');
    this.from[this.count] = from;
    this.to[this.count] = to;
    this.count += 1;
  }

  /** Position of the outage that covers `at`, or -1. `advance(at)` must have been called. */
  covering(at: number): number {
    for (let i = this.count - 1; i >= 0; i -= 1) {
      if (at >= (this.from[i] as number)) return at < (this.to[i] as number) ? i : -1;
    }
    return -1;
  }
}
