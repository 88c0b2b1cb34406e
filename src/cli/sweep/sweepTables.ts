import { column, type TableColumn } from '../../interchange/table/tableTypes.ts';

const POINT = column('point', 'int32', 'number of the point; 0 is the scenario as it is');
const OUTCOME = column('outcome', 'text', 'what is counted: category/cohorts or end/cohorts, @date if not the horizon');
const FACTOR = column('factor', 'text', 'name of the factor');
const LOW = column('low', 'double', 'lower end of the 90 % interval; empty: one replication says nothing of it');
const HIGH = column('high', 'double', 'upper end of the 90 % interval');

/** The files of a sweep and their columns. `design.parquet` has a column for each factor besides. */
export const SWEEP_TABLES = {
  'sweep.parquet': [
    POINT,
    column('replication', 'int32', 'from 0; the same number has the same dice at every point'),
    column('as_of', 'instant', 'the instant of the count'),
    column(
      'measure',
      'text',
      'qualifying, effective (both by category), end, migrated_installations, migrated_meters (cumulative)',
    ),
    column('cohort', 'text', 'migration cohort'),
    column('category', 'text', 'exclusion category; for the measure end how the installations ended; else empty'),
    column('reported', 'double', 'count under the category that is reported; scaled back'),
    column('held', 'double', 'count of all that hold the category, reported or not; empty for other measures'),
  ],
  'design.parquet': [
    POINT,
    column('status', 'text', 'done, refused (its scenario is wrong) or missing (merge --partial)'),
    column('problem', 'text', 'why it was refused; empty otherwise'),
    column('scenario', 'text', 'name#hash of its scenario before scaling'),
    column('settings', 'text', 'what --set of the command run takes, joined by spaces'),
  ],
  'cells.csv': [
    POINT,
    column('population', 'text', 'name of the population'),
    column('key', 'text', 'the cell in the store: cells/ab/<key>.json, where ab begins the key'),
    column('lives', 'int32', 'installations x replications of the cell'),
  ],
  'effects.csv': [
    OUTCOME,
    FACTOR,
    column('rank', 'int32', 'place of the factor by its largest effect on the outcome'),
    column('level', 'text', 'value of the factor; empty: the effect is over its whole range'),
    column('points', 'int32', 'points that the effect rests on'),
    column('mean', 'double', 'mean outcome at the value; empty over a range'),
    column(
      'effect',
      'double',
      'one at a time: difference from the base point; grid: from the mean of all points; else change over the range',
    ),
    LOW,
    HIGH,
    column('share', 'double', "share of the outcome's variance that the slope explains; empty without a slope"),
    column('scale_error', 'double', 'standard deviation of the mean outcome for scaling alone; 0 at scale 1'),
  ],
  'morris.csv': [
    OUTCOME,
    FACTOR,
    column('mu', 'double', 'mean elementary effect over the whole range'),
    column('mu_star', 'double', 'mean absolute elementary effect'),
    LOW,
    HIGH,
    column('sigma', 'double', 'standard deviation of the elementary effects'),
    column('effects', 'int32', 'elementary effects that it rests on'),
  ],
  'sobol.csv': [
    OUTCOME,
    FACTOR,
    column('first', 'double', 'first-order index'),
    column('first_low', 'double', 'lower end of its 90 % interval'),
    column('first_high', 'double', 'upper end'),
    column('total', 'double', 'total index'),
    column('total_low', 'double', 'lower end of its 90 % interval'),
    column('total_high', 'double', 'upper end'),
  ],
  'differences.csv': [
    POINT,
    OUTCOME,
    column('replications', 'int32', 'pairs of replications on the same dice'),
    column('base', 'double', 'mean at the base point'),
    column('value', 'double', 'mean at the point'),
    column('difference', 'double', 'value less base'),
    LOW,
    HIGH,
    column(
      'independent_replications',
      'int32',
      'replications of each that independent dice would need for as narrow an interval',
    ),
  ],
  'convergence.csv': [
    OUTCOME,
    column('factor', 'text', 'name of the factor; empty for the mean of the base point'),
    column('estimate', 'text', 'mean, first, total or mu_star'),
    column('units', 'int32', 'replications, samples or trajectories taken into account'),
    column('value', 'double', 'the estimate from these alone'),
    LOW,
    HIGH,
  ],
} as const satisfies Readonly<Record<string, readonly TableColumn[]>>;

export type SweepTable = keyof typeof SWEEP_TABLES;
