import { assert } from '../../src/assert.ts';
import { DAY, type Instant } from '../../src/time.ts';
import type { LinkClass } from '../scenario/schema.ts';
import { outageDurations, Picker, type Durations } from './distributions.ts';
import { first, second, type Stream } from './draws.ts';

const OUTAGES_MAX = 20_000;
/** Later than every instant of the model. */
export const FOREVER = 1e11;
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
}

export function compileClasses(classes: Readonly<Record<string, LinkClass>>): LinkClasses {
  const rows = Object.entries(classes);
  const stated = rows.reduce((sum, [, row]) => sum + (row.share ?? 0), 0);
  const shares = rows.map(([, row]) => row.share ?? Math.max(0, 1 - stated));
  return {
    picker: new Picker(shares),
    classes: rows.map(([name, row]) => {
      const down = row.down ? outageDurations(row.down) : null;
      const upSecondsMean = (row.upDaysMean ?? 0) * DAY;
      const availability = row.dead || !down ? 0 : upSecondsMean / (upSecondsMean + down.meanSeconds);
      return { name, dead: row.dead, upSecondsMean, down, availability };
    }),
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
  /** The end of the up time that follows the last outage. */
  private nextDown = 0;
  private current: CompiledClass | null = null;
  private readonly stream: Stream;

  constructor(stream: Stream) {
    this.stream = stream;
  }

  begin(profile: LinkClasses, entity: number, start: Instant): void {
    this.entity = entity;
    this.count = 0;
    this.draws = 0;
    this.stream.draw(entity, 0);
    const { picker } = profile;
    this.classIndex = picker.pick(first());
    const current = profile.classes[this.classIndex] as CompiledClass;
    this.current = current;
    if (current.dead || current.down === null) {
      this.outage(start - DEAD_SINCE_SECONDS, FOREVER);
      this.nextDown = FOREVER;
      return;
    }
    const { rest } = picker;
    const up = -current.upSecondsMean * Math.log(second());
    if (rest < current.availability) {
      this.nextDown = start + up;
      return;
    }
    // Down at the start: the covering outage is drawn by length and the start falls uniformly within it.
    const u = (rest - current.availability) / (1 - current.availability);
    this.draws = 1;
    this.stream.draw(entity, 1);
    const length = current.down.lengthBiased(u > 0 ? u : 1e-12, second());
    const age = length * first();
    this.outage(start - age, start + length - age);
    this.nextDown = start + (length - age) + up;
  }

  /** Makes the outages that begin at or before `at` known. */
  advance(at: Instant): void {
    while (this.nextDown <= at) this.nextOutage();
  }

  private nextOutage(): void {
    const current = this.current as CompiledClass;
    this.draws += 1;
    this.stream.draw(this.entity, this.draws);
    const up = -current.upSecondsMean * Math.log(second());
    const from = this.nextDown;
    const to = from + (current.down as Durations).quantile(first());
    this.outage(from, to);
    this.nextDown = to + up;
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
