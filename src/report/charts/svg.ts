/**
 * Writes SVG as text: elements, numbers and the frame of every chart. It uses no DOM, so Node and a page draw the same.
 */
import { coordinate, element, escapeMarkup } from '../../text/markup.ts';

/** The two widths that every chart is drawn in, in units of the drawing. The page shows the one that fits. */
export const CHART_WIDTHS = { wide: 640, narrow: 360 } as const;
export type ChartSize = keyof typeof CHART_WIDTHS;

/** The average width of a character of a label, in units of the drawing. */
export const CHARACTER_WIDTH = 7;

/** The words that every chart has. */
export interface ChartWords {
  /** The id, unique in the page: letters, digits and hyphens. */
  readonly id: string;
  readonly title: string;
  /** One or two sentences made from the data, for a reader who does not see the picture. */
  readonly description: string;
}

/** Draws a text at a position. `anchor` tells which part of the text is at the position. */
export function label(
  x: number,
  y: number,
  text: string,
  options: { readonly anchor?: 'start' | 'middle' | 'end'; readonly className?: string } = {},
): string {
  const { anchor, className } = options;
  return element('text', { x, y, 'text-anchor': anchor === 'start' ? undefined : anchor, 'class': className }, escapeMarkup(text)); // prettier-ignore
}

/** The part of a drawing that the axes bound. */
export interface Plot {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/**
 * Shapes that both sizes have, drawn once: the narrow drawing shows those of the wide one, moved and squeezed into its own
 * plot. Both stand in one page. Their axes have the same domains, so every point falls where it belongs; a circle would be
 * squeezed too, so circles are drawn for each size.
 *
 * @param shapes elements within the wide plot
 */
export function sharedShapes(
  { id }: ChartWords,
  size: ChartSize,
  plots: Readonly<Record<ChartSize, Plot>>,
  shapes: () => readonly string[],
): string {
  if (size === 'wide') return element('g', { id: `${id}-s` }, ...shapes());
  const { wide, narrow } = plots;
  const x = (narrow.right - narrow.left) / (wide.right - wide.left);
  const y = (narrow.bottom - narrow.top) / (wide.bottom - wide.top);
  const matrix = [x, 0, 0, y, narrow.left - x * wide.left, narrow.top - y * wide.top].map((value) => Number(value.toFixed(3))); // prettier-ignore
  return element('use', { href: `#${id}-s`, transform: `matrix(${matrix.join(' ')})` });
}

/** A whole chart: an image with a title and a description that a screen reader reads out. */
export function chartFrame(words: ChartWords, size: ChartSize, height: number, body: readonly string[]): string {
  const id = `${words.id}-${size}`;
  const width = CHART_WIDTHS[size];
  return element(
    'svg',
    {
      'class': `chart ${size}`,
      'viewBox': `0 0 ${width} ${coordinate(height)}`,
      width,
      'height': coordinate(height),
      'role': 'img',
      'aria-labelledby': `${id}-t ${id}-d`,
    },
    element('title', { id: `${id}-t` }, escapeMarkup(words.title)),
    element('desc', { id: `${id}-d` }, escapeMarkup(words.description)),
    ...body,
  );
}

/** A path such as `links.wan.healthy.share`. Its end tells it from its neighbours. */
const PATH = /^[^\s.]+\.[^\s.]+\.\S/;

/** The text cut to a number of characters. A dot stands for the part that was cut: of a path it is the beginning. */
export function fitText(text: string, charactersMax: number): string {
  if (text.length <= charactersMax) return text;
  const kept = Math.max(1, charactersMax - 1);
  return PATH.test(text) ? `…${text.slice(-kept)}` : `${text.slice(0, kept)}…`;
}
