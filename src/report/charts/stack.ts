import { area, stack, type SeriesPoint } from 'd3-shape';
import { axisTitle, exactScale, leftAxis, monthAxis, valueScale, type Scale } from './axes.ts';
import { legend, legendHeight, type LegendEntry } from './legend.ts';
import { pathText } from './pathText.ts';
import { element } from '../../text/markup.ts';
import { CHART_WIDTHS, chartFrame, sharedShapes, type ChartSize, type ChartWords, type Plot } from './svg.ts';

/** Quantities over time that add up to a total. */
export interface StackData {
  readonly unit: string;
  readonly layers: readonly { readonly label: string; readonly colour: number }[];
  /** `values` are in the order of the layers; `day` counts from the epoch. */
  readonly points: readonly { readonly day: number; readonly values: readonly number[] }[];
}

const PLOT_HEIGHT = { wide: 220, narrow: 200 } as const;

/**
 * Draws stacked areas by month, the first layer at the bottom. The narrow drawing shows the areas of the wide one, which
 * stands beside it.
 */
export function stackChart(words: ChartWords, data: StackData, size: ChartSize): string {
  const { entries, plot } = layoutOf(data, size);
  const days = data.points.map(({ day }) => day);
  const totals = data.points.map(({ values }) => values.reduce((sum, value) => sum + value, 0));
  const x = exactScale(Math.min(...days), Math.max(...days), [plot.left, plot.right]);
  const y = valueScale(totals, [plot.bottom, plot.top]);
  const wide = size === 'wide' ? plot : layoutOf(data, 'wide').plot;
  return chartFrame(words, size, plot.bottom + 28, [
    legend(entries, 0, 2, CHART_WIDTHS[size]),
    axisTitle(4, plot.top - 12, data.unit),
    leftAxis(y, plot),
    monthAxis(x, plot, Math.floor((plot.right - plot.left) / 80)),
    sharedShapes(words, size, { wide, narrow: plot }, () => layerPaths(data, x, y)),
  ]);
}

function layoutOf({ layers }: StackData, size: ChartSize): { entries: readonly LegendEntry[]; plot: Plot } {
  const width = CHART_WIDTHS[size];
  const entries = layers.map(({ label, colour }) => ({ label, className: `area c${colour}`, shape: 'area' as const }));
  const top = 32 + legendHeight(entries, width);
  return { entries, plot: { left: 62, right: width - 22, top, bottom: top + PLOT_HEIGHT[size] } };
}

type Point = StackData['points'][number];

function layerPaths({ layers, points }: StackData, x: Scale, y: Scale): readonly string[] {
  const layered = stack<unknown, Point, number>()
    .keys(layers.map((_, i) => i))
    .value(({ values }, i) => values[i] ?? 0)(points as Point[]);
  const shape = area<SeriesPoint<Point>>()
    .x(({ data: { day } }) => x(day))
    .y0(([low]) => y(low))
    .y1(([, high]) => y(high));
  return layered.map((layer, i) =>
    element('path', { class: `area c${layers[i]?.colour ?? 0}`, d: pathText(shape, layer) }),
  );
}
