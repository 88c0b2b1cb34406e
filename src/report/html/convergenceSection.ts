import { wholeNumber } from '../../text/numberWords.ts';
import { seriesChart } from '../charts/series.ts';
import type { HeadlineRow } from '../headline.ts';
import type { RunReport } from '../runReport.ts';
import { meanError, meanOf } from '../statistics.ts';
import { figureHtml } from './figure.ts';
import type { PageSection } from './pageParts.ts';

/** The most pictures of the section. They show the lines whose chance variation is largest relative to their size. */
const SHOWN = 2;

/** Shows how the mean converges as replications are added. */
export function convergenceSection(report: RunReport, key: string): PageSection {
  const varying = [...report.headline.installations, ...report.headline.gasMeters]
    .filter(({ low, high, volume }) => low !== high && volume > 0)
    .sort((a, b) => (b.error ?? 0) / b.volume - (a.error ?? 0) / a.volume)
    .slice(0, SHOWN);
  const body = report.replications < 3 ? '' : varying.map((row) => convergenceFigure(row, key)).join('\n');
  return { id: `convergence${key}`, title: 'Are there enough runs?', body };
}

function convergenceFigure(row: HeadlineRow, key: string): string {
  const points = row.samples.slice(1).map((_, i) => {
    const first = row.samples.slice(0, i + 2);
    const [mean, error] = [meanOf(first), 2 * meanError(first)];
    return { x: i + 2, mean, low: mean - error, high: mean + error };
  });
  const sentence = `${row.words}: after ${row.samples.length} runs the mean is ${wholeNumber(row.volume)}, give or take ${wholeNumber(row.error ?? 0)} (twice its standard error).`; // prettier-ignore
  const id = `convergence-${row.category ?? 'all'}${key}`;
  return figureHtml({
    id,
    sentence,
    chart: (size) =>
      seriesChart(
        { id: `${id}-chart`, title: `${row.words}: the mean as runs are added`, description: sentence },
        {
          x: { kind: 'number', name: 'runs' },
          unit: row.unit === 'gas_meters' ? 'gas meters' : 'homes',
          fromZero: false,
          bands: [{ label: 'twice the standard error', strength: 0, colour: 0, points }],
          lines: [{ label: 'mean so far', colour: 0, points: points.map(({ x, mean }) => ({ x, y: mean })) }],
          dots: [],
          marks: [],
        },
        size,
      ),
    table: {
      caption: `${row.words}: each run, and the mean so far`,
      head: ['run', 'count', 'mean so far', 'low', 'high'],
      right: [1, 2, 3, 4],
      rows: row.samples.map((count, i) => {
        const at = points[i - 1];
        return [String(i + 1), wholeNumber(count), wholeNumber(at?.mean ?? count), at ? wholeNumber(at.low) : '', at ? wholeNumber(at.high) : '']; // prettier-ignore
      }),
    },
  });
}
