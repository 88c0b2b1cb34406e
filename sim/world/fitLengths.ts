/**
 * Fits the lengths of outages to what was seen of a link at single instants, and tells whether they are exponential or
 * Weibull. An outage begins somewhere between the last answer and the first silence, and ends somewhere between the last
 * silence and the next answer, or is cut off. The likelihood is that of its end, given that somebody saw it: short
 * outages between two looks are not missed out by mistake. Two outages with no look between them are taken for one. That
 * is a few in a hundred, and matters to thin tails alone: the range of a shape of 2 holds eight times in ten, those of 1 and
 * below nine times (`test/sim/world/fitLengths`).
 */
import { DAY } from '../../src/time.ts';
import { logGamma } from './dice/distributions.ts';
import type { Estimate, Look } from './profile/fitLink.ts';

export interface LengthsFit {
  /** Outages that were seen to begin. */
  readonly outages: number;
  /** The shape of a Weibull distribution: below 1 heavy-tailed, 1 exponential. */
  readonly shape: Estimate;
  /** Its scale, in days: 63.2 % of the outages are shorter. */
  readonly daysScale: number;
  /** Its mean, in days. */
  readonly daysMean: number;
  /** Twice the log-likelihood that the shape gains over an exponential of the same outages. */
  readonly gain: number;
  /** `weibull` where the data tell it from exponential at the five per cent level; else `exponential`. */
  readonly lengths: 'exponential' | 'weibull';
}

/** Fewer outages than this cannot tell one shape from another. Our choice. */
const OUTAGES_MIN = 10;
/** The 95 % quantile of chi-square with one degree of freedom. */
const TOLD = 3.841_459;
/** Half the 90 % quantile of chi-square with one degree of freedom: how far the likelihood may fall. */
const FALL = 2.705_543 / 2;
/** Bounds of the shape, as profiles have them. */
const SHAPES = [Math.log(0.3), Math.log(10)] as const;

/** One outage, in days from the first silent look: where it may have begun before, and where its end lies. */
interface Spell {
  /** From the last answer to the first silence. */
  readonly window: number;
  readonly from: number;
  /** Infinity for an outage that is cut off. */
  readonly to: number;
  readonly count: number;
}

/** Fits the outages of all links together; undefined if they are too few to tell a shape. */
export function fitLengths(links: readonly (readonly Look[])[]): LengthsFit | undefined {
  const spells = spellsOf(links);
  const outages = spells.reduce((sum, { count }) => sum + count, 0);
  if (outages < OUTAGES_MIN) return undefined;
  const scales = scaleBounds(spells);
  const bestScale = (shape: number) => peak((scale) => likelihood(spells, Math.exp(scale), Math.exp(shape)), scales);
  const profile = (shape: number): number => bestScale(shape).value;
  const best = peak(profile, SHAPES);
  const gain = Math.max(0, 2 * (best.value - profile(0)));
  const [shape, daysScale] = [Math.exp(best.at), Math.exp(bestScale(best.at).at)];
  const edge = (bound: number): number => fallen(profile, { from: best.at, to: bound, least: best.value - FALL });
  return {
    outages,
    shape: { value: shape, from: Math.exp(edge(SHAPES[0])), to: Math.exp(edge(SHAPES[1])) },
    daysScale,
    daysMean: daysScale * Math.exp(logGamma(1 + 1 / shape)),
    gain,
    lengths: gain > TOLD ? 'weibull' : 'exponential',
  };
}

/** The outages that were seen to begin. Equal ones are counted together. */
function spellsOf(links: readonly (readonly Look[])[]): readonly Spell[] {
  const spells = new Map<string, Spell>();
  for (const looks of links) {
    for (let i = 1; i < looks.length; i += 1) {
      const [before, first] = [looks[i - 1] as Look, looks[i] as Look];
      if (!before.isUp || first.isUp || first.at <= before.at) continue;
      let last = i;
      while (last + 1 < looks.length && !(looks[last + 1] as Look).isUp) last += 1;
      const next = looks[last + 1];
      const spell = {
        window: (first.at - before.at) / DAY,
        from: ((looks[last] as Look).at - first.at) / DAY,
        to: next === undefined ? Infinity : (next.at - first.at) / DAY,
      };
      const key = `${spell.window} ${spell.from} ${spell.to}`;
      spells.set(key, { ...spell, count: (spells.get(key)?.count ?? 0) + 1 });
    }
  }
  return [...spells.values()];
}

/** Scales from a tenth of the shortest window to a hundred times the longest outage, as logarithms of days. */
function scaleBounds(spells: readonly Spell[]): readonly [number, number] {
  const windows = spells.map(({ window }) => window);
  const longest = Math.max(...spells.map(({ from, window }) => from + window));
  return [Math.log(Math.min(...windows) / 10), Math.log(longest * 100)];
}

/** The log-likelihood of a Weibull distribution. */
function likelihood(spells: readonly Spell[], scale: number, shape: number): number {
  let sum = 0;
  for (const { window, from, to, count } of spells) {
    const seen = survived(0, window, scale, shape);
    const ended = survived(from, window, scale, shape) - (to === Infinity ? 0 : survived(to, window, scale, shape));
    sum += count * (Math.log(Math.max(ended, 1e-300)) - Math.log(seen));
  }
  return sum;
}

/** Intervals of Simpson's rule. Its points crowd at 0, where a heavy-tailed survival falls at once. */
const INTERVALS = 8;

/** The survival function, averaged over the offset of the beginning: from `after` to `after + window`. */
function survived(after: number, window: number, scale: number, shape: number): number {
  let sum = 0;
  for (let i = 0; i <= INTERVALS; i += 1) {
    const t = i / INTERVALS;
    const weight = i === 0 || i === INTERVALS ? 1 : i % 2 === 1 ? 4 : 2;
    sum += weight * 2 * t * Math.exp(-Math.exp(shape * Math.log((after + window * t * t) / scale)));
  }
  return sum / (3 * INTERVALS);
}

const GOLDEN = (Math.sqrt(5) - 1) / 2;
/** How narrow a search ends, in logarithms. The likelihood is flat there: a finer one would move nothing that is shown. */
const NARROW = 5e-3;

/** The maximum of a function with one peak between two bounds. */
function peak(
  f: (x: number) => number,
  [least, most]: readonly [number, number],
): { readonly at: number; readonly value: number } {
  // prettier-ignore
  let [low, high] = [least, most];
  let [a, b] = [high - GOLDEN * (high - low), low + GOLDEN * (high - low)];
  let [fa, fb] = [f(a), f(b)];
  while (high - low > NARROW) {
    if (fa < fb) {
      [low, a, fa] = [a, b, fb];
      b = low + GOLDEN * (high - low);
      fb = f(b);
    } else {
      [high, b, fb] = [b, a, fa];
      a = high - GOLDEN * (high - low);
      fa = f(a);
    }
  }
  const at = (low + high) / 2;
  return { at, value: f(at) };
}

/** Where a profile has fallen below a value between its peak and a bound; the bound if it has not. */
function fallen(
  f: (x: number) => number,
  of: { readonly from: number; readonly to: number; readonly least: number },
): number {
  // prettier-ignore
  let [inside, outside] = [of.from, of.to];
  if (f(outside) > of.least) return outside;
  while (Math.abs(outside - inside) > NARROW) {
    const middle = (inside + outside) / 2;
    if (f(middle) > of.least) inside = middle;
    else outside = middle;
  }
  return (inside + outside) / 2;
}
