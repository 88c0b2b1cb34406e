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
  const names = ({ term, others }: GlossaryEntry): readonly string[] =>
    [term, ...others].map((name) => name.toLowerCase());
  const exact = entries.filter((entry) => names(entry).includes(wanted));
  return exact.length > 0 ? exact : entries.filter((entry) => names(entry).some((name) => name.includes(wanted)));
}
