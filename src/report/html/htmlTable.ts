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
  /** Headings of their own above the row at a position, for that row and those below it. By default there is none. */
  readonly groups?: readonly { readonly from: number; readonly title: string }[];
  /** The columns in which equal cells below each other are one. By default there is none. */
  readonly merged?: readonly number[];
}

/** Columns beyond this number are never aligned to the right: the style has a class for each. Ours. */
export const RIGHT_COLUMNS_MAX = 16;

/**
 * A table inside a box that scrolls sideways if the page is too narrow. The box is no landmark: a page has many, and several
 * of the same name if it shows several folders. A page has thousands of cells, so the table leaves out the tags that HTML
 * lets end by themselves, and names its columns of numbers once.
 */
export function htmlTable({ caption, head, rows, right, totals = [], groups = [], merged = [] }: TableData): string {
  const heads = head.map((text) => `<th>${escapeMarkup(text.replaceAll(/(\d) %/g, '$1\u00a0%'))}`);
  const starts = new Map(groups.map(({ from, title }) => [from, title]));
  const spans = mergedSpans(rows, merged, starts);
  const body = rows.map((row, r) => {
    const title = starts.get(r);
    const cells = row.map((text, c) => {
      const span = spans.get(c)?.[r] ?? 1;
      if (span === 0) return '';
      return `<${c === 0 ? 'th' : 'td'}${span > 1 ? ` rowspan=${span}` : ''}>${escapeMarkup(text)}`;
    });
    const head = title === undefined ? '' : `<tr><th scope=rowgroup colspan=${row.length}>${escapeMarkup(title)}`;
    return `${head === '' ? '' : `${r === 0 ? '' : '<tbody>'}${head}`}<tr${totals.includes(r) ? ' class=total' : ''}>${cells.join('')}`;
  });
  const columns = right.filter((c) => c < RIGHT_COLUMNS_MAX).map((c) => `r${c}`).join(' '); // prettier-ignore
  return html(
    'div',
    { 'class': 'scroll', 'role': 'group', 'aria-label': caption, 'tabindex': 0 },
    html(
      'table',
      { class: columns === '' ? undefined : columns },
      html('caption', {}, html('span', {}, escapeMarkup(caption))),
      `<thead><tr>${heads.join('')}</thead>`,
      `<tbody>${body.join('')}</tbody>`,
    ),
  );
}

/**
 * By merged column: the number of rows that the cell of each row spans, 0 where the cell above spans it. A span ends where a
 * group begins.
 */
function mergedSpans(
  rows: TableData['rows'],
  merged: readonly number[],
  starts: ReadonlyMap<number, string>,
): ReadonlyMap<number, readonly number[]> {
  const spansOf = (c: number): readonly number[] => {
    const spans: number[] = [];
    let first = 0;
    for (const [r, row] of rows.entries()) {
      const isSame = r > 0 && !starts.has(r) && row[c] === rows[first]?.[c];
      if (!isSame) first = r;
      spans.push(isSame ? 0 : 1);
      if (isSame) spans[first] = (spans[first] ?? 0) + 1;
    }
    return spans;
  };
  return new Map(merged.map((c) => [c, spansOf(c)]));
}
