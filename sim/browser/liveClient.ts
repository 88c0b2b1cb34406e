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
interface Part {
  innerHTML: string;
}
interface LivePage {
  readonly document: {
    getElementById(id: string): (Part & { querySelectorAll(selector: string): ArrayLike<Part> }) | null;
  };
  readonly EventSource: new (url: string) => Events;
}

const page = globalThis as unknown as LivePage;
const events = new page.EventSource('/events');
/** A longer cell is a sentence, which needs room. Instants and codes stay whole. */
const SENTENCE = 32;

/** The markup of each part that changes while the page stays as it is: facts and tables, in their order. */
let shown: readonly string[] = [];
/** What the page is made of: the titles of its folders and the captions of their tables. */
let frame = '';

function cells(name: 'th' | 'td', texts: readonly string[]): string {
  return texts
    .map((text) => {
      const kind =
        text.length > SENTENCE
          ? ' class="words"'
          : /^(\d{4}-\d\d-\d\dT\S+|\S{1,12})$/.test(text)
            ? ' class="whole"'
            : '';
      return `<${name}${kind}>${escapeMarkup(text)}</${name}>`;
    })
    .join('');
}

function partsOf({ facts, tables }: Block): readonly string[] {
  return [
    facts.map(([label, value]) => `<dt>${escapeMarkup(label)}</dt><dd>${escapeMarkup(value)}</dd>`).join(''),
    ...tables.map(
      ({ caption, head, rows }) =>
        `<table><caption>${escapeMarkup(caption)}</caption><thead><tr>${cells('th', head)}</tr></thead><tbody>${rows.map((row) => `<tr>${cells('td', row)}</tr>`).join('')}</tbody></table>`, // prettier-ignore
    ),
  ];
}

function blockMarkup(block: Block): string {
  const [facts = '', ...tables] = partsOf(block);
  const scrolled = tables.map((table, i) => `<div class="scroll part" role="group" tabindex="0" aria-label="${escapeMarkup(block.tables[i]?.caption ?? '')}">${table}</div>`); // prettier-ignore
  return `<section><h2>${escapeMarkup(block.title)}</h2><dl class="facts part">${facts}</dl>${scrolled.join('')}</section>`;
}

/** Draws only what has changed: a table that a person has scrolled, or has gone to by keyboard, stays where it is. */
function show(blocks: readonly Block[]): void {
  const root = page.document.getElementById('live-blocks');
  if (root === null) return;
  const parts = blocks.flatMap(partsOf);
  const made = JSON.stringify(blocks.map(({ title, tables }) => [title, tables.map(({ caption }) => caption)]));
  if (made === frame) {
    const elements = root.querySelectorAll('.part');
    for (const [i, markup] of parts.entries()) {
      const element = elements[i];
      if (element !== undefined && markup !== shown[i]) element.innerHTML = markup;
    }
  } else root.innerHTML = blocks.map(blockMarkup).join('');
  frame = made;
  shown = parts;
}

function say(text: string): void {
  const element = page.document.getElementById('live-say');
  // A status that is set anew is read out anew.
  if (element !== null && element.innerHTML !== text) element.innerHTML = text;
}

events.onmessage = ({ data }) => {
  show(JSON.parse(data) as readonly Block[]);
  say('Reading the folders once a second.');
};
events.onerror = () => say('The bench has gone, or cannot be reached. What stands below is the last that it said.');
