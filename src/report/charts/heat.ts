import { scaleQuantize } from 'd3-scale';
import { element } from '../../text/markup.ts';
import { formatNumber, type NumberFormat } from '../../text/numberWords.ts';
import { CHARACTER_WIDTH, CHART_WIDTHS, chartFrame, fitText, label, type ChartSize, type ChartWords } from './svg.ts';

/** An outcome over two assumptions. */
export interface HeatData {
  readonly unit: string;
  /** The assumption across, with its values in words, from left to right. */
  readonly x: { readonly name: string; readonly values: readonly string[] };
  /** The assumption down, with its values in words, from top to bottom. */
  readonly y: { readonly name: string; readonly values: readonly string[] };
  /** The outcome by row of `y`, then by column of `x`; null if it was not computed. */
  readonly cells: readonly (readonly (number | null)[])[];
  /** How a value is written. The default is `whole`. */
  readonly format?: NumberFormat;
}

/** The shades, from the lowest value to the highest. They are classes, so that dark pages and print have their own. */
const SHADES = [0, 1, 2, 3, 4, 5, 6];
/** Text on shades from this one on has the colour for dark grounds. */
const DARK_FROM = 4;
const SWATCH = 26;

/** Draws a cell for each pair of values. It is shaded in seven steps and holds its number if that fits. */
export function heatChart(words: ChartWords, data: HeatData, size: ChartSize): string {
  const width = CHART_WIDTHS[size];
  const shade = shadeOf(data.cells);
  const left = size === 'wide' ? 110 : 70;
  const top = 66;
  const columns = Math.max(1, data.x.values.length);
  const cell = { width: (width - left - 4) / columns, height: size === 'wide' ? 38 : 34 };
  const bottom = top + data.cells.length * cell.height;
  // Either every cell has its number or none has: a few of them would look like a choice.
  const longestNumber = Math.max(0, ...data.cells.flat().map((value) => textOf(value, data.format).length));
  const texts = longestNumber * CHARACTER_WIDTH + 8 <= cell.width ? (data.format ?? 'whole') : null;
  const cells = data.cells.flatMap(
    (row, j) =>
    row.map((value, i) => heatCell({ x: left + i * cell.width, y: top + j * cell.height, ...cell }, value, { shade, texts })), // prettier-ignore
  );
  // A head that would touch the next one is left out, and so are those between.
  const longest = Math.max(1, ...data.x.values.map((text) => text.length));
  const step = Math.ceil((longest * CHARACTER_WIDTH + 8) / cell.width / 2);
  const every = step <= 1 ? 1 : Math.ceil((longest * CHARACTER_WIDTH + 8) / cell.width);
  const heads = data.x.values.flatMap((text, i) => (i % every === 0 ? [label(left + (i + 0.5) * cell.width, top - 8, fitText(text, Math.floor((cell.width * every) / CHARACTER_WIDTH)), { anchor: 'middle' })] : [])); // prettier-ignore
  const sides = data.y.values.map((text, j) => label(left - 8, top + (j + 0.5) * cell.height + 4, fitText(text, Math.floor((left - 12) / CHARACTER_WIDTH)), { anchor: 'end' })); // prettier-ignore
  const characters = Math.floor((width - 8) / CHARACTER_WIDTH);
  return chartFrame(words, size, bottom + 52, [
    label(4, 14, fitText(`Across: ${data.x.name}`, characters), { className: 'axis' }),
    label(4, 32, fitText(`Down: ${data.y.name}`, characters), { className: 'axis' }),
    ...heads,
    ...sides,
    ...cells,
    scaleKey(data, bottom + 18),
  ]);
}

type Shade = (value: number) => number;

function shadeOf(cells: HeatData['cells']): Shade {
  const [low, high] = extentOf(cells);
  return scaleQuantize<number>()
    .domain([low, high > low ? high : low + 1])
    .range(SHADES);
}

function extentOf(cells: HeatData['cells']): readonly [number, number] {
  const known = cells.flat().filter((value) => value !== null);
  return known.length === 0 ? [0, 1] : [Math.min(...known), Math.max(...known)];
}

function heatCell(
  { x, y, width, height }: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
  value: number | null,
  { shade, texts }: { readonly shade: Shade; readonly texts: NumberFormat | null },
): string {
  const step = value === null ? undefined : shade(value);
  const className = `value ${step !== undefined && step >= DARK_FROM ? 'on-dark' : 'on-light'}`;
  return (
    element('rect', { class: step === undefined ? 'cell none' : `cell q${step}`, x: x + 1, y: y + 1, width: width - 2, height: height - 2 }) + // prettier-ignore
    (texts === null
      ? ''
      : label(x + width / 2, y + height / 2 + 4, textOf(value, texts), { anchor: 'middle', className }))
  );
}

function textOf(value: number | null, format: NumberFormat | undefined): string {
  return value === null ? '–' : formatNumber(value, format);
}

/** The key of the shades: the lowest and the highest value, and the unit. */
function scaleKey({ cells, format, unit }: HeatData, y: number): string {
  const [low, high] = extentOf(cells);
  const from = formatNumber(low, format);
  const left = 12 + from.length * CHARACTER_WIDTH;
  const swatches = SHADES.map((shade) => element('rect', { class: `cell q${shade}`, x: left + shade * SWATCH, y, width: SWATCH, height: 14 })); // prettier-ignore
  const end = left + SHADES.length * SWATCH + 8;
  return [label(4, y + 12, from), ...swatches, label(end, y + 12, `${formatNumber(high, format)} ${unit}`)].join('');
}
