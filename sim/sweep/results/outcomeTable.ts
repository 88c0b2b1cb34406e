import { endOfLondonDate } from '../../../src/time.ts';
import { asOfsOf } from '../cell/cell.ts';
import type { ResolvedPoint } from '../plan/points.ts';
import type { Outcome } from '../plan/sweepOutcomes.ts';
import { outcomeOf, type Totals } from './totals.ts';

/** The outcomes of a sweep, by outcome, point and replication. A refused point has no replications. */
export class OutcomeTable {
  readonly outcomes: readonly Outcome[];
  private readonly rows: (readonly Float64Array[])[] = [];

  constructor(outcomes: readonly Outcome[]) {
    this.outcomes = outcomes;
  }

  /** Adds the next point. `totals` is empty if the point was refused. */
  add(resolved: ResolvedPoint | undefined, totals: readonly Totals[]): void {
    this.rows.push(
      this.outcomes.map((outcome) =>
        Float64Array.from(resolved ? totals : [], (row) => valueOf(outcome, resolved as ResolvedPoint, row)),
      ),
    );
  }

  get points(): number {
    return this.rows.length;
  }

  /** The replications of an outcome at a point. */
  samples(outcome: number, point: number): readonly number[] {
    return Array.from(this.rows[point]?.[outcome] ?? []);
  }

  /** The mean of an outcome at a point; NaN if the point was refused. */
  mean(outcome: number, point: number): number {
    const samples = this.samples(outcome, point);
    return samples.reduce((sum, value) => sum + value, 0) / samples.length;
  }
}

/** The count of an outcome in one replication; NaN if the point's scenario ends before the day. */
function valueOf(outcome: Outcome, { scenario }: ResolvedPoint, totals: Totals): number {
  const asOfs = asOfsOf(scenario);
  const asOf = outcome.day === undefined ? asOfs.length - 1 : asOfs.indexOf(endOfLondonDate(outcome.day));
  return asOf < 0 ? NaN : outcomeOf(totals, outcome, asOf);
}
