// What charts are made of: the same bytes for the same data, no number lost, and words for whoever does not see them.
import { area, line } from 'd3-shape';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { drawChart, type Chart } from '../../../src/report/charts/chart.ts';
import { rangeChart } from '../../../src/report/charts/ranges.ts';
import { seriesChart } from '../../../src/report/charts/series.ts';
import { stackChart } from '../../../src/report/charts/stack.ts';
import { pathText } from '../../../src/report/charts/pathText.ts';
import { CHART_WIDTHS, type ChartSize } from '../../../src/report/charts/svg.ts';
import { tornadoChart } from '../../../src/report/charts/tornado.ts';
import { parseDate } from '../../../src/time.ts';
import { seedNumber } from '../../seed.ts';

const SEED = seedNumber(import.meta.filename, 31);

const words = { id: 'x', title: 'A <title> & "more"', description: 'What it shows.' };
const day = (date: string): number => parseDate(date) as number;
const days = ['2021-02-28', '2021-12-31', '2022-12-31'].map(day);

/** Every kind of chart with data of its own. */
const CHARTS: Record<string, (size: ChartSize) => string> = {
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
  ranges: (size) => rangeChart(words, { unit: 'homes', mark: 'bar', words: { value: 'ours', range: 'range', reference: 'published' }, rows: [{ label: 'one', value: 1505, low: 1445, high: 1554, reference: 1502 }, { label: 'two', value: 63, low: null, high: null, reference: null }, { label: 'largest', value: 399_759, low: null, high: null, reference: null }] }, size), // prettier-ignore
  tornado: (size) => tornadoChart(words, { unit: 'homes', base: 1500, rows: [{ label: 'prepayment share', low: 1236, high: 3145, lowEnd: '0', highEnd: '0.15' }, { label: 'both down', low: 1400, high: 1300, lowEnd: '1', highEnd: '2' }] }, size), // prettier-ignore
};

/** The kinds that are drawn from plain data alone. */
const PLAIN: readonly Chart[] = [
  { kind: 'fan', data: { unit: 'homes', asOf: '2021-12-31', points: ['2021-12-31', '2022-06-30', '2022-12-31'].map((date, i) => ({ date, p05: 100 + i, p25: 120 + 10 * i, p50: 130 + 20 * i, p75: 140 + 30 * i, p95: 160 + 40 * i })), observed: [{ date: '2021-06-30', count: 60 }, { date: '2021-12-31', count: 130 }], references: { label: 'published', points: [{ date: '2022-12-31', count: 150 }] } } }, // prettier-ignore
  { kind: 'heat', data: { unit: 'homes', x: { name: 'weeks', values: ['3', '4', '5'] }, y: { name: 'share of prepayment', values: ['0.1', '0.2'] }, cells: [[1200, 900, 10], [null, 850, 1202]] } }, // prettier-ignore
  { kind: 'coverage', data: { promised: 'the interval promises', held: 'truths inside', series: [{ label: 'all lines', points: [{ promised: 0.5, held: 0.474, low: 0.45, high: 0.5 }, { promised: 0.9, held: 0.878, low: null, high: null }] }] } }, // prettier-ignore
  { kind: 'weights', data: { rows: [{ label: 'How a week of several codes counts', parts: [{ label: 'by its last code', share: 0.62 }, { label: 'by any of its codes, whichever comes first in the table', share: 0.38 }] }] } }, // prettier-ignore
];
for (const chart of PLAIN) CHARTS[chart.kind] = (size) => drawChart(words, chart, size);

/** Where each text of a drawing begins and ends, by the width of its characters in the page's font. */
function extents(svg: string): readonly { readonly from: number; readonly to: number; readonly text: string }[] {
  return [...svg.matchAll(/<text x="([-\d.]+)"([^>]*)>(.*?)<\/text>/g)].map(
    ([, at = '', attributes = '', markup = '']) => {
      const text = markup.replaceAll(/<[^>]*>/g, '').replaceAll(/&\w+;/g, '&');
      const width = text.length * (attributes.includes('value') ? 7.6 : 6.6);
      const x = Number(at);
      const from = attributes.includes('"end"') ? x - width : attributes.includes('"middle"') ? x - width / 2 : x;
      return { from, to: from + width, text };
    },
  );
}

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
      for (const { from, to, text } of extents(svg)) {
        expect(from, text).toBeGreaterThanOrEqual(0);
        expect(to, text).toBeLessThanOrEqual(Number(width));
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

test('a difference below its reference is written at the left of its mark, or between both, never beyond both', () => {
  const rows = [-8, 8, -39].map((value) => ({ label: String(value), value, low: value - 1, high: value + 1, reference: 0 })); // prettier-ignore
  const svg = rangeChart(words, { unit: 'homes', mark: 'dot', format: 'signed', words: { value: 'a', range: 'b', reference: 'c' }, rows }, 'wide'); // prettier-ignore
  const at = (text: string): number => Number(new RegExp(`<text x="([\\d.]+)" y="[\\d.]+"[^>]*class="value">\\${text}<`).exec(svg)?.[1]); // prettier-ignore
  const marks = [...svg.matchAll(/class="point c0" cx="([\d.]+)"/g)].map(([, x]) => Number(x)).slice(1);
  const [reference = NaN] = [...svg.matchAll(/class="diamond" d="M(\d+),/g)].map(([, x]) => Number(x)).slice(1);
  expect(at('-8')).toBeLessThan(marks[0] ?? 0);
  expect(at('+8')).toBeGreaterThan(marks[1] ?? Infinity);
  // At the left end of the axis there is no room beside the mark.
  expect(at('-39')).toBeGreaterThan(marks[2] ?? Infinity);
  expect(at('-39')).toBeLessThan(reference);
});

test('a fan has both bands, the median, what was observed, and the as-of line', () => {
  const svg = CHARTS['fan']?.('wide') ?? '';
  expect(svg.match(/class="band c0 s[01]" d=/g)).toHaveLength(2);
  expect(svg.match(/class="line c[01]" d="M[\d.]+,[\d.]+l/g)).toHaveLength(2);
  expect(svg).toContain('>as of 2021-12-31<');
});

test('a heat map shades the lowest value with its first shade and the highest with its last', () => {
  const svg = CHARTS['heat']?.('wide') ?? '';
  const shades = new Map(
    [...svg.matchAll(/class="cell (\w+)"[^>]*\/><text[^>]*class="value[^>]*>([^<]*)</g)].map(([, shade, text]) => [text, shade]), // prettier-ignore
  );
  expect([shades.get('10'), shades.get('1,202'), shades.get('–')]).toEqual(['q0', 'q6', 'none']);
});

test('a plot of coverage draws the diagonal, and a point on it where a promise holds exactly', () => {
  const chart: Chart = { kind: 'coverage', data: { promised: 'p', held: 'h', series: [{ label: 'x', points: [{ promised: 0.5, held: 0.5, low: null, high: null }] }] } }; // prettier-ignore
  const svg = drawChart(words, chart, 'wide');
  const [x1, x2, y1, y2] = (/class="mark" x1="([\d.]+)" x2="([\d.]+)" y1="([\d.]+)" y2="([\d.]+)"/.exec(svg) ?? []).slice(1).map(Number) as [number, number, number, number]; // prettier-ignore
  const [cx, cy] = (/class="point c0" cx="([\d.]+)" cy="([\d.]+)"/.exec(svg) ?? []).slice(1).map(Number);
  expect([cx, cy]).toEqual([(x1 + x2) / 2, (y1 + y2) / 2]);
});

test('the bars of weights are as long as their shares', () => {
  const svg = CHARTS['weights']?.('wide') ?? '';
  const widths = [...svg.matchAll(/class="bar c\d"[^>]* width="([\d.]+)" height="18"/g)].map(([, width]) => Number(width) + 1); // prettier-ignore
  expect(widths.map((width) => Math.round((100 * width) / 632))).toEqual([62, 38]);
});

test('the labels of months do not touch each other, however long the time is', () => {
  for (const last of ['2021-12-31', '2024-12-31', '2031-12-31', '2036-12-31']) {
    const points = [day('2021-01-31'), day(last)].map((at) => ({ day: at, values: [1] }));
    const svg = stackChart(words, { unit: 'homes', layers: [{ label: 'a', colour: 0 }], points }, 'narrow');
    const labels = extents(svg).filter(({ text }) => /^[A-Z][a-z]{2} \d{4}$/.test(text));
    expect(labels.length, last).toBeGreaterThan(1);
    for (const [i, { from, text }] of labels.entries()) {
      expect(from, `${last}: ${text}`).toBeGreaterThan(labels[i - 1]?.to ?? 0);
    }
  }
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

test('a path told from point to point is never more than half a unit from any of its points, however long', () => {
  const points = fc.array(fc.tuple(fc.double({ min: -999, max: 999, noNaN: true }), fc.double({ min: -999, max: 999, noNaN: true })), { minLength: 1, maxLength: 40 }); // prettier-ignore
  fc.assert(
    fc.property(points, fc.boolean(), (drawn, isArea) => {
      const shape = isArea ? area<[number, number]>().y0(0) : line<[number, number]>();
      const path = pathText(shape, drawn);
      // A line of one point is closed too, so that it shows.
      expect(path).toMatch(isArea || drawn.length === 1 ? /^M[^MLZ]+Z$/ : /^M[^MLZ]+$/);
      let [x, y] = [0, 0];
      const found = path.replace(/Z$/, '').slice(1).split(/[l ]/).slice(0, drawn.length).map((step) => {
        const [dx = NaN, dy = NaN] = step.split(',').map(Number);
        return [(x += dx), (y += dy)] as const;
      }); // prettier-ignore
      for (const [i, [ownX, ownY]] of drawn.entries()) {
        expect(Math.abs((found[i]?.[0] ?? NaN) - ownX)).toBeLessThanOrEqual(0.5);
        expect(Math.abs((found[i]?.[1] ?? NaN) - ownY)).toBeLessThanOrEqual(0.5);
      }
    }),
    { seed: SEED },
  );
  expect(pathText(line<[number, number]>(), [])).toBe('');
});

test('the narrow drawing squeezes the lines of the wide one into its own plot, and the rest of it fits', () => {
  const at = (svg: string): readonly number[] => [...svg.matchAll(/<circle class="dot" cx="(\d+)" cy="(\d+)"/g)].slice(-1).flatMap(([, x, y]) => [Number(x), Number(y)]); // prettier-ignore
  const [wide = '', narrow = ''] = SIZES.map((size) => CHARTS['series']?.(size));
  const [x = 0, y = 0] = at(wide);
  const [a = 0, , , d = 0, e = 0, f = 0] = (/href="#x-s" transform="matrix\(([^)]*)\)"/.exec(narrow)?.[1] ?? '').split(' ').map(Number); // prettier-ignore
  const [narrowX = NaN, narrowY = NaN] = at(narrow);
  expect(Math.abs(a * x + e - narrowX)).toBeLessThanOrEqual(1);
  expect(Math.abs(d * y + f - narrowY)).toBeLessThanOrEqual(1);
  expect(narrow).toContain('<use href="#x-f"/>');
  const fixed = extents(/<g id="x-f">(.*?)<\/g>/.exec(wide)?.[1] ?? '');
  expect(fixed.length).toBeGreaterThan(3);
  for (const { from, to } of fixed) {
    expect(from).toBeGreaterThanOrEqual(0);
    expect(to).toBeLessThanOrEqual(CHART_WIDTHS.narrow);
  }
});
