import type { ReadingValue, RunReport } from '../runReport.ts';
import { folded, paragraph } from './figure.ts';
import { htmlTable, type TableData } from './htmlTable.ts';
import { listWords, type PageSection } from './pageParts.ts';

/** Every assumption with its mark and source. */
export function assumptionSection({ assumptions }: RunReport, key: string): PageSection {
  const counts = new Map<string, number>();
  for (const { mark } of assumptions) counts.set(mark, (counts.get(mark) ?? 0) + 1);
  const parts = [...counts].map(([mark, count]) => `${count} marked "${mark === '' ? 'not marked' : mark}"`);
  const body = [
    paragraph(`The scenario states ${assumptions.length} numbers and dates: ${listWords(parts)}.`),
    folded(`All ${assumptions.length} assumptions with their sources`, htmlTable(assumptionTable(assumptions)), {
      isLong: true,
    }),
  ];
  return { id: `assumptions${key}`, title: 'What the numbers rest on', body: body.join('\n') };
}

/** Consecutive assumptions about one thing stand below its name, and a mark or a source that they share stands once. */
function assumptionTable(assumptions: RunReport['assumptions']): TableData {
  const groups: { readonly from: number; readonly title: string }[] = [];
  const rows = assumptions.map(({ path, value, mark, note }, from) => {
    const start = path.split('.').slice(0, 2).join('.');
    const [title, name] = start === path ? ['scenario', path] : [start, path.slice(start.length)];
    if (groups.at(-1)?.title !== title) groups.push({ from, title });
    return [name, value, mark, note];
  });
  return {
    caption: 'Assumptions, and where each comes from',
    head: ['assumption', 'value', 'mark', 'source or reason'],
    right: [1],
    rows,
    groups,
    merged: [2, 3],
  };
}

/** The chosen reading of each ambiguous passage. */
export function readingSection({ readings }: RunReport, key: string): PageSection {
  const body = [
    paragraph('The proposals can be read in more than one way. Each choice has a name, by which --set and the what-if of a page change it.'), // prettier-ignore
    folded(
      `All ${readings.length} readings`,
      htmlTable({
        caption: 'Readings of the text',
        head: ['reading', 'question', 'read as', 'or'],
        right: [],
        rows: readings.map(readingCells),
      }),
    ),
  ];
  return { id: `readings${key}`, title: 'How the text was read', body: body.join('\n') };
}

/** A row of the table of readings. The form of the what-if reads its choices from it (sim/browser/formFields). */
export function readingCells({ name, meaning, value, valueMeaning, others }: ReadingValue): readonly string[] {
  return [name, meaning, `${value}: ${valueMeaning}`, others.join('; ')];
}
