import { column } from '../../interchange/table/tableTypes.ts';

const QUANTILES = [
  column('p05', 'double', '5 % of the forecast lie below'),
  column('p25', 'double', '25 % lie below'),
  column('p50', 'double', 'the median'),
  column('p75', 'double', '75 % lie below'),
  column('p95', 'double', '95 % lie below'),
];

/** The files of a forecast and their columns. */
export const FORECAST_TABLES = {
  'forecast.csv': [
    column('day', 'text', 'London date: the as-of, then month ends'),
    column('what_if', 'text', 'name of the what-if; empty: as things are; as drawn: nothing given'),
    column('part', 'text', 'all, or the dimension of --by: supplier, area'),
    column('of', 'text', 'the supplier or area; empty for all, or if not known'),
    column('cohort', 'text', 'migration cohort; all: the total of the cohorts'),
    column('measure', 'text', 'qualifying (met), effective (in effect), migrated'),
    column('category', 'text', 'the reported category; empty: migrated; all: installations'),
    ...QUANTILES,
  ],
  'visits.csv': [
    column('month', 'text', 'London date of the month end'),
    column('supplier', 'text', 'electricity supplier at the start of the records; empty if not known'),
    column('p05', 'double', '5 % of the forecast lie below'),
    column('p50', 'double', 'installations whose exclusion takes effect in the month: each needs a visit'),
    column('p95', 'double', '95 % lie below'),
  ],
  'installations.csv': [
    column('installation_id', 'text', 'as in the records'),
    column('look_alikes', 'double', 'simulated lives that stood in the very same state'),
    column('level', 'int32', 'first level of the back-off that has lives: 0 is the exact state'),
    column('reported_today', 'text', 'category that is reported at the as-of; empty: none'),
    column('tips', 'text', 'category that one more failure like the last would bring'),
    column('p_migrated', 'double', 'share of look-alikes that have migrated at the last day'),
    column('p_excluded', 'double', 'share of look-alikes that are reported under some category then'),
    column('p_open', 'double', 'share that are neither'),
    column('likely', 'text', 'the category that is most likely then; empty: none is'),
    column('p_likely', 'double', 'its share'),
  ],
} as const;

export type ForecastTable = keyof typeof FORECAST_TABLES;
