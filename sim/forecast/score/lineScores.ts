import { COHORTS } from '../../../src/installation/cohort.ts';
import { CLASS_COUNT, classesOf, type MemberTable } from '../library/memberTable.ts';
import type { Forecaster } from '../predict/forecaster.ts';
import { COLUMN_COUNT, COLUMNS, columnShares, type LineAt } from '../predict/lines.ts';
import type { Member } from '../predict/lookAlikes.ts';
import { crps, quantileAt, rankOf, type Predictive } from '../predict/predictive.ts';
import { factsOf, type StateCode } from '../state/stateFacts.ts';

/** What became of a portfolio that was forecast: per cohort, day x COLUMN_COUNT + column. */
export type Outcome = readonly Float64Array[];

/** One forecast held against what came. */
export interface Score extends LineAt {
  readonly truth: number;
  /** What stood at the as-of: the forecast of persistence. */
  readonly today: number;
  readonly median: number;
  readonly covered50: boolean;
  readonly covered90: boolean;
  readonly width90: number;
  /** Share of the forecast below the truth. */
  readonly rank: number;
  readonly crps: number;
  readonly crpsPrior: number;
  readonly crpsToday: number;
  readonly alarm: number;
}

/** The outcome of a simulated portfolio, each life counting once. */
export function outcomeOf(table: MemberTable): Outcome {
  const out = COHORTS.map(() => new Float64Array(table.days * COLUMN_COUNT));
  const held = new Float64Array(table.days * CLASS_COUNT);
  const columns = new Float64Array(table.days * COLUMN_COUNT);
  for (let i = 0; i < table.states.length; i += 1) {
    classesOf(table, i, held);
    columnShares(held, table.days, columns);
    const own = out[factsOf(table.states[i] as number).cohort] as Float64Array;
    for (let at = 0; at < own.length; at += 1) own[at] = (own[at] as number) + (columns[at] as number);
  }
  return out;
}

/** The states of a simulated portfolio with what each weighs. */
function statesOf(table: MemberTable): ReadonlyMap<StateCode, number> {
  return new Map(Array.from(table.states, (state, i) => [state, table.weight[i] as number]));
}

/** The prior predictive of a sum of lines without histories: each member as it came, its sizes drawn from the priors. */
export function priorValues(outcomes: readonly Outcome[], lines: readonly LineAt[]): Predictive {
  return Float64Array.from(outcomes, (outcome) =>
    lines.reduce((sum, { cohort, column, day }) => sum + ((outcome[cohort] as Float64Array)[day * COLUMN_COUNT + column] as number), 0),
  ).sort(); // prettier-ignore
}

/** A line that is scored expects at least so many installations: intervals of fewer are those of whole numbers. Ours. */
const EXPECTED_MIN = 5;

/**
 * Forecasts a truth that is no part of the library, and scores every line at some days.
 * @param members outcomes of the members of the library, on the scale of the truth
 */
export function scoresOf(
  forecaster: Forecaster,
  truth: Member,
  { members, days }: { readonly members: readonly Outcome[]; readonly days: readonly number[] },
): readonly Score[] {
  const forecast = forecaster.forecast(statesOf(truth.table));
  const came = outcomeOf(truth.table);
  const scores: Score[] = [];
  for (const cohort of COHORTS.keys()) {
    for (const [column, { measure }] of COLUMNS.entries()) {
      if (measure === 'effective') continue;
      for (const day of days) {
        const line = { cohort, column, day };
        const values = forecast.predictive([line]);
        const at = day * COLUMN_COUNT + column;
        const own = came[cohort] as Float64Array;
        const sums = forecast.sums[cohort];
        const y = own[at] as number;
        // What is settled for every draw is no forecast.
        if (sums === undefined || sums.expected(day, column) < EXPECTED_MIN || sums.diceOf(day, column) < 1) continue;
        const today = own[column] as number;
        const inside = (low: number, high: number): boolean =>
          quantileAt(values, low) <= y && y <= quantileAt(values, high);
        scores.push({
          ...line,
          truth: y,
          today,
          median: quantileAt(values, 0.5),
          covered50: inside(0.25, 0.75),
          covered90: inside(0.05, 0.95),
          width90: quantileAt(values, 0.95) - quantileAt(values, 0.05),
          rank: rankOf(values, y),
          crps: crps(values, y),
          crpsPrior: crps(priorValues(members, [line]), y),
          crpsToday: Math.abs(y - today),
          alarm: forecast.alarm,
        });
      }
    }
  }
  return scores;
}
