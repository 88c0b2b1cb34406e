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

/** The space around the plot, in units of the drawing. */
export interface Margins {
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly left: number;
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

/**
 * A path of d3-shape with each point told from the one before, which is a third shorter. Points are counted in tenths before
 * they are subtracted, so the picture is the same.
 */
export function relativePath(path: string | null): string {
  if (path === null || path === '') return '';
  const isClosed = path.endsWith('Z');
  let [x, y] = [0, 0];
  const steps = path
    .slice(1, isClosed ? -1 : undefined)
    .split('L')
    .map((point) => {
      const at = point.indexOf(',');
      const [nextX, nextY] = [
        Math.round(10 * Number(point.slice(0, at))),
        Math.round(10 * Number(point.slice(at + 1))),
      ];
      const step = `${(nextX - x) / 10},${(nextY - y) / 10}`;
      [x, y] = [nextX, nextY];
      return step;
    });
  return `M${steps[0]}${steps.length === 1 ? '' : `l${steps.slice(1).join(' ')}`}${isClosed ? 'Z' : ''}`;
}

/** A path such as `links.wan.healthy.share`. Its end tells it from its neighbours. */
const PATH = /^[^\s.]+\.[^\s.]+\.\S/;

/** The text cut to a number of characters. A dot stands for the part that was cut: of a path it is the beginning. */
export function fitText(text: string, charactersMax: number): string {
  if (text.length <= charactersMax) return text;
  const kept = Math.max(1, charactersMax - 1);
  return PATH.test(text) ? `…${text.slice(-kept)}` : `${text.slice(0, kept)}…`;
}
