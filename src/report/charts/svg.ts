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

/** The part of a drawing that the axes bound. Its margins are those of the other size too. */
export interface Plot {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/**
 * What both sizes have, drawn once: the narrow drawing shows parts of the wide one, which stands in the same page. `fixed`
 * stands at the same place in both, at the left. `stretched` is moved and squeezed into the narrow plot. The axes of both
 * have the same domains, so every point falls where it belongs; a circle would be squeezed too, so circles are drawn for
 * each size.
 *
 * @param parts elements of the wide drawing
 */
export function sharedParts(
  { id }: ChartWords,
  size: ChartSize,
  plot: Plot,
  parts: () => { readonly fixed: readonly string[]; readonly stretched: readonly string[] },
): readonly string[] {
  if (size === 'wide') {
    const { fixed, stretched } = parts();
    return [element('g', { id: `${id}-s` }, ...stretched), element('g', { id: `${id}-f` }, ...fixed)];
  }
  const share = (plot.right - plot.left) / (CHART_WIDTHS.wide - CHART_WIDTHS.narrow + plot.right - plot.left);
  const matrix = [share, 0, 0, 1, plot.left * (1 - share), 0].map((value) => Number(value.toFixed(3))).join(' ');
  return [element('use', { href: `#${id}-s`, transform: `matrix(${matrix})` }), element('use', { href: `#${id}-f` })];
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
