import { COHORTS } from '../../installation/cohort.ts';
import { COLUMN_COUNT, COLUMNS } from '../../../sim/forecast/predict/lines.ts';
import type { Member } from '../../../sim/forecast/predict/lookAlikes.ts';
import { outcomeOf, priorValues, type Outcome } from '../../../sim/forecast/score/lineScores.ts';
import type { ForecastRow, LineOfForecast } from '../../../sim/forecast/predict/forecastLines.ts';

/** Which share of the spread of a line comes from what: the three sum to 1. */
interface Spread {
  readonly parameters: number;
  /** What all installations of a run share: outages of fleets. */
  readonly shocks: number;
  /** The dice of each installation, at full size. */
  readonly dice: number;
}

/** The prior predictive: every run of every draw as it came, at full size. It is a forecast without histories. */
export function priorForecast(
  members: readonly Member[],
  { lines, days, scale }: { readonly lines: readonly LineOfForecast[]; readonly days: readonly number[]; readonly scale: number }, // prettier-ignore
): { readonly rows: readonly ForecastRow[]; readonly notes: readonly string[] } {
  const outcomes = members.map(({ table }): Outcome =>
    outcomeOf(table).map((own) => own.map((value) => value / scale)),
  );
  const rows: ForecastRow[] = [];
  for (const line of lines) {
    const known = days.map((day) => priorValues(outcomes, line.of.map((own) => ({ ...own, day })))); // prettier-ignore
    if (known.every((values) => (values.at(-1) as number) <= 0)) continue;
    days.forEach((day, i) => rows.push({ line, day, part: 'all', of: '', whatIf: '', values: known[i] as Float64Array })); // prettier-ignore
  }
  return { rows, notes: spreadNotes(members, outcomes, { day: days.at(-1) as number, scale }) };
}

/** Lines smaller than this say nothing of what spreads them. */
const MEAN_MIN = 20;

function spreadNotes(
  members: readonly Member[],
  outcomes: readonly Outcome[],
  { day, scale }: { readonly day: number; readonly scale: number },
): readonly string[] {
  // prettier-ignore
  const notes: string[] = [];
  for (const [cohort, name] of COHORTS.entries()) {
    for (const [column, { measure, category }] of COLUMNS.entries()) {
      if (measure !== 'qualifying') continue;
      const values = outcomes.map(
        (outcome) => (outcome[cohort] as Float64Array)[day * COLUMN_COUNT + column] as number,
      );
      const spread = spreadOf(values, members.map(({ draw }) => draw), scale); // prettier-ignore
      if (spread === undefined) continue;
      const percent = (share: number): string => `${Math.round(100 * share)} %`;
      notes.push(`${category}/${name}: parameters ${percent(spread.parameters)}, shared shocks ${percent(spread.shocks)}, dice ${percent(spread.dice)} of the variance`); // prettier-ignore
    }
  }
  return notes.length === 0 ? [] : ['Without histories this is what the priors alone predict. Its width comes from:', ...notes.map((note) => `  ${note}`)]; // prettier-ignore
}

/**
 * Splits the variance of a line. Between draws it is that of parameters; within draws it is that of shocks and of having
 * lived a share of the installations, which counting alone gives.
 */
function spreadOf(values: readonly number[], draws: readonly number[], scale: number): Spread | undefined {
  const groups = new Map<number, number[]>();
  values.forEach((value, i) => groups.set(draws[i] as number, [...(groups.get(draws[i] as number) ?? []), value]));
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (mean < MEAN_MIN) return undefined;
  const total = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length - 1);
  let within = 0;
  let degrees = 0;
  for (const group of groups.values()) {
    const own = group.reduce((sum, value) => sum + value, 0) / group.length;
    within += group.reduce((sum, value) => sum + (value - own) ** 2, 0);
    degrees += group.length - 1;
  }
  if (degrees === 0) return undefined;
  const sampled = mean / scale;
  const shocks = Math.max(0, within / degrees - sampled);
  const parameters = Math.max(0, total - within / degrees);
  const all = parameters + shocks + mean;
  return { parameters: parameters / all, shocks: shocks / all, dice: mean / all };
}
