import type { RunReport } from '../runReport.ts';
import { folded, paragraph } from './figure.ts';
import { htmlTable } from './htmlTable.ts';
import { listWords, type PageSection } from './pageParts.ts';

/** Every assumption with its mark and source. */
export function assumptionSection({ assumptions }: RunReport, key: string): PageSection {
  const counts = new Map<string, number>();
  for (const { mark } of assumptions) counts.set(mark, (counts.get(mark) ?? 0) + 1);
  const parts = [...counts].map(([mark, count]) => `${count} marked "${mark === '' ? 'not marked' : mark}"`);
  const body = [
    paragraph(`The scenario states ${assumptions.length} numbers and dates: ${listWords(parts)}.`),
    folded(
      `All ${assumptions.length} assumptions with their sources`,
      htmlTable({
        caption: 'Assumptions, and where each comes from',
        head: ['assumption', 'value', 'mark', 'source or reason'],
        right: [1],
        rows: assumptions.map(({ path, value, mark, note }) => [path, value, mark, note]),
      }),
      { isLong: true },
    ),
  ];
  return { id: `assumptions${key}`, title: 'What the numbers rest on', body: body.join('\n') };
}

/** The chosen reading of each ambiguous passage. */
export function readingSection({ readings }: RunReport, key: string): PageSection {
  const body = [
    paragraph('The proposals can be read in more than one way. Each choice has a name; the what-ifs below and --set change it.'), // prettier-ignore
    folded(
      `All ${readings.length} readings`,
      htmlTable({
        caption: 'Readings of the text',
        head: ['reading', 'question', 'read as', 'or'],
        right: [],
        rows: readings.map(({ name, meaning, value, valueMeaning, others }) => [name, meaning, `${value}: ${valueMeaning}`, others.join('; ')]), // prettier-ignore
      }),
    ),
  ];
  return { id: `readings${key}`, title: 'How the text was read', body: body.join('\n') };
}
