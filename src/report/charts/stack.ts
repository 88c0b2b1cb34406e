import { area, stack, type SeriesPoint } from 'd3-shape';
import { axisTitle, exactScale, leftAxis, monthAxis, valueScale } from './axes.ts';
import { legend, legendHeight } from './legend.ts';
import { element } from '../../text/markup.ts';
import { CHART_WIDTHS, chartFrame, relativePath, type ChartSize, type ChartWords } from './svg.ts';

/** Quantities over time that add up to a total. */
export interface StackData {
  readonly unit: string;
  readonly layers: readonly { readonly label: string; readonly colour: number }[];
  /** `values` are in the order of the layers; `day` counts from the epoch. */
  readonly points: readonly { readonly day: number; readonly values: readonly number[] }[];
}

const PLOT_HEIGHT = { wide: 220, narrow: 200 } as const;

/** Draws stacked areas by month, the first layer at the bottom. */
export function stackChart(words: ChartWords, data: StackData, size: ChartSize): string {
  const width = CHART_WIDTHS[size];
  const entries = data.layers.map(({ label, colour }) => ({ label, className: `area c${colour}`, shape: 'area' as const })); // prettier-ignore
  const top = 32 + legendHeight(entries, width);
  const plot = { left: 62, right: width - 22, top, bottom: top + PLOT_HEIGHT[size] };
  const days = data.points.map(({ day }) => day);
  const totals = data.points.map(({ values }) => values.reduce((sum, value) => sum + value, 0));
  const x = exactScale(Math.min(...days), Math.max(...days), [plot.left, plot.right]);
  const y = valueScale(totals, [plot.bottom, plot.top]);
  type Point = StackData['points'][number];
  const layered = stack<unknown, Point, number>()
    .keys(data.layers.map((_, i) => i))
    .value(({ values }, i) => values[i] ?? 0)(data.points as Point[]);
  const path = area<SeriesPoint<Point>>()
    .x(({ data: { day } }) => x(day))
    .y0(([low]) => y(low))
    .y1(([, high]) => y(high))
    .digits(1);
  return chartFrame(words, size, plot.bottom + 28, [
    legend(entries, 0, 2, width),
    axisTitle(4, top - 12, data.unit),
    leftAxis(y, plot),
    monthAxis(x, plot, Math.floor((plot.right - plot.left) / 80)),
    ...layered.map((layer, i) => element('path', { class: `area c${data.layers[i]?.colour ?? 0}`, d: relativePath(path(layer)) })), // prettier-ignore
  ]);
}
