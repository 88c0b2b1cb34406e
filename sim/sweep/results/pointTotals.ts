import { COHORTS } from '../../../src/installation/cohort.ts';
import type { Counts } from '../../kernel/life/counts.ts';
import type { Cell } from '../cell/cell.ts';
import type { Sweep } from '../plan/loadSweep.ts';
import { pointCells, type ResolvedPoint } from '../plan/points.ts';
import { addPopulation, emptyTotals, type Totals } from './totals.ts';

/**
 * Adds up the cells of a point, replication by replication.
 * @param countsOf the counts of a finished cell
 */
export function pointTotals(
  sweep: Sweep,
  resolved: ResolvedPoint,
  options: { readonly replications: number; readonly countsOf: (cell: Cell) => readonly Counts[] },
): readonly Totals[] {
  const totals: Totals[] = [];
  for (const cell of pointCells(sweep, resolved, options.replications)) {
    const { scenario, population } = cell;
    const cohort = COHORTS.indexOf(scenario.populations[population]?.cohort as never);
    const weight = resolved.weights.get(population) as number;
    for (const [i, counts] of options.countsOf(cell).entries()) {
      const replication = cell.block.from + i;
      totals[replication] ??= emptyTotals(counts);
      addPopulation(totals[replication], counts, weight, cohort);
    }
  }
  return totals;
}
