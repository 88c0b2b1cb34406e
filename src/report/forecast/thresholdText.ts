import { clauseOf, unitOf, type RuleSet } from '../../rules/ruleset.ts';
import { CATEGORIES } from '../../clauses/clause.ts';
import { decimalNumber, percentage, wholeNumber } from '../../text/numberWords.ts';
import { textTable } from '../../text/table.ts';
import { wrapped } from '../../text/wrap.ts';
import {
  curveOf,
  type Estimate,
  type Spread3,
  type ThresholdPoint,
  type ThresholdReport,
} from '../ranges/thresholds.ts';

const WIDTH = 80;

/** What the two instants mean, as the heading of a table. */
export const CLOCK_WORDS: Readonly<Record<ThresholdPoint['clock'], string>> = {
  effect: 'from the day on which the exclusion takes effect',
  met: 'from the failure that fills the count, as if in force all along',
};

/** The tables of a report: for each clause, what each number of failures does. */
export function thresholdText(report: ThresholdReport, rules: RuleSet): string {
  const categories = CATEGORIES.filter((category) => report.points.some((point) => point.category === category));
  return [
    ...wrapped(headText(report), WIDTH),
    '',
    ...categories.flatMap((category) => {
      const clause = clauseOf(rules, category);
      const own = report.points.find((point) => point.category === category && point.isOwn);
      const unit = unitOf(category, rules) === 'gas_meters' ? 'gas meters' : 'homes';
      const counts = clause?.shows.type === 'count' && clause.shows.kind === 'instruction' ? 'instructions' : 'weeks';
      const title = `${clause?.clause} ${clause?.title}: the rules ask for ${own?.atLeast} ${counts}; ${unit}`;
      // A table of zeros would say the same at length.
      const isMet = report.points.some((point) => point.category === category && point.excluded.mean > 0);
      if (!isMet) return [title, '  nobody comes to it in this scenario, at any of the numbers', ''];
      return [title, ...(['effect', 'met'] as const).flatMap((clock) => clockText(report, category, clock)), ''];
    }),
    ...priorsText(report, rules),
    ...footText(report).flatMap((line) => wrapped(line, WIDTH)),
  ].join('\n');
}

/** The curves over draws of the assumptions. */
function priorsText({ overPriors }: ThresholdReport, rules: RuleSet): readonly string[] {
  if (overPriors === null) return [];
  const share = (value: number): string => percentage(value, 0);
  const head = ['', 'asks for', 'from', 'excluded', '', '', 'in 13', '', '', 'in 26', '', ''];
  const rows = overPriors.ranges.map(({ category, atLeast, isOwn, daysBetweenAttempts, clock, ...range }) => [
    clauseOf(rules, category)?.clause ?? '',
    `${atLeast}${isOwn ? ' *' : ''}${daysBetweenAttempts === null ? '' : `, ${daysBetweenAttempts} days`}`,
    clock,
    ...spreadCells(range.excluded, wholeNumber),
    ...spreadCells(range.migrated13, share),
    ...spreadCells(range.migrated26, share),
  ]);
  const title = `Over ${overPriors.draws} draws from the priors ${overPriors.name}, each lived once (5, 50, 95 %):`;
  return [title, textTable([head, ...rows], { right: [3, 4, 5, 6, 7, 8, 9, 10, 11] }), ''];
}

function spreadCells(spread: Spread3 | null, format: (value: number) => string): readonly string[] {
  return spread === null ? ['-', '-', '-'] : [spread.p05, spread.p50, spread.p95].map(format);
}

/** The sentence on what was simulated. */
export function headText({ scenario, seed, replications, scale }: ThresholdReport): string {
  const share = scale === 1 ? 'every home' : `${percentage(scale)} of each large population, scaled back`;
  const times = replications === 1 ? 'once' : `${replications} times`;
  return `Twins of ${scenario.name}#${scenario.hash} (seed ${seed}, ${times}, ${share}): the same dice, but an exclusion ends nothing. Of those whom a clause would exclude, how many would have migrated all the same?`; // prettier-ignore
}

/** The sentences on what the figures mean, with the prices. */
export function footText({ prices, scenario }: ThresholdReport): readonly string[] {
  const priced = prices.map(({ what, pounds, mark }) => `${what} ${decimalNumber(pounds, 2)} (${mark})`).join(', ');
  return [
    'in 13, in 26: the share of those excluded that would have migrated within so many weeks, over those that the simulation follows so long. Fewer are followed for 26 weeks, so that this share may be the smaller one. +- is twice the standard error over replications, chance alone.',
    `saved: migration attempts, or instructions where the clause counts these, that are not made until ${scenario.horizon}.`,
    `GBP: what is saved less a replacement for each that would have migrated within 26 weeks. Prices in pounds: ${priced}.`,
    'Every figure is a statement on how persistent failures are, which no published line identifies.',
  ];
}

function clockText(
  report: ThresholdReport,
  category: ThresholdPoint['category'],
  clock: ThresholdPoint['clock'],
): readonly string[] {
  const curve = curveOf(report, category, clock);
  const spaced = curve.some(({ daysBetweenAttempts }) => daysBetweenAttempts !== null);
  const head = [
    'asks for',
    ...(spaced ? ['days'] : []),
    'excluded',
    '+-',
    'in 13',
    '+-',
    'in 26',
    '+-',
    'saved',
    'GBP',
  ];
  const rows = curve.flatMap((point) => [
    rowOf(point, spaced, `${point.atLeast}${point.isOwn ? ' *' : ''}`),
    ...(point.isOwn ? failuresOf(report, point).map((part) => rowOf(part, spaced, `  ${part.failure}`)) : []),
  ]);
  const right = head.map((_, c) => c).slice(1);
  const table = textTable([head, ...rows], { right });
  return [`  ${CLOCK_WORDS[clock]}`, ...table.split('\n').map((line) => `  ${line}`)];
}

/** The same point by what most of its counted failures were, where there is more than one kind. */
function failuresOf({ points }: ThresholdReport, of: ThresholdPoint): readonly ThresholdPoint[] {
  const parts = points.filter(
    ({ category, atLeast, clock, failure, daysBetweenAttempts }) =>
      failure !== null &&
      category === of.category &&
      atLeast === of.atLeast &&
      clock === of.clock &&
      daysBetweenAttempts === of.daysBetweenAttempts,
  );
  return parts.length > 1 ? parts : [];
}

function rowOf(point: ThresholdPoint, spaced: boolean, first: string): readonly string[] {
  const days = point.daysBetweenAttempts === null ? 'as is' : decimalNumber(point.daysBetweenAttempts, 2);
  return [
    first,
    ...(spaced ? [days] : []),
    ...estimateCells(point.excluded, wholeNumber),
    ...shareCells(point.migrated13),
    ...shareCells(point.migrated26),
    wholeNumber(savedOf(point).mean),
    wholeNumber(point.balance.mean),
  ];
}

/** What a clause saves: instructions where it excludes before any attempt, else attempts. */
export function savedOf({ attemptsSaved, instructionsSaved }: ThresholdPoint): Estimate {
  return instructionsSaved.mean > attemptsSaved.mean ? instructionsSaved : attemptsSaved;
}

function estimateCells({ mean, error }: Estimate, format: (value: number) => string): readonly string[] {
  return [format(mean), error === null ? '-' : format(error)];
}

function shareCells(share: Estimate | null): readonly string[] {
  return share === null ? ['-', '-'] : estimateCells(share, (value) => percentage(value));
}
