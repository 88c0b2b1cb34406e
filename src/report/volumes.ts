import { CATEGORIES, type ExclusionCategory } from '../clauses/clause.ts';
import { COHORTS, type Cohort } from '../installation/cohort.ts';
import type { RuleSet } from '../rules/ruleset.ts';
import { formatInstant, type Instant } from '../time.ts';
import { joinCohorts, type PublishedLine } from './published.ts';

export type Measure = 'qualifying' | 'effective' | 'envisaged';
export type Relation = 'fitted' | 'predicted' | 'input';

/** One volume: a row of the `volumes` record (DESIGN.md 5). `p05` and `p95` are null for a single replication. */
export interface VolumeRow {
  readonly asOf: Instant;
  readonly measure: Measure;
  readonly cohort: string;
  readonly category: ExclusionCategory;
  readonly unit: 'installations' | 'gas_meters';
  readonly volume: number;
  readonly p05: number | null;
  readonly p95: number | null;
  readonly held: number;
  readonly published: number | null;
  readonly relation: Relation | null;
}

/** Counts of one replication; `measure` is what was met, or met and in effect. */
export type CountOf = (query: {
  readonly replication: number;
  readonly asOf: number;
  readonly measure: 'qualifying' | 'effective';
  readonly cohort: Cohort;
  readonly category: ExclusionCategory;
  readonly of: 'reported' | 'held';
}) => number;

export interface VolumesInput {
  /** Rising; the horizon is the last. */
  readonly asOfs: readonly Instant[];
  readonly replications: number;
  readonly countOf: CountOf;
  readonly rules: RuleSet;
  readonly published: readonly PublishedLine[];
  /** How the published figures are taken to have been counted: the measure, and the position of its as-of. */
  readonly comparison: { readonly measure: Measure; readonly asOf: number };
  /** Names of published lines (`category/cohorts`) that the scenario was fitted to. */
  readonly fitted: ReadonlySet<string>;
}

/** The lines of one as-of and measure: every cohort x category, then the joint lines as published. */
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
    // "Envisaged" is what will have qualified by the horizon if the proposals are adopted.
    if (asOf === input.asOfs.length - 1) measures.push('envisaged');
    return measures.flatMap((measure) => lines.map((line) => volumeRow(input, asOf, measure, line)));
  });
}

/** `category/cohorts`, as scenarios name published lines. */
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
  const excludes = input.rules.clauses.find((clause) => clause.category === line.category)?.excludes;
  return {
    asOf: input.asOfs[asOf] as Instant,
    measure,
    cohort: joinCohorts(line.cohorts),
    category: line.category,
    unit: excludes === 'gsme' || (excludes === undefined && line.category === 'gt01') ? 'gas_meters' : 'installations',
    volume: mean(samples),
    p05: samples.length > 1 ? quantile(samples, 0.05) : null,
    p95: samples.length > 1 ? quantile(samples, 0.95) : null,
    held: mean(held),
    published: published?.published ?? null,
    relation: published ? relationOf(published, input.fitted) : null,
  };
}

function relationOf(line: PublishedLine, fitted: ReadonlySet<string>): Relation {
  if (line.isInput) return 'input';
  return fitted.has(lineName(line)) ? 'fitted' : 'predicted';
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

function mean(samples: readonly number[]): number {
  return samples.reduce((sum, value) => sum + value, 0) / samples.length;
}

/** Linear interpolation between order statistics (Hyndman and Fan's type 7). */
function quantile(samples: readonly number[], p: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const position = p * (sorted.length - 1);
  const low = Math.floor(position);
  const below = sorted[low] as number;
  const above = sorted[Math.min(low + 1, sorted.length - 1)] as number;
  return below + (above - below) * (position - low);
}

/** The cells of a row in the order of the `volumes` record; means are given to a tenth, counts whole. */
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
