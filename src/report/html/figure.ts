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
}

/** The figure as HTML. It has the chart for wide and for narrow pages, of which one is shown, and its table, folded. */
export function figureHtml({ id, sentence, chart, table }: Figure): string {
  return html(
    'figure',
    { id },
    html('figcaption', {}, escapeMarkup(sentence)),
    chart('wide'),
    chart('narrow'),
    folded('The numbers', htmlTable(table)),
  );
}

/** A part of the page that a reader can open. Print shows it open. */
export function folded(summary: string, body: string): string {
  return html('details', {}, html('summary', {}, escapeMarkup(summary)), body);
}

/** A paragraph of plain text. */
export function paragraph(text: string, className?: string): string {
  return html('p', { class: className }, escapeMarkup(text));
}
