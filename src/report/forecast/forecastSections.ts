import { spokenDate } from '../../text/dates.ts';
import { percentage, signedNumber, wholeNumber } from '../../text/numberWords.ts';
import { alarmWords } from './alarmLines.ts';
import type { FanData } from '../charts/fan.ts';
import type { TableData } from '../html/htmlTable.ts';
import type { Section, SectionFigure } from '../html/section.ts';

/** The name, in the place of a what-if, of the forecast without what is given. */
export const AS_DRAWN = 'as drawn';

/** One line of a forecast over the month ends, as `forecast.csv` has it. */
export interface ForecastLine {
  /** Empty for the forecast of things as they are; AS_DRAWN: without what is given. */
  readonly whatIf: string;
  /** `all`, or a dimension such as `supplier`, whose value is `of`. */
  readonly part: string;
  readonly of: string;
  readonly cohort: string;
  readonly measure: 'qualifying' | 'effective' | 'migrated';
  /** A category; empty for the migrated. */
  readonly category: string;
  /** The category in plain words. */
  readonly words: string;
  /** The count that the records report at the as-of; null without histories, or if they do not tell. */
  readonly today: number | null;
  /** The as-of, then month ends, with the quantiles of the count. */
  readonly points: FanData['points'];
}

/** A forecast as plain data. It holds no installation. */
export interface ForecastReport {
  readonly asOf: string;
  readonly lines: readonly ForecastLine[];
  /** How well the records are matched; null without histories. */
  readonly match: {
    readonly installations: number;
    /** Installations by the first level of the back-off that has look-alikes; the last number has none at any level. */
    readonly byLevel: readonly number[];
    /** The median over installations of the look-alikes in the very same state. */
    readonly medianLives: number;
    readonly summaries: number;
    /** The distance of the farthest summary from the library, in standard deviations. */
    readonly alarm: number;
    /** True if no draw of the library looks like the records. */
    readonly isAlarm: boolean;
    /** The factor by which the distance widens the intervals; 1 if the records are as near as the typical draw. */
    readonly widened: number;
  } | null;
  /** Exclusions that take effect by month and supplier; each needs a visit. */
  readonly visits: readonly { readonly month: string; readonly supplier: string; readonly p05: number; readonly p50: number; readonly p95: number }[]; // prettier-ignore
  /** The switches of the process that were given, as words; empty if none were. */
  readonly given: string;
  readonly notes: readonly string[];
}

/** The month ends of each clause as fans, how well the records are matched, visits, parts and what-ifs. */
export function forecastSections(report: ForecastReport): readonly Section[] {
  const plain = report.lines.filter(({ whatIf, part }) => whatIf === '' && part === 'all');
  const shown = plain.filter(({ measure }) => measure !== 'effective');
  const groups = [...new Set(shown.map(({ words }) => words))];
  return [
    summarySection(report, shown),
    ...groups.map((words, i): Section => ({
      id: `forecast-${i + 1}`,
      title: words,
      figures: shown.filter((line) => line.words === words).map((line) => fanFigure(line, report)),
    })),
    ...effectiveSection(plain.filter(({ measure }) => measure === 'effective')),
    ...matchSection(report),
    ...visitSection(report),
    ...partSection(report.lines.filter(({ whatIf, part, measure }) => whatIf === '' && part !== 'all' && measure !== 'effective')), // prettier-ignore
    ...givenSection(report, shown),
    ...whatIfSections(report, shown),
  ];
}

type Point = FanData['points'][number];

function lastOf({ points }: ForecastLine): Point {
  return points.at(-1) ?? { date: '', p05: 0, p25: 0, p50: 0, p75: 0, p95: 0 };
}

function quantiles({ p05, p25, p50, p75, p95 }: Point): readonly string[] {
  return [p05, p25, p50, p75, p95].map(wholeNumber);
}

const QUANTILE_HEAD = ['5 %', '25 %', '50 %', '75 %', '95 %'];

function summarySection({ asOf, lines, match, notes }: ForecastReport, shown: readonly ForecastLine[]): Section {
  const until = lines[0] === undefined ? '' : lastOf(lines[0]).date;
  const known = match === null ? 'Without histories this is what the priors alone predict.' : `It starts from the histories of ${wholeNumber(match.installations)} installations.`; // prettier-ignore
  return {
    id: 'forecast',
    title: 'What each category will hold',
    lead: `As of ${spokenDate(asOf)}, for the month ends until ${spokenDate(until)}. ${known}`,
    figures: [
      {
        title: 'The last month end',
        sentence: `Each line at ${spokenDate(until)}: half of the forecast lies below 50 %, and nine tenths between 5 % and 95 %.`, // prettier-ignore
        table: {
          caption: `Installations or gas meters at ${until}, by category and cohort`,
          head: ['category', 'cohort', 'as of', ...QUANTILE_HEAD],
          right: [2, 3, 4, 5, 6, 7],
          rows: shown.map((line) => [line.words, line.cohort, todayText(line), ...quantiles(lastOf(line))]),
        },
        notes: ['Quantiles of lines do not add up to those of their sum. Totals are drawn from all their lines together. Gas meters are never added to installations.', ...(match === null ? notes : [])], // prettier-ignore
      },
    ],
  };
}

function todayText({ today }: ForecastLine): string {
  return today === null ? '' : wholeNumber(today);
}

function fanFigure(line: ForecastLine, { asOf }: ForecastReport): SectionFigure {
  const { words, cohort, points, today } = line;
  const last = lastOf(line);
  const now = today === null ? '' : `, from ${wholeNumber(today)} at the as-of`;
  return {
    title: `${words}, ${cohort}`,
    sentence: `${words}, ${cohort}: ${wholeNumber(last.p50)} at ${spokenDate(last.date)} (${wholeNumber(last.p05)} to ${wholeNumber(last.p95)} in 90 %)${now}.`, // prettier-ignore
    chart: {
      kind: 'fan',
      data: {
        unit: 'count',
        points,
        asOf,
        ...(today === null ? {} : { references: { label: 'in the records', points: [{ date: asOf, count: today }] } }),
      },
    },
    table: {
      caption: `${words}, ${cohort}: the forecast at each month end`,
      head: ['day', ...(today === null ? [] : ['in the records']), ...QUANTILE_HEAD],
      right: today === null ? [1, 2, 3, 4, 5] : [1, 2, 3, 4, 5, 6],
      rows: points.map((point) => [point.date, ...(today === null ? [] : [point.date === asOf ? wholeNumber(today) : '']), ...quantiles(point)]), // prettier-ignore
    },
  };
}

function effectiveSection(lines: readonly ForecastLine[]): readonly Section[] {
  if (lines.length === 0) return [];
  const table: TableData = {
    caption: 'Exclusions in effect at each month end',
    head: ['category', 'cohort', 'day', ...QUANTILE_HEAD],
    right: [3, 4, 5, 6, 7],
    rows: lines.flatMap(({ words, cohort, points }) => points.map((point) => [words, cohort, point.date, ...quantiles(point)])), // prettier-ignore
  };
  const sentence = 'A category is met first, and takes effect after its notice.';
  return [{ id: 'forecast-effective', title: 'In effect', figures: [{ title: table.caption, sentence, table }] }];
}

/** Alarms and levels of look-alikes in sentences. */
function matchSection({ match, notes }: ForecastReport): readonly Section[] {
  if (match === null) return [];
  const { installations, byLevel, medianLives, summaries, alarm, isAlarm, widened } = match;
  const share = (count: number): string => percentage(installations === 0 ? 0 : count / installations, 2);
  const names = byLevel.map((_, i) => (i === 0 ? 'the very same state' : i === byLevel.length - 1 ? 'none at any level' : `a coarser state, level ${i}`)); // prettier-ignore
  const verdict =
    isAlarm
      ? `${alarmWords(widened)}.`
      : `The library holds portfolios like these histories.${widened > 1 ? ` Intervals are ${widened.toFixed(2)} times wider than for the typical draw.` : ''}`; // prettier-ignore
  return [
    {
      id: 'forecast-match',
      title: 'How well the records are matched',
      lead: `${verdict} Of ${summaries} summaries of the records the farthest is ${alarm.toFixed(1)} standard deviations from the library.`, // prettier-ignore
      figures: [
        {
          title: 'Look-alikes',
          sentence: `${share(byLevel[0] ?? 0)} of the installations have look-alikes in the very same state; half of all have ${wholeNumber(medianLives)} or more. ${share(byLevel.at(-1) ?? 0)} have none.`, // prettier-ignore
          table: {
            caption: 'Installations by the first level that has look-alikes',
            head: ['look-alikes in', 'installations', 'share'],
            right: [1, 2],
            rows: byLevel.map((count, i) => [names[i] ?? '', wholeNumber(count), share(count)]),
          },
          notes,
        },
      ],
    },
  ];
}

function visitSection({ visits }: ForecastReport): readonly Section[] {
  if (visits.length === 0) return [];
  const table: TableData = {
    caption: 'Exclusions that take effect in the month, by supplier',
    head: ['month end', 'supplier', '5 %', '50 %', '95 %'],
    right: [2, 3, 4],
    rows: visits.map(({ month, supplier, p05, p50, p95 }) => [month, nameOf(supplier), ...[p05, p50, p95].map(wholeNumber)]), // prettier-ignore
  };
  const sentence = 'Each exclusion that takes effect needs a visit of the electricity supplier.';
  return [{ id: 'forecast-visits', title: 'Visits by supplier', figures: [{ title: table.caption, sentence, table }] }];
}

function nameOf(value: string): string {
  return value === '' ? 'not known' : value;
}

function partSection(lines: readonly ForecastLine[]): readonly Section[] {
  if (lines.length === 0) return [];
  const table: TableData = {
    caption: 'The last month end by part of the portfolio',
    head: ['part', 'of', 'category', 'cohort', ...QUANTILE_HEAD],
    right: [4, 5, 6, 7, 8],
    rows: lines.map((line) => [line.part, nameOf(line.of), line.words, line.cohort, ...quantiles(lastOf(line))]),
  };
  return [{ id: 'forecast-parts', title: 'By part of the portfolio', figures: [{ title: table.caption, sentence: 'The same lines for each part.', table }] }]; // prettier-ignore
}

function sameLine(a: ForecastLine, b: ForecastLine): boolean {
  return a.cohort === b.cohort && a.measure === b.measure && a.category === b.category;
}

/** What the forecast would be if nothing were given. */
function givenSection({ lines, given }: ForecastReport, shown: readonly ForecastLine[]): readonly Section[] {
  const drawn = lines.filter(({ whatIf, measure }) => whatIf === AS_DRAWN && measure !== 'effective');
  if (drawn.length === 0) return [];
  const three = ({ p05, p50, p95 }: Point): readonly string[] => [p05, p50, p95].map(wholeNumber);
  const table: TableData = {
    caption: 'The last month end, as the priors draw it and with what is given',
    head: ['category', 'cohort', 'drawn 5 %', '50 %', '95 %', 'given 5 %', '50 %', '95 %'],
    right: [2, 3, 4, 5, 6, 7],
    rows: drawn.map((line) => {
      const own = shown.find((other) => sameLine(other, line));
      return [line.words, line.cohort, ...three(lastOf(line)), ...(own ? three(lastOf(own)) : ['', '', ''])];
    }),
  };
  const sentence = `Given: ${given}. All else is drawn from the priors.`;
  return [{ id: 'forecast-given', title: 'What is given', figures: [{ title: table.caption, sentence, table }] }];
}

function whatIfSections({ lines }: ForecastReport, shown: readonly ForecastLine[]): readonly Section[] {
  const names = [...new Set(lines.map(({ whatIf }) => whatIf))].filter((name) => name !== '' && name !== AS_DRAWN);
  return names.map((name, i): Section => {
    const rows = lines.filter(({ whatIf, measure }) => whatIf === name && measure !== 'effective');
    const table: TableData = {
      caption: `What if: ${name}. Medians at the last month end`,
      head: ['category', 'cohort', 'as is', 'then', 'difference'],
      right: [2, 3, 4],
      rows: rows.map((line) => {
        const own = shown.find((other) => sameLine(other, line));
        const before = own === undefined ? 0 : lastOf(own).p50;
        const after = lastOf(line).p50;
        return [line.words, line.cohort, wholeNumber(before), wholeNumber(after), signedNumber(after - before)];
      }),
    };
    const sentence = 'The change holds in the simulated lives from the start: had it always been so, seen from the states of today.'; // prettier-ignore
    return { id: `forecast-what-if-${i + 1}`, title: `What if: ${name}`, figures: [{ title: table.caption, sentence, table }] }; // prettier-ignore
  });
}
