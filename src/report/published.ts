import { CATEGORIES, type ExclusionCategory } from '../clauses/clause.ts';
import { COHORTS, type Cohort } from '../installation/cohort.ts';
import { parseDate } from '../time.ts';

/** One published line: a category over one cohort, or over several together. */
export interface PublishedLine {
  readonly category: ExclusionCategory;
  readonly cohorts: readonly Cohort[];
  readonly published: number;
  /** True for a census that enters the model unchanged and is no forecast. */
  readonly isInput: boolean;
  /** What the figure was rounded from, where the file says so (columns `low` and `high`). */
  readonly interval?: { readonly low: number; readonly high: number };
}

/** A point of the public series of migrations. Meters and installations are never added to each other. */
export interface SeriesPoint {
  readonly date: string;
  readonly unit: 'meters' | 'installations';
  /** The cumulative count. */
  readonly count: number;
  readonly kind: string;
  readonly source: string;
}

/** The rows that were read, or a description of the fault of a line. */
export type Parsed<R> =
  { readonly ok: true; readonly rows: readonly R[] } | { readonly ok: false; readonly error: string };

/** Names cohorts that are taken together, in the form of records and scenarios: `IOC+MOC_MDS`. */
export function joinCohorts(cohorts: readonly Cohort[]): string {
  return cohorts.join('+');
}

/** Reads the figures of a published-volumes CSV (scenarios/data). */
export function parsePublishedVolumes(text: string): Parsed<PublishedLine> {
  return parseRows(text, ['category', 'cohorts', 'published', 'relation'], (cells, line) => {
    const category = CATEGORIES.find((known) => known === cells.category);
    const cohorts = (cells.cohorts ?? '').split('+');
    if (!category) return `line ${line}: category ${cells.category}, expected one of ${CATEGORIES.join(', ')}`;
    if (!cohorts.every(isCohort))
      return `line ${line}: cohorts ${cells.cohorts}, expected ${COHORTS.join('|')} joined by +`;
    const published = Number(cells.published);
    if (!Number.isInteger(published) || published < 0)
      return `line ${line}: published ${cells.published}, expected a count`;
    const stated = (cells['low'] ?? '') !== '' || (cells['high'] ?? '') !== '';
    const interval = { low: Number(cells['low'] || NaN), high: Number(cells['high'] || NaN) };
    if (stated && !(interval.low <= published && published <= interval.high))
      return `line ${line}: low ${cells['low']} and high ${cells['high']}, expected numbers around ${published}`;
    return { category, cohorts, published, isInput: cells.relation === 'input', ...(stated ? { interval } : {}) };
  });
}

/** Reads the points of a migrated-meters CSV that state a cumulative count. */
export function parseSeries(text: string): Parsed<SeriesPoint> {
  const parsed = parseRows(text, ['date', 'cumulative', 'unit', 'kind', 'source'], (cells, line) => {
    const count = cells.cumulative === '' ? -1 : Number(cells.cumulative);
    if (Number.isNaN(count)) return `line ${line}: cumulative ${cells.cumulative}, expected a count or nothing`;
    if (parseDate(cells.date ?? '') === undefined) return `line ${line}: date ${cells.date}, expected YYYY-MM-DD`;
    const unit = (['meters', 'installations'] as const).find((known) => known === cells.unit?.toLowerCase());
    if (unit === undefined) return `line ${line}: unit ${cells.unit}, expected meters or installations`;
    return { date: cells.date ?? '', unit, count, kind: cells.kind ?? '', source: cells.source ?? '' };
  });
  return parsed.ok ? { ok: true, rows: parsed.rows.filter((row) => row.count >= 0) } : parsed;
}

function isCohort(name: string): name is Cohort {
  return (COHORTS as readonly string[]).includes(name);
}

/** The rows of a CSV text with a header. Each cell is keyed by its column's name. */
export function parseCsv(text: string): Parsed<Readonly<Record<string, string>>> {
  return parseRows(text, [], (cells) => cells);
}

function parseRows<R extends object>(
  text: string,
  columns: readonly string[],
  read: (cells: Readonly<Record<string, string>>, line: number) => R | string,
): Parsed<R> {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const header = (lines[0] ?? '').split(',');
  const missing = columns.find((column) => !header.includes(column));
  if (missing !== undefined)
    return { ok: false, error: `line 1: no column ${missing}, expected ${columns.join(', ')}` };
  const rows: R[] = [];
  for (const [i, line] of lines.entries()) {
    if (i === 0 || line === '') continue;
    const fields = cellsOf(line);
    const row = read(Object.fromEntries(header.map((column, c) => [column, fields[c] ?? ''])), i + 1);
    if (typeof row === 'string') return { ok: false, error: row };
    rows.push(row);
  }
  return { ok: true, rows };
}

/** The cells of a line of CSV. A quoted cell may contain commas, and two quotes in it mean one. */
function cellsOf(line: string): readonly string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) =>
    quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'),
  );
}
