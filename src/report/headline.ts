import { CATEGORY_ROWS, type Unit } from '../clauses/categories.ts';
import type { Clause, ExclusionCategory } from '../clauses/clause.ts';
import { COHORTS, type Cohort } from '../installation/cohort.ts';
import { unitOf, type RuleSet } from '../rules/ruleset.ts';
import type { PublishedLine } from './published.ts';
import { meanError, meanOf, rangeOf } from './statistics.ts';
import { relationOf, type CountOf, type Relation } from './volumes.ts';

/** One volume of the headline: a clause in plain words, one of its cohorts, or a total. */
export interface HeadlineRow {
  /** The category; null in a total. */
  readonly category: ExclusionCategory | null;
  /** The number of the clause, such as `18.9`; empty in a total. */
  readonly clause: string;
  /** The words for the row, at most 25 characters. */
  readonly words: string;
  readonly unit: Unit;
  /** The count of each replication, in their order. */
  readonly samples: readonly number[];
  /** The mean over the replications. */
  readonly volume: number;
  /** Twice the standard error of the mean; null for a single replication. */
  readonly error: number | null;
  /** The 5 % and 95 % points of the replications; null for a single one. */
  readonly low: number | null;
  readonly high: number | null;
  /** The sum of the published lines of the clause; null if none is published. */
  readonly published: number | null;
  /** The relation between our figure and the published one; `mixed` if the lines of a clause differ in it. */
  readonly relation: Relation | 'mixed' | null;
}

/** The volumes at the head of a report. Text and page both show these rows, so they are selected once. */
export interface Headline {
  /** One row for each clause that excludes installations, and their total. */
  readonly installations: readonly HeadlineRow[];
  readonly installationTotal: HeadlineRow;
  /** One row for each clause that excludes gas meters alone. These are never added to installations. */
  readonly gasMeters: readonly HeadlineRow[];
}

/** A published figure, and ours for the same category and cohorts. */
export interface PublishedRow extends Pick<HeadlineRow, 'clause' | 'volume' | 'error' | 'low' | 'high'> {
  readonly category: ExclusionCategory;
  readonly cohorts: readonly Cohort[];
  readonly published: number;
  readonly relation: Relation;
}

export interface HeadlineInput {
  readonly countOf: CountOf;
  readonly replications: number;
  /** The position of the as-of in the list of as-ofs. */
  readonly asOf: number;
  readonly rules: RuleSet;
  readonly published: readonly PublishedLine[];
  /**
   * The names of the published lines to which an assumption was fitted; the next field tells whether something was
   * changed since.
   */
  readonly fitted: ReadonlySet<string>;
  readonly changed: boolean;
}

/** The rows at the head of a report, by clause number. */
export function headlineOf(input: HeadlineInput): Headline {
  const rows = byClause(input.rules).map((clause) => headlineRow(input, clause, COHORTS));
  const installations = rows.filter(({ unit }) => unit === 'installations');
  return {
    installations,
    installationTotal: totalOf(installations, 'all homes excluded'),
    gasMeters: rows.filter(({ unit }) => unit === 'gas_meters'),
  };
}

/** The rows of the headline for one cohort: only the clauses that apply to it. */
export function cohortHeadline(input: HeadlineInput, cohort: Cohort): readonly HeadlineRow[] {
  return byClause(input.rules)
    .map((clause) => headlineRow(input, clause, [cohort]))
    .filter(({ samples, published }) => published !== null || samples.some((count) => count > 0));
}

/** Every published line beside our figure. */
export function publishedRows(input: HeadlineInput): readonly PublishedRow[] {
  return input.published.flatMap((line) => {
    const clause = input.rules.clauses.find(({ category }) => category === line.category);
    if (clause === undefined) return [];
    const { volume, error, low, high } = summaryOf(samplesOf(input, line.category, line.cohorts));
    const { category, cohorts, published } = line;
    return [{ clause: clause.clause, category, cohorts, published, relation: relationOf(line, input), volume, error, low, high }]; // prettier-ignore
  });
}

function byClause({ clauses }: RuleSet): readonly Clause[] {
  return [...clauses].sort((a, b) => (a.clause < b.clause ? -1 : a.clause > b.clause ? 1 : 0));
}

function headlineRow(input: HeadlineInput, clause: Clause, cohorts: readonly Cohort[]): HeadlineRow {
  const { category } = clause;
  const samples = samplesOf(input, category, cohorts);
  const lines = publishedOf(input.published, category, cohorts);
  const relations = new Set(lines.map((line) => relationOf(line, input)));
  return {
    category,
    clause: clause.clause,
    words: plainWords(clause),
    unit: unitOf(category, input.rules),
    ...summaryOf(samples),
    published: lines.length === 0 ? null : lines.reduce((sum, line) => sum + line.published, 0),
    relation: relations.size > 1 ? 'mixed' : ([...relations][0] ?? null),
  };
}

/** The count of each replication. */
function samplesOf(
  { countOf, asOf, replications }: HeadlineInput,
  category: ExclusionCategory,
  cohorts: readonly Cohort[],
): readonly number[] {
  return Array.from({ length: replications }, (_, replication) =>
    cohorts.reduce(
      (sum, cohort) => sum + countOf({ replication, asOf, measure: 'qualifying', cohort, category, of: 'reported' }),
      0,
    ),
  );
}

/**
 * The published lines within the cohorts. The list is empty if two of them overlap, because their sum would count
 * twice.
 */
function publishedOf(
  published: readonly PublishedLine[],
  category: ExclusionCategory,
  cohorts: readonly Cohort[],
): readonly PublishedLine[] {
  const lines = published.filter(
    (line) => line.category === category && line.cohorts.every((cohort) => cohorts.includes(cohort)),
  );
  const named = lines.flatMap((line) => line.cohorts);
  return new Set(named).size === named.length ? lines : [];
}

/** The mean, error and range of the counts of replications. */
function summaryOf(samples: readonly number[]): Pick<HeadlineRow, 'samples' | 'volume' | 'error' | 'low' | 'high'> {
  const single = samples.length < 2;
  return {
    samples,
    volume: meanOf(samples),
    error: single ? null : 2 * meanError(samples),
    ...rangeOf(samples),
  };
}

function totalOf(rows: readonly HeadlineRow[], words: string): HeadlineRow {
  const replications = rows[0]?.samples.length ?? 0;
  const samples = Array.from({ length: replications }, (_, r) =>
    rows.reduce((sum, row) => sum + (row.samples[r] ?? 0), 0),
  );
  const known = rows.filter(({ published }) => published !== null);
  return {
    category: null,
    clause: '',
    words,
    unit: 'installations',
    ...summaryOf(samples),
    published: known.length === rows.length && rows.length > 0 ? known.reduce((sum, row) => sum + (row.published ?? 0), 0) : null, // prettier-ignore
    relation: null,
  };
}

/** A clause in at most 25 characters, with the number of failures that it requires. */
export function plainWords({ category, shows }: Clause): string {
  const atLeast = shows.type === 'count' ? shows.atLeast : 0;
  return CATEGORY_ROWS[category].words(atLeast);
}

/** The words for each relation. */
export const RELATION_WORDS: Readonly<Record<Relation | 'mixed', string>> = {
  'input': 'given',
  'fitted': 'fitted',
  'fitted-before-change': 'fitted before',
  'not-fitted': 'not fitted',
  'mixed': 'mixed',
};
