import type { ExclusionCategory } from '../clauses/clause.ts';
import type { Cohort } from '../installation/cohort.ts';
import type { Headline, HeadlineRow, PublishedRow } from './headline.ts';
import type { SeriesPoint } from './published.ts';

/** Format of `report.json`; raised when a field changes its meaning. */
export const RUN_REPORT_FORMAT = 1;

/**
 * Everything that a run tells its readers, as plain data: the text, the page and `report.json` are made of it. It holds
 * no time of day, host, or folder, so that two equal runs give equal reports.
 */
export interface RunReport {
  readonly format: typeof RUN_REPORT_FORMAT;
  readonly kind: 'run';
  readonly scenario: {
    readonly name: string;
    readonly hash: string;
    readonly title: string;
    /** First and last day simulated. */
    readonly from: string;
    readonly horizon: string;
  };
  /** What `--set` changed, in its order. */
  readonly changes: readonly ScenarioChange[];
  readonly seed: string;
  readonly replications: number;
  /** How many installations were simulated, and how many more are a count because they can meet no clause. */
  readonly installations: number;
  readonly notSimulated: number;
  readonly rules: { readonly name: string; readonly title: string };
  readonly version: string;
  /** The command that gives the same results, without the options that do not decide them. */
  readonly command: string;
  /** The day of the headline's count, and how published figures are taken to have been counted. */
  readonly asOf: string;
  readonly operator: 'envisaged' | 'qualifying';
  readonly headline: Headline;
  /** Every published line beside ours. */
  readonly lines: readonly PublishedRow[];
  /** The rows of each cohort. */
  readonly cohorts: readonly { readonly cohort: Cohort; readonly rows: readonly HeadlineRow[] }[];
  /** The scenario without `--set`, on the same dice; null where nothing was changed or it was not run. */
  readonly baseline: Baseline | null;
  /** Volumes at the as-ofs of the scenario and of `--as-of`. */
  readonly asOfs: readonly CountRow[];
  /** Volumes at each month's end; empty unless they were counted. */
  readonly months: readonly CountRow[];
  /** Where the installations stand at the horizon: means over the replications. */
  readonly ends: readonly { readonly end: string; readonly counts: Readonly<Record<Cohort, number>> }[];
  /** Cumulative, at each month's end. */
  readonly migrated: readonly { readonly date: string; readonly meters: number; readonly installations: number }[];
  readonly publicSeries: readonly SeriesPoint[];
  readonly assumptions: readonly Assumption[];
  readonly readings: readonly ReadingValue[];
}

export interface ScenarioChange {
  readonly path: string;
  /** As text; empty where the scenario had none. */
  readonly before: string;
  readonly after: string;
}

/** A run of the scenario as it was before the changes. */
export interface Baseline {
  readonly name: string;
  readonly hash: string;
  readonly rows: readonly DifferenceRow[];
}

/** What the changes did to one row of the headline, replication by replication on common dice. */
export interface DifferenceRow {
  readonly category: ExclusionCategory | null;
  readonly words: string;
  readonly before: number;
  readonly after: number;
  readonly difference: number;
  /** Twice the standard error of the mean difference; null for a single replication. */
  readonly error: number | null;
}

/** The volume of one category over all cohorts, on one day: means and range over the replications. */
export interface CountRow {
  readonly date: string;
  readonly category: ExclusionCategory;
  readonly qualifying: number;
  readonly low: number | null;
  readonly high: number | null;
  readonly effective: number;
}

/** One number or date of the scenario, and where it comes from. */
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
