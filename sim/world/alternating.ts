/**
 * One link as an alternating renewal process. The file belongs to the subset of TypeScript that is also compiled to WebAssembly
 * (sim/kernel/README.md).
 */
import { assert } from '../../src/assert.ts';
import { DAY, type Instant } from '../../src/londonTime.ts';
import type { f64, i32 } from '../../src/numbers.ts';
import type { NumberStream } from '../../src/numberStream.ts';
import { Durations, Picker } from './dice/durations.ts';
import { first, second, type Stream } from './dice/draws.ts';

const OUTAGES_MAX: i32 = 20_000;
const PAST_MAX: i32 = 4096;
/** Later than every instant of the model. */
export const FOREVER: f64 = 1e11;

/** How long before the start a dead link fell silent: a year. Our assumption; it only has to exceed the windows. */
const DEAD_SINCE_SECONDS: f64 = 365 * DAY;

/** One regime of a link profile, as numbers. An installation stays in one. */
export class LinkRegime {
  /** Never up; then the rest says nothing. */
  dead: boolean = false;
  upSecondsMean: f64 = 0;
  down: Durations = new Durations();
  /** Stationary chance of being up: up / (up + down). */
  availability: f64 = 0;

  exchange(numbers: NumberStream): void {
    this.dead = numbers.flag(this.dead);
    this.upSecondsMean = numbers.real(this.upSecondsMean);
    this.down.exchange(numbers);
    this.availability = numbers.real(this.availability);
  }
}

/** The regimes of a link profile and their shares. All installations with the profile share them. */
export class LinkRegimes {
  regimes: LinkRegime[] = [];
  picker: Picker = new Picker(new Float64Array(0));

  exchange(numbers: NumberStream): void {
    const count = numbers.integer(this.regimes.length);
    for (let i: i32 = 0; i < count; i += 1) {
      if (numbers.isReading) this.regimes.push(new LinkRegime());
      (this.regimes[i] as LinkRegime).exchange(numbers);
    }
    this.picker.exchange(numbers);
  }
}

/** Index of the first draw of the history before the start; draws of outages after it lie below. */
const PAST: i32 = 1_048_576;

/**
 * One link for one installation at a time: exponential up times, outages of any lengths, stationary over all time. Outages
 * are generated as far as somebody asks, forwards from the start and backwards before it; `begin` for the next installation
 * throws them away.
 *
 * A stationary process of this kind looks the same in both directions, so that the history before the start is drawn
 * like the future: up times are exponential and each outage is a fresh draw, whatever covers the start.
 *
 * Draw 0 gives the regime with the state at the start, and the first up time. Draw k gives the kth outage and the up time
 * after it. Draw PAST + k gives the kth outage before the start, counted backwards, and the up time that follows it.
 */
export class AlternatingLink {
  /** Position of the regime the installation is in. */
  regimeIndex: i32 = 0;
  /** The outages known so far that last beyond the start: rising and disjoint, half-open [from, to). */
  count: i32 = 0;
  readonly from: Float64Array = new Float64Array(OUTAGES_MAX);
  readonly to: Float64Array = new Float64Array(OUTAGES_MAX);
  /** The outages known so far that ended before the start, the latest first. */
  pastCount: i32 = 0;
  readonly pastFrom: Float64Array = new Float64Array(PAST_MAX);
  readonly pastTo: Float64Array = new Float64Array(PAST_MAX);

  private entity: i32 = 0;
  private draws: i32 = 0;
  /** The end of the up time that follows the last outage, or an instant before it: see `up`. */
  private nextDown: f64 = 0;
  private upFrom: f64 = 0;
  /** The uniform of that up time while its end is only bounded; 0: `nextDown` is the end itself. */
  private upUniform: f64 = 0;
  /** The history is known from here on. Just before, the link was up. */
  private knownFrom: f64 = 0;
  private regime: LinkRegime = new LinkRegime();
  private readonly stream: Stream;

  constructor(stream: Stream) {
    this.stream = stream;
  }

  begin(profile: LinkRegimes, entity: i32, start: Instant): void {
    this.entity = entity;
    this.count = 0;
    this.pastCount = 0;
    this.draws = 0;
    this.knownFrom = start;
    this.stream.draw(entity, 0);
    const upUniform = second();
    this.regimeIndex = profile.picker.pick(first());
    const regime = profile.regimes[this.regimeIndex] as LinkRegime;
    this.regime = regime;
    if (regime.dead) {
      this.outage(start - DEAD_SINCE_SECONDS, FOREVER);
      this.nextDown = FOREVER;
      this.upUniform = 0;
      this.knownFrom = -Infinity;
      return;
    }
    const rest = profile.picker.rest;
    if (rest < regime.availability) {
      this.up(start, upUniform);
      return;
    }
    // Down at the start: the outage that covers it is drawn by its length, and the start falls uniformly within it.
    const u = (rest - regime.availability) / (1 - regime.availability);
    this.draws = 1;
    this.stream.draw(entity, 1);
    const length = regime.down.lengthBiased(u > 0 ? u : 1e-12, second());
    const age = length * first();
    this.outage(start - age, start + length - age);
    this.knownFrom = start - age;
    this.up(start + (length - age), upUniform);
  }

  /**
   * Begins an up time. Its length is -mean * log(u), which is never below mean * (1 - u). That bound answers most
   * questions, and the logarithm is taken only when it does not.
   */
  private up(from: f64, u: f64): void {
    this.upFrom = from;
    this.upUniform = u;
    this.nextDown = from + this.regime.upSecondsMean * (1 - u);
  }

  /** Since when the link has been down for good; FOREVER: it comes and goes. */
  silentFrom(): f64 {
    return this.regime.dead ? (this.from[0] as f64) : FOREVER;
  }

  /** Makes the outages known that begin at or before `at`. */
  advance(at: Instant): void {
    while (this.nextDown <= at) {
      if (this.upUniform === 0) this.nextOutage();
      else {
        this.nextDown = this.upFrom - this.regime.upSecondsMean * Math.log(this.upUniform);
        this.upUniform = 0;
      }
    }
  }

  private nextOutage(): void {
    this.draws += 1;
    this.stream.draw(this.entity, this.draws);
    const upUniform = second();
    const from = this.nextDown;
    const to = from + this.regime.down.quantile(first());
    this.outage(from, to);
    this.up(to, upUniform);
  }

  private outage(from: f64, to: f64): void {
    assert(this.count < OUTAGES_MAX, 'one link has at most 20,000 outages');
    this.from[this.count] = from;
    this.to[this.count] = to;
    this.count += 1;
  }

  /** Makes the outages known that were over before the start and lasted beyond `at`. */
  private recall(at: f64): void {
    while (this.knownFrom > at) {
      const k = this.pastCount;
      assert(k < PAST_MAX, 'one link is asked for at most 4,096 outages before the start');
      this.stream.draw(this.entity, PAST + k);
      const to = this.knownFrom + this.regime.upSecondsMean * Math.log(second());
      const from = to - this.regime.down.quantile(first());
      this.pastFrom[k] = from;
      this.pastTo[k] = to;
      this.pastCount = k + 1;
      this.knownFrom = from;
    }
  }

  /** Start of the outage that covers `at`, or -1 where the link is up. `advance(at)` must have been called. */
  downSince(at: f64): f64 {
    for (let i = this.count - 1; i >= 0; i -= 1) {
      const from = this.from[i] as f64;
      if (at >= from) return at < (this.to[i] as f64) ? from : -1;
    }
    return this.downBefore(at);
  }

  /** The same for an instant before all outages that last beyond the start. */
  private downBefore(at: f64): f64 {
    this.recall(at);
    for (let k: i32 = 0; k < this.pastCount; k += 1) {
      if (at >= (this.pastTo[k] as f64)) return -1;
      if (at >= (this.pastFrom[k] as f64)) return this.pastFrom[k] as f64;
    }
    return -1;
  }
}
