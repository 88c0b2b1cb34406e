/** The script of the live view: shows what the server's events say, and that it has gone when it has. */
import { escapeMarkup } from '../../src/text/markup.ts';

interface Block {
  readonly title: string;
  readonly facts: readonly (readonly [string, string])[];
  readonly tables: readonly { readonly caption: string; readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] }[]; // prettier-ignore
}
interface Events {
  onmessage: ((event: { readonly data: string }) => void) | null;
  onerror: (() => void) | null;
}
interface LivePage {
  readonly document: { getElementById(id: string): { innerHTML: string; textContent: string | null } | null };
  readonly EventSource: new (url: string) => Events;
}

const page = globalThis as unknown as LivePage;
const events = new page.EventSource('/events');

function put(id: string, markup: string): void {
  const element = page.document.getElementById(id);
  if (element !== null) element.innerHTML = markup;
}

function cells(name: 'th' | 'td', texts: readonly string[]): string {
  return texts.map((text) => `<${name}>${escapeMarkup(text)}</${name}>`).join('');
}

function blockMarkup({ title, facts, tables }: Block): string {
  const list = facts.map(([label, value]) => `<dt>${escapeMarkup(label)}</dt><dd>${escapeMarkup(value)}</dd>`).join('');
  const shown = tables.map(
    ({ caption, head, rows }) =>
      `<div class="scroll" role="group" tabindex="0" aria-label="${escapeMarkup(caption)}"><table><caption>${escapeMarkup(caption)}</caption><thead><tr>${cells('th', head)}</tr></thead><tbody>${rows.map((row) => `<tr>${cells('td', row)}</tr>`).join('')}</tbody></table></div>`, // prettier-ignore
  );
  return `<section><h2>${escapeMarkup(title)}</h2><dl class="facts">${list}</dl>${shown.join('')}</section>`;
}

events.onmessage = ({ data }) => {
  put('live-blocks', (JSON.parse(data) as readonly Block[]).map(blockMarkup).join(''));
  put('live-say', 'Reading the folders once a second.');
};
events.onerror = () =>
  put('live-say', 'The bench has gone, or cannot be reached. What stands below is the last that it said.');
