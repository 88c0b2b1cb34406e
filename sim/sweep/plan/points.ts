import { formatDay, lastDayOfMonth, monthOf, parseDate } from '../../../src/time.ts';
import { formatPath } from '../../../src/document/path.ts';
import type { Problem } from '../../../src/document/problem.ts';
import type { RuleSet } from '../../../src/rules/ruleset.ts';
import type { LoadedScenario } from '../../scenario/load.ts';
import type { Scenario } from '../../scenario/schema.ts';
import { blocksOf, CellKeys, cellsOf, type Cell } from '../cell/cell.ts';
import { scaledScenario } from '../cell/scaled.ts';
import type { Coordinate } from '../design/designMatrix.ts';
import { followingShares, settingText } from '../factor/shareGroups.ts';
import type { Sweep } from './loadSweep.ts';

/** The number of the base point, at which every factor has the scenario's own value. The points of the design follow. */
export const BASE_POINT = 0;

/** The number of the base point at twice the scale. Its difference from the base point shows the error of scaling. */
export const SCALE_POINT = -1;

/** One point of a sweep, as settings: `run SCENARIO --set ...` with the same seed gives the same lives. */
export interface SweepPoint {
  readonly number: number;
  readonly coordinates: readonly Coordinate[];
  /** The value of each factor, for tables. */
  readonly labels: readonly (string | number)[];
  readonly scenarioPath: string;
  /** `path=value` in the order of the factors, then the other shares of their groups. */
  readonly settings: readonly string[];
}

/** A point whose scenario is accepted. */
export interface ResolvedPoint {
  readonly ok: true;
  readonly scenario: Scenario;
  readonly rules: RuleSet;
  /** Name and hash of the whole scenario, before it was scaled. */
  readonly hash: string;
  readonly weights: ReadonlyMap<string, number>;
}

/** A point whose scenario is refused. It becomes a row with its problems, and the sweep goes on. */
export interface RefusedPoint {
  readonly ok: false;
  readonly problems: readonly Problem[];
}

/** The number of points of a sweep, the base point included. */
export function pointCount(sweep: Sweep): number {
  return sweep.design.length + 1;
}

/** The settings of a point. */
export function pointOf(sweep: Sweep, number: number): SweepPoint {
  const coordinates = number <= BASE_POINT ? sweep.factors.map(() => null) : (sweep.design[number - 1] ?? []);
  const chosen = sweep.factors.map((factor, i) => factor.at(coordinates[i] as Coordinate));
  const scenarioPath = chosen.find(({ scenario }) => scenario !== undefined)?.scenario ?? sweep.base.path;
  const values = chosen.flatMap((setting) => setting.values);
  const own = scenarioPath === sweep.base.path ? sweep.base : sweep.open(scenarioPath)([]);
  const following = own.ok ? followingShares(values, own, (path) => isWritten(own, formatPath(path))) : [];
  return {
    number,
    coordinates,
    labels: chosen.map(({ label }) => label),
    scenarioPath,
    settings: [...values, ...following].map(settingText),
  };
}

function isWritten(own: LoadedScenario, path: string): boolean {
  return own.positions(path) !== undefined;
}

/** The scenario of a point, scaled, with the days at which the sweep counts. */
export function resolvePoint(sweep: Sweep, point: SweepPoint): ResolvedPoint | RefusedPoint {
  const loaded = sweep.open(point.scenarioPath)(point.settings);
  if (!loaded.ok) return { ok: false, problems: loaded.errors };
  const { scale, strataMin } = sweep.file;
  const asOf = new Set([...loaded.scenario.asOf, ...sweep.file.asOf]);
  for (const { day } of [...sweep.outcomes, ...(sweep.stop ? [sweep.stop.outcome] : [])])
    if (day !== undefined) asOf.add(day);
  const { from, horizon, comparison } = loaded.scenario;
  if (comparison.operator === 'qualifying') asOf.add(comparison.dataCut);
  if (sweep.file.monthly) for (const day of monthEndsBetween(from, horizon)) asOf.add(day);
  const days = [...asOf].filter((day) => day >= from && day < horizon).sort();
  const { scenario, weights } = scaledScenario(
    { ...loaded.scenario, asOf: days },
    { share: point.number === SCALE_POINT ? largerScale(scale) : scale, strataMin },
  );
  return { ok: true, scenario, rules: loaded.rules, hash: `${scenario.name}#${loaded.hash}`, weights };
}

/** The scale at which the base point is run again to estimate the error of scaling. */
export function largerScale(scale: number): number {
  return Math.min(1, 2 * scale);
}

/** The last day of every month that ends between two days, both included. */
function monthEndsBetween(from: string, to: string): readonly string[] {
  const first = monthOf(parseDate(from) as number);
  const last = monthOf(parseDate(to) as number);
  const days = Array.from({ length: last - first + 1 }, (_, i) => formatDay(lastDayOfMonth(first + i)));
  return days.filter((day) => day >= from && day <= to);
}

/** The cells of a resolved point. */
export function pointCells(
  sweep: Sweep,
  resolved: ResolvedPoint,
  replications: number,
  keys = new CellKeys(),
): readonly Cell[] {
  return cellsOf(resolved.scenario, resolved.rules, { seed: sweep.seed, blocks: blocksOf(replications), keys });
}
