import { signedNumber, wholeNumber } from '../../text/numberWords.ts';
import { bottomAxis, valueScale } from './axes.ts';
import { legend, legendHeight } from './legend.ts';
import { element } from '../../text/markup.ts';
import { CHART_WIDTHS, chartFrame, fitText, label, type ChartSize, type ChartWords } from './svg.ts';

/** The effect of one assumption on an outcome, if only that assumption is changed. */
export interface TornadoRow {
  readonly label: string;
  /** The outcome at the low end of the assumption; the next field is the outcome at the high end. */
  readonly low: number;
  readonly high: number;
  /** The two ends in words, such as `0.01` and `0.04`. */
  readonly lowEnd: string;
  readonly highEnd: string;
}

export interface TornadoData {
  readonly unit: string;
  /** The outcome of the baseline. */
  readonly base: number;
  /** The rows to draw, the widest first. */
  readonly rows: readonly TornadoRow[];
}

const ROW = 42;

/** Draws bars from the baseline to the outcome at each end of an assumption. */
export function tornadoChart(words: ChartWords, data: TornadoData, size: ChartSize): string {
  const { rows, base } = data;
  const width = CHART_WIDTHS[size];
  const entries = [
    { label: 'assumption low', className: 'bar c1', shape: 'area' as const },
    { label: 'assumption high', className: 'bar c0', shape: 'area' as const },
  ];
  const top = 12 + legendHeight(entries, width);
  // The name of an assumption and its ends are wider than a margin, so they are above the bar.
  const plot = { left: 60, right: width - 60, top, bottom: top + rows.length * ROW };
  const x = valueScale([base, ...rows.flatMap(({ low, high }) => [low, high])], [plot.left, plot.right], false);
  const body = rows.map((of, i) => {
    const y = top + i * ROW + 18;
    const bars = [bar(of.low, 'c1', base, x, y), bar(of.high, 'c0', base, x, y)];
    // If both ends move the outcome in the same direction, the longer bar is drawn below the other.
    if (Math.abs(of.high - base) > Math.abs(of.low - base)) bars.reverse();
    const name = `${of.label}: ${of.lowEnd} to ${of.highEnd}`;
    return [
      label(4, y - 5, fitText(name, size === 'wide' ? 84 : 48)),
      ...bars,
      label(Math.min(x(of.low), x(of.high), x(base)) - 4, y + 12, signedNumber(Math.min(of.low, of.high) - base), { anchor: 'end', className: 'value' }), // prettier-ignore
      label(Math.max(x(of.low), x(of.high), x(base)) + 4, y + 12, signedNumber(Math.max(of.low, of.high) - base), { className: 'value' }), // prettier-ignore
    ].join('');
  });
  return chartFrame(words, size, plot.bottom + 44, [
    legend(entries, 0, 0, width),
    bottomAxis(x, plot, { ticks: size === 'wide' ? 4 : 2, format: wholeNumber, isWhole: true }),
    label(plot.right, plot.bottom + 34, data.unit, { anchor: 'end', className: 'axis' }),
    element('line', { class: 'mark', x1: x(base), x2: x(base), y1: plot.top - 4, y2: plot.bottom }),
    ...body,
  ]);
}

function bar(value: number, colour: string, base: number, x: (value: number) => number, y: number): string {
  const [from, to] = [Math.min(x(base), x(value)), Math.max(x(base), x(value))];
  return element('rect', { class: `bar ${colour}`, x: from, y, width: Math.max(0.5, to - from), height: 17 });
}
