import { formatNumber, isWholeFormat, type NumberFormat } from '../../text/numberWords.ts';
import { bottomAxis, valueScale } from './axes.ts';
import { coordinate, element } from '../../text/markup.ts';
import { CHART_WIDTHS, chartFrame, fitText, label, type ChartSize, type ChartWords } from './svg.ts';
import { legend, legendHeight, type LegendEntry } from './legend.ts';

/** A value with its range, compared with another figure. */
export interface RangeRow {
  readonly label: string;
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
  /** The figure it is compared with; null if there is none. */
  readonly reference: number | null;
}

/** Rows of values with ranges, all in one unit. */
export interface RangeData {
  readonly unit: string;
  readonly rows: readonly RangeRow[];
  readonly words: { readonly value: string; readonly range: string; readonly reference: string };
  /** `bar` draws from 0 to the value. `dot` draws the value alone, on an axis that need not begin at 0. */
  readonly mark: 'bar' | 'dot';
  /** How a value is written. The default is `whole`. */
  readonly format?: NumberFormat;
}

const ROW = 34;
/** The average width of a bold character, in units of the drawing. */
const BOLD_WIDTH = 8;

/**
 * Draws a row for each quantity: its value, its range as a whisker, and the figure it is compared with as a diamond.
 */
export function rangeChart(words: ChartWords, data: RangeData, size: ChartSize): string {
  const { rows, mark } = data;
  const format = (value: number): string => formatNumber(value, data.format);
  const width = CHART_WIDTHS[size];
  const entries = legendOf(data);
  const top = 10 + legendHeight(entries, width);
  // On a narrow page the label is above its bar.
  const left = size === 'wide' ? 252 : 12;
  const row = size === 'wide' ? ROW : ROW + 12;
  // Values are written at the right of their marks, the longest beyond the end of the axis.
  const longest = Math.max(0, ...rows.map(({ value }) => format(value).length));
  const plot = { left, right: width - Math.max(40, 16 + longest * BOLD_WIDTH), top, bottom: top + rows.length * row };
  const values = rows.flatMap((of) => [of.value, of.low ?? of.value, of.high ?? of.value, of.reference ?? of.value]);
  const x = valueScale(values, [plot.left, plot.right], mark === 'bar');
  const body = rows.map((of, i) => {
    const y = top + i * row + (size === 'wide' ? row / 2 : row / 2 + 6);
    return [
      size === 'wide'
        ? label(plot.left - 8, y + 4, fitText(of.label, 32), { anchor: 'end' })
        : label(plot.left, y - 13, fitText(of.label, 52)),
      mark === 'bar'
        ? element('rect', { class: 'bar c0', x: x(0), y: y - 8, width: Math.max(1, x(of.value) - x(0)), height: 16 })
        : element('circle', { class: 'point c0', cx: x(of.value), cy: y, r: 5 }),
      whisker(of, x, y),
      of.reference === null ? '' : diamond(x(of.reference), y),
      valueLabel(of, x, { y, text: format(of.value), isDot: mark === 'dot', left: plot.left }),
    ].join('');
  });
  return chartFrame(words, size, plot.bottom + 44, [
    legend(entries, 0, 0, width),
    bottomAxis(x, plot, { ticks: size === 'wide' ? 4 : 3, format, isWhole: isWholeFormat(data.format) }),
    label(plot.right, plot.bottom + 34, data.unit, { anchor: 'end', className: 'axis' }),
    ...body,
  ]);
}

/**
 * The value in words, beyond everything that the row has. A dot below its reference has it at its left, or between itself
 * and the reference, if there is room: at the right it would stand beside the reference.
 */
function valueLabel(
  { value, low, high, reference }: RangeRow,
  x: (value: number) => number,
  {
    y,
    text,
    isDot,
    left,
  }: { readonly y: number; readonly text: string; readonly isDot: boolean; readonly left: number },
): string {
  const [from, to] = [x(Math.min(value, low ?? value)) - 10, x(Math.max(value, high ?? value)) + 10];
  const isBelow = isDot && reference !== null && value < reference;
  const width = text.length * BOLD_WIDTH;
  if (isBelow && from - width >= left) return label(from, y + 4, text, { anchor: 'end', className: 'value' });
  const isBetween = isBelow && to + width <= x(reference) - 10;
  const reach = isBetween || reference === null ? to : Math.max(to, x(reference) + 10);
  return label(reach, y + 4, text, { className: 'value' });
}

function legendOf({ rows, words, mark }: RangeData): LegendEntry[] {
  const value: LegendEntry = mark === 'bar' ? { label: words.value, className: 'bar c0', shape: 'area' } : { label: words.value, className: 'point c0', shape: 'dot' }; // prettier-ignore
  const range: LegendEntry = { label: words.range, className: 'whisker', shape: 'line' };
  const reference: LegendEntry = { label: words.reference, className: 'diamond', shape: 'diamond' };
  return [
    value,
    ...(rows.some(({ low }) => low !== null) ? [range] : []),
    ...(rows.some((row) => row.reference !== null) ? [reference] : []),
  ];
}

function whisker({ low, high }: RangeRow, x: (value: number) => number, y: number): string {
  if (low === null || high === null) return '';
  const [from, to] = [coordinate(x(low)), coordinate(x(high))];
  return element('path', { class: 'whisker', d: `M${from},${y}H${to}M${from},${y - 5}v10M${to},${y - 5}v10` });
}

function diamond(x: number, y: number): string {
  return element('path', { class: 'diamond', d: `M${coordinate(x)},${y - 6}l6,6l-6,6l-6,-6z` });
}
