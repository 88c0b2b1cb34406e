import { assert } from '../../src/assert.ts';
import { DAY, type Instant } from '../../src/time.ts';
import type { LinkClass } from '../scenario/schema.ts';
import { outageDurations, Picker, type Durations } from './dice/distributions.ts';
import { first, second, uniform, type Stream } from './dice/draws.ts';
import { FirstDraw } from './dice/firstDraw.ts';

const OUTAGES_MAX = 20_000;
const PAST_MAX = 4096;
/** Later than every instant of the model. */
export const FOREVER = 1e11;
/** In a column of contacts: the link has to be asked. */
export const UNCERTAIN = 0;

/** How long before the start a dead link fell silent: a year. Our assumption; it only has to exceed the windows. */
const DEAD_SINCE_SECONDS = 365 * DAY;

interface CompiledClass {
  readonly name: string;
  readonly dead: boolean;
  readonly upSecondsMean: number;
  readonly down: Durations | null;
  /** Stationary chance of being up: up / (up + down). */
  readonly availability: number;
}

/** The classes of a link profile. All installations with the profile share them. */
export interface LinkClasses {
  readonly classes: readonly CompiledClass[];
  readonly picker: Picker;
  /** Per class: the upper end of its part of the uniform that picks the class. */
  readonly below: Float64Array;
  /** Per class: a bound on that uniform, below which the link is certain to be up at the start. */
  readonly upBelow: Float64Array;
  readonly upSecondsMean: Float64Array;
}

/** Far above the rounding error of a uniform that has picked a class. */
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

/** Index of the first draw of the history before the start; draws of outages after it lie below. */
const PAST = 2 ** 20;

/**
 * One link as an alternating renewal process, for one installation at a time: exponential up times, outages of any
 * lengths, stationary over all time. Outages are generated as far as somebody asks, forwards from the start and
 * backwards before it; `begin` for the next installation throws them away.
 *
 * A stationary process of this kind looks the same in both directions, so that the history before the start is drawn
 * like the future: up times are exponential and each outage is a fresh draw, whatever covers the start.
 *
 * Draw 0 gives the class with the state at the start, and the first up time. Draw k gives the kth outage and the up time
 * after it. Draw PAST + k gives the kth outage before the start, counted backwards, and the up time that follows it.
 */
export class AlternatingLink {
  /** Position of the class the installation is in. */
  classIndex = 0;
  /** The outages known so far that last beyond the start: rising and disjoint, half-open [from, to). */
  count = 0;
  readonly from = new Float64Array(OUTAGES_MAX);
  readonly to = new Float64Array(OUTAGES_MAX);
  /** The outages known so far that ended before the start, the latest first. */
  pastCount = 0;
  readonly pastFrom = new Float64Array(PAST_MAX);
  readonly pastTo = new Float64Array(PAST_MAX);

  private entity = 0;
  private draws = 0;
  /** The end of the up time that follows the last outage, or an instant before it: see `up`. */
  private nextDown = 0;
  private upFrom = 0;
  /** The uniform of that up time while its end is only bounded; 0: `nextDown` is the end itself. */
  private upUniform = 0;
  /** The history is known from here on. Just before, the link was up. */
  private knownFrom = 0;
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
   * First stage of the block pre-draw, for the installations drawn ahead. Sets `contact[i]` to `at[i]` where the link is
   * certain to be up from the start through `at[i]`, as most are; nothing more has to be known of such a link. Sets it to
   * UNCERTAIN elsewhere: the link may be up, or not.
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
    this.pastCount = 0;
    this.draws = 0;
    this.knownFrom = start;
    this.firstDraw.take(entity);
    const { picker } = profile;
    this.classIndex = picker.pick(first());
    const current = profile.classes[this.classIndex] as CompiledClass;
    this.current = current;
    if (current.dead || current.down === null) {
      this.outage(start - DEAD_SINCE_SECONDS, FOREVER);
      this.nextDown = FOREVER;
      this.upUniform = 0;
      this.knownFrom = -Infinity;
      return;
    }
    const { rest } = picker;
    const upUniform = second();
    if (rest < current.availability) {
      this.up(start, upUniform);
      return;
    }
    // Down at the start: the outage that covers it is drawn by its length, and the start falls uniformly within it.
    const u = (rest - current.availability) / (1 - current.availability);
    this.draws = 1;
    this.stream.draw(entity, 1);
    const length = current.down.lengthBiased(u > 0 ? u : 1e-12, second());
    const age = length * first();
    this.outage(start - age, start + length - age);
    this.knownFrom = start - age;
    this.up(start + (length - age), upUniform);
  }

  /**
   * Begins an up time. Its length is -mean * log(u), which is never below mean * (1 - u). That bound answers most
   * questions, and the logarithm is taken only when it does not.
   */
  private up(from: number, u: number): void {
    this.upFrom = from;
    this.upUniform = u;
    this.nextDown = from + (this.current as CompiledClass).upSecondsMean * (1 - u);
  }

  /** Makes the outages known that begin at or before `at`. */
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

  /** Makes the outages known that were over before the start and lasted beyond `at`. */
  private recall(at: number): void {
    const current = this.current as CompiledClass;
    while (this.knownFrom > at) {
      const k = this.pastCount;
      assert(k < PAST_MAX, 'one link is asked for at most 4,096 outages before the start');
      this.stream.draw(this.entity, PAST + k);
      const to = this.knownFrom + current.upSecondsMean * Math.log(second());
      const from = to - (current.down as Durations).quantile(first());
      this.pastFrom[k] = from;
      this.pastTo[k] = to;
      this.pastCount = k + 1;
      this.knownFrom = from;
    }
  }

  /** Start of the outage that covers `at`, or -1 where the link is up. `advance(at)` must have been called. */
  downSince(at: number): number {
    for (let i = this.count - 1; i >= 0; i -= 1) {
      const from = this.from[i] as number;
      if (at >= from) return at < (this.to[i] as number) ? from : -1;
    }
    return this.downBefore(at);
  }

  /** The same for an instant before all outages that last beyond the start. */
  private downBefore(at: number): number {
    this.recall(at);
    for (let k = 0; k < this.pastCount; k += 1) {
      if (at >= (this.pastTo[k] as number)) return -1;
      if (at >= (this.pastFrom[k] as number)) return this.pastFrom[k] as number;
    }
    return -1;
  }
}
