import { scaleQuantize } from 'd3-scale';
import { wholeNumber } from '../../text/numberWords.ts';
import { element } from '../../text/markup.ts';
import { CHART_WIDTHS, chartFrame, fitText, label, type ChartSize, type ChartWords } from './svg.ts';

/** An outcome over two assumptions. */
export interface HeatData {
  readonly unit: string;
  readonly x: { readonly name: string; readonly values: readonly string[] };
  readonly y: { readonly name: string; readonly values: readonly string[] };
  /** [y][x]; null: not computed. */
  readonly cells: readonly (readonly (number | null)[])[];
  readonly format?: (value: number) => string;
}

/** Shades of a heat map, from the lowest to the highest. They are classes, so that dark pages and print have their own. */
const SHADES = [0, 1, 2, 3, 4, 5, 6];

/** A cell for each pair of values, shaded in seven steps and with its number written in it. */
export function heatChart(words: ChartWords, data: HeatData, size: ChartSize): string {
  const width = CHART_WIDTHS[size];
  const { format = wholeNumber } = data;
  const known = data.cells.flat().filter((value): value is number => value !== null);
  const [low, high] = known.length === 0 ? [0, 1] : [Math.min(...known), Math.max(...known)];
  const shade = scaleQuantize<number>()
    .domain([low, high > low ? high : low + 1])
    .range(SHADES);
  const left = size === 'wide' ? 110 : 64;
  const top = 44;
  const cell = { width: (width - left - 8) / Math.max(1, data.x.values.length), height: size === 'wide' ? 40 : 34 };
  const body = data.cells.flatMap((row, j) =>
    row.map((value, i) => {
      const [x, y] = [left + i * cell.width, top + j * cell.height];
      const box = { x: x + 1, y: y + 1, width: cell.width - 2, height: cell.height - 2 };
      const step = value === null ? undefined : shade(value);
      return (
        element('rect', { class: step === undefined ? 'cell none' : `cell q${step}`, ...box }) +
        label(x + cell.width / 2, y + cell.height / 2 + 4, value === null ? '-' : format(value), {
          anchor: 'middle',
          className: step !== undefined && step >= 4 ? 'on-dark' : 'on-light',
        })
      );
    }),
  );
  const heads = data.x.values.map((text, i) => label(left + (i + 0.5) * cell.width, top - 6, fitText(text, Math.floor(cell.width / 6.5)), { anchor: 'middle' })); // prettier-ignore
  const sides = data.y.values.map((text, j) => label(left - 8, top + (j + 0.5) * cell.height + 4, fitText(text, size === 'wide' ? 15 : 8), { anchor: 'end' })); // prettier-ignore
  return chartFrame(words, size, top + data.cells.length * cell.height + 22, [
    label(width - 8, 16, `${data.x.name} →`, { anchor: 'end', className: 'axis' }),
    label(4, top + data.cells.length * cell.height + 16, `${data.y.name} ↓`, { className: 'axis' }),
    ...heads,
    ...sides,
    ...body,
  ]);
}
