/**
 * Fits a link to what was seen of it at single instants: whether a call was answered or not. The link is taken for one
 * that alternates between up and down, both exponential, and is stationary. What happens between two looks is not
 * observed and need not be: the likelihood of a state after any time is known in closed form. So a time in which nobody
 * looked is no outage, only a longer step; an outage that is cut off by the first or the last look needs no care.
 */
import { DAY, type Instant } from '../../../src/time.ts';

/** One look at a link. */
export interface Look {
  readonly at: Instant;
  readonly isUp: boolean;
}

/** A number with the range in which it lies nine times in ten; `to` is Infinity where nothing bounds it. */
export interface Estimate {
  readonly value: number;
  readonly from: number;
  readonly to: number;
}

/** What a fit rests on. */
export interface LinkCounts {
  readonly links: number;
  /** Links that never answered: they are dead, and say nothing of outages. */
  readonly deadLinks: number;
  readonly looks: number;
  readonly silentLooks: number;
  /** Outages that were seen to begin. */
  readonly outages: number;
  /** Outages that had begun before the first look, and those that last beyond the last one. */
  readonly cutAtStart: number;
  readonly cutAtEnd: number;
  /** From the first silent look to the last one of the longest outage, in days. */
  readonly longestDays: number;
  readonly days: number;
}

export interface LinkFit {
  readonly counts: LinkCounts;
  /** Mean time between outages and mean length of one, in days. */
  readonly upDaysMean: Estimate;
  readonly downDaysMean: Estimate;
  readonly shareDown: Estimate;
  /** True if the longest outage is hardly possible under the fit: the lengths have a heavier tail. */
  readonly isHeavyTailed: boolean;
}

export type LinkFitResult =
  | { readonly ok: true; readonly fit: LinkFit }
  | { readonly ok: false; readonly counts: LinkCounts; readonly why: string };

/** Fewer outages than this say nothing of their length. Our choice. */
const OUTAGES_MIN = 2;
/** Half the 90 % quantile of chi-square with one degree of freedom: how far the likelihood may fall. */
const FALL = 2.705_543 / 2;
/** A longest outage that is less likely than this under the fit is called hardly possible. Our choice. */
const TAIL = 0.01;

/** Fits the links of one kind together. Each list of looks is one link, in the order of time. */
export function fitLinks(links: readonly (readonly Look[])[]): LinkFitResult {
  const counts = countsOf(links);
  const alive = links.filter((looks) => looks.some(({ isUp }) => isUp));
  const refused = (why: string): LinkFitResult => ({ ok: false, counts, why });
  if (counts.looks === 0) return refused('nobody looked at a link');
  if (alive.length === 0) return refused('no link ever answered: it is dead (say dead: true), and shows no outage');
  if (counts.outages < OUTAGES_MIN)
    return refused(
      `${counts.outages} outages were seen to begin, and ${OUTAGES_MIN} are the least from which anything follows`,
    );
  const panel = panelOf(alive);
  const best = maximum((up) => (down) => likelihood(panel, { up, down }));
  const profileUp = (up: number): number => along((down) => likelihood(panel, { up, down })).value;
  const profileDown = (down: number): number => along((up) => likelihood(panel, { up, down })).value;
  const profileShare = (share: number): number =>
    along((down) => likelihood(panel, { up: down + Math.log((1 - share) / share), down })).value;
  const [up, down] = [Math.exp(best.up), Math.exp(best.down)];
  const share = down / (up + down);
  const range = (profile: (x: number) => number, at: number): readonly [number, number] =>
    rangeOf(profile, at, best.value);
  const [upFrom, upTo] = range(profileUp, best.up);
  const [downFrom, downTo] = range(profileDown, best.down);
  const logit = Math.log(share / (1 - share));
  const [shareFrom, shareTo] = range((x) => profileShare(1 / (1 + Math.exp(-x))), logit);
  const begun = counts.outages + counts.cutAtStart;
  return {
    ok: true,
    fit: {
      counts,
      upDaysMean: inDays(up, upFrom, upTo),
      downDaysMean: inDays(down, downFrom, downTo),
      shareDown: { value: share, from: 1 / (1 + Math.exp(-shareFrom)), to: 1 / (1 + Math.exp(-shareTo)) },
      isHeavyTailed: 1 - Math.exp(begun * Math.log1p(-Math.exp((-counts.longestDays * DAY) / down))) < TAIL,
    },
  };
}

function inDays(seconds: number, from: number, to: number): Estimate {
  return { value: seconds / DAY, from: Math.exp(from) / DAY, to: Math.exp(to) / DAY };
}

function countsOf(links: readonly (readonly Look[])[]): LinkCounts {
  const counts = { links: links.length, deadLinks: 0, looks: 0, silentLooks: 0, outages: 0, cutAtStart: 0, cutAtEnd: 0, longestDays: 0, days: 0 }; // prettier-ignore
  for (const looks of links) {
    counts.looks += looks.length;
    counts.silentLooks += looks.filter(({ isUp }) => !isUp).length;
    const [first, last] = [looks[0], looks.at(-1)];
    if (first === undefined || last === undefined) continue;
    counts.days += (last.at - first.at) / DAY;
    if (looks.every(({ isUp }) => !isUp)) {
      counts.deadLinks += 1;
      continue;
    }
    if (!first.isUp) counts.cutAtStart += 1;
    if (!last.isUp) counts.cutAtEnd += 1;
    let since: Instant | undefined = first.isUp ? undefined : first.at;
    for (const [i, { at, isUp }] of looks.entries()) {
      if (!isUp && i > 0 && looks[i - 1]?.isUp) {
        counts.outages += 1;
        since = at;
      }
      if (!isUp && since !== undefined) counts.longestDays = Math.max(counts.longestDays, (at - since) / DAY);
    }
  }
  return counts;
}

/** Steps between looks, counted by their states and length, and the states at the first looks. */
interface Panel {
  readonly steps: readonly {
    readonly from: boolean;
    readonly to: boolean;
    readonly seconds: number;
    readonly count: number;
  }[];
  readonly firstUp: number;
  readonly firstDown: number;
}

function panelOf(links: readonly (readonly Look[])[]): Panel {
  const steps = new Map<string, { from: boolean; to: boolean; seconds: number; count: number }>();
  for (const looks of links)
    for (const [i, look] of looks.entries()) {
      const before = looks[i - 1];
      const seconds = before === undefined ? 0 : look.at - before.at;
      if (before === undefined || seconds <= 0) continue;
      const key = `${before.isUp} ${look.isUp} ${seconds}`;
      const step = steps.get(key) ?? { from: before.isUp, to: look.isUp, seconds, count: 0 };
      step.count += 1;
      steps.set(key, step);
    }
  const firstUp = links.filter((looks) => looks[0]?.isUp).length;
  return { steps: [...steps.values()], firstUp, firstDown: links.length - firstUp };
}

/** Log-likelihood at the logarithms of the two means, in seconds. */
function likelihood({ steps, firstUp, firstDown }: Panel, of: { readonly up: number; readonly down: number }): number {
  const fails = Math.exp(-of.up);
  const heals = Math.exp(-of.down);
  const both = fails + heals;
  let sum = firstUp * Math.log(heals / both) + firstDown * Math.log(fails / both);
  for (const { from, to, seconds, count } of steps) {
    const left = Math.exp(-both * seconds);
    const leaving = ((from ? fails : heals) * -Math.expm1(-both * seconds)) / both;
    const staying = ((from ? heals : fails) + (from ? fails : heals) * left) / both;
    sum += count * Math.log(Math.max(from === to ? staying : leaving, 1e-300));
  }
  return sum;
}

/** Means from a minute to a thousand years are looked at, as logarithms of seconds. */
const LEAST = Math.log(60);
const MOST = Math.log(1000 * 365 * DAY);
const GOLDEN = (Math.sqrt(5) - 1) / 2;
const NARROW = 1e-4;

/** The maximum of a function of one argument with one peak. */
function along(f: (x: number) => number): { readonly at: number; readonly value: number } {
  let [low, high] = [LEAST, MOST];
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

function maximum(f: (up: number) => (down: number) => number): { up: number; down: number; value: number } {
  const outer = along((up) => along(f(up)).value);
  const inner = along(f(outer.at));
  return { up: outer.at, down: inner.at, value: inner.value };
}

/** Where the profile likelihood has fallen so far on either side of its peak. */
function rangeOf(profile: (x: number) => number, at: number, best: number): readonly [number, number] {
  const edge = (step: number): number => {
    let [inside, outside] = [at, at + step];
    while (profile(outside) > best - FALL) {
      [inside, outside] = [outside, outside + step];
      if (Math.abs(outside - at) > MOST - LEAST) return step < 0 ? -Infinity : Infinity;
    }
    for (let i = 0; i < 30; i += 1) {
      const middle = (inside + outside) / 2;
      if (profile(middle) > best - FALL) inside = middle;
      else outside = middle;
    }
    return (inside + outside) / 2;
  };
  return [edge(-0.2), edge(0.2)];
}
