import type { SeriesPoint } from '../../../src/report/published.ts';
import { effectiveSize, weightedQuantile } from '../../calibrate/posterior/weighted.ts';
import { normalQuantile } from '../../world/dice/normal.ts';
import { latinHypercube } from '../../sweep/design/latinHypercube.ts';
import type { UniformAt } from '../../sweep/design/designMatrix.ts';

/** A part of the estate that is counted and not simulated, in meters. */
export interface CountedPart {
  readonly meters: number;
  /** True if all of it had migrated before the first day. */
  readonly isBefore: boolean;
}

/** What a back-test knows of the estate. It knows nothing of when anybody will migrate after the first day. */
export interface BacktestInput {
  /** The first day of the simulation, in days since the epoch. */
  readonly from: number;
  readonly parts: readonly CountedPart[];
  /** Migrated meters of the simulated homes by day, rising. */
  readonly simulated: readonly { readonly day: number; readonly meters: number }[];
  /** Public cumulative counts of meters, with their days. */
  readonly rows: readonly (SeriesPoint & { readonly day: number })[];
  /** The last day whose rows are fitted to. */
  readonly fitUntil: number;
  /** At least 100. */
  readonly draws: number;
  readonly uniformAt: UniformAt;
}

/** A public row beside what was forecast of it. */
export interface BacktestRow {
  readonly date: string;
  readonly kind: string;
  readonly seen: number;
  /** Whether the forecast was fitted to it. */
  readonly isFitted: boolean;
  readonly p05: number;
  readonly p50: number;
  readonly p95: number;
  /** A straight line through the rows of the last half year before `fitUntil`. */
  readonly straight: number;
}

/** The forecast of every row, and how many draws it rests on. */
export interface Backtest {
  readonly rows: readonly BacktestRow[];
  readonly effective: number;
}

/** Standard deviation of the logarithm of a row: one that was reported as a count, and any other. Ours. */
const ERROR_REPORTED = 0.01;
const ERROR_OTHER = 0.03;
/** What the straight parts miss of a real series, as a standard deviation of the logarithm. Ours. */
const ERROR_MODEL = 0.02;
const MONTH = 30.4375;
/** Bounds of the priors, ours: the level at the start, the pace of the simulated, the start and length of each part. */
const LEVEL = 1.3;
const PACE = 2;
const STARTS_WITHIN = 18 * MONTH;
const LENGTH = [3 * MONTH, 48 * MONTH] as const;
const HALF_YEAR = 183;
/** A draw that is less likely than the best one by this much, as a logarithm, weighs nothing. */
const LOG_NOTHING = -20;

/**
 * Fits straight parts to the rows up to a day and forecasts the later ones. Each part of the estate migrates evenly from a
 * day that is drawn to another one; draws are weighted by the rows that are fitted to. No later row and no entry curve
 * of the scenario is looked at for the counted parts, since those were drawn by eye to all rows.
 */
export function backtest(input: BacktestInput): Backtest {
  const { rows, fitUntil, from, draws, uniformAt } = input;
  const used = rows.filter(({ day }) => day >= from);
  const later = input.parts.filter(({ isBefore }) => !isBefore);
  const design = latinHypercube(draws, 2 + 2 * later.length, uniformAt);
  const paths = design.map((coordinates) => used.map(({ day }) => metersBy(input, coordinates.map(Number), day)));
  const fitted = used.map(({ day }) => day <= fitUntil);
  const logs = paths.map((path) =>
    path.reduce((sum, meters, i) => {
      if (fitted[i] !== true) return sum;
      const row = used[i] as SeriesPoint;
      const z = Math.log(row.count / meters) / errorOf(row);
      return sum - (z * z) / 2;
    }, 0),
  );
  const most = logs.reduce((max, log) => Math.max(max, log), -Infinity);
  const weights = logs.map((log) => (log - most < LOG_NOTHING ? 0 : Math.exp(log - most)));
  const line = straightLine(used.filter(({ day }) => day <= fitUntil && day > fitUntil - HALF_YEAR));
  return {
    effective: effectiveSize(weights),
    rows: used.map((row, i) => {
      // What would be published: the true count with an error of its own.
      const values = paths.map((path, d) => {
        const z = normalQuantile(uniformAt(draws + d, i));
        return (path[i] as number) * Math.exp(z * errorOf(row));
      });
      const at = (p: number): number => weightedQuantile({ values, weights }, p);
      const { date, kind, count } = row;
      return { date, kind, seen: count, isFitted: fitted[i] === true, p05: at(0.05), p50: at(0.5), p95: at(0.95), straight: line(row.day) }; // prettier-ignore
    }),
  };
}

function errorOf({ kind }: SeriesPoint): number {
  const own = kind === 'reported' ? ERROR_REPORTED : ERROR_OTHER;
  return Math.sqrt(own * own + ERROR_MODEL * ERROR_MODEL);
}

/** Migrated meters by the end of a day under one draw: level and pace, then start and length of each later part. */
function metersBy({ from, parts, simulated }: BacktestInput, coordinates: readonly number[], day: number): number {
  const [level = 0.5, pace = 0.5, ...spans] = coordinates;
  const stretched = from + (day + 1 - from) * Math.exp(Math.log(PACE) * (2 * pace - 1));
  let meters = simulatedBy(simulated, stretched, from);
  let part = 0;
  for (const { meters: all, isBefore } of parts) {
    if (isBefore) {
      meters += all * Math.exp(Math.log(LEVEL) * (2 * level - 1));
      continue;
    }
    const starts = from + STARTS_WITHIN * (spans[2 * part] as number);
    const lasts = LENGTH[0] + (LENGTH[1] - LENGTH[0]) * (spans[2 * part + 1] as number);
    meters += all * Math.min(Math.max((day + 1 - starts) / lasts, 0), 1);
    part += 1;
  }
  return meters;
}

/** Between two days the count is linear; it is 0 on the first day, and stays after the last. */
function simulatedBy(simulated: BacktestInput['simulated'], day: number, from: number): number {
  let [lastDay, lastMeters] = [from, 0];
  for (const row of simulated) {
    if (day < row.day) return lastMeters + ((row.meters - lastMeters) * Math.max(day - lastDay, 0)) / (row.day - lastDay); // prettier-ignore
    [lastDay, lastMeters] = [row.day, row.meters];
  }
  return lastMeters;
}

/** The line of least squares through the rows. */
function straightLine(rows: readonly { readonly day: number; readonly count: number }[]): (day: number) => number {
  const mean = (of: (row: (typeof rows)[number]) => number): number => rows.reduce((sum, row) => sum + of(row), 0) / rows.length; // prettier-ignore
  const [day, count] = [mean((row) => row.day), mean((row) => row.count)];
  const above = rows.reduce((sum, row) => sum + (row.day - day) * (row.count - count), 0);
  const below = rows.reduce((sum, row) => sum + (row.day - day) * (row.day - day), 0);
  const slope = below === 0 ? 0 : above / below;
  return (at) => count + slope * (at - day);
}
