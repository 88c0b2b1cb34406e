import { percentage, wholeNumber } from '../../text/numberWords.ts';
import { textTable } from '../../text/table.ts';
import { wrapped } from '../../text/wrap.ts';
import type { Calibration, LineFound } from '../../../sim/calibrate/posterior/calibration.ts';
import type { Spread } from '../../../sim/calibrate/posterior/posterior.ts';
import type { Factor } from '../../../sim/sweep/factor/factors.ts';

const WIDTH = 80;
/** Draws that say little between them. Ours. */
export const EFFECTIVE_MIN = 50;
/** Prior and data disagree where the figure is farther out than this among the draws. Ours. */
const CONFLICT = 0.05;

/** What the report of a calibration says beside what was found. */
export interface LinesReport {
  readonly head: string;
  readonly found: Calibration;
  readonly parameters: readonly Factor[];
  readonly operatorError: number;
  readonly fitted: readonly { readonly line: string; readonly parameter: string; readonly value: number; readonly prior: number }[]; // prettier-ignore
}

/** The tables of a calibration. */
export function linesText(report: LinesReport): string {
  const { found, operatorError } = report;
  const few = found.effective < EFFECTIVE_MIN;
  return [
    ...wrapped(report.head, WIDTH),
    `Effective draws: ${wholeNumber(found.effective)}${few ? ': too few; take more --draws or fewer lines' : ''}`,
    ...(found.coverage === null
      ? []
      : wrapped(`With each draw for the truth in turn, 90 % intervals of its parameters hold ${percentage(found.coverage)}.`, WIDTH)), // prettier-ignore
    '',
    'Published lines: the range over the priors, and after the lines (5, 50, 95 %)',
    lineTable(found.lines),
    ...wrapped(`published: as an interval of its rounding, with an operator's own error of ${percentage(operatorError)}. others: what the other lines give for this one. tail: twice the share of prior draws beyond the figure; * prior and figure disagree.`, WIDTH), // prettier-ignore
    '',
    ...fittedText(report),
    'Parameters that the lines say something of, most first (5, 50, 95 %)',
    parameterTable(report),
    ...parameterFoot(found),
  ].join('\n');
}

function lineTable(lines: readonly LineFound[]): string {
  const head = ['line', 'published', 'prior', '', '', 'after', '', '', 'others', '', '', 'tail'];
  const rows = lines.map(({ name, published, prior, posterior, fromOthers, tail }) => [
    name,
    wholeNumber(published),
    ...cells(prior),
    ...cells(posterior),
    ...(fromOthers === null ? ['', '', ''] : cells(fromOthers)),
    `${tail.toFixed(2)}${tail < CONFLICT ? ' *' : ''}`,
  ]);
  return textTable([head, ...rows], { right: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] });
}

function cells({ p05, p50, p95 }: Spread): readonly string[] {
  return [p05, p50, p95].map(wholeNumber);
}

/** The numbers that the scenario fits, beside what it would have taken without the line. */
function fittedText({ fitted }: LinesReport): readonly string[] {
  if (fitted.length === 0) return [];
  const rows = fitted.map(({ line, parameter, value, prior }) => [
    line,
    parameter,
    shown(value),
    shown(prior),
    `${value >= prior ? 'x' : '/'}${(value >= prior ? value / prior : prior / value).toFixed(1)}`,
  ]);
  const head = ['line', 'fitted by', 'fitted', 'first guess', 'apart'];
  return [
    "The scenario's own fitted numbers lie so far from what was guessed without the line",
    textTable([head, ...rows], { right: [2, 3, 4] }),
    '',
  ];
}

/** The parameters of the table; the others are counted. */
const SHOWN = 12;

function parameterTable({ found, parameters }: LinesReport): string {
  const ranked = found.parameters
    .map((row, p) => ({ ...row, factor: parameters[p] as Factor }))
    .toSorted((a, b) => b.contraction - a.contraction)
    .slice(0, SHOWN);
  const head = ['parameter', 'scenario', 'after', '', '', 'narrower by', ''];
  const rows = ranked.map(({ name, factor, posterior, contraction, verdict }) => [
    name.length > 44 ? `${name.slice(0, 41)}...` : name,
    factor.own === undefined ? '' : shown(factor.own),
    ...[posterior.p05, posterior.p50, posterior.p95].map((at) => shown(factor.at(at).label)),
    percentage(Math.max(contraction, 0), 0),
    verdict,
  ]);
  return textTable([head, ...rows], { right: [1, 2, 3, 4, 5] });
}

function parameterFoot({ parameters }: Calibration): readonly string[] {
  const of = (verdict: string): number => parameters.filter((row) => row.verdict === verdict).length;
  return wrapped(
    `${of('identified')} of ${parameters.length} parameters are identified (at least half narrower than the prior), ${of('weakly')} weakly, ${of('not identified')} not: the lines say nothing of these, and what rests on them is as wide as the prior. With so few effective draws a few per cent narrower, even a tenth, is chance.`,
    WIDTH,
  );
}

/** A value of a parameter in three digits. */
export function shown(value: number | string): string {
  return typeof value === 'number' ? String(Number(value.toPrecision(3))) : value;
}
