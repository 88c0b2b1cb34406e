/** Every kind of chart by its name. A chart is plain data, so that it can stand in a file until a page is made of it. */
import { coverageChart, type CoverageData } from './coverage.ts';
import { fanChart, type FanData } from './fan.ts';
import { heatChart, type HeatData } from './heat.ts';
import { rangeChart, type RangeData } from './ranges.ts';
import { seriesChart, type SeriesData } from './series.ts';
import { stackChart, type StackData } from './stack.ts';
import type { ChartSize, ChartWords } from './svg.ts';
import { tornadoChart, type TornadoData } from './tornado.ts';
import { weightsChart, type WeightsData } from './weights.ts';

/** A chart's kind, and the data of that kind. */
export type Chart =
  /** A row for each quantity: a bar or a dot, its range, and the figure it is compared with. */
  | { readonly kind: 'ranges'; readonly data: RangeData }
  /** Lines, bands and single points over months or over a number. */
  | { readonly kind: 'series'; readonly data: SeriesData }
  /** Areas over months that add up. */
  | { readonly kind: 'stack'; readonly data: StackData }
  /** A forecast: ranges of 50 % and 90 % over time, with the as-of line. */
  | { readonly kind: 'fan'; readonly data: FanData }
  /** The outcome at both ends of each assumption. */
  | { readonly kind: 'tornado'; readonly data: TornadoData }
  /** An outcome over a grid of two assumptions. */
  | { readonly kind: 'heat'; readonly data: HeatData }
  /** Promised shares beside those that held: coverage, reliability. */
  | { readonly kind: 'coverage'; readonly data: CoverageData }
  /** Choices, each divided among its options by weight. */
  | { readonly kind: 'weights'; readonly data: WeightsData };

/** Draws a chart of any kind as SVG text. The same data give the same bytes. */
export function drawChart(words: ChartWords, chart: Chart, size: ChartSize): string {
  switch (chart.kind) {
    case 'ranges':
      return rangeChart(words, chart.data, size);
    case 'series':
      return seriesChart(words, chart.data, size);
    case 'stack':
      return stackChart(words, chart.data, size);
    case 'fan':
      return fanChart(words, chart.data, size);
    case 'tornado':
      return tornadoChart(words, chart.data, size);
    case 'heat':
      return heatChart(words, chart.data, size);
    case 'coverage':
      return coverageChart(words, chart.data, size);
    case 'weights':
      return weightsChart(words, chart.data, size);
  }
}
