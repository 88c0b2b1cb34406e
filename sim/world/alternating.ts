/**
 * One link as an alternating renewal process. The file belongs to the subset of TypeScript that is also compiled to WebAssembly
 * (sim/kernel/README.md).
 */
import { assert } from '../../src/assert.ts';
import { DAY, type Instant } from '../../src/londonTime.ts';
import { topBits, type f64, type i32 } from '../../src/numbers.ts';
import type { NumberStream } from '../../src/numberStream.ts';
import { leastMinusLog, LENGTH_SHIFT, MINUS_LOG_WITHIN } from './dice/bounds.ts';
import { Durations, Picker } from './dice/durations.ts';
import { first, second, uniform, words, type Stream } from './dice/draws.ts';

const OUTAGES_MAX: i32 = 20_000;
/** Room for outages at first; it doubles when it is full. */
const ROOM: i32 = 64;
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
  /**
   * Bounds of the length of an outage, by the first ten bits of the word that it is drawn from: the least and the most of each
   * cell. The least is -1 where the two lie too far apart to be of use.
   */
  downBounds: Float64Array = new Float64Array(0);
  /** Stationary chance of being up: up / (up + down). */
  availability: f64 = 0;

  exchange(numbers: NumberStream): void {
    this.dead = numbers.flag(this.dead);
    this.upSecondsMean = numbers.real(this.upSecondsMean);
    this.down.exchange(numbers);
    this.downBounds = numbers.reals(this.downBounds);
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

function grownReals(values: Float64Array, length: i32): Float64Array {
  const grown = new Float64Array(length);
  for (let i: i32 = 0; i < values.length; i += 1) grown[i] = values[i] as f64;
  return grown;
}

function grownWords(values: Int32Array, length: i32): Int32Array {
  const grown = new Int32Array(length);
  for (let i: i32 = 0; i < values.length; i += 1) grown[i] = values[i] as i32;
  return grown;
}

/** Bounds are wider than rounding can matter, in seconds. */
const ROUNDING: f64 = 1e-5;

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
 *
 * Most outages are over long before anybody asks. Of those only bounds are computed, from tables; an outage and those before it
 * are computed exactly when an answer depends on them. The answers are the same.
 */
export class AlternatingLink {
  /** Position of the regime the installation is in. */
  regimeIndex: i32 = 0;
  /**
   * The outages drawn so far that last beyond the start: rising and disjoint, half-open [from, to). Those from `exactCount` on
   * are bounds from below, and `toMost` bounds their ends from above. A link that is always exact has none of those.
   */
  count: i32 = 0;
  from: Float64Array = new Float64Array(ROOM);
  to: Float64Array = new Float64Array(ROOM);
  /** The outages known so far that ended before the start, the latest first. */
  pastCount: i32 = 0;
  pastFrom: Float64Array = new Float64Array(ROOM);
  pastTo: Float64Array = new Float64Array(ROOM);

  private toMost: Float64Array = new Float64Array(ROOM);
  /** The words that an outage and the up time after it are drawn from. */
  private downWord: Int32Array = new Int32Array(ROOM);
  private upWord: Int32Array = new Int32Array(ROOM);
  private exactCount: i32 = 0;
  /** Where the up time after the last exact outage begins, and its word. */
  private exactUpFrom: f64 = 0;
  private exactUpWord: i32 = 0;
  /** Bounds of the end of the up time that follows the last outage. */
  private nextDown: f64 = 0;
  private nextDownMost: f64 = 0;

  private entity: i32 = 0;
  private draws: i32 = 0;
  /** The history is known from here on. Just before, the link was up. */
  private knownFrom: f64 = 0;
  private regime: LinkRegime = new LinkRegime();
  private readonly stream: Stream;
  private readonly isExact: boolean;

  /** @param isExact Computes every outage at once, for those who read `from` and `to`. */
  constructor(stream: Stream, isExact: boolean = true) {
    this.stream = stream;
    this.isExact = isExact;
  }

  begin(profile: LinkRegimes, entity: i32, start: Instant): void {
    this.entity = entity;
    this.count = 0;
    this.exactCount = 0;
    this.pastCount = 0;
    this.draws = 0;
    this.knownFrom = start;
    this.stream.draw(entity, 0);
    const upWord = words[1] as i32;
    this.regimeIndex = profile.picker.pick(first());
    const regime = profile.regimes[this.regimeIndex] as LinkRegime;
    this.regime = regime;
    if (regime.dead) {
      this.exactOutage(start - DEAD_SINCE_SECONDS, FOREVER);
      this.nextDown = FOREVER;
      this.knownFrom = -Infinity;
      return;
    }
    const rest = profile.picker.rest;
    if (rest < regime.availability) {
      this.upFromExact(start, upWord);
      return;
    }
    // Down at the start: the outage that covers it is drawn by its length, and the start falls uniformly within it.
    const u = (rest - regime.availability) / (1 - regime.availability);
    this.draws = 1;
    this.stream.draw(entity, 1);
    const length = regime.down.lengthBiased(u > 0 ? u : 1e-12, second());
    const age = length * first();
    this.exactOutage(start - age, start + length - age);
    this.knownFrom = start - age;
    this.upFromExact(start + (length - age), upWord);
  }

  /** An up time begins at an instant that is exact. */
  private upFromExact(from: f64, word: i32): void {
    this.exactUpFrom = from;
    this.exactUpWord = word;
    this.up(from, from, word);
  }

  private up(fromLeast: f64, fromMost: f64, word: i32): void {
    const mean = this.regime.upSecondsMean;
    const least = mean * leastMinusLog(word);
    this.nextDown = fromLeast + least - ROUNDING;
    this.nextDownMost = fromMost + least + mean * MINUS_LOG_WITHIN + ROUNDING;
  }

  /** Since when the link has been down for good; FOREVER: it comes and goes. */
  silentFrom(): f64 {
    return this.regime.dead ? (this.from[0] as f64) : FOREVER;
  }

  /** Makes the outages known that begin at or before `at`, and maybe one more. */
  advance(at: Instant): void {
    while (this.nextDown <= at) this.nextOutage();
  }

  private nextOutage(): void {
    const i = this.count;
    if (i === this.from.length) this.makeRoom();
    this.draws += 1;
    this.stream.draw(this.entity, this.draws);
    const downWord = words[0] as i32;
    const upWord = words[1] as i32;
    this.downWord[i] = downWord;
    this.upWord[i] = upWord;
    const regime = this.regime;
    const cell = topBits(downWord, LENGTH_SHIFT) << 1;
    let least = regime.downBounds[cell] as f64;
    let most = regime.downBounds[cell + 1] as f64;
    if (least < 0) {
      least = regime.down.quantile(uniform(downWord));
      most = least;
    }
    const from = this.nextDown;
    const to = from + least - ROUNDING;
    const toMost = this.nextDownMost + most + ROUNDING;
    this.from[i] = from;
    this.to[i] = to;
    this.toMost[i] = toMost;
    this.count = i + 1;
    this.up(to, toMost, upWord);
    if (this.isExact) this.settle(i);
  }

  private makeRoom(): void {
    const room = 2 * this.from.length;
    assert(room < 2 * OUTAGES_MAX, 'one link has at most 20,000 outages');
    this.from = grownReals(this.from, room);
    this.to = grownReals(this.to, room);
    this.toMost = grownReals(this.toMost, room);
    this.downWord = grownWords(this.downWord, room);
    this.upWord = grownWords(this.upWord, room);
  }

  /** Makes the outages up to the given one exact. */
  private settle(last: i32): void {
    for (let i = this.exactCount; i <= last; i += 1) {
      const from = this.exactUpFrom - this.regime.upSecondsMean * Math.log(uniform(this.exactUpWord));
      const to = from + this.regime.down.quantile(uniform(this.downWord[i] as i32));
      this.from[i] = from;
      this.to[i] = to;
      this.toMost[i] = to;
      this.exactUpFrom = to;
      this.exactUpWord = this.upWord[i] as i32;
    }
    if (last < this.exactCount) return;
    this.exactCount = last + 1;
    if (last === this.count - 1) this.up(this.exactUpFrom, this.exactUpFrom, this.exactUpWord);
  }

  private exactOutage(from: f64, to: f64): void {
    this.from[0] = from;
    this.to[0] = to;
    this.toMost[0] = to;
    this.count = 1;
    this.exactCount = 1;
  }

  /** Makes the outages known that were over before the start and lasted beyond `at`. */
  private recall(at: f64): void {
    while (this.knownFrom > at) {
      const k = this.pastCount;
      if (k === this.pastFrom.length) {
        assert(k < PAST_MAX, 'one link is asked for at most 4,096 outages before the start');
        this.pastFrom = grownReals(this.pastFrom, 2 * k);
        this.pastTo = grownReals(this.pastTo, 2 * k);
      }
      this.stream.draw(this.entity, PAST + k);
      const to = this.knownFrom + this.regime.upSecondsMean * Math.log(second());
      const from = to - this.regime.down.quantile(first());
      this.pastFrom[k] = from;
      this.pastTo[k] = to;
      this.pastCount = k + 1;
      this.knownFrom = from;
    }
  }

  /** An instant until which the link stays up for certain, from one at which it is; `advance(at)` must have been called. */
  upUntil(at: f64): f64 {
    let until = this.nextDown;
    for (let i = this.count - 1; i >= 0 && (this.from[i] as f64) > at; i -= 1) until = this.from[i] as f64;
    return until;
  }

  /** Start of the outage that covers `at`, or -1 where the link is up. `advance(at)` must have been called. */
  downSince(at: f64): f64 {
    for (let i = this.count - 1; i >= 0; i -= 1) {
      if (at >= (this.toMost[i] as f64)) return -1;
      if (at < (this.from[i] as f64)) continue;
      this.settle(i);
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
