import { CATEGORIES, type ExclusionCategory } from '../../../src/clauses/clause.ts';
import { COHORTS, type Cohort } from '../../../src/installation/cohort.ts';
import { unitOf, type RuleSet } from '../../../src/rules/ruleset.ts';
import { COLUMNS, type LineAt } from './lines.ts';
import type { Predictive } from './predictive.ts';

/** The name of a total, in the place of a cohort or a category. */
export const ALL = 'all';

/** What one line of a forecast counts: a category of a cohort, or a total of such lines. */
export interface LineOfForecast {
  readonly cohort: Cohort | typeof ALL;
  readonly measure: (typeof COLUMNS)[number]['measure'];
  /** Empty for the migrated. ALL: every category that excludes installations. */
  readonly category: ExclusionCategory | typeof ALL | '';
  /** What it is the sum of. */
  readonly of: readonly Omit<LineAt, 'day'>[];
}

/** One number of a forecast. */
export interface ForecastRow {
  readonly line: LineOfForecast;
  readonly day: number;
  readonly part: string;
  readonly of: string;
  readonly whatIf: string;
  readonly values: Predictive;
}

/**
 * The lines of a forecast under some rules: each cohort and category, then the totals. A total over categories leaves out
 * those that exclude gas meters, because gas meters are never added to installations.
 */
export function linesUnder(rules: RuleSet): readonly LineOfForecast[] {
  const cohorts = [...COHORTS.keys()];
  const columns = COLUMNS.map(({ measure, category }, column) => ({ measure, category: category as ExclusionCategory | '', column })); // prettier-ignore
  const single = cohorts.flatMap((at) =>
    columns.map(({ measure, category, column }): LineOfForecast => {
      return { cohort: COHORTS[at] as Cohort, measure, category, of: [{ cohort: at, column }] };
    }),
  );
  const overCohorts = columns.map(({ measure, category, column }): LineOfForecast => {
    return { cohort: ALL, measure, category, of: cohorts.map((cohort) => ({ cohort, column })) };
  });
  const overAll = (['qualifying', 'effective'] as const).map((measure): LineOfForecast => {
    const own = columns.filter((line) => line.measure === measure && line.category !== '' && unitOf(line.category, rules) === 'installations'); // prettier-ignore
    return { cohort: ALL, measure, category: ALL, of: cohorts.flatMap((cohort) => own.map(({ column }) => ({ cohort, column }))) }; // prettier-ignore
  });
  return [...single, ...overCohorts, ...overAll];
}

/**
 * What is reported today of a line, met or in effect.
 * @param today by cohort x categories
 * @returns undefined for the migrated, which no verdict tells
 */
export function todayOf({ category, of }: LineOfForecast, today: Float64Array): number | undefined {
  if (category === '') return undefined;
  return of.reduce((sum, { cohort, column }) => sum + (today[cohort * CATEGORIES.length + (column % CATEGORIES.length)] as number), 0); // prettier-ignore
}
