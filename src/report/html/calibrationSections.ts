import { decimalNumber, percentage, wholeNumber } from '../../text/numberWords.ts';
import type { Chart } from '../charts/chart.ts';
import type { Section } from './section.ts';

/** Quantiles of a count or a value over draws. */
interface Quantiles {
  readonly p05: number;
  readonly p50: number;
  readonly p95: number;
}

/** Draws from priors held against published lines, histories or both, as plain data. */
export interface CalibrationReport {
  readonly draws: number;
  /** How often each draw was lived. */
  readonly runs: number;
  readonly effective: number;
  /** The fewest effective draws that say something. */
  readonly effectiveMin: number;
  /** The share of the homes that each draw lives. */
  readonly scale: number;
  readonly operatorError: number;
  /** The share of parameters inside their 90 % intervals with each draw for the truth in turn; null if not checked. */
  readonly coverage: number | null;
  readonly lines: readonly {
    readonly name: string;
    readonly published: number;
    readonly prior: Quantiles;
    readonly posterior: Quantiles;
    /** Null if there are no other data. */
    readonly fromOthers: Quantiles | null;
    /** Twice the share of prior draws beyond the published figure. */
    readonly tail: number;
  }[];
  /** The portfolio that the draws were held against; null without histories. */
  readonly histories: {
    readonly asOf: string;
    readonly installations: number;
    /** The largest |z|, the bound beyond which no draw looks like it, and by how much intervals were widened. */
    readonly alarm: number;
    readonly alarmAt: number;
    readonly widened: number;
    readonly summaries: readonly { readonly name: string; readonly share: number; readonly prior: Quantiles; readonly z: number }[]; // prettier-ignore
  } | null;
  /** The share by which each parameter is narrower than its prior, and its values after the data, in words. */
  readonly parameters: readonly {
    readonly name: string;
    readonly own: string;
    readonly values: readonly [string, string, string];
    readonly contraction: number;
    /** The share of the variance over the prior that the data take away. */
    readonly explained: number;
    readonly verdict: string;
  }[];
}

/** The most parameters, or shares of histories, in a picture. The table has all of them. */
const SHOWN = 12;

/** What the data say: each line over the priors and after the data, each share of histories, then each parameter. */
export function calibrationSections(report: CalibrationReport): readonly Section[] {
  return [
    ...(report.lines.length === 0 ? [] : [linesSection(report)]),
    ...(report.histories === null ? [] : [historiesSection(report.histories)]),
    parametersSection(report),
  ];
}

function historiesSection({
  asOf,
  installations,
  alarm,
  alarmAt,
  widened,
  summaries,
}: NonNullable<CalibrationReport['histories']>): Section {
  // prettier-ignore
  const ranked = summaries.toSorted((a, b) => Math.abs(b.z) - Math.abs(a.z));
  const verdict = widened > 1 ? `No draw looks like them: intervals are ${decimalNumber(widened, 1)} times wider, and may still miss.` : 'The library holds portfolios like it.'; // prettier-ignore
  return {
    id: 'histories',
    title: 'The histories',
    lead: `${wholeNumber(installations)} installations as of ${asOf}. ${verdict}`,
    figures: [
      {
        title: 'Shares of the histories beside the library',
        sentence: `The farthest of ${wholeNumber(summaries.length)} shares lies ${decimalNumber(alarm, 1)} standard deviations from the library.`, // prettier-ignore
        chart: {
          kind: 'ranges',
          data: {
            unit: 'share',
            mark: 'dot',
            format: 'percent',
            words: { value: 'library (median)', range: '90 % of the library', reference: 'histories' },
            rows: ranked.slice(0, SHOWN).map(({ name, share, prior }) => ({ label: name, value: prior.p50, low: prior.p05, high: prior.p95, reference: share })), // prettier-ignore
          },
        },
        table: {
          caption: 'Shares of the histories, and of the library over the priors (5, 50, 95 %), the farthest first',
          head: ['share', 'histories', '5 %', '50 %', '95 %', 'z'],
          right: [1, 2, 3, 4, 5],
          rows: ranked.map(({ name, share, prior, z }) => [name, ...[share, prior.p05, prior.p50, prior.p95].map((value) => percentage(value, 1)), decimalNumber(z, 1)]), // prettier-ignore
        },
        notes: [`z counts standard deviations from the middle of the library; beyond ${decimalNumber(alarmAt, 0)} a share is like that of no draw (our bound). Sizes enter no share.`], // prettier-ignore
      },
    ],
  };
}

function linesSection(report: CalibrationReport): Section {
  const { draws, runs, effective, effectiveMin, scale, operatorError, coverage, lines } = report;
  const few = effective < effectiveMin ? ` That is too few: at least ${wholeNumber(effectiveMin)} are needed.` : '';
  const checked = coverage === null ? '' : ` With each draw for the truth in turn, 90 % intervals of its parameters hold ${percentage(coverage)}.`; // prettier-ignore
  const far = lines.filter(({ tail }) => tail < 0.05);
  const conflict = far.length === 0 ? 'No published line disagrees with the priors.' : `Priors and figure disagree for ${far.map(({ name }) => name).join(', ')}.`; // prettier-ignore
  return {
    id: 'lines',
    title: 'The published lines',
    lead: `${wholeNumber(draws)} draws, each lived ${runs === 1 ? 'once' : `${wholeNumber(runs)} times`} by ${percentage(scale)} of the homes, count as ${wholeNumber(effective)} after the data.${few}${checked}`, // prettier-ignore
    figures: [
      {
        title: 'Each line over the priors',
        sentence: `${conflict} The range holds nine of ten draws before any data are known.`,
        chart: rangesOf(report, 'prior', 'over the priors'),
        table: {
          caption: 'Published lines over the priors (5, 50, 95 %)',
          head: ['line', 'published', '5 %', '50 %', '95 %', 'tail'],
          right: [1, 2, 3, 4, 5],
          rows: lines.map(({ name, published, prior, tail }) => [name, wholeNumber(published), ...cells(prior), decimalNumber(tail, 2)]), // prettier-ignore
        },
        notes: ['The tail is twice the share of draws beyond the figure; below 0.05 prior and figure disagree (our bound).'], // prettier-ignore
      },
      {
        title: 'Each line after the data',
        sentence: `The same draws after all data, with an operator's own error of ${percentage(operatorError)} in each line.`,
        chart: rangesOf(report, 'posterior', 'after the data'),
        table: {
          caption: 'Published lines after all data, and as all other data give them (5, 50, 95 %)',
          head: ['line', 'published', '5 %', '50 %', '95 %', 'others 5 %', '50 %', '95 %'],
          right: [1, 2, 3, 4, 5, 6, 7],
          rows: lines.map(({ name, published, posterior, fromOthers }) => [name, wholeNumber(published), ...cells(posterior), ...(fromOthers === null ? ['', '', ''] : cells(fromOthers))]), // prettier-ignore
        },
      },
    ],
  };
}

function cells({ p05, p50, p95 }: Quantiles): readonly string[] {
  return [p05, p50, p95].map(wholeNumber);
}

function rangesOf({ lines }: CalibrationReport, which: 'prior' | 'posterior', range: string): Chart {
  return {
    kind: 'ranges',
    data: {
      unit: 'count',
      mark: 'dot',
      words: { value: 'median', range: `90 % ${range}`, reference: 'published' },
      rows: lines.map((line) => ({
        // A cohort is known by its own name; the table has the whole.
        label: line.name.replaceAll('MOC_', ''),
        value: line[which].p50,
        low: line[which].p05,
        high: line[which].p95,
        reference: line.published,
      })),
    },
  };
}

function parametersSection({ parameters }: CalibrationReport): Section {
  const ranked = parameters.toSorted((a, b) => b.contraction - a.contraction);
  const share = (contraction: number): number => Math.max(contraction, 0);
  const of = (verdict: string): number => parameters.filter((row) => row.verdict === verdict).length;
  return {
    id: 'parameters',
    title: 'What the data say of each parameter',
    figures: [
      {
        title: 'How much narrower each parameter is than its prior',
        sentence: `${of('identified')} of ${parameters.length} parameters are identified (at least half narrower), ${of('weakly')} weakly, ${of('not identified')} not: the data say little or nothing of these.`, // prettier-ignore
        chart: {
          kind: 'ranges',
          data: {
            unit: 'narrower than the prior by',
            mark: 'bar',
            format: 'percent',
            words: { value: 'narrower by', range: '', reference: '' },
            rows: ranked.slice(0, SHOWN).map(({ name, contraction }) => ({ label: name, value: share(contraction), low: null, high: null, reference: null })), // prettier-ignore
          },
        },
        table: {
          caption: 'Each parameter after the data (5, 50, 95 %), the most identified first',
          head: ['parameter', 'scenario', '5 %', '50 %', '95 %', 'narrower by', 'explained', 'verdict'],
          right: [1, 2, 3, 4, 5, 6],
          rows: ranked.map(({ name, own, values, contraction, explained, verdict }) => [name, own, ...values, percentage(share(contraction)), decimalNumber(share(explained), 2), verdict]), // prettier-ignore
        },
      },
    ],
  };
}
