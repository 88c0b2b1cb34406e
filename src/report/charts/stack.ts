import { area, stack, type SeriesPoint } from 'd3-shape';
import { axisTitle, exactScale, leftAxis, monthAxis, valueScale, type Scale } from './axes.ts';
import { legend, legendHeight } from './legend.ts';
import { pathText } from './pathText.ts';
import { element } from '../../text/markup.ts';
import { CHART_WIDTHS, chartFrame, sharedParts, type ChartSize, type ChartWords } from './svg.ts';

/** Quantities over time that add up to a total. */
export interface StackData {
  readonly unit: string;
  readonly layers: readonly { readonly label: string; readonly colour: number }[];
  /** `values` are in the order of the layers; `day` counts from the epoch. */
  readonly points: readonly { readonly day: number; readonly values: readonly number[] }[];
}

const PLOT_HEIGHT = 210;

/**
 * Draws stacked areas by month, the first layer at the bottom. The narrow drawing shows what it can of the wide one, which
 * stands beside it.
 */
export function stackChart(words: ChartWords, data: StackData, size: ChartSize): string {
  const entries = data.layers.map(({ label, colour }) => ({ label, className: `area c${colour}`, shape: 'area' as const })); // prettier-ignore
  // Both sizes have the legend of the narrow one, and the same height.
  const top = 32 + legendHeight(entries, CHART_WIDTHS.narrow);
  const plot = { left: 62, right: CHART_WIDTHS[size] - 22, top, bottom: top + PLOT_HEIGHT };
  const days = data.points.map(({ day }) => day);
  const totals = data.points.map(({ values }) => values.reduce((sum, value) => sum + value, 0));
  const x = exactScale(Math.min(...days), Math.max(...days), [plot.left, plot.right]);
  const y = valueScale(totals, [plot.bottom, plot.top]);
  return chartFrame(words, size, plot.bottom + 28, [
    monthAxis(x, plot, Math.floor((plot.right - plot.left) / 80)),
    ...sharedParts(words, size, plot, () => {
      const { lines, labels } = leftAxis(y, plot);
      return {
        stretched: [lines, ...layerPaths(data, x, y)],
        fixed: [legend(entries, 0, 2, CHART_WIDTHS.narrow), axisTitle(4, top - 12, data.unit), labels],
      };
    }),
  ]);
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
