import { coordinate, element } from '../../text/markup.ts';
import { fitText, label } from './svg.ts';

/** One entry of a legend: its word, the classes of its mark, and the mark's shape. */
export interface LegendEntry {
  readonly label: string;
  readonly className: string;
  readonly shape: 'line' | 'area' | 'dot' | 'diamond';
}

const ROW = 18;
const SWATCH = 22;
/** The average width of a character of the legend's text. */
const CHARACTER = 7.2;

/** The position of each entry. Rows are filled from the left. */
function places(entries: readonly LegendEntry[], width: number): readonly { x: number; row: number }[] {
  let x = 0;
  let row = 0;
  return entries.map((entry) => {
    const needed = SWATCH + 6 + entry.label.length * CHARACTER + 14;
    if (x > 0 && x + needed > width) [x, row] = [0, row + 1];
    const place = { x, row };
    x += needed;
    return place;
  });
}

/** The height of a legend with these entries within a width. */
export function legendHeight(entries: readonly LegendEntry[], width: number): number {
  const last = places(entries, width).at(-1);
  return last ? (last.row + 1) * ROW : 0;
}

/** Draws a legend above a plot, as rows of marks and words. */
export function legend(entries: readonly LegendEntry[], left: number, top: number, width: number): string {
  return places(entries, width)
    .map(({ x, row }, i) => {
      const { label: text, className, shape } = entries[i] as LegendEntry;
      const [at, y] = [left + x, top + row * ROW + 9];
      const charactersMax = Math.floor((width - SWATCH - 6) / CHARACTER);
      return mark(shape, className, at, y) + label(at + SWATCH + 6, y + 4, fitText(text, charactersMax));
    })
    .join('');
}

function mark(shape: LegendEntry['shape'], className: string, x: number, y: number): string {
  if (shape === 'line') return element('path', { class: className, d: `M${coordinate(x)},${y}h${SWATCH}` });
  if (shape === 'dot') return element('circle', { class: className, cx: x + SWATCH / 2, cy: y, r: 4 });
  if (shape === 'diamond')
    return element('path', { class: className, d: `M${coordinate(x + SWATCH / 2)},${y - 6}l6,6l-6,6l-6,-6z` });
  return element('rect', { class: className, x: x + 3, y: y - 6, width: SWATCH - 6, height: 12 });
}
