import { assert } from '../../../src/assert.ts';
import type { Problem } from '../../../src/document/problem.ts';
import { RecentlyUsed } from '../../../src/recentlyUsed.ts';
import { BLOCK_SIZE, blocksOf, CellKeys, type Block, type Cell } from '../cell/cell.ts';
import { sliceOf } from '../cell/slice.ts';
import type { Sweep } from './loadSweep.ts';
import { BASE_POINT, pointCells, pointCount, pointOf, resolvePoint, SCALE_POINT, type ResolvedPoint } from './points.ts'; // prettier-ignore

/** A cell in a plan: enough to find it, to estimate its cost, and to build it again. */
export interface PlannedCell {
  readonly key: string;
  readonly population: string;
  /** Installations x replications. */
  readonly lives: number;
  /** The first point that needs it. */
  readonly point: number;
  /** Position of its block among the blocks of its point. */
  readonly block: number;
  /** Cells with the same number differ in their rule sets only, and are computed in one pass. */
  readonly pass: number;
}

/** A point in a plan. */
export interface PlannedPoint {
  readonly number: number;
  /** Positions in `cells`; empty if the point is refused. */
  readonly cells: readonly number[];
  readonly problems: readonly Problem[];
}

/**
 * The cells that a sweep needs. A cell that several points share is listed once. Memory: about 200 bytes for each distinct
 * cell and 8 for each use of one. The plan keeps no scenario and no count.
 */
export interface CellPlan {
  readonly replications: number;
  /** The base point, then those of the design. The position of a point is its number. */
  readonly points: readonly PlannedPoint[];
  /** The base point at twice the scale; undefined if nothing is scaled. */
  readonly scaleCheck: PlannedPoint | undefined;
  readonly cells: readonly PlannedCell[];
}

/**
 * Plans every point of a sweep. The same files give the same keys on any machine.
 * @param onPoint called after each point with the share of the points done
 */
export function planCells(
  sweep: Sweep,
  replications: number,
  onPoint: (share: number) => void = () => undefined,
): CellPlan {
  const plan = new PlanBuilder();
  const scaleChecked = sweep.file.scale < 1;
  if (scaleChecked) plan.add(sweep, SCALE_POINT, replications);
  for (let number = BASE_POINT; number < pointCount(sweep); number += 1) {
    plan.add(sweep, number, replications);
    onPoint((number + 1) / pointCount(sweep));
  }
  const [scaleCheck, points] = scaleChecked ? [plan.points[0], plan.points.slice(1)] : [undefined, plan.points];
  return { replications, points, scaleCheck, cells: plan.cells };
}

class PlanBuilder {
  readonly points: PlannedPoint[] = [];
  readonly cells: PlannedCell[] = [];
  private readonly keys = new CellKeys();
  private readonly positions = new Map<string, number>();

  add(sweep: Sweep, number: number, replications: number): void {
    const resolved = resolvePoint(sweep, pointOf(sweep, number));
    if (!resolved.ok) {
      this.points.push({ number, cells: [], problems: resolved.problems });
      return;
    }
    const cells = pointCells(sweep, resolved, replications, this.keys).map((cell) => this.positionOf(cell, number));
    this.points.push({ number, cells, problems: [] });
  }

  private positionOf({ key, population, lives, block, pass }: Cell, point: number): number {
    const known = this.positions.get(key);
    if (known !== undefined) return known;
    const position = this.cells.length;
    this.positions.set(key, position);
    this.cells.push({ key, population, lives, point, block: block.from / BLOCK_SIZE, pass });
    return position;
  }
}

/** The most rule sets of a pass. Our choice: beyond it the memory of the tallies costs more than the lives that are saved. */
const PASS_MAX = 32;
/** The points whose scenarios are kept while cells are built, because the cells of a pass belong to different points. */
const POINTS_KEPT = 64;

/**
 * Builds planned cells again, with their scenarios, pass by pass. A point is resolved once unless more than POINTS_KEPT
 * other points come between its cells.
 * @param wanted positions in the plan's cells; the passes are in the order of their first cells
 */
export function* buildPasses(sweep: Sweep, plan: CellPlan, wanted: readonly number[]): Generator<readonly Cell[]> {
  const points = new RecentlyUsed<ResolvedPoint>(POINTS_KEPT);
  const blocks = blocksOf(plan.replications);
  const cellOf = (planned: PlannedCell): Cell => {
    const { scenario, rules } = points.use(planned.point, () => resolvedAgain(sweep, planned.point));
    const { key, population, lives, pass } = planned;
    const slice = sliceOf(scenario, rules, population);
    return { ...slice, key, population, seed: sweep.seed, block: blocks[planned.block] as Block, lives, pass };
  };
  for (const cells of passesOf(plan, wanted)) yield cells.map((at) => cellOf(plan.cells[at] as PlannedCell));
}

/** Groups positions by pass. The passes are in the order of their first positions. */
export function passesOf(plan: CellPlan, wanted: readonly number[]): readonly (readonly number[])[] {
  const open = new Map<number, number[]>();
  const passes: number[][] = [];
  for (const position of wanted) {
    const { pass } = plan.cells[position] as PlannedCell;
    const own = open.get(pass);
    if (own !== undefined && own.length < PASS_MAX) own.push(position);
    else {
      const begun = [position];
      open.set(pass, begun);
      passes.push(begun);
    }
  }
  return passes;
}

function resolvedAgain(sweep: Sweep, number: number): ResolvedPoint {
  const resolved = resolvePoint(sweep, pointOf(sweep, number));
  assert(resolved.ok, `point ${number} was planned, and is refused now`);
  return resolved;
}
