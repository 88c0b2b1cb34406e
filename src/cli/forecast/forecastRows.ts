import { CATEGORIES } from '../../clauses/clause.ts';
import { COHORTS } from '../../installation/cohort.ts';
import type { TableValue } from '../../interchange/table/tableTypes.ts';
import { formatDay, londonDay, type Instant } from '../../time.ts';
import type { Forecast } from '../../../sim/forecast/predict/forecaster.ts';
import type { LineSums } from '../../../sim/forecast/predict/lineSums.ts';
import { PROBABILITIES, quantileAt, type Predictive } from '../../../sim/forecast/predict/predictive.ts';
import type { ForecastRow, LineOfForecast } from '../../../sim/forecast/predict/forecastLines.ts';

/** A part of a portfolio: its sums by cohort. */
export interface PartSums {
  readonly part: string;
  readonly of: string;
  readonly cohorts: readonly LineSums[];
}

/** Every number of a forecast that is not nothing for sure. */
export function forecastRows(
  forecast: Forecast,
  { lines, parts, days, whatIf = '' }: { readonly lines: readonly LineOfForecast[]; readonly parts: readonly PartSums[]; readonly days: readonly number[]; readonly whatIf?: string }, // prettier-ignore
): readonly ForecastRow[] {
  return parts.flatMap(({ part, of, cohorts }) => {
    const isNothing = (line: LineOfForecast): boolean =>
      line.of.every(({ cohort, column }) => days.every((day) => (cohorts[cohort]?.expected(day, column) ?? 0) <= 0));
    return lines
      .filter((line) => !isNothing(line))
      .flatMap((line) =>
        days.map((day): ForecastRow => {
          const values = forecast.predictive(line.of.map((own) => ({ ...own, day })), cohorts); // prettier-ignore
          return { line, day, part, of, whatIf, values };
        }),
      );
  });
}

/** A row as `forecast.csv` has it. */
export function tableRow(
  { line, part, of, whatIf, day, values }: ForecastRow,
  days: readonly Instant[],
): readonly TableValue[] {
  const { cohort, measure, category } = line;
  const quantiles = PROBABILITIES.map((p) => rounded(quantileAt(values, p)));
  return [dayText(days[day] as Instant), whatIf, part, of, cohort, measure, category, ...quantiles];
}

/** The London date of a day of the forecast. */
export function dayText(at: Instant): string {
  return formatDay(londonDay(at));
}

/** Two decimals: a forecast is not known better, and no last bit of a machine shows. */
function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

/** The rows of `visits.csv`: of each supplier and month, how many exclusions take effect, over all cohorts. */
export function visitRows(
  forecast: Forecast,
  {
    parts,
    days,
    instants,
  }: { readonly parts: readonly PartSums[]; readonly days: readonly number[]; readonly instants: readonly Instant[] },
): readonly (readonly TableValue[])[] {
  const rows: TableValue[][] = [];
  for (const { of, cohorts } of parts) {
    for (const day of days.filter((at) => at > 0)) {
      let mean = 0;
      let low = 0;
      let high = 0;
      for (const cohort of COHORTS.keys()) {
        const sums = cohorts[cohort];
        if (sums === undefined) continue;
        for (let c = 0; c < CATEGORIES.length; c += 1) {
          const column = CATEGORIES.length + c;
          const [now, before] = [day, day - 1].map((at) => forecast.predictive([{ cohort, column, day: at }], cohorts));
          const middle = Math.max(0, quantileAt(now as Predictive, 0.5) - quantileAt(before as Predictive, 0.5));
          const spread = relativeSpread(now as Predictive);
          mean += middle;
          low += middle * spread.low;
          high += middle * spread.high;
        }
      }
      if (mean <= 0.005) continue;
      // What all lines share moves them together; the dice of the count itself come on top.
      const dice = 1.645 * Math.sqrt(mean);
      const under = Math.hypot(mean - low, dice);
      const over = Math.hypot(high - mean, dice);
      rows.push([dayText(instants[day] as Instant), of, rounded(Math.max(0, mean - under)), rounded(mean), rounded(mean + over)]); // prettier-ignore
    }
  }
  return rows;
}

function relativeSpread(values: Predictive): { readonly low: number; readonly high: number } {
  const middle = quantileAt(values, 0.5);
  if (middle <= 0) return { low: 1, high: 1 };
  return { low: quantileAt(values, 0.05) / middle, high: quantileAt(values, 0.95) / middle };
}
