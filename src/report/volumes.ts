import type { Unit } from '../clauses/categories.ts';
import { CATEGORIES, type ExclusionCategory } from '../clauses/clause.ts';
import { COHORTS, type Cohort } from '../installation/cohort.ts';
import { unitOf, type RuleSet } from '../rules/ruleset.ts';
import { formatInstant, type Instant } from '../time.ts';
import { joinCohorts, type PublishedLine } from './published.ts';
import { meanOf, rangeOf } from './statistics.ts';

export type Measure = 'qualifying' | 'effective' | 'envisaged';

/**
 * The relation between our figure and a published one. `input`: the published figure enters unchanged. `fitted`: an
 * assumption was chosen so that the two agree. `fitted-before-change`: one was chosen, and the scenario has been
 * changed since. `not-fitted`: no assumption was chosen for this line alone. That is not a prediction, because
 * assumptions were changed after the line had been seen.
 */
export const RELATIONS = ['input', 'fitted', 'fitted-before-change', 'not-fitted'] as const;
export type Relation = (typeof RELATIONS)[number];

/**
 * One volume: a row of the `volumes` record (src/interchange/record/records.ts). `p05` and `p95` are null for fewer
 * replications than give a range (`RANGE_REPLICATIONS_MIN`).
 */
export interface VolumeRow {
  readonly asOf: Instant;
  readonly measure: Measure;
  readonly cohort: string;
  readonly category: ExclusionCategory;
  readonly unit: Unit;
  readonly volume: number;
  readonly p05: number | null;
  readonly p95: number | null;
  readonly held: number;
  readonly published: number | null;
  readonly relation: Relation | null;
}

/** Counts of one replication. `measure` selects the exclusions that were met, or those that were met and in effect. */
export type CountOf = (query: {
  readonly replication: number;
  readonly asOf: number;
  readonly measure: 'qualifying' | 'effective';
  readonly cohort: Cohort;
  readonly category: ExclusionCategory;
  readonly of: 'reported' | 'held';
}) => number;

export interface VolumesInput {
  /** The as-ofs in ascending order. The horizon is the last. */
  readonly asOfs: readonly Instant[];
  readonly replications: number;
  readonly countOf: CountOf;
  readonly rules: RuleSet;
  readonly published: readonly PublishedLine[];
  /** The assumed basis of the published figures: the measure, and the position of its as-of. */
  readonly comparison: { readonly measure: Measure; readonly asOf: number };
  /** The names of published lines (`category/cohorts`) to which the scenario was fitted. */
  readonly fitted: ReadonlySet<string>;
  /** True if the scenario differs, in anything that affects a volume, from the one with which the lines were fitted. */
  readonly changed: boolean;
}

/** A line of one as-of and measure. The lines are every cohort x category, then the joint lines as published. */
interface Line {
  readonly category: ExclusionCategory;
  readonly cohorts: readonly Cohort[];
}

/** All volumes, zeros included: by as-of, measure, then line. */
export function volumeRows(input: VolumesInput): VolumeRow[] {
  const lines: Line[] = [
    ...COHORTS.flatMap((cohort) => CATEGORIES.map((category) => ({ category, cohorts: [cohort] }))),
    ...input.published.filter((line) => line.cohorts.length > 1),
  ];
  return input.asOfs.flatMap((_, asOf) => {
    const measures: Measure[] = ['qualifying', 'effective'];
    // "Envisaged" counts the exclusions that will have qualified by the horizon if the proposals are adopted.
    if (asOf === input.asOfs.length - 1) measures.push('envisaged');
    return measures.flatMap((measure) => lines.map((line) => volumeRow(input, asOf, measure, line)));
  });
}

/** The name of a published line in scenarios: `category/cohorts`. */
export function lineName(line: Line): string {
  return `${line.category}/${joinCohorts(line.cohorts)}`;
}

function volumeRow(input: VolumesInput, asOf: number, measure: Measure, line: Line): VolumeRow {
  const counted = measure === 'effective' ? 'effective' : 'qualifying';
  const samples = Array.from({ length: input.replications }, (_, replication) =>
    total(input, { replication, asOf, measure: counted, line, of: 'reported' }),
  );
  const held = Array.from({ length: input.replications }, (_, replication) =>
    total(input, { replication, asOf, measure: counted, line, of: 'held' }),
  );
  const compared = input.comparison.measure === measure && input.comparison.asOf === asOf;
  const published = compared ? input.published.find((row) => lineName(row) === lineName(line)) : undefined;
  const range = rangeOf(samples);
  return {
    asOf: input.asOfs[asOf] as Instant,
    measure,
    cohort: joinCohorts(line.cohorts),
    category: line.category,
    unit: unitOf(line.category, input.rules),
    volume: meanOf(samples),
    p05: range.low,
    p95: range.high,
    held: meanOf(held),
    published: published?.published ?? null,
    relation: published ? relationOf(published, input) : null,
  };
}

/** The relation between our figure and a published line. */
export function relationOf(
  line: PublishedLine,
  { fitted, changed }: Pick<VolumesInput, 'fitted' | 'changed'>,
): Relation {
  if (line.isInput) return 'input';
  if (!fitted.has(lineName(line))) return 'not-fitted';
  return changed ? 'fitted-before-change' : 'fitted';
}

function total(
  input: VolumesInput,
  query: {
    replication: number;
    asOf: number;
    measure: 'qualifying' | 'effective';
    line: Line;
    of: 'reported' | 'held';
  },
): number {
  const { line, ...rest } = query;
  return line.cohorts.reduce((sum, cohort) => sum + input.countOf({ ...rest, cohort, category: line.category }), 0);
}

/** The cells of a row in the order of the `volumes` record. Means are given to a tenth, and counts are whole. */
export function volumeCells(row: VolumeRow): (string | null)[] {
  const number = (value: number | null): string | null => (value === null ? null : String(Math.round(value * 10) / 10));
  return [
    formatInstant(row.asOf),
    row.measure,
    row.cohort,
    row.category,
    row.unit,
    number(row.volume),
    number(row.p05),
    number(row.p95),
    number(row.held),
    number(row.published),
    row.relation,
  ];
}
