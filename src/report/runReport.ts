import type { ExclusionCategory } from '../clauses/clause.ts';
import type { Cohort } from '../installation/cohort.ts';
import type { Headline, HeadlineRow, PublishedRow } from './headline.ts';
import type { SeriesPoint } from './published.ts';

/** The format of `report.json`. It is raised when a field changes its meaning. */
export const RUN_REPORT_FORMAT = 1;

/**
 * Everything that a run reports, as plain data. The text, the page and `report.json` are made from it. It contains no
 * time of day, host or folder, so two equal runs give equal reports.
 */
export interface RunReport {
  readonly format: typeof RUN_REPORT_FORMAT;
  readonly kind: 'run';
  readonly scenario: {
    readonly name: string;
    readonly hash: string;
    readonly title: string;
    /** The first day that is simulated; the next field is the last one. */
    readonly from: string;
    readonly horizon: string;
  };
  /** The changes by `--set`, in order. */
  readonly changes: readonly ScenarioChange[];
  readonly seed: string;
  readonly replications: number;
  /** The number of installations that were simulated; the next field counts the others, which can meet no clause. */
  readonly installations: number;
  readonly notSimulated: number;
  readonly rules: { readonly name: string; readonly title: string };
  readonly version: string;
  /** The command that gives the same results, without options that do not affect them. */
  readonly command: string;
  /** The day of the headline's count. `operator` tells how published figures are assumed to have been counted. */
  readonly asOf: string;
  readonly operator: 'envisaged' | 'qualifying';
  readonly headline: Headline;
  /** Every published line beside our figure. */
  readonly lines: readonly PublishedRow[];
  /** The rows of each cohort. */
  readonly cohorts: readonly { readonly cohort: Cohort; readonly rows: readonly HeadlineRow[] }[];
  /** The scenario without `--set`, on the same dice; null if nothing was changed or it was not run. */
  readonly baseline: Baseline | null;
  /** Volumes at the as-ofs of the scenario and of `--as-of`. */
  readonly asOfs: readonly CountRow[];
  /** Volumes at the end of each month; empty unless they were counted. */
  readonly months: readonly CountRow[];
  /** The states of the installations at the horizon: means over the replications. */
  readonly ends: readonly { readonly end: string; readonly counts: Readonly<Record<Cohort, number>> }[];
  /** Cumulative counts at the end of each month. */
  readonly migrated: readonly { readonly date: string; readonly meters: number; readonly installations: number }[];
  readonly publicSeries: readonly SeriesPoint[];
  readonly assumptions: readonly Assumption[];
  readonly readings: readonly ReadingValue[];
}

export interface ScenarioChange {
  readonly path: string;
  /** The earlier value as text; empty if the scenario had none. */
  readonly before: string;
  readonly after: string;
}

/** A run of the scenario as it was before the changes. */
export interface Baseline {
  readonly name: string;
  readonly hash: string;
  readonly rows: readonly DifferenceRow[];
}

/** The effect of the changes on one row of the headline, replication by replication on common dice. */
export interface DifferenceRow {
  readonly category: ExclusionCategory | null;
  readonly words: string;
  readonly before: number;
  readonly after: number;
  readonly difference: number;
  /** Twice the standard error of the mean difference; null for a single replication. */
  readonly error: number | null;
}

/** The volume of one category over all cohorts on one day: means and range over the replications. */
export interface CountRow {
  readonly date: string;
  readonly category: ExclusionCategory;
  readonly qualifying: number;
  readonly low: number | null;
  readonly high: number | null;
  readonly effective: number;
}

/** One number or date of the scenario, and its origin. */
export interface Assumption {
  readonly path: string;
  readonly value: string;
  readonly mark: string;
  readonly note: string;
}

export interface ReadingValue {
  readonly name: string;
  readonly meaning: string;
  readonly value: string;
  readonly valueMeaning: string;
  readonly others: readonly string[];
}

/** The rows of a headline in the order in which they are shown. */
export function headlineRows({ installations, installationTotal, gasMeters }: Headline): readonly HeadlineRow[] {
  return [...installations, installationTotal, ...gasMeters];
}
