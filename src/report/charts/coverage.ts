import { line } from 'd3-shape';
import { element } from '../../text/markup.ts';
import { percentage } from '../../text/numberWords.ts';
import { axisTitle, bottomAxis, exactScale, leftAxis } from './axes.ts';
import { legend, legendHeight, type LegendEntry } from './legend.ts';
import { pathText } from './pathText.ts';
import { CHART_WIDTHS, chartFrame, label, type ChartSize, type ChartWords } from './svg.ts';

/** Promised chances beside the shares that came true: coverage of intervals, or reliability of probabilities. */
export interface CoverageData {
  /** The names of the axes, such as `interval promises` and `truths inside it`. */
  readonly promised: string;
  readonly held: string;
  readonly series: readonly {
    readonly label: string;
    /** Shares from 0 to 1. `low` and `high` bound the chance variation of `held`; null if it is not known. */
    readonly points: readonly {
      readonly promised: number;
      readonly held: number;
      readonly low: number | null;
      readonly high: number | null;
    }[];
  }[];
}

/** The height of the plot. It is about as wide, so that the diagonal is one. */
const SIDE = { wide: 320, narrow: 260 } as const;
const percent = (share: number): string => percentage(share, 0);

/** Draws one line for each series, its whiskers, and the diagonal on which every promise holds. */
export function coverageChart(words: ChartWords, { promised, held, series }: CoverageData, size: ChartSize): string {
  const width = CHART_WIDTHS[size];
  const entries: LegendEntry[] = [
    ...series.map(({ label: text }, i) => ({ label: text, className: `line c${i % 6}`, shape: 'line' as const })),
    { label: 'as promised', className: 'mark', shape: 'line' },
  ];
  const top = 32 + legendHeight(entries, width);
  const plot = { left: 62, right: Math.min(width - 22, 62 + SIDE[size] + 40), top, bottom: top + SIDE[size] };
  const x = exactScale(0, 1, [plot.left, plot.right]);
  const y = exactScale(0, 1, [plot.bottom, plot.top]);
  const body = series.flatMap(({ points }, i) => {
    const colour = `c${i % 6}`;
    const shape = line<(typeof points)[number]>()
      .x((of) => x(of.promised))
      .y((of) => y(of.held));
    return [
      ...points.map((of) => (of.low === null || of.high === null ? '' : element('line', { class: 'whisker', x1: x(of.promised), x2: x(of.promised), y1: y(of.low), y2: y(of.high) }))), // prettier-ignore
      element('path', { class: `line ${colour}`, d: pathText(shape, points) }),
      ...points.map((of) => element('circle', { class: `point ${colour}`, cx: x(of.promised), cy: y(of.held), r: 4 })),
    ];
  });
  return chartFrame(words, size, plot.bottom + 44, [
    legend(entries, 0, 2, width),
    axisTitle(4, top - 12, held),
    ...Object.values(leftAxis(y, plot, { format: percent })),
    bottomAxis(x, plot, { format: percent }),
    element('line', { class: 'mark', x1: x(0), x2: x(1), y1: y(0), y2: y(1) }),
    ...body,
    label(plot.right, plot.bottom + 34, promised, { anchor: 'end', className: 'axis' }),
  ]);
}
