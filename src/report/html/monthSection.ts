import type { ExclusionCategory } from '../../clauses/clause.ts';
import { spokenDate } from '../../text/dates.ts';
import { wholeNumber } from '../../text/numberWords.ts';
import { parseDate } from '../../time.ts';
import { seriesChart } from '../charts/series.ts';
import { stackChart } from '../charts/stack.ts';
import type { HeadlineRow } from '../headline.ts';
import type { CountRow, RunReport } from '../runReport.ts';
import { figureHtml } from './figure.ts';
import { countedWhen, listWords, type PageSection } from './pageParts.ts';

/** Volumes month by month: all clauses stacked, then each counted clause with its range. */
export function monthSection(report: RunReport, key: string): PageSection {
  const { months, headline } = report;
  const met = (row: HeadlineRow): boolean => ofCategory(months, row.category).some(({ qualifying }) => qualifying > 0);
  const stacked = headline.installations.filter(met);
  // A census that arrives on a schedule has no range, so it needs no picture of its own.
  const counted = [...headline.installations, ...headline.gasMeters].filter((row) => met(row) && row.low !== row.high);
  const body =
    months.length < 2 || stacked.length === 0
      ? ''
      : [stackFigure(report, stacked, key), ...counted.map((row) => fanFigure(report, row, key))].join('\n');
  return { id: `months${key}`, title: 'Month by month', body };
}

function ofCategory(months: readonly CountRow[], category: ExclusionCategory | null): readonly CountRow[] {
  return months.filter((row) => row.category === category);
}

function day(date: string): number {
  return parseDate(date) ?? 0;
}

function stackFigure({ months, scenario }: RunReport, rows: readonly HeadlineRow[], key: string): string {
  const dates = [...new Set(months.map(({ date }) => date))];
  const valueAt = (row: HeadlineRow, date: string): number =>
    months.find((of) => of.date === date && of.category === row.category)?.qualifying ?? 0;
  const last = dates.at(-1) ?? scenario.horizon;
  const parts = rows.map((row) => `${row.words} ${wholeNumber(valueAt(row, last))}`);
  const sentence = `Homes that qualify for exclusion at the end of each month. On ${spokenDate(last)}: ${listWords(parts)}.`;
  const id = `stack${key}`;
  return figureHtml({
    id,
    sentence,
    chart: (size) =>
      stackChart(
        { id: `${id}-chart`, title: 'Homes that qualify for exclusion, month by month', description: sentence },
        {
          unit: 'homes',
          layers: rows.map((row, colour) => ({ label: row.words, colour })),
          points: dates.map((date) => ({ day: day(date), values: rows.map((row) => valueAt(row, date)) })),
        },
        size,
      ),
    table: {
      caption: 'Homes that qualify, by clause (means)',
      head: ['end of', ...rows.map(({ words }) => words), 'all'],
      right: [...rows.map((_, i) => i + 1), rows.length + 1],
      rows: dates.map((date) => {
        const values = rows.map((row) => valueAt(row, date));
        return [date, ...values.map(wholeNumber), wholeNumber(values.reduce((sum, value) => sum + value, 0))];
      }),
    },
  });
}

function fanFigure(report: RunReport, row: HeadlineRow, key: string): string {
  const points = ofCategory(report.months, row.category);
  const unit = row.unit === 'gas_meters' ? 'gas meters' : 'homes';
  const last = points.at(-1);
  const range = last === undefined || last.low === null || last.high === null ? '' : `, ${wholeNumber(last.low)} to ${wholeNumber(last.high)} in 90 % of runs`; // prettier-ignore
  const sentence = `${row.words} (${row.clause}): ${wholeNumber(last?.qualifying ?? 0)} ${unit} on ${spokenDate(last?.date ?? '')}${range}.`; // prettier-ignore
  const id = `fan-${row.category ?? 'all'}${key}`;
  const dots = row.published === null ? [] : [{ label: 'published, taken as the count at the horizon', points: [{ x: day(report.asOf), y: row.published }] }]; // prettier-ignore
  return figureHtml({
    id,
    sentence,
    chart: (size) =>
      seriesChart(
        { id: `${id}-chart`, title: `${row.words}, month by month`, description: sentence },
        {
          x: { kind: 'months' },
          unit,
          bands: points.some(({ low }) => low !== null)
            ? [{ label: '90 % of runs', strength: 0, colour: 0, points: points.map(({ date, low, high, qualifying }) => ({ x: day(date), low: low ?? qualifying, high: high ?? qualifying })) }] // prettier-ignore
            : [],
          lines: [
            {
              label: 'qualifies (mean)',
              colour: 0,
              points: points.map((of) => ({ x: day(of.date), y: of.qualifying })),
            },
            { label: 'in effect (mean)', colour: 1, dashed: true, points: points.map((of) => ({ x: day(of.date), y: of.effective })) }, // prettier-ignore
          ],
          dots,
          marks: report.asOfs.slice(0, 1).map(({ date }) => ({ x: day(date), label: `as of ${date}` })),
        },
        size,
      ),
    table: {
      caption: `${row.words}, at the end of each month (published ${countedWhen(report)}: ${row.published === null ? 'nothing' : wholeNumber(row.published)})`, // prettier-ignore
      head: ['end of', 'qualifies (mean)', 'low (5 %)', 'high (95 %)', 'in effect (mean)'],
      right: [1, 2, 3, 4],
      rows: points.map(({ date, qualifying, low, high, effective }) => [
        date,
        wholeNumber(qualifying),
        low === null ? '' : wholeNumber(low),
        high === null ? '' : wholeNumber(high),
        wholeNumber(effective),
      ]),
    },
  });
}
