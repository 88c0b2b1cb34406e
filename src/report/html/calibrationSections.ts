import { decimalNumber, percentage, wholeNumber } from '../../text/numberWords.ts';
import type { Chart } from '../charts/chart.ts';
import type { Section } from './section.ts';

/** Quantiles of a count or a value over draws. */
interface Quantiles {
  readonly p05: number;
  readonly p50: number;
  readonly p95: number;
}

/** Published lines held against draws from priors, as plain data. */
export interface CalibrationReport {
  readonly draws: number;
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
    /** Null if there is no other line. */
    readonly fromOthers: Quantiles | null;
    /** Twice the share of prior draws beyond the published figure. */
    readonly tail: number;
  }[];
  /** The share by which each parameter is narrower than its prior, and its values after the lines, in words. */
  readonly parameters: readonly {
    readonly name: string;
    readonly own: string;
    readonly values: readonly [string, string, string];
    readonly contraction: number;
    readonly verdict: string;
  }[];
}

/** The most parameters in the picture. The table has all of them. */
const SHOWN = 12;

/** What the lines say: each line over the priors and after the lines, then each parameter. */
export function calibrationSections(report: CalibrationReport): readonly Section[] {
  return [linesSection(report), parametersSection(report)];
}

function linesSection(report: CalibrationReport): Section {
  const { draws, effective, effectiveMin, scale, operatorError, coverage, lines } = report;
  const few = effective < effectiveMin ? ` That is too few: at least ${wholeNumber(effectiveMin)} are needed.` : '';
  const checked = coverage === null ? '' : ` With each draw for the truth in turn, 90 % intervals of its parameters hold ${percentage(coverage)}.`; // prettier-ignore
  const far = lines.filter(({ tail }) => tail < 0.05);
  const conflict = far.length === 0 ? 'No published line disagrees with the priors.' : `Priors and figure disagree for ${far.map(({ name }) => name).join(', ')}.`; // prettier-ignore
  return {
    id: 'lines',
    title: 'The published lines',
    lead: `${wholeNumber(draws)} draws, each lived once by ${percentage(scale)} of the homes, count as ${wholeNumber(effective)} after the lines.${few}${checked}`, // prettier-ignore
    figures: [
      {
        title: 'Each line over the priors',
        sentence: `${conflict} The range holds nine of ten draws before any line is known.`,
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
        title: 'Each line after the lines',
        sentence: `The same draws after the published lines, with an operator's own error of ${percentage(operatorError)}.`,
        chart: rangesOf(report, 'posterior', 'after the lines'),
        table: {
          caption: 'Published lines after all lines, and as the other lines give them (5, 50, 95 %)',
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
        label: line.name,
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
    title: 'What the lines say of each parameter',
    figures: [
      {
        title: 'How much narrower each parameter is than its prior',
        sentence: `${of('identified')} of ${parameters.length} parameters are identified (at least half narrower), ${of('weakly')} weakly, ${of('not identified')} not: the lines say nothing of these.`, // prettier-ignore
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
          caption: 'Each parameter after the lines (5, 50, 95 %), the most identified first',
          head: ['parameter', 'scenario', '5 %', '50 %', '95 %', 'narrower by', 'verdict'],
          right: [1, 2, 3, 4, 5],
          rows: ranked.map(({ name, own, values, contraction, verdict }) => [name, own, ...values, percentage(share(contraction)), verdict]), // prettier-ignore
        },
      },
    ],
  };
}
