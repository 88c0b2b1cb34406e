import type { Problem } from '../../../src/document/problem.ts';
import type { Cell } from '../cell/cell.ts';
import type { Sweep } from './loadSweep.ts';
import { BASE_POINT, pointCells, pointCount, pointOf, resolvePoint, SCALE_POINT } from './points.ts';

/** What the plan keeps of a cell: enough to find it, to weigh it, and to build it again. */
export interface PlannedCell {
  readonly key: string;
  readonly population: string;
  /** Installations x replications. */
  readonly lives: number;
  /** The first point that needs it. */
  readonly point: number;
}

/** What the plan keeps of a point. */
export interface PlannedPoint {
  readonly number: number;
  /** Positions in `cells`; empty where the point is refused. */
  readonly cells: readonly number[];
  readonly problems: readonly Problem[];
}

/**
 * Which cells a sweep needs. A cell that several points share stands once. Memory: some 200 bytes for each distinct cell
 * and 8 for each use of one; no scenario and no count is kept.
 */
export interface CellPlan {
  readonly replications: number;
  /** The base point first, then those of the design: a point stands at its number. */
  readonly points: readonly PlannedPoint[];
  /** The base point at twice the scale; undefined where nothing is scaled. */
  readonly scaleCheck: PlannedPoint | undefined;
  readonly cells: readonly PlannedCell[];
}

/**
 * Plans every point of a sweep. It is pure: on any machine, the same files give the same keys.
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
  private readonly positions = new Map<string, number>();

  add(sweep: Sweep, number: number, replications: number): void {
    const resolved = resolvePoint(sweep, pointOf(sweep, number));
    if (!resolved.ok) {
      this.points.push({ number, cells: [], problems: resolved.problems });
      return;
    }
    const cells = pointCells(sweep, resolved, replications).map((cell) => this.positionOf(cell, number));
    this.points.push({ number, cells, problems: [] });
  }

  private positionOf({ key, population, lives }: Cell, point: number): number {
    const known = this.positions.get(key);
    if (known !== undefined) return known;
    const position = this.cells.length;
    this.positions.set(key, position);
    this.cells.push({ key, population, lives, point });
    return position;
  }
}

/**
 * Builds planned cells again, with their scenarios, point by point: the cells of one point cost one resolution.
 * @param wanted positions in the plan's cells; they come in the order of their points
 */
export function* buildCells(sweep: Sweep, plan: CellPlan, wanted: readonly number[]): Generator<Cell> {
  const byPoint = new Map<number, Set<string>>();
  for (const position of wanted) {
    const { point, key } = plan.cells[position] as PlannedCell;
    const keys = byPoint.get(point) ?? new Set();
    byPoint.set(point, keys.add(key));
  }
  for (const [number, keys] of byPoint) {
    const resolved = resolvePoint(sweep, pointOf(sweep, number));
    if (!resolved.ok) continue;
    for (const cell of pointCells(sweep, resolved, plan.replications)) if (keys.has(cell.key)) yield cell;
  }
}
