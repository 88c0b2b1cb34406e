import { formatProblems } from '../../document/problem.ts';
import { textTable, thousands } from '../../text/table.ts';
import type { Member } from '../../../sim/forecast/predict/lookAlikes.ts';
import { quantileAt } from '../../../sim/forecast/predict/predictive.ts';
import type { StateCode } from '../../../sim/forecast/state/stateFacts.ts';
import { UsageError } from '../shell/exit.ts';
import type { ForecastRow, LineOfForecast } from '../../../sim/forecast/predict/forecastLines.ts';
import { forecastRows } from './forecastRows.ts';
import { AS_DRAWN } from '../../report/forecast/forecastSections.ts';
import type { GivenParameter } from '../../../sim/calibrate/priors/givenParameters.ts';
import { givenText } from '../library/givenOption.ts';
import { forecasterOf } from '../library/libraryCells.ts';
import type { Library } from '../library/libraryFolder.ts';
import { priorForecast } from './priorForecast.ts';

/** A change of the scenario or its rules under a name: what would be forecast if it had been so all along. */
export interface WhatIf {
  readonly name: string;
  readonly set: readonly string[];
}

/**
 * Reads `NAME: path=value`. The same name again adds a setting to it.
 * @throws UsageError if a text has no name, or the library's scenario refuses the settings
 */
export function whatIfsOf(library: Library, texts: readonly string[]): readonly WhatIf[] {
  const byName = new Map<string, string[]>();
  for (const text of texts) {
    const [, name, setting] = /^([^:=]{1,60}):\s*(\S.*=.*)$/.exec(text) ?? [];
    if (name === undefined || setting === undefined)
      throw new UsageError(`--what-if ${text}: expected NAME: path=value, such as "four weeks: amendments.clauses.five-retries.shows.atLeast=4"`); // prettier-ignore
    byName.set(name.trim(), [...(byName.get(name.trim()) ?? []), setting.trim()]);
  }
  return [...byName].map(([name, set]) => {
    const loaded = library.priors.resolve(set);
    if (!loaded.ok) throw new UsageError(`--what-if ${name}: ${formatProblems(loaded.errors)}`);
    if (name === AS_DRAWN) throw new UsageError(`--what-if ${name}: the name is taken by the forecast without what is given; choose another`); // prettier-ignore
    if (loaded.scenario.horizon !== library.head.horizon || loaded.scenario.from !== library.head.from)
      throw new UsageError(`--what-if ${name}: the days of a library cannot be changed; make another library`);
    return { name, set };
  });
}

/**
 * The forecast under a what-if. The same draws live on the same dice with the settings, and the portfolio is matched with
 * them: of those who stand so today, what becomes in a world in which it had been so from the start?
 * @param states of the portfolio; undefined without histories
 * @param given the switches that the members were lived with
 */
export function whatIfRows(
  library: Library,
  members: readonly Member[],
  { name, lines, days, states, given = [] }: { readonly name: string; readonly lines: readonly LineOfForecast[]; readonly days: readonly number[]; readonly states: ReadonlyMap<StateCode, number> | undefined; readonly given?: readonly GivenParameter[] }, // prettier-ignore
): readonly ForecastRow[] {
  if (states === undefined)
    return priorForecast(members, { lines, days, scale: library.head.options.scale }).rows.map((row) => ({
      ...row,
      whatIf: name,
    }));
  const forecast = forecasterOf(library, members, given).forecast(states);
  return forecastRows(forecast, {
    lines,
    parts: [{ part: 'all', of: '', cohorts: forecast.sums }],
    days,
    whatIf: name,
  });
}

/** Lines beside those of the forecast as things are, at the last day. */
export function whatIfText(rows: readonly ForecastRow[], day: number): string {
  const at = (whatIf: string): readonly ForecastRow[] => rows.filter((row) => row.whatIf === whatIf && row.day === day && row.part === 'all' && row.line.measure !== 'effective'); // prettier-ignore
  const names = [...new Set(rows.map(({ whatIf }) => whatIf))].filter((name) => name !== '' && name !== AS_DRAWN);
  const tables = names.map((name) => {
    const changed = at(name).map((row) => {
      const { cohort, measure, category } = row.line;
      const base = at('').find(({ line }) => line.cohort === cohort && line.measure === measure && line.category === category); // prettier-ignore
      const before = base === undefined ? 0 : quantileAt(base.values, 0.5);
      const after = quantileAt(row.values, 0.5);
      const by = `${after >= before ? '+' : '-'}${thousands(Math.abs(after - before))}`;
      return [cohort, measure === 'migrated' ? measure : category, thousands(before), thousands(after), by]; // prettier-ignore
    });
    return `What if: ${name}\n${textTable([['cohort', 'category', 'as is', 'then', 'difference'], ...changed], { right: [2, 3, 4] })}`; // prettier-ignore
  });
  if (tables.length === 0) return '';
  return `\n${tables.join('\n\n')}\nMedians. The change holds in the simulated lives from the start: had it always been so, seen from the states of today.\n`; // prettier-ignore
}

/** Lines at the last day as the priors draw the switches, beside those with what is given; none if nothing is given. */
export function givenChangeLines(
  rows: readonly ForecastRow[],
  day: number,
  given: readonly GivenParameter[],
): readonly string[] {
  const shown = rows.filter((row) => row.day === day && row.part === 'all' && row.line.measure !== 'effective');
  const drawn = shown.filter(({ whatIf }) => whatIf === AS_DRAWN);
  if (drawn.length === 0) return [];
  const quantiles = ({ values }: ForecastRow): readonly string[] => [0.05, 0.5, 0.95].map((p) => thousands(quantileAt(values, p))); // prettier-ignore
  const table = drawn.map((row) => {
    const { cohort, measure, category } = row.line;
    const own = shown.find(({ line, whatIf }) => whatIf === '' && line.cohort === cohort && line.measure === measure && line.category === category); // prettier-ignore
    return [cohort, measure === 'migrated' ? measure : category, ...quantiles(row), ...(own ? quantiles(own) : ['', '', ''])]; // prettier-ignore
  });
  const head = ['cohort', 'category', 'drawn 5 %', '50 %', '95 %', 'given 5 %', '50 %', '95 %'];
  return ['', `What is given changes (${givenText(given)}):`, textTable([head, ...table], { right: [2, 3, 4, 5, 6, 7] })]; // prettier-ignore
}
