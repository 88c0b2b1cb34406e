/** One entry of src/docs/glossary.md. */
export interface GlossaryEntry {
  readonly term: string;
  /** Other names of the same thing. */
  readonly others: readonly string[];
  readonly meaning: string;
  readonly source: string;
  /** The heading of the entry. */
  readonly topic: string;
}

const ENTRY = /^\*\*(.+?)\*\*(?: \((.+?)\))?: (.+) Source: (.+)\.$/s;

/**
 * The entries of the glossary's Markdown, in its order.
 * @throws Error for a list item of another form
 */
export function parseGlossary(text: string): readonly GlossaryEntry[] {
  const entries: GlossaryEntry[] = [];
  let topic = '';
  let item: string[] = [];
  const close = (): void => {
    if (item.length === 0) return;
    const joined = item.join(' ');
    const [, term, others, meaning, source] = ENTRY.exec(joined) ?? [];
    if (term === undefined || meaning === undefined || source === undefined)
      throw new Error(`glossary: expected "**term**: meaning. Source: name.", found ${joined}`);
    entries.push({ term, others: others === undefined ? [] : others.split(', '), meaning, source, topic });
    item = [];
  };
  for (const line of text.split('\n')) {
    if (line.startsWith('  ') && item.length > 0) {
      item.push(line.trim());
      continue;
    }
    close();
    if (line.startsWith('## ')) topic = line.slice(3);
    if (line.startsWith('- ')) item = [line.slice(2)];
  }
  close();
  return entries;
}

/** The entries whose term or other name equals the text, or, if there is none, contains it. Case is ignored. */
export function findTerm(entries: readonly GlossaryEntry[], asked: string): readonly GlossaryEntry[] {
  const wanted = asked.toLowerCase();
  const lower = (entry: GlossaryEntry): readonly string[] => names(entry).map((name) => name.toLowerCase());
  const exact = entries.filter((entry) => lower(entry).includes(wanted));
  return exact.length > 0 ? exact : entries.filter((entry) => lower(entry).some((name) => name.includes(wanted)));
}

/** The entries that explain a word of the text, and those that explain a word of these entries. They keep their order. */
export function entriesFor(entries: readonly GlossaryEntry[], text: string): readonly GlossaryEntry[] {
  const used = new Set<GlossaryEntry>();
  const waiting = [text];
  for (let words = waiting.pop(); words !== undefined; words = waiting.pop()) {
    for (const entry of entries) {
      if (used.has(entry) || !names(entry).some((name) => standsIn(name, words))) continue;
      used.add(entry);
      waiting.push(entry.meaning);
    }
  }
  return entries.filter((entry) => used.has(entry));
}

function names({ term, others }: GlossaryEntry): readonly string[] {
  return [term, ...others];
}

/** True if the text has the name at the start of a word. An acronym is found in capitals only. */
function standsIn(name: string, text: string): boolean {
  const isWord = name === name.toLowerCase();
  return new RegExp(`(?<![\\w.-])${name.replaceAll(/[^\w ]/g, '\\$&')}`, isWord ? 'i' : '').test(text);
}
