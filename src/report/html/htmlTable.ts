import { escapeMarkup, html } from '../../text/markup.ts';

/** A table of words and numbers, in the form that a page and the data of a chart use. */
export interface TableData {
  readonly caption: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** The columns of numbers, which are aligned to the right. */
  readonly right: readonly number[];
  /** The positions of rows that are totals. By default there is none. */
  readonly totals?: readonly number[];
}

/**
 * A table inside a box that scrolls sideways if the page is too narrow. The box is no landmark: a page has many, and several
 * of the same name if it shows several folders.
 */
export function htmlTable({ caption, head, rows, right, totals = [] }: TableData): string {
  const className = (c: number): string | undefined => (right.includes(c) ? 'n' : undefined);
  const headCells = head.map((text, c) =>
    html('th', { scope: 'col', class: className(c) }, escapeMarkup(text.replaceAll(/(\d) %/g, '$1\u00a0%'))),
  );
  const body = rows.map((row, r) =>
    html(
      'tr',
      { class: totals.includes(r) ? 'total' : undefined },
      ...row.map((text, c) => {
        const attributes = { class: className(c) };
        return c === 0 ? html('th', { scope: 'row', ...attributes }, escapeMarkup(text)) : html('td', attributes, escapeMarkup(text)); // prettier-ignore
      }),
    ),
  );
  return html(
    'div',
    { 'class': 'scroll', 'role': 'group', 'aria-label': caption, 'tabindex': 0 },
    html(
      'table',
      {},
      html('caption', {}, html('span', {}, escapeMarkup(caption))),
      html('thead', {}, html('tr', {}, ...headCells)),
      html('tbody', {}, ...body),
    ),
  );
}
