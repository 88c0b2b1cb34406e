/**
 * How any command gives a page its content: sections of sentences, charts and tables, all plain data. A command fills a
 * `PageDocument`; `report/html` makes the page of it. Nothing here is markup, so a document can stand in a file.
 */
import { drawChart, type Chart } from '../charts/chart.ts';
import type { Provenance } from '../provenance.ts';
import { figureHtml, paragraph } from './figure.ts';
import { htmlTable, type TableData } from './htmlTable.ts';
import type { PageSection } from './pageParts.ts';

/** A statement of the page: one sentence, the chart that shows it, and the table of its numbers. */
export interface SectionFigure {
  /** The title of the chart, such as `Five retries, month by month`. */
  readonly title: string;
  /** What the numbers say, with the numbers. It is the caption, and the description of the chart. */
  readonly sentence: string;
  /** Left out if a table says it better. */
  readonly chart?: Chart;
  /** Every number of the chart. It is folded below a chart, and open without one. */
  readonly table: TableData;
  /** How the numbers are to be read: one short paragraph each. */
  readonly notes?: readonly string[];
}

/** A part of the page with a heading, which the navigation lists. */
export interface Section {
  /** The id, unique in the page: lower-case letters, digits and hyphens. */
  readonly id: string;
  readonly title: string;
  /** The answer in one or two sentences; undefined if the figures say it all. */
  readonly lead?: string;
  readonly figures: readonly SectionFigure[];
}

/** The format of a document. It is raised when a field changes its meaning. */
export const PAGE_FORMAT = 1;

/**
 * The content of a page as plain data. A command whose `--out` also leaves it as `page.json` beside its manifest is drawn
 * by `report html DIR`.
 */
export interface PageDocument {
  readonly format: typeof PAGE_FORMAT;
  readonly kind: 'page';
  /** The heading of the page. */
  readonly title: string;
  readonly provenance: Provenance;
  readonly sections: readonly Section[];
}

/** The section as markup. `key` keeps ids distinct if several documents stand on one page. */
export function sectionMarkup({ id, title, lead, figures }: Section, key = ''): PageSection {
  const parts = figures.map((figure, i) => figureMarkup(figure, `${id}${key}-${i + 1}`));
  return { id: `${id}${key}`, title, body: [...(lead === undefined ? [] : [paragraph(lead, 'lead')]), ...parts].join('\n') }; // prettier-ignore
}

function figureMarkup({ title, sentence, chart, table, notes = [] }: SectionFigure, id: string): string {
  const after = notes.map((note) => paragraph(note)).join('\n');
  if (chart === undefined) return [paragraph(sentence), htmlTable(table), after].join('\n');
  const words = { id: `${id}-chart`, title, description: sentence };
  return figureHtml({ id, sentence, chart: (size) => drawChart(words, chart, size), table }) + after;
}
