/** What the points of a sweep that is still computed show already. The folder is only read. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { CATEGORIES } from '../../clauses/clause.ts';
import { decimalNumber } from '../../text/numberWords.ts';
import type { CellPlan, PlannedPoint } from '../../../sim/sweep/plan/cellPlan.ts';
import { differingPaths } from '../../../sim/sweep/plan/whyCell.ts';
import { PLANS } from '../sweep/cellStore.ts';
import { readPlan } from '../sweep/keptPlan.ts';
import type { LiveTable } from './liveTypes.ts';

/** What a finished cell counts, over all its replications. */
export interface CellCounts {
  readonly population: string;
  readonly replications: number;
  /** Homes that were simulated, in all replications together. */
  readonly lives: number;
  /** Qualifying at the horizon, by category. */
  readonly qualifying: readonly number[];
  /** The canonical JSON of what the cell is of. */
  readonly identity: string;
}

/** The most points that are shown, and the most cells that are read for them. */
const POINTS_MAX = 12;
const CELLS_MAX = 400;
/** Changes that are named of a point. */
const CHANGES_MAX = 2;

/** The newest plan of a store, read once for as long as its file is the same. */
let lastPlan: { readonly path: string; readonly at: number; readonly plan: CellPlan | undefined } | undefined;

function newestPlan(cells: string): CellPlan | undefined {
  const folder = join(cells, PLANS);
  if (!existsSync(folder)) return undefined;
  const [newest] = readdirSync(folder)
    .filter((name) => name.endsWith('.plan'))
    .map((name) => ({ path: join(folder, name), at: statSync(join(folder, name)).mtimeMs }))
    .sort((a, b) => b.at - a.at || (a.path < b.path ? -1 : 1));
  if (newest === undefined) return undefined;
  if (lastPlan?.path !== newest.path || lastPlan.at !== newest.at)
    lastPlan = { ...newest, plan: readPlan(readFileSync(newest.path, 'utf8')) };
  return lastPlan.plan;
}

/**
 * The points whose cells are all finished, each against the scenario as it is (point 0). Counts are of the homes that were
 * simulated, by run: the tables of the sweep scale them back.
 * @param countsOf reads a cell of the store; undefined: it is not finished
 */
export function pointEffects(cells: string, countsOf: (key: string) => CellCounts | undefined): readonly LiveTable[] {
  const plan = newestPlan(cells);
  const base = plan?.points[0];
  if (plan === undefined || base === undefined) return [];
  const keysOf = (point: PlannedPoint): readonly string[] => point.cells.flatMap((at) => plan.cells[at]?.key ?? []);
  const before = wholePoint(keysOf(base), countsOf);
  if (before === undefined) return [];
  const own = meansOf(before);
  const read = new Set<string>();
  const rows: (readonly string[])[] = [];
  for (const point of plan.points.slice(1)) {
    const keys = keysOf(point);
    for (const key of keys) read.add(key);
    if (read.size > CELLS_MAX || rows.length >= POINTS_MAX) break;
    const counts = keys.length === 0 ? undefined : wholePoint(keys, countsOf);
    if (counts === undefined) continue;
    rows.push([String(point.number), changesOf(counts, before), ...meansOf(counts).map((mean, c) => signed(mean - (own[c] ?? 0)))]); // prettier-ignore
  }
  if (rows.length === 0) return [];
  const head = ['point', 'what is changed', ...CATEGORIES];
  const as = ['0', 'the scenario as it is', ...own.map((mean) => decimalNumber(mean, 1))];
  return [
    {
      caption: `Effects so far: what ${rows.length === 1 ? 'the first finished point has' : `${rows.length} finished points have`} more than the scenario as it is (qualifying at the horizon, by run, among the simulated homes)`,
      head,
      rows: [as, ...rows],
    },
  ];
}

/** The counts of every cell of a point; undefined if one of them is not finished. */
function wholePoint(
  keys: readonly string[],
  countsOf: (key: string) => CellCounts | undefined,
): readonly CellCounts[] | undefined {
  const counts: CellCounts[] = [];
  for (const key of keys) {
    const own = countsOf(key);
    if (own === undefined) return undefined;
    counts.push(own);
  }
  return counts;
}

/** Means by run over all populations. A population may have several cells, each of some replications. */
function meansOf(counts: readonly CellCounts[]): readonly number[] {
  const populations = [...new Set(counts.map(({ population }) => population))];
  return CATEGORIES.map((_, category) =>
    populations.reduce((sum, population) => {
      const own = counts.filter((one) => one.population === population);
      const runs = own.reduce((all, { replications }) => all + replications, 0);
      const found = own.reduce((all, { qualifying }) => all + (qualifying[category] ?? 0), 0);
      return sum + (runs === 0 ? 0 : found / runs);
    }, 0),
  );
}

/** What the first cell of the point that the base has not has instead. */
function changesOf(counts: readonly CellCounts[], before: readonly CellCounts[]): string {
  const known = new Set(before.map(({ identity }) => identity));
  const own = counts.find(({ identity }) => !known.has(identity));
  const other = own && before.find(({ population }) => population === own.population);
  if (own === undefined || other === undefined) return 'nothing that any home meets';
  const found = differingPaths(JSON.parse(own.identity), JSON.parse(other.identity));
  const named = found.slice(0, CHANGES_MAX).map(({ path, here, there }) => `${path.replace(/^(scenario|rules)\./, '')}: ${shown(here)} instead of ${shown(there)}`); // prettier-ignore
  const more = found.length - named.length;
  return `${named.join(', ')}${more > 0 ? `, and ${more} more` : ''}`;
}

function signed(value: number): string {
  const text = decimalNumber(value, 1);
  return value > 0 && text !== '0' ? `+${text}` : text;
}

const VALUE_MAX = 40;

function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > VALUE_MAX ? `${text.slice(0, VALUE_MAX - 3)}...` : text;
}
