/** `compare --monthly`: what qualifies at the end of each month in the one and in the other. */
import { signedNumber, wholeNumber } from '../../text/numberWords.ts';
import { textTable } from '../../text/table.ts';
import type { Estimate } from '../../../sim/sweep/analysis/estimates.ts';
import { pairedDifference } from '../../../sim/sweep/analysis/pairedDifference.ts';
import type { MonthLine, Side } from './compareSides.ts';

/** A category at the end of a month that both sides count. */
export interface ComparedMonth {
  readonly date: string;
  readonly category: string;
  readonly a: number;
  readonly b: number;
  /** B less A; without an interval where a side is the folder of a run, or where the dice are not common. */
  readonly difference: Estimate;
}

/** The months that both sides have, in the order of the first. */
export function comparedMonths(before: Side, after: Side, isPaired: boolean): readonly ComparedMonth[] {
  const others = new Map(after.months.map((line) => [nameOf(line), line]));
  return before.months.flatMap((a) => {
    const b = others.get(nameOf(a));
    if (b === undefined) return [];
    return [{ date: a.date, category: a.category, a: a.mean, b: b.mean, difference: differenceOf(a, b, isPaired) }];
  });
}

function nameOf({ date, category }: MonthLine): string {
  return `${date}/${category}`;
}

function differenceOf(a: MonthLine, b: MonthLine, isPaired: boolean): Estimate {
  if (isPaired && a.samples !== undefined && b.samples !== undefined)
    return pairedDifference(a.samples, b.samples).difference;
  return { value: b.mean - a.mean, low: null, high: null };
}

/** The months that differ, as text. */
export function comparedMonthsText(months: readonly ComparedMonth[]): string {
  const moved = months.filter(({ a, b }) => a !== b);
  if (moved.length === 0) return 'Qualifying at the end of each month: no volume differs.\n';
  const rows = moved.map(({ date, category, a, b, difference: { value, low, high } }) => [
    date,
    category,
    wholeNumber(a),
    wholeNumber(b),
    signedNumber(value),
    low === null ? '' : `${signedNumber(low)} to ${signedNumber(high as number)}`,
  ]);
  const table = textTable([['month end', 'category', 'A', 'B', 'B - A', '90 % interval'], ...rows], {
    right: [2, 3, 4, 5],
  });
  const same = months.length - moved.length;
  const rest = same === 0 ? '' : `\n${same} other rows do not differ.`;
  return `Qualifying at the end of each month, over all cohorts\n${table}${rest}\n`;
}
