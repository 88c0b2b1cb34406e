import { area, line } from 'd3-shape';
import { axisTitle, bottomAxis, exactScale, extentOf, leftAxis, monthAxis, valueScale, type Scale } from './axes.ts';
import { element } from '../../text/markup.ts';
import { legend, legendHeight, type LegendEntry } from './legend.ts';
import { pathText } from './pathText.ts';
import { CHARACTER_WIDTH, CHART_WIDTHS, chartFrame, fitText, label, sharedParts, type ChartSize, type ChartWords, type Plot } from './svg.ts'; // prettier-ignore

/** A range over time. The widest comes first, so that narrower ones are drawn on top of it. */
export interface Band {
  readonly label: string;
  readonly points: readonly { readonly x: number; readonly low: number; readonly high: number }[];
  /** The strength of the colour; 0 is the faintest. */
  readonly strength: 0 | 1;
  /** The position in the palette. */
  readonly colour: number;
}

export interface Line {
  readonly label: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
  readonly colour: number;
  readonly dashed?: boolean;
}

/** Single values, drawn as open circles: published or observed figures. */
export interface Dots {
  readonly label: string;
  readonly points: readonly { readonly x: number; readonly y: number; readonly note?: string }[];
}

/** The data of a chart of values over time, or over another whole number. */
export interface SeriesData {
  /** `months`: days since the epoch. `number`: any number, with a name for the axis. */
  readonly x: { readonly kind: 'months' } | { readonly kind: 'number'; readonly name: string };
  /** The unit of the values. */
  readonly unit: string;
  readonly bands: readonly Band[];
  readonly lines: readonly Line[];
  readonly dots: readonly Dots[];
  /** Vertical lines with a word each, such as the as-of. */
  readonly marks: readonly { readonly x: number; readonly label: string }[];
  /** True if the axis of values begins at 0. The default is true. */
  readonly fromZero?: boolean;
}

const PLOT_HEIGHT = 210;
/** A unit of so many characters leaves room for the words of a mark at the left end of the plot. */
const SHORT_UNIT = 8;
/** The height of the row of a long unit above the words of the marks. */
const MARK_ROW = 16;
/** The approximate width of a label of a month or a number, in units of the drawing. */
const LABEL_WIDTH = 80;

interface Layout {
  readonly entries: readonly LegendEntry[];
  /** The unit, cut to what fits. */
  readonly unit: string;
  readonly unitY: number;
  readonly plot: Plot;
}

/** Both sizes have the legend of the narrow one, and the same height. */
function layoutOf(data: SeriesData, size: ChartSize): Layout {
  const entries: LegendEntry[] = [
    ...data.lines.map((row) => ({ label: row.label, className: lineClass(row), shape: 'line' as const })),
    ...data.bands.map((row) => ({ label: row.label, className: bandClass(row), shape: 'area' as const })),
    ...data.dots.map((row) => ({ label: row.label, className: 'dot', shape: 'dot' as const })),
  ];
  const unit = fitText(data.unit, Math.floor((CHART_WIDTHS.narrow - 8) / CHARACTER_WIDTH));
  // The words of a mark stand beside the unit, or below it where it is long.
  const row = data.marks.length > 0 && unit.length > SHORT_UNIT ? MARK_ROW : 0;
  const top = 32 + legendHeight(entries, CHART_WIDTHS.narrow) + row;
  const plot = { left: 62, right: CHART_WIDTHS[size] - 22, top, bottom: top + PLOT_HEIGHT };
  return { entries, unit, unitY: top - row - 12, plot };
}

/**
 * Draws values over time: bands, lines, single points and vertical marks (a fan, a convergence, a series beside public
 * figures). The narrow drawing shows what it can of the wide one, which stands beside it.
 */
export function seriesChart(words: ChartWords, data: SeriesData, size: ChartSize): string {
  const { entries, unit, unitY, plot } = layoutOf(data, size);
  const xs = everyX(data);
  const { low, high } = extentOf(xs);
  const x = exactScale(low, high, [plot.left, plot.right]);
  const y = valueScale(everyY(data), [plot.bottom, plot.top], data.fromZero ?? true);
  const labelsMax = Math.max(2, Math.floor((plot.right - plot.left) / LABEL_WIDTH));
  const body = [
    data.x.kind === 'months'
      ? monthAxis(x, plot, labelsMax)
      : bottomAxis(x, plot, { ticks: labelsMax, isWhole: xs.every(Number.isInteger) }),
    ...sharedParts(words, size, plot, () => {
      const { lines, labels } = leftAxis(y, plot);
      return {
        stretched: [
          lines,
          ...data.bands.map((row) => bandPath(row, x, y)),
          ...data.lines.map((row) => linePath(row, x, y)),
        ],
        fixed: [legend(entries, 0, 2, CHART_WIDTHS.narrow), axisTitle(4, unitY, unit), labels],
      };
    }),
    ...data.dots.flatMap((row) => row.points.map((point) => dot(x(point.x), y(point.y)))),
    ...data.marks.map((mark) => verticalMark(x(mark.x), mark.label, plot)),
    ...(data.x.kind === 'number' ? [label(plot.right, plot.bottom + 32, data.x.name, { anchor: 'end', className: 'axis' })] : []), // prettier-ignore
  ];
  return chartFrame(words, size, plot.bottom + 40, body);
}

// These two loop because a page has many charts of many points: lists of lists cost as much as the drawing itself.
function everyX({ bands, lines, dots, marks }: SeriesData): number[] {
  const all: number[] = [];
  for (const rows of [bands, lines, dots]) for (const { points } of rows) for (const { x } of points) all.push(x);
  for (const { x } of marks) all.push(x);
  return all.length === 0 ? [0, 1] : all;
}

function everyY({ bands, lines, dots }: SeriesData): number[] {
  const all: number[] = [];
  for (const { points } of bands) for (const { low, high } of points) all.push(low, high);
  for (const rows of [lines, dots]) for (const { points } of rows) for (const { y } of points) all.push(y);
  return all;
}

function lineClass({ colour, dashed }: Line): string {
  return `line c${colour}${dashed ? ' dashed' : ''}`;
}

function bandClass({ colour, strength }: Band): string {
  return `band c${colour} s${strength}`;
}

function bandPath(row: Band, x: Scale, y: Scale): string {
  const shape = area<Band['points'][number]>()
    .x((point) => x(point.x))
    .y0((point) => y(point.low))
    .y1((point) => y(point.high));
  return element('path', { class: bandClass(row), d: pathText(shape, row.points) });
}

function linePath(row: Line, x: Scale, y: Scale): string {
  const shape = line<Line['points'][number]>()
    .x((point) => x(point.x))
    .y((point) => y(point.y));
  return element('path', { class: lineClass(row), d: pathText(shape, row.points) });
}

function dot(cx: number, cy: number): string {
  return element('circle', { class: 'dot', cx, cy, r: 4 });
}

function verticalMark(x: number, text: string, plot: Plot): string {
  const anchor = x > (plot.left + plot.right) / 2 ? 'end' : 'start';
  return (
    element('line', { class: 'mark', x1: x, x2: x, y1: plot.top - 20, y2: plot.bottom }) +
    label(anchor === 'end' ? x - 5 : x + 5, plot.top - 10, text, { anchor, className: 'note' })
  );
}
