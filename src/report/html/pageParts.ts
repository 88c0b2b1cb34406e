import { PAGE_MARK } from '../pageMark.ts';
import { spokenDate } from '../../text/dates.ts';
import { escapeMarkup, html } from '../../text/markup.ts';
import { wholeNumber } from '../../text/numberWords.ts';
import type { HeadlineRow } from '../headline.ts';
import type { RunReport } from '../runReport.ts';

/** A part of the page with a heading. The navigation lists it. */
export interface PageSection {
  readonly id: string;
  readonly title: string;
  /** The markup below the heading. If it is empty, the section is left out. */
  readonly body: string;
  /** True if the section is left out of print, because it is useful on a screen only. */
  readonly screenOnly?: boolean;
}

/** Sections as markup, and the navigation to them. */
export function sectionsHtml(sections: readonly PageSection[]): { readonly nav: string; readonly main: string } {
  const shown = sections.filter(({ body }) => body !== '');
  const links = shown.map(({ id, title }) => html('li', {}, html('a', { href: `#${id}` }, escapeMarkup(title))));
  return {
    nav: html('nav', { 'aria-label': 'Sections' }, html('ul', {}, ...links)),
    main: shown
      .map(({ id, title, body, screenOnly }) =>
        html(
          'section',
          { 'aria-labelledby': id, 'class': screenOnly ? 'screen' : undefined },
          html('h2', { id }, escapeMarkup(title)),
          body,
        ),
      ) // prettier-ignore
      .join('\n'),
  };
}

/** Labels and values in two columns. Values are markup. */
export function factList(rows: readonly (readonly [string, string])[]): string {
  return html('dl', { class: 'facts' }, ...rows.flatMap(([label, value]) => [html('dt', {}, escapeMarkup(label)), html('dd', {}, value)])); // prettier-ignore
}

/** The foot of every page. */
export function pageFooter(version: string): string {
  const words = `${PAGE_MARK}${version}. The page holds everything that it shows, and sends nothing.`;
  return html('footer', {}, html('p', {}, escapeMarkup(words)));
}

/** The range in words, `11,361 to 11,600`; empty for a single replication. */
export function rangeWords({ low, high }: Pick<HeadlineRow, 'low' | 'high'>): string {
  if (low === null || high === null) return '';
  if (Math.round(low) === Math.round(high)) return `always ${wholeNumber(low)}`;
  return `${wholeNumber(low)} to ${wholeNumber(high)}`;
}

/** The date at which the headline's volumes are counted, in words. */
export function countedWhen({ operator, scenario, asOf }: RunReport): string {
  return operator === 'envisaged'
    ? `by ${spokenDate(scenario.horizon)} if the proposals are adopted`
    : `on ${spokenDate(asOf)}`;
}

/** Joins parts of a sentence with commas and a last `and`. */
export function listWords(parts: readonly string[]): string {
  if (parts.length < 2) return parts.join('');
  return `${parts.slice(0, -1).join(', ')} and ${parts.at(-1) ?? ''}`;
}
