import { COHORT_LABELS, COHORTS } from '../../installation/cohort.ts';
import { spokenDate } from '../../text/dates.ts';
import { wholeNumber } from '../../text/numberWords.ts';
import { parseDate } from '../../time.ts';
import { rangeChart } from '../charts/ranges.ts';
import { seriesChart } from '../charts/series.ts';
import { endWords } from '../endWords.ts';
import type { RunReport } from '../runReport.ts';
import { figureHtml, paragraph } from './figure.ts';
import type { PageSection } from './pageParts.ts';

/** The states of the homes at the end, and the number that had migrated by each month. */
export function stateSection(report: RunReport, key: string): PageSection {
  const body = [endFigure(report, key), ...(report.publicSeries.length === 0 ? [] : [migratedFigure(report, key)])];
  return { id: `state${key}`, title: 'What becomes of the others', body: body.join('\n') };
}

function endFigure({ ends, scenario, installations }: RunReport, key: string): string {
  const totalOf = (end: RunReport['ends'][number]): number =>
    COHORTS.reduce((sum, cohort) => sum + end.counts[cohort], 0);
  const rows = [...ends].sort((a, b) => totalOf(b) - totalOf(a));
  const migrated = rows.filter(({ end }) => end.startsWith('migrated')).reduce((sum, end) => sum + totalOf(end), 0);
  const sentence = `Of ${wholeNumber(installations)} homes, ${wholeNumber(migrated)} have migrated by ${spokenDate(scenario.horizon)}, with both meters or with the electricity meter alone. Each home ends in exactly one way.`; // prettier-ignore
  const id = `ends${key}`;
  return figureHtml({
    id,
    sentence,
    chart: (size) =>
      rangeChart(
        { id: `${id}-chart`, title: 'Where the homes stand at the horizon', description: sentence },
        {
          unit: 'homes',
          mark: 'bar',
          words: { value: 'homes (mean)', range: '', reference: '' },
          rows: rows.map((end) => ({
            label: endWords(end.end),
            value: totalOf(end),
            low: null,
            high: null,
            reference: null,
          })),
        },
        size,
      ),
    table: {
      caption: 'Where the homes stand at the horizon (means)',
      head: ['end', ...COHORTS.map((cohort) => COHORT_LABELS[cohort]), 'all'],
      right: COHORTS.map((_, i) => i + 1).concat(COHORTS.length + 1),
      rows: rows.map((end) => [endWords(end.end), ...COHORTS.map((cohort) => wholeNumber(end.counts[cohort])), wholeNumber(totalOf(end))]), // prettier-ignore
    },
  });
}

function migratedFigure({ migrated, publicSeries }: RunReport, key: string): string {
  const day = (date: string): number => parseDate(date) ?? 0;
  const stated = (unit: 'meters' | 'installations') =>
    publicSeries.filter((row) => row.unit === unit).map((row) => ({ x: day(row.date), y: row.count }));
  const last = migrated.at(-1);
  const home = publicSeries.find(({ unit }) => unit === 'installations');
  const ours = home && migrated.find(({ date }) => date >= home.date);
  const sentence = [
    `By ${spokenDate(last?.date ?? '')} the simulation has ${wholeNumber(last?.meters ?? 0)} migrated meters.`,
    ...(home && ours
      ? [
          `The briefing's ${wholeNumber(home.count)} migrated installations (${spokenDate(home.date)}) stand beside ${wholeNumber(ours.installations)} of ours.`,
        ]
      : []),
  ].join(' ');
  const id = `migrated${key}`;
  const figure = figureHtml({
    id,
    sentence,
    chart: (size) =>
      seriesChart(
        { id: `${id}-chart`, title: 'Migrated meters and installations beside the public figures', description: sentence }, // prettier-ignore
        {
          x: { kind: 'months' },
          unit: 'meters, installations',
          bands: [],
          lines: [
            { label: 'meters', colour: 0, points: migrated.map(({ date, meters }) => ({ x: day(date), y: meters })) },
            { label: 'installations', colour: 1, dashed: true, points: migrated.map(({ date, installations }) => ({ x: day(date), y: installations })) }, // prettier-ignore
          ],
          dots: [{ label: 'public figures', points: [...stated('meters'), ...stated('installations')] }],
          marks: [],
        },
        size,
      ),
    table: {
      caption: 'Migrated, at the end of each month; public figures on their own days',
      head: ['day', 'meters, ours', 'installations, ours', 'public figure', 'of', 'stated as'],
      right: [1, 2, 3],
      rows: [
        ...migrated.map((row) => [row.date, wholeNumber(row.meters), wholeNumber(row.installations), '', '', '']),
        ...publicSeries.map((row) => [row.date, '', '', wholeNumber(row.count), row.unit, row.kind]),
      ].sort(([a = ''], [b = '']) => (a < b ? -1 : a > b ? 1 : 0)),
    },
  });
  return `${figure}\n${paragraph('Our curves of what is not simulated were drawn by eye to the public meters, and the meters of an installation were derived from both public series: neither figure tests the other.')}`;
}
