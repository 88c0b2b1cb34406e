import { escapeMarkup, html } from '../../text/markup.ts';
import type { GlossaryEntry } from '../glossary.ts';
import type { Provenance } from '../provenance.ts';
import { glossarySection } from './glossarySection.ts';
import { factList, pageFooter, sectionsHtml, type PageSection } from './pageParts.ts';
import { pageHtml } from './pageShell.ts';
import { sectionMarkup, type PageDocument } from './section.ts';

/** The whole page of one document. It depends on the document alone. */
export function sectionPage(document: PageDocument, glossary: readonly GlossaryEntry[]): string {
  const { title, provenance, sections } = document;
  const own = sections.map((section) => sectionMarkup(section));
  const words = glossarySection(glossary, [title, ...own.flatMap((section) => [section.title, section.body])]);
  const { nav, main } = sectionsHtml([...own, words]);
  const body = [
    html('header', {}, html('h1', {}, escapeMarkup(title)), provenanceFacts(provenance)),
    nav,
    html('main', {}, main),
    pageFooter(provenance.version),
  ].join('\n');
  return pageHtml({ title, body });
}

/** The sections of a document for a page that has other content too. The first one states their origin. */
export function documentSections(
  { provenance, sections }: Pick<PageDocument, 'provenance' | 'sections'>,
  key: string,
): readonly PageSection[] {
  return sections.map((section, i) => {
    const markup = sectionMarkup(section, key);
    return i === 0 ? { ...markup, body: `${provenanceFacts(provenance)}\n${markup.body}` } : markup;
  });
}

/** The origin of the numbers, as the head of the page lists it. */
function provenanceFacts({ command, scenarios, rules, seed, replications, version }: Provenance): string {
  const code = (text: string): string => html('code', {}, escapeMarkup(text));
  const given = (label: string, text: string | null): readonly (readonly [string, string])[] =>
    text === null || text === '' ? [] : [[label, code(text)]];
  return factList([
    ...given(scenarios.length > 1 ? 'Scenarios' : 'Scenario', scenarios.map(({ name, hash }) => `${name}#${hash}`).join(', ')), // prettier-ignore
    ...given('Rules', rules),
    ...given('Replications', replications === null ? null : String(replications)),
    ...given('Seed and version', seed === null ? null : `${seed}, ${version}`),
    ...given('Version', seed === null ? version : null),
    ...given('The same again', command),
  ]);
}
