import { escapeMarkup, html } from '../../text/markup.ts';
import type { GlossaryEntry } from '../glossary.ts';
import { folded } from './figure.ts';
import type { PageSection } from './pageParts.ts';

/** The section that explains the words of the page and of the project. */
export function glossarySection(entries: readonly GlossaryEntry[]): PageSection {
  const items = entries.flatMap(({ term, others, meaning, source }) => [
    html('dt', {}, escapeMarkup(others.length === 0 ? term : `${term} (${others.join(', ')})`)),
    html('dd', {}, escapeMarkup(`${meaning} Source: ${source}.`)),
  ]);
  const body =
    entries.length === 0
      ? ''
      : folded(`All ${entries.length} words`, html('dl', { class: 'words' }, ...items), { isLong: true });
  return { id: 'words', title: 'What the words mean', body };
}
