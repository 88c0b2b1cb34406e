import { escapeMarkup, html } from '../../text/markup.ts';
import type { ChartSize } from '../charts/svg.ts';
import { htmlTable, type TableData } from './htmlTable.ts';

/** A picture, a sentence that describes it, and the table of its numbers. */
export interface Figure {
  readonly id: string;
  /** A sentence that describes the picture, with its numbers. */
  readonly sentence: string;
  readonly chart: (size: ChartSize) => string;
  readonly table: TableData;
  /** True if the table is open when the page is opened. */
  readonly isOpen?: boolean;
}

/** The figure as HTML. It has the chart for wide and for narrow pages, of which one is shown, and its table, folded. */
export function figureHtml({ id, sentence, chart, table, isOpen = false }: Figure): string {
  return html(
    'figure',
    { id },
    html('figcaption', {}, escapeMarkup(sentence)),
    chart('wide'),
    chart('narrow'),
    folded('The numbers', htmlTable(table), { isOpen }),
  );
}

/**
 * A part of the page that a reader can open. Print shows it open, except for a long one: it names the place where the
 * rest is found.
 */
export function folded(
  summary: string,
  body: string,
  options: { readonly isOpen?: boolean; readonly isLong?: boolean } = {},
): string {
  const { isOpen = false, isLong = false } = options;
  const details = html('details', { open: isOpen ? 'open' : undefined, class: isLong ? 'long' : undefined }, html('summary', {}, escapeMarkup(summary)), body); // prettier-ignore
  return isLong ? details + paragraph(`${summary}: not printed, see the page itself.`, 'printed') : details;
}

/** A paragraph of plain text. */
export function paragraph(text: string, className?: string): string {
  return html('p', { class: className }, escapeMarkup(text));
}
