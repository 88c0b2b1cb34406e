import { CATEGORIES, type ExclusionCategory } from '../../clauses/clause.ts';
import { COHORTS, type Cohort } from '../../installation/cohort.ts';
import { READINGS, READING_NAMES } from '../../regulation/readings.ts';
import { cohortHeadline, publishedRows } from '../../report/headline.ts';
import { RUN_REPORT_FORMAT, type CountRow, type ReadingValue, type RunReport } from '../../report/runReport.ts';
import { meanOf, rangeOf } from '../../report/statistics.ts';
import { endOfLondonDate, formatDay, lastDayOfMonth, londonDay, monthOf, parseDate, type Instant } from '../../time.ts';
import { countOf, endCounts, labelledEnds } from '../../../sim/forecast/results.ts';
import { migratedSeries } from '../../../sim/forecast/migratedSeries.ts';
import type { Scenario } from '../../../sim/scenario/schema.ts';
import type { MarkedLeaf } from '../../../sim/scenario/marks.ts';
import { comparedAt, headline, headlineInput, type RunResult } from './runResult.ts';

/** What a report says of a run beside its counts. */
export interface RunTold extends Pick<RunReport, 'changes' | 'version' | 'command' | 'baseline'> {
  readonly marks: readonly MarkedLeaf[];
  /** Ends of months at which volumes were counted; none: no volumes by month. */
  readonly months: readonly string[];
}

/** The report of a run: plain data, of which the text, the page and `report.json` are made. */
export function reportOfRun(result: RunResult, told: RunTold): RunReport {
  const { scenario, rules, simulation } = result;
  const { months, marks, ...rest } = told;
  const dates = result.asOfs.map((at) => formatDay(londonDay(at)));
  const input = headlineInput(result);
  return {
    format: RUN_REPORT_FORMAT,
    kind: 'run',
    scenario: {
      name: scenario.name,
      hash: result.hash,
      title: scenario.title,
      from: scenario.from,
      horizon: scenario.horizon,
    },
    seed: result.seed,
    replications: result.replications,
    installations: simulation.model.size,
    notSimulated: scenario.notSimulated.reduce((sum, row) => sum + row.installations, 0),
    rules: { name: rules.name, title: rules.title },
    asOf: formatDay(londonDay(comparedAt(scenario))),
    operator: scenario.comparison.operator,
    headline: headline(result),
    lines: publishedRows(input),
    cohorts: COHORTS.map((cohort) => ({ cohort, rows: cohortHeadline(input, cohort) })),
    asOfs: countRows(result, dates),
    months: countRows(result, months),
    ends: endRows(result),
    migrated: migratedSeries(simulation).map(({ date, simulated, counted, installations }) => ({
      date,
      meters: Math.round(simulated + counted),
      installations: Math.round(installations),
    })),
    publicSeries: result.series.filter(({ date }) => date >= scenario.from && date <= scenario.horizon),
    assumptions: marks
      .filter(({ isClaim }) => isClaim)
      .map(({ path, value, mark, note }) => ({ path, value: String(value), mark: mark ?? '', note })),
    readings: readingsOf(result),
    ...rest,
  };
}

/** Every month's end from the first day to the horizon; the horizon itself where it ends no month. */
export function monthEnds({ from, horizon }: Pick<Scenario, 'from' | 'horizon'>): readonly string[] {
  const [first, last] = [parseDate(from) as number, parseDate(horizon) as number];
  const months = Array.from({ length: monthOf(last) - monthOf(first) + 1 }, (_, i) => monthOf(first) + i);
  return months.map((month) => formatDay(Math.min(lastDayOfMonth(month), last)));
}

/** Counts of a category over all cohorts at the end of a day, one for each replication. */
export interface DaySamples {
  readonly date: string;
  readonly category: ExclusionCategory;
  readonly qualifying: readonly number[];
  readonly effective: readonly number[];
}

/** The counts of each category at the end of each day. The run must have counted these days. */
export function daySamples({ simulation, replications }: RunResult, dates: readonly string[]): readonly DaySamples[] {
  const count = countOf(simulation);
  const instants: readonly Instant[] = [...simulation.model.asOfs];
  return dates.flatMap((date) => {
    const asOf = instants.indexOf(endOfLondonDate(date));
    return CATEGORIES.map((category) => {
      const samples = (measure: 'qualifying' | 'effective'): readonly number[] =>
        Array.from({ length: replications }, (_, replication) =>
          COHORTS.reduce(
            (sum, cohort) => sum + count({ replication, asOf, measure, cohort, category, of: 'reported' }),
            0,
          ),
        );
      return { date, category, qualifying: samples('qualifying'), effective: samples('effective') };
    });
  });
}

/** The volume of each category over all cohorts at the end of each day. */
function countRows(result: RunResult, dates: readonly string[]): readonly CountRow[] {
  return daySamples(result, dates).map(({ date, category, qualifying, effective }) => {
    const { low, high } = rangeOf(qualifying);
    return {
      date,
      category,
      qualifying: tenth(meanOf(qualifying)),
      low: low === null ? null : tenth(low),
      high: high === null ? null : tenth(high),
      effective: tenth(meanOf(effective)),
    };
  });
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}

function endRows({ simulation, scenario }: RunResult): RunReport['ends'] {
  const ofCohort = Object.fromEntries(
    COHORTS.map((cohort) => [cohort, labelledEnds(endCounts(simulation, cohort), scenario.ends)]),
  ) as Readonly<Record<Cohort, Readonly<Record<string, number>>>>;
  const names = [...new Set(COHORTS.flatMap((cohort) => Object.keys(ofCohort[cohort])))];
  return names
    .map((end) => ({
      end,
      counts: Object.fromEntries(COHORTS.map((cohort) => [cohort, tenth(ofCohort[cohort][end] ?? 0)])) as Readonly<Record<Cohort, number>>, // prettier-ignore
    }))
    .filter(({ counts }) => COHORTS.some((cohort) => counts[cohort] > 0));
}

function readingsOf({ rules }: RunResult): readonly ReadingValue[] {
  return READING_NAMES.map((name) => {
    const { meaning, values } = READINGS[name];
    const value = rules.readings[name];
    const texts: Readonly<Record<string, string>> = values;
    return {
      name,
      meaning,
      value,
      valueMeaning: texts[value] ?? '',
      others: Object.entries(texts).flatMap(([other, text]) => (other === value ? [] : [`${other}: ${text}`])),
    };
  });
}
