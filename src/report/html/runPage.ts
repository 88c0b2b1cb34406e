import { spokenDate } from '../../text/dates.ts';
import { escapeMarkup, html } from '../../text/markup.ts';
import { wholeNumber } from '../../text/numberWords.ts';
import type { GlossaryEntry } from '../glossary.ts';
import type { KnownRanges } from '../ranges/knownRanges.ts';
import type { RunReport } from '../runReport.ts';
import { changeSection, compareSection } from './compareSection.ts';
import { convergenceSection } from './convergenceSection.ts';
import { glossarySection } from './glossarySection.ts';
import { headlineSection } from './headlineSection.ts';
import { monthSection } from './monthSection.ts';
import { factList, pageFooter, sectionsHtml, type PageSection } from './pageParts.ts';
import { pageHtml, type DataBlock } from './pageShell.ts';
import { assumptionSection, readingSection } from './sourceSection.ts';
import { stateSection } from './stateSection.ts';

/** The parts of a page of runs other than the reports. */
export interface RunPageOptions {
  /** The heading. The default is the scenario's title. */
  readonly title?: string;
  readonly glossary: readonly GlossaryEntry[];
  /** Sections of other outputs (sweeps, calibrations, forecasts), shown after the volumes. */
  readonly more?: readonly PageSection[];
  /** Ranges over the priors of the one report, where they are known of its very scenario. */
  readonly known?: KnownRanges | undefined;
  /** The what-if: its section, its script and its data. By default the page runs no script. */
  readonly whatIf?: { readonly section: PageSection; readonly script: string; readonly data: readonly DataBlock[] };
}

/** The page of one run, or of several side by side. It depends on the reports alone. */
export function runPage(reports: readonly RunReport[], options: RunPageOptions): string {
  const [first] = reports;
  const several = reports.length > 1;
  const title = options.title ?? (first === undefined ? 'Report' : titleOf(first));
  const keyOf = (i: number): string => (several ? `-${i + 1}` : '');
  const sections: PageSection[] = [
    ...(several ? [compareSection(reports)] : []),
    ...reports.flatMap((report, i) => [
      ...(several ? [] : [changeSection(report)]),
      named(headlineSection(report, keyOf(i), several || report.baseline ? undefined : options.known), report, several),
      named(monthSection(report, keyOf(i)), report, several),
    ]),
    ...(options.whatIf ? [options.whatIf.section] : []),
    ...(options.more ?? []),
    ...reports.flatMap((report, i) => [
      named(stateSection(report, keyOf(i)), report, several),
      named(convergenceSection(report, keyOf(i)), report, several),
      named(readingSection(report, keyOf(i)), report, several),
      named(assumptionSection(report, keyOf(i)), report, several),
    ]),
  ];
  const facts = reports.map(factsOf);
  const shown = [title, ...facts, ...sections.flatMap((section) => [section.title, section.body])];
  const { nav, main } = sectionsHtml([...sections, glossarySection(options.glossary, shown)]);
  const body = [
    html('header', {}, html('h1', {}, escapeMarkup(title)), ...facts),
    nav,
    html('main', {}, main),
    pageFooter(first?.version ?? ''),
  ].join('\n');
  return pageHtml({
    title,
    body,
    ...(options.whatIf ? { script: options.whatIf.script, data: options.whatIf.data } : {}),
  });
}

function named(section: PageSection, { scenario }: RunReport, several: boolean): PageSection {
  return several ? { ...section, title: `${scenario.name}#${scenario.hash}: ${section.title.toLowerCase()}` } : section;
}

function titleOf({ changes, scenario }: RunReport): string {
  return changes.length === 0 ? scenario.title : `A change of ${scenario.name}`;
}

function factsOf({ scenario, installations, notSimulated, replications, ...report }: RunReport): string {
  const code = (text: string): string => html('code', {}, escapeMarkup(text));
  const others = notSimulated > 0 ? `; ${wholeNumber(notSimulated)} more can meet no clause and are only counted` : '';
  return factList([
    ['Simulated', escapeMarkup(`${wholeNumber(installations)} homes (installations)${others}`)],
    ['From', escapeMarkup(`${spokenDate(scenario.from)} to ${spokenDate(scenario.horizon)}, ${replications === 1 ? 'once' : `${replications} times`}`)], // prettier-ignore
    ['Scenario', code(`${scenario.name}#${scenario.hash}`)],
    ['Rules', code(report.rules.name)],
    ['Seed and version', code(`${report.seed}, ${report.version}`)],
    ['The same again', code(report.command)],
  ]);
}
