import { percentage, wholeNumber } from '../../text/numberWords.ts';
import { textTable } from '../../text/table.ts';
import { wrapped } from '../../text/wrap.ts';
import type { Calibration, LineFound } from '../../../sim/calibrate/posterior/calibration.ts';
import type { Spread } from '../../../sim/calibrate/posterior/posterior.ts';
import type { Factor } from '../../../sim/sweep/factor/factors.ts';
import type { CalibrationAnswer } from './calibrationAnswer.ts';

const WIDTH = 80;
/** Draws that say little between them. Ours. */
export const EFFECTIVE_MIN = 50;
/** Prior and data disagree where the figure is farther out than this among the draws. Ours. */
export const CONFLICT = 0.05;

/** The tables of a calibration, as text. */
export function calibrationText(answer: CalibrationAnswer): string {
  const { found } = answer;
  const few = found.effective < EFFECTIVE_MIN;
  return [
    ...wrapped(headWords(answer), WIDTH),
    `Effective draws: ${wholeNumber(found.effective)}${few ? ': too few; take more --draws or fewer lines' : ''}`,
    ...(found.coverage === null
      ? []
      : wrapped(`With each draw for the truth in turn, 90 % intervals of its parameters hold ${percentage(found.coverage)}.`, WIDTH)), // prettier-ignore
    '',
    ...linesText(answer),
    ...historiesText(answer),
    'Parameters that the data say something of, most first (5, 50, 95 %)',
    parameterTable(answer),
    ...parameterFoot(answer),
  ].join('\n');
}

function headWords({ priors, drawn, rows, scale }: CalibrationAnswer): string {
  const { name, base, seed, parameters } = priors;
  const runs = rows.length / drawn.length;
  const lived = runs === 1 ? 'once' : `${wholeNumber(runs)} times`;
  return `${name} over ${base.scenario.name}#${base.hash} (seed ${seed}): ${drawn.length} draws of ${parameters.length} parameters, each lived ${lived} by ${percentage(scale)} of the homes, scaled back.`; // prettier-ignore
}

/** The published lines, and the numbers that the scenario fits beside what they would have been without the line. */
function linesText({ found, operatorError, priors }: CalibrationAnswer): readonly string[] {
  if (found.lines.length === 0) return [];
  return [
    'Published lines: the range over the priors, and after the data (5, 50, 95 %)',
    lineTable(found.lines),
    ...wrapped(`published: as an interval of its rounding, with an operator's own error of ${percentage(operatorError)}. others: what all other data give for this line. tail: twice the share of prior draws beyond the figure; * prior and figure disagree.`, WIDTH), // prettier-ignore
    '',
    ...fittedText(priors),
  ];
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

function fittedText({ base: { scenario, marks } }: CalibrationAnswer['priors']): readonly string[] {
  if (scenario.fit.length === 0) return [];
  const rows = scenario.fit.map(({ line, parameter, prior }) => {
    const value = Number(marks.find((mark) => mark.path === parameter)?.value);
    const apart = `${value >= prior ? 'x' : '/'}${(value >= prior ? value / prior : prior / value).toFixed(1)}`;
    return [line, parameter, shown(value), shown(prior), apart];
  });
  const head = ['line', 'fitted by', 'fitted', 'first guess', 'apart'];
  return [
    "The scenario's own fitted numbers lie so far from what was guessed without the line",
    textTable([head, ...rows], { right: [2, 3, 4] }),
    '',
  ];
}

/** Summaries that are shown: those that lie farthest off. */
const SUMMARIES_SHOWN = 5;

function historiesText({ found, histories }: CalibrationAnswer): readonly string[] {
  if (histories === null) return [];
  const { installations, asOf, alarm, widened } = histories;
  const rows = found.histories
    .toSorted((a, b) => Math.abs(b.z) - Math.abs(a.z))
    .slice(0, SUMMARIES_SHOWN)
    .map(({ name, share, prior, z }) => [name, ...[share, prior.p05, prior.p50, prior.p95].map((value) => percentage(value, 1)), z.toFixed(1)]); // prettier-ignore
  const head = ['summary', 'histories', 'library', '', '', 'z'];
  const verdict = widened > 1 ? `intervals are ${widened.toFixed(1)} times wider: see the alarm` : 'the library holds portfolios like it'; // prettier-ignore
  return [
    `Histories: the ${SUMMARIES_SHOWN} shares that lie farthest off, and the library (5, 50, 95 %)`,
    textTable([head, ...rows], { right: [1, 2, 3, 4, 5] }),
    ...wrapped(`${wholeNumber(installations)} installations as of ${asOf}, ${found.histories.length} shares; the farthest lies ${alarm.toFixed(1)} standard deviations from the library: ${verdict}. Sizes are given by the records: no share depends on them, and little is said of them here.`, WIDTH), // prettier-ignore
    '',
  ];
}

/** The parameters of the table; the others are counted. */
const PARAMETERS_SHOWN = 24;
const NAME_MAX = 44;

function parameterTable({ found, priors }: CalibrationAnswer): string {
  const ranked = found.parameters
    .map((row, p) => ({ ...row, factor: priors.parameters[p] as Factor }))
    .toSorted((a, b) => b.explained - a.explained);
  // All that say something, and at least half of the table: a reader sees where it ends.
  const says = ranked.filter(({ verdict }) => verdict !== 'not identified').length;
  const head = ['parameter', 'scenario', 'after', '', '', 'narrower by', 'explained', ''];
  const rows = ranked
    .slice(0, Math.min(PARAMETERS_SHOWN, Math.max(says, PARAMETERS_SHOWN / 2)))
    .map(({ name, factor, posterior, contraction, explained, verdict, isAtEdge }) => [
      name.length > NAME_MAX ? `${name.slice(0, NAME_MAX - 3)}...` : name,
      factor.own === undefined ? '' : shown(factor.own),
      ...[posterior.p05, posterior.p50, posterior.p95].map((at) => shown(factor.at(at).label)),
      percentage(Math.max(contraction, 0), 0),
      Math.max(explained, 0).toFixed(2),
      `${verdict}${isAtEdge ? ' *' : ''}`,
    ]);
  return textTable([head, ...rows], { right: [1, 2, 3, 4, 5, 6] });
}

function parameterFoot({ found }: CalibrationAnswer): readonly string[] {
  const { parameters } = found;
  const of = (verdict: Calibration['parameters'][number]['verdict']): number =>
    parameters.filter((row) => row.verdict === verdict).length;
  const atEdge = parameters.some(({ isAtEdge }) => isAtEdge)
    ? ' * the middle lies in the last twentieth of the prior: the prior may be too narrow.'
    : '';
  return wrapped(
    `${of('identified')} of ${parameters.length} parameters are identified (at least half narrower than the prior), ${of('weakly')} weakly, ${of('not identified')} not: the data say little or nothing of these, and what rests on them is about as wide as the prior. explained: the share of the variance over the prior that the data take away. With so few effective draws a few per cent narrower, even a tenth, is chance.${atEdge}`,
    WIDTH,
  );
}

/** A value of a parameter in three digits. */
export function shown(value: number | string): string {
  return typeof value === 'number' ? String(Number(value.toPrecision(3))) : value;
}
