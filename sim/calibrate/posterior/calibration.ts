import {
  conditionOn,
  KEPT,
  PRIOR_WIDTH,
  scoreOf,
  spreadOf,
  type DrawTable,
  type Posterior,
  type Spread,
} from './posterior.ts';
import { weightedMoments } from './weighted.ts';

/** A published line as data. */
export interface SeenLine {
  readonly name: string;
  readonly published: number;
  /** The published count was rounded from something in here. */
  readonly low: number;
  readonly high: number;
}

/** A summary of a portfolio as data, beside the same summary of each draw. */
export interface SeenSummary {
  readonly name: string;
  /** The share in the portfolio, and in each draw; from 0 to 1. */
  readonly share: number;
  readonly shares: readonly number[];
  /** The same on the scale on which noise does not depend on the share. */
  readonly value: number;
  readonly values: readonly number[];
  /** By how many standard deviations of the draws, noise included, the portfolio lies off. */
  readonly z: number;
}

/** What data say of one parameter, in the coordinates of its prior: 0 is its lower end, 1 its upper end. */
export interface ParameterFound {
  readonly name: string;
  readonly posterior: Spread;
  /** How much narrower the middle nine tenths are than the prior's: 0 says nothing was learnt, 1 all. */
  readonly contraction: number;
  /** The share of the prior's variance, as normal scores, that the data take away; below 0 by chance, where it is none. */
  readonly explained: number;
  readonly verdict: 'identified' | 'weakly' | 'not identified';
  /** True if the middle of the posterior lies in the last twentieth of the prior: the prior may be too narrow. */
  readonly isAtEdge: boolean;
}

/** What the draws say of one summary of a portfolio. */
export interface SummaryFound {
  readonly name: string;
  readonly share: number;
  readonly prior: Spread;
  readonly z: number;
  /** Twice the share of draws beyond the portfolio. */
  readonly tail: number;
}

/** What priors and data say of one line. */
export interface LineFound extends SeenLine {
  readonly prior: Spread;
  readonly posterior: Spread;
  /** The line as the other lines give it; null where there is no other. */
  readonly fromOthers: Spread | null;
  /**
   * How far out the published figure lies among the draws of the prior: twice the share of draws beyond it. Below 0.05
   * prior and data disagree.
   */
  readonly tail: number;
}

/** What calibration found. */
export interface Calibration {
  readonly lines: readonly LineFound[];
  readonly histories: readonly SummaryFound[];
  readonly parameters: readonly ParameterFound[];
  readonly weights: readonly number[];
  /** The coordinates moved to where the data are, [draw][parameter]. */
  readonly coordinates: readonly (readonly number[])[];
  readonly effective: number;
  /** Each draw in turn is the truth: the share of parameters inside their own 90 % interval, or null if left out. */
  readonly coverage: number | null;
}

/** A table of draws with the lines that it is held against. */
export interface CalibrationInput {
  readonly names: readonly string[];
  readonly lines: readonly SeenLine[];
  /** Where each parameter stands within its prior, [draw][parameter]. */
  readonly coordinates: readonly (readonly number[])[];
  /** The volume of each line, [draw][line]. */
  readonly volumes: readonly (readonly number[])[];
  /** The standard error of the volume of a draw, from its dice and its scale, [draw][line]. */
  readonly errors: readonly (readonly number[])[];
  /** What histories show; by default there are none. */
  readonly histories?: readonly SeenSummary[];
  /** The operator's own error: the standard deviation of the logarithm of what was counted. */
  readonly operatorError: number;
  /** Standard normal dice at an address: draw and line. */
  readonly normalAt: (draw: number, line: number) => number;
  /** Every how many draws one is taken for the truth in turn; 0 leaves the check out. */
  readonly checkEvery?: number;
  /** How draws are conditioned on what was seen; by default on the nearest, along a plane. */
  readonly condition?: Condition;
}

/** A way from a table of draws, and what was seen, to the posterior. */
export type Condition = (table: DrawTable, seen: readonly number[]) => Posterior;

const onPlane: Condition = (table, seen) => conditionOn(table, seen, { kept: KEPT });

/** Conditions the draws of a prior on published lines, on histories, or on both. */
export function calibrateOn(input: CalibrationInput): Calibration {
  const { lines, coordinates, volumes, histories = [], condition = onPlane } = input;
  const logs = volumes.map((row) => row.map(logOf));
  const observed = observedLogs(input);
  const summaries = observed.map((row, i) => [...row, ...histories.map(({ values }) => values[i] as number)]);
  const table: DrawTable = { coordinates, summaries };
  const seen = [...lines.map(({ published }) => logOf(published)), ...histories.map(({ value }) => value)];
  const posterior = condition(table, seen);
  const even = volumes.map(() => 1);
  const moved = posterior.moved(logs);
  return {
    lines: lines.map((line, l) => {
      const own = volumes.map((row) => row[l] as number);
      return {
        ...line,
        prior: spreadOf(own, even),
        posterior: countSpread(moved.map((row) => row[l] as number), posterior.weights), // prettier-ignore
        fromOthers: seen.length < 2 ? null : fromOthers(table, seen, { logs, line: l, condition }),
        tail: tailOf(own, line),
      };
    }),
    histories: histories.map(({ name, share, shares, z }) => ({
      name,
      share,
      prior: spreadOf(shares, even),
      z,
      tail: tailOf(shares, { low: share, high: share }),
    })),
    parameters: input.names.map(
      (name, p) =>
      parameterFound(name, posterior.coordinates.map((row) => row[p] as number), posterior.weights), // prettier-ignore
    ),
    weights: posterior.weights,
    coordinates: posterior.coordinates,
    effective: posterior.effective,
    coverage: input.checkEvery === 0 ? null : coverageOf(table, input.checkEvery ?? 1, condition),
  };
}

/** Volumes may be 0, and half an installation stands for none. */
function logOf(count: number): number {
  return Math.log(Math.max(count, 0.5));
}

/**
 * The logarithms of what would have been published of each draw: its volume, the operator's error, the dice and the
 * rounding.
 */
export function observedLogs({
  lines,
  volumes,
  errors,
  operatorError,
  normalAt,
}: Pick<
  CalibrationInput,
  'lines' | 'volumes' | 'errors' | 'operatorError' | 'normalAt'
>): readonly (readonly number[])[] {
  // prettier-ignore
  return volumes.map((row, i) =>
    row.map((count, l) => {
      const line = lines[l] as SeenLine;
      const volume = Math.max(volumes[i]?.[l] as number, 0.5);
      // A number that is even within its interval has this standard deviation.
      const rounding = (line.high - line.low) / Math.sqrt(12) / Math.max(line.published, 0.5);
      const dice = (errors[i]?.[l] as number) / volume;
      // The dice of a draw are in its volume already; what is published had dice of its own, of the same size at least.
      return logOf(count) + normalAt(i, l) * lengthOf(operatorError, rounding, Math.min(dice, 1));
    }),
  );
}

/** The standard deviation of a sum of independent errors. */
function lengthOf(...errors: readonly number[]): number {
  return Math.sqrt(errors.reduce((sum, error) => sum + error * error, 0));
}

function fromOthers(
  { coordinates, summaries }: DrawTable,
  seen: readonly number[],
  { logs, line, condition }: { readonly logs: readonly (readonly number[])[]; readonly line: number; readonly condition: Condition }, // prettier-ignore
): Spread {
  const others = (row: readonly number[]): number[] => row.filter((_, l) => l !== line);
  const posterior = condition({ coordinates: coordinates.map(() => []), summaries: summaries.map(others) }, others(seen)); // prettier-ignore
  const moved = posterior.moved(logs.map((row) => [row[line] as number]));
  return countSpread(moved.map(([value]) => value as number), posterior.weights); // prettier-ignore
}

function countSpread(logs: readonly number[], weights: readonly number[]): Spread {
  const { p05, p50, p95 } = spreadOf(logs, weights);
  return { p05: Math.exp(p05), p50: Math.exp(p50), p95: Math.exp(p95) };
}

function tailOf(volumes: readonly number[], { low, high }: Pick<SeenLine, 'low' | 'high'>): number {
  const share = (beyond: (volume: number) => boolean): number => volumes.filter(beyond).length / volumes.length;
  return Math.min(1, 2 * Math.min(share((volume) => volume >= low), share((volume) => volume <= high))); // prettier-ignore
}

/** Bounds of the verdict on a contraction. They are ours. */
const IDENTIFIED = 0.5;
const WEAKLY = 0.2;
/** The last part of a prior at each end. Ours. */
const EDGE = 0.05;

function parameterFound(name: string, values: readonly number[], weights: readonly number[]): ParameterFound {
  const posterior = spreadOf(values, weights);
  const contraction = 1 - (posterior.p95 - posterior.p05) / PRIOR_WIDTH;
  const verdict = contraction >= IDENTIFIED ? 'identified' : contraction >= WEAKLY ? 'weakly' : 'not identified';
  // The scores of a prior have a variance of 1.
  const { sd } = weightedMoments({ values: values.map(scoreOf), weights });
  const explained = 1 - sd * sd;
  return {
    name,
    posterior,
    contraction,
    explained,
    verdict,
    isAtEdge: posterior.p50 < EDGE || posterior.p50 > 1 - EDGE,
  };
}

/** Each draw in turn is the truth, and the others are held against what would have been published of it. */
function coverageOf({ coordinates, summaries }: DrawTable, every: number, condition: Condition): number {
  let inside = 0;
  let asked = 0;
  for (let truth = 0; truth < coordinates.length; truth += every) {
    const others = <T>(rows: readonly T[]): T[] => rows.filter((_, i) => i !== truth);
    const table = { coordinates: others(coordinates), summaries: others(summaries) };
    const posterior = condition(table, summaries[truth] as readonly number[]);
    for (const [p, value] of (coordinates[truth] as readonly number[]).entries()) {
      const { p05, p95 } = spreadOf(posterior.coordinates.map((row) => row[p] as number), posterior.weights); // prettier-ignore
      if (p05 <= value && value <= p95) inside += 1;
      asked += 1;
    }
  }
  return inside / Math.max(asked, 1);
}
