// What charts are made of: the same bytes for the same data, no number lost, and words for whoever does not see them.
import { expect, test } from 'vitest';
import { rangeChart } from '../../../src/report/charts/ranges.ts';
import { seriesChart } from '../../../src/report/charts/series.ts';
import { stackChart } from '../../../src/report/charts/stack.ts';
import { CHART_WIDTHS, type ChartSize } from '../../../src/report/charts/svg.ts';
import { tornadoChart } from '../../../src/report/charts/tornado.ts';
import { parseDate } from '../../../src/time.ts';

const words = { id: 'x', title: 'A <title> & "more"', description: 'What it shows.' };
const day = (date: string): number => parseDate(date) as number;
const days = ['2021-02-28', '2021-12-31', '2022-12-31'].map(day);

/** Every kind of chart with data of its own. */
const CHARTS: Readonly<Record<string, (size: ChartSize) => string>> = {
  series: (size) =>
    seriesChart(
      words,
      {
        x: { kind: 'months' },
        unit: 'homes',
        bands: [{ label: '90 %', strength: 0, colour: 0, points: days.map((x, i) => ({ x, low: i, high: i + 10 })) }],
        lines: [{ label: 'mean', colour: 0, points: days.map((x, i) => ({ x, y: i + 5 })) }],
        dots: [{ label: 'published', points: [{ x: days[2] as number, y: 12 }] }],
        marks: [{ x: days[1] as number, label: 'as of' }],
      },
      size,
    ),
  stack: (size) => stackChart(words, { unit: 'homes', layers: [{ label: 'a', colour: 0 }, { label: 'b', colour: 1 }], points: days.map((d, i) => ({ day: d, values: [i, 2 * i] })) }, size), // prettier-ignore
  ranges: (size) => rangeChart(words, { unit: 'homes', mark: 'bar', words: { value: 'ours', range: 'range', reference: 'published' }, rows: [{ label: 'one', value: 1505, low: 1445, high: 1554, reference: 1502 }, { label: 'two', value: 63, low: null, high: null, reference: null }] }, size), // prettier-ignore
  tornado: (size) => tornadoChart(words, { unit: 'homes', base: 1500, rows: [{ label: 'prepayment share', low: 1236, high: 3145, lowEnd: '0', highEnd: '0.15' }, { label: 'both down', low: 1400, high: 1300, lowEnd: '1', highEnd: '2' }] }, size), // prettier-ignore
};
const SIZES = Object.keys(CHART_WIDTHS) as ChartSize[];

test.each(Object.entries(CHARTS))(
  '%s: the same data give the same bytes, and every mark lies within the drawing',
  (_, draw) => {
    for (const size of SIZES) {
      const svg = draw(size);
      expect(svg).toBe(draw(size));
      expect(svg).not.toMatch(/NaN|undefined|Infinity| style=/);
      const [, width = '', height = ''] = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg) ?? [];
      expect(Number(width)).toBe(CHART_WIDTHS[size]);
      for (const [, x = '', y = ''] of svg.matchAll(/<text x="([-\d.]+)" y="([-\d.]+)"/g)) {
        expect(Number(x)).toBeGreaterThanOrEqual(0);
        expect(Number(x)).toBeLessThanOrEqual(Number(width));
        expect(Number(y)).toBeLessThanOrEqual(Number(height));
      }
    }
  },
);

test.each(Object.entries(CHARTS))('%s: says its title and description, escaped', (_, draw) => {
  const svg = draw('wide');
  expect(svg).toContain('A &lt;title&gt; &amp; &quot;more&quot;</title>');
  expect(svg).toMatch(/aria-labelledby="x-wide-t x-wide-d"/);
  expect(svg).toContain('<desc id="x-wide-d">What it shows.</desc>');
});

test('values are written out beside their marks', () => {
  expect(CHARTS['ranges']?.('wide')).toMatch(/>1,505<[\s\S]*>63</);
  expect(CHARTS['tornado']?.('narrow')).toMatch(/>-264<[\s\S]*>\+1,645</);
});

test('a chart of nothing, of one value, or of equal values is drawn all the same', () => {
  const empty = {
    x: { kind: 'number', name: 'runs' },
    unit: 'homes',
    bands: [],
    lines: [],
    dots: [],
    marks: [],
  } as const;
  expect(seriesChart(words, empty, 'wide')).not.toContain('NaN');
  const one = { ...empty, lines: [{ label: 'mean', colour: 0, points: [{ x: 2, y: 0 }] }], fromZero: false };
  expect(seriesChart(words, one, 'narrow')).not.toContain('NaN');
});
