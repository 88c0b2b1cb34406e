import { scaleLinear, type ScaleLinear } from 'd3-scale';
import { lastDayOfMonth, monthOf } from '../../time.ts';
import { compactNumber } from '../../text/numberWords.ts';
import { coordinate, element } from '../../text/markup.ts';
import { CHARACTER_WIDTH, label, type Plot } from './svg.ts';

/** A linear scale from numbers to units of the drawing. */
export type Scale = ScaleLinear<number, number>;

/** The least and the greatest of some numbers; those that are not finite are passed over, and 0 to 1 stands for none. */
export function extentOf(values: readonly number[]): { readonly low: number; readonly high: number } {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low > high ? { low: 0, high: 1 } : { low, high };
}

/** A scale whose domain ends on round numbers and by default begins at 0. */
export function valueScale(values: readonly number[], range: readonly [number, number], fromZero = true): Scale {
  let { low, high } = extentOf(values);
  if (fromZero) [low, high] = [Math.min(0, low), Math.max(0, high)];
  if (low === high) [low, high] = [low - (fromZero ? 0 : 1), high + 1];
  return scaleLinear()
    .domain([low, high])
    .nice(5)
    .range([...range]);
}

/** A scale that ends exactly where its values do, for days and replications. */
export function exactScale(low: number, high: number, range: readonly [number, number]): Scale {
  return scaleLinear()
    .domain([low, high > low ? high : low + 1])
    .range([...range]);
}

/** Horizontal grid lines, and their values at the left of the plot. */
export function leftAxis(
  scale: Scale,
  plot: Pick<Plot, 'left' | 'right'>,
  options: Pick<AxisOptions, 'ticks' | 'format'> = {},
): { readonly lines: string; readonly labels: string } {
  const { ticks = 5, format = compactNumber } = options;
  const values = scale.ticks(ticks);
  return {
    lines: gridLines(values, (value) => `M${plot.left},${coordinate(scale(value))}H${coordinate(plot.right)}`),
    labels: values.map((value) => label(plot.left - 6, scale(value) + 4, format(value), { anchor: 'end' })).join(''),
  };
}

export interface AxisOptions {
  readonly ticks?: number;
  readonly format?: (value: number) => string;
  /** True if only whole numbers have a meaning on the axis, or are written on it. The default is false. */
  readonly isWhole?: boolean;
}

/** Vertical grid lines, with their values below the plot. */
export function bottomAxis(scale: Scale, plot: Pick<Plot, 'top' | 'bottom'>, options: AxisOptions = {}): string {
  const { ticks = 5, format = compactNumber, isWhole = false } = options;
  const all = scale.ticks(ticks);
  const values = isWhole ? all.filter((value) => Number.isInteger(value)) : all;
  const lines = gridLines(values, (value) => verticalLine(scale(value), plot));
  return lines + values.map((value) => bottomLabel(scale(value), plot.bottom + 16, format(value))).join('');
}

/** The lines at some values as one path, and apart from it the line at 0, which is the stronger one. */
function gridLines(values: readonly number[], line: (value: number) => string): string {
  let [grid, base] = ['', ''];
  for (const value of values) {
    if (value === 0) base += line(value);
    else grid += line(value);
  }
  return pathOf('grid', grid) + pathOf('base', base);
}

function pathOf(className: string, d: string): string {
  return d === '' ? '' : element('path', { class: className, d });
}

function verticalLine(x: number, { top, bottom }: Pick<Plot, 'top' | 'bottom'>): string {
  return `M${coordinate(x)},${coordinate(top)}V${coordinate(bottom)}`;
}

/** A label below the axis. It is moved to the right if it would leave the drawing at the left. */
function bottomLabel(x: number, y: number, text: string): string {
  return label(Math.max(x, (text.length * CHARACTER_WIDTH) / 2), y, text, { anchor: 'middle' });
}

const MONTH_NAMES = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** The possible numbers of months between labels. Each divides a year or is whole years, so labels fall on December. */
const MONTH_STEPS = [1, 3, 6, 12, 24, 60] as const;

/** Labels at the ends of months, as many as fit. Days are counted from the epoch. */
export function monthAxis(scale: Scale, plot: Pick<Plot, 'top' | 'bottom'>, labelsMax: number): string {
  const [from, to] = scale.domain() as [number, number];
  const days: number[] = [];
  const last = monthOf(Math.floor(to));
  for (let month = monthOf(Math.ceil(from)); month <= last; month += 1) {
    const day = lastDayOfMonth(month);
    if (day >= from && day <= to) days.push(day);
  }
  const step = MONTH_STEPS.find((of) => days.length / of <= labelsMax) ?? 60;
  const labelled = days.filter((day) => (monthOf(day) + 1) % step === 0);
  const lines = pathOf('grid', labelled.map((day) => verticalLine(scale(day), plot)).join(''));
  return (
    lines + labelled.map((day) => edgeLabel(scale(day), plot.bottom + 16, monthLabel(monthOf(day)), scale)).join('')
  );
}

/** A label below the axis. It is moved to the left if it would leave the drawing at the right. */
function edgeLabel(x: number, y: number, text: string, scale: Scale): string {
  const [, right = x] = scale.range();
  return right - x < 8 ? label(right + 18, y, text, { anchor: 'end' }) : label(x, y, text, { anchor: 'middle' });
}

/** The label `Dec 2022` of a month, counted as `monthOf` does: 0 is January 1970. */
function monthLabel(month: number): string {
  return `${MONTH_NAMES[month % 12] ?? ''} ${1970 + Math.floor(month / 12)}`;
}

/** The name of an axis, above the plot at the left. */
export function axisTitle(x: number, y: number, text: string): string {
  return label(x, y, text, { className: 'axis' });
}
