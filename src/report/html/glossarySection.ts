import { escapeMarkup, html } from '../../text/markup.ts';
import { entriesFor, type GlossaryEntry } from '../glossary.ts';
import { folded } from './figure.ts';
import type { PageSection } from './pageParts.ts';

/** The section that explains the words that the page uses. `shown` is the page's other markup. */
export function glossarySection(glossary: readonly GlossaryEntry[], shown: readonly string[]): PageSection {
  const entries = entriesFor(glossary, shown.join(' ').replaceAll(/<[^>]*>/g, ' '));
  const items = entries.flatMap(({ term, others, meaning, source }) => [
    html('dt', {}, escapeMarkup(others.length === 0 ? term : `${term} (${others.join(', ')})`)),
    html('dd', {}, escapeMarkup(`${meaning} Source: ${source}.`)),
  ]);
  const body =
    entries.length === 0
      ? ''
      : folded(`The ${entries.length} words that this page uses`, html('dl', { class: 'words' }, ...items), {
          isLong: true,
        });
  return { id: 'words', title: 'What the words mean', body };
}
