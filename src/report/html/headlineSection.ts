import { COHORT_LABELS } from '../../installation/cohort.ts';
import { wholeNumber } from '../../text/numberWords.ts';
import { rangeChart, type RangeData } from '../charts/ranges.ts';
import { RELATION_WORDS, type HeadlineRow } from '../headline.ts';
import { rangeOfRow, type KnownRanges } from '../ranges/knownRanges.ts';
import type { RunReport } from '../runReport.ts';
import { figureHtml, folded, paragraph } from './figure.ts';
import { htmlTable, type TableData } from './htmlTable.ts';
import { countedWhen, rangeWords, type PageSection } from './pageParts.ts';
import { RANGE_REPLICATIONS_MIN } from '../statistics.ts';

/** The ranges of a page: those over the priors if they are known of this very scenario, else those of the runs. */
interface Ranges {
  readonly name: '90 % of runs' | 'over the priors';
  /** False if too few runs show a range. */
  readonly areKnown: boolean;
  /** The row with its range. */
  readonly of: (row: HeadlineRow) => HeadlineRow;
}

function rangesOf({ replications }: RunReport, known: KnownRanges | undefined): Ranges {
  if (known === undefined) return { name: '90 % of runs', areKnown: replications >= RANGE_REPLICATIONS_MIN, of: (row) => row }; // prettier-ignore
  return {
    name: 'over the priors',
    areKnown: true,
    of: (row) => {
      const range = rangeOfRow(known, row.category);
      return { ...row, low: range?.p05 ?? null, high: range?.p95 ?? null };
    },
  };
}

/**
 * The number of homes that each clause excludes, beside the published figures. `key` keeps ids distinct if reports are
 * side by side.
 *
 * @param known ranges over the priors, where they are known of this very scenario; by default chance alone is shown
 */
export function headlineSection(report: RunReport, key: string, known?: KnownRanges): PageSection {
  const ranges = rangesOf(report, known);
  const { installations, installationTotal, gasMeters } = report.headline;
  const total = wholeNumber(installationTotal.volume);
  const range = rangeWords(installationTotal);
  const lead = `${total} homes would be excluded ${countedWhen(report)}${range === '' ? '' : ` (${range} in 90 % of runs)`}.`;
  const body = [
    paragraph(lead, 'lead'),
    paragraph(surenessWords(report, ranges)),
    clauseFigure(report, installations, { id: `clauses${key}`, unit: 'homes', total: installationTotal, ranges }),
    ...(gasMeters.length === 0
      ? []
      : [clauseFigure(report, gasMeters, { id: `gas${key}`, unit: 'gas meters', total: undefined, ranges })]),
    ...(report.lines.length === 0 ? [] : [folded('Each published figure by cohort', htmlTable(linesTable(report)))]),
  ];
  return { id: `headline${key}`, title: 'How many are excluded, and by which rule', body: body.join('\n') };
}

function surenessWords({ replications, headline }: RunReport, { name }: Ranges): string {
  const chosen = [...headline.installations, ...headline.gasMeters].some(({ relation }) => relation === 'fitted');
  const chance =
    name === 'over the priors'
      ? `The mean is that of ${replications === 1 ? 'one run' : `${replications} runs`}; ± is chance alone. The range over the priors holds nine of ten draws in which every assumption moves. How wide each may be is our assumption too.` // prettier-ignore
      : replications === 1
      ? 'This is one run: it shows no range.'
      : `The ranges are those of chance alone, over ${replications} runs with every assumption as it is. The assumptions may be further off.`; // prettier-ignore
  const relations = chosen
    ? ' A figure that is "given" enters as it was published. For a "fitted" one an assumption was chosen to meet it. For one that is "not fitted" none was, but assumptions were changed after it had been seen, so it is no prediction.' // prettier-ignore
    : '';
  return chance + relations;
}

function clauseFigure(
  report: RunReport,
  own: readonly HeadlineRow[],
  { id, unit, total, ranges }: { readonly id: string; readonly unit: string; readonly total: HeadlineRow | undefined; readonly ranges: Ranges }, // prettier-ignore
): string {
  const rows = own.map(ranges.of);
  const data: RangeData = {
    unit,
    mark: 'bar',
    words: { value: 'simulated (mean)', range: ranges.name, reference: 'published' },
    rows: rows.map((row) => ({
      label: `${row.clause} ${row.words}`,
      value: row.volume,
      low: row.low,
      high: row.high,
      reference: row.published,
    })),
  };
  const parts = rows.map(clauseWords);
  const title =
    unit === 'homes' ? 'Homes excluded, by clause' : 'Gas meters left out while the electricity meter migrates';
  const largest = [...rows].sort((a, b) => b.volume - a.volume)[0];
  const sentence = `${title}, ${countedWhen(report)}.${rows.length > 1 && largest ? ` Most of them: ${largest.words}, ${wholeNumber(largest.volume)}.` : ''}`; // prettier-ignore
  const description = `${title}, ${countedWhen(report)}. ${parts.join('; ')}.`;
  return figureHtml({
    id,
    sentence,
    chart: (size) => rangeChart({ id: `${id}-chart`, title, description }, data, size),
    isOpen: true,
    table: clauseTable(report, total === undefined ? rows : [...rows, ranges.of(total)], { caption: title, ranges }),
  });
}

function clauseWords(row: HeadlineRow): string {
  const range = rangeWords(row);
  const published = row.published === null ? '' : `, published ${wholeNumber(row.published)}`;
  const relation = row.relation === null ? '' : ` (${RELATION_WORDS[row.relation]})`;
  return `${row.words}: ${wholeNumber(row.volume)}${range === '' ? '' : `, ${range}`}${published}${relation}`;
}

function clauseTable(
  { replications }: RunReport,
  rows: readonly HeadlineRow[],
  { caption, ranges }: { readonly caption: string; readonly ranges: Ranges },
): TableData {
  const [erred, ranged] = [replications > 1, ranges.areKnown];
  // A scenario that no published figure is for has no columns for one.
  const compared = rows.some(({ published }) => published !== null);
  const at = compared ? 5 : 3;
  return {
    caption: erred ? `${caption} (± is twice the standard error of the mean)` : caption,
    head: ['reason', 'clause', 'mean', ...(compared ? ['published', 'which is'] : []), ...(erred ? ['±'] : []), ...(ranged ? [ranges.name] : [])], // prettier-ignore
    right: [2, ...(compared ? [3] : []), ...(erred ? [at] : []), ...(ranged ? [erred ? at + 1 : at] : [])],
    totals: rows.flatMap(({ category }, r) => (category === null ? [r] : [])),
    rows: rows.map((row) => [
      row.words,
      row.clause,
      wholeNumber(row.volume),
      ...(compared ? [row.published === null ? '' : wholeNumber(row.published), row.relation === null ? '' : RELATION_WORDS[row.relation]] : []), // prettier-ignore
      ...(erred ? [wholeNumber(row.error ?? 0)] : []),
      ...(ranged ? [rangeWords(row)] : []),
    ]),
  };
}

function linesTable({ lines, replications }: RunReport): TableData {
  const [erred, ranged] = [replications > 1, replications >= RANGE_REPLICATIONS_MIN];
  return {
    caption: 'Each published figure, and ours for the same clause and cohorts',
    head: [
      'published for',
      'clause',
      'published',
      'ours (mean)',
      ...(erred ? ['±'] : []),
      ...(ranged ? ['90 % of runs'] : []),
      'which is',
    ],
    right: erred ? [2, 3, 4] : [2, 3],
    rows: lines.map((line) => [
      line.cohorts.map((cohort) => COHORT_LABELS[cohort]).join(' + '),
      line.clause,
      wholeNumber(line.published),
      wholeNumber(line.volume),
      ...(erred ? [wholeNumber(line.error ?? 0)] : []),
      ...(ranged ? [rangeWords(line)] : []),
      RELATION_WORDS[line.relation],
    ]),
  };
}
