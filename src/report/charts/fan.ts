import { parseDate } from '../../time.ts';
import { seriesChart } from './series.ts';
import type { ChartSize, ChartWords } from './svg.ts';

/** A count over time with its ranges: known until the as-of, forecast after it. */
export interface FanData {
  readonly unit: string;
  /** Days as `YYYY-MM-DD`, in order. Each number is a quantile of the count; p50 is the median. */
  readonly points: readonly {
    readonly date: string;
    readonly p05: number;
    readonly p25: number;
    readonly p50: number;
    readonly p75: number;
    readonly p95: number;
  }[];
  /** The day up to which the records are known; undefined if nothing was observed. */
  readonly asOf?: string;
  /** What was counted in the records, drawn as a line. */
  readonly observed?: readonly { readonly date: string; readonly count: number }[];
  /** Published or true figures, drawn as open circles. */
  readonly references?: { readonly label: string; readonly points: readonly { readonly date: string; readonly count: number }[] }; // prettier-ignore
}

const day = (date: string): number => parseDate(date) ?? 0;

/** Draws the bands of 90 % and of 50 %, the median, what was observed, and a vertical line at the as-of. */
export function fanChart(words: ChartWords, data: FanData, size: ChartSize): string {
  const { unit, asOf, observed = [], references } = data;
  const points = data.points.map(({ date, p05, p25, p50, p75, p95 }) => ({ x: day(date), p05, p25, p50, p75, p95 }));
  return seriesChart(
    words,
    {
      x: { kind: 'months' },
      unit,
      bands: [
        {
          label: '90 %',
          strength: 0,
          colour: 0,
          points: points.map(({ x, p05, p95 }) => ({ x, low: p05, high: p95 })),
        },
        {
          label: '50 %',
          strength: 1,
          colour: 0,
          points: points.map(({ x, p25, p75 }) => ({ x, low: p25, high: p75 })),
        },
      ],
      lines: [
        { label: 'median', colour: 0, points: points.map(({ x, p50 }) => ({ x, y: p50 })) },
        ...(observed.length === 0 ? [] : [{ label: 'observed', colour: 1, points: observed.map(({ date, count }) => ({ x: day(date), y: count })) }]), // prettier-ignore
      ],
      dots: references === undefined ? [] : [{ label: references.label, points: references.points.map(({ date, count }) => ({ x: day(date), y: count })) }], // prettier-ignore
      marks: asOf === undefined ? [] : [{ x: day(asOf), label: `as of ${asOf}` }],
    },
    size,
  );
}
