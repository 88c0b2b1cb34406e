import { dirname, resolve } from 'node:path';
import { makeFolders } from '../../interchange/makeFolders.ts';
import { writeWhole } from '../../interchange/format/outputFile.ts';
import { runPage } from '../../report/html/runPage.ts';
import { PAGE_FORMAT, type PageDocument } from '../../report/html/section.ts';
import { sectionPage } from '../../report/html/sectionPage.ts';
import { whatIfData, whatIfSection } from '../../report/html/whatIfSection.ts';
import type { PageSection } from '../../report/html/pageParts.ts';
import { knownSection } from '../../report/forecast/knownTables.ts';
import type { KnownRanges } from '../../report/ranges/knownRanges.ts';
import { ORIGIN_MARK } from '../../report/pageMark.ts';
import type { Provenance } from '../../report/provenance.ts';
import type { RunReport } from '../../report/runReport.ts';
import { knownRangesOf } from '../shell/knownRangesFile.ts';
import { readGlossary } from '../docs/glossaryFile.ts';
import { identityOf } from '../output/outputOrigin.ts';
import { UsageError } from '../shell/exit.ts';
import { fileErrorWords } from '../shell/fileErrors.ts';
import { packed, packedLife, packedScript, pageScript } from './pageScripts.ts';
import { whatIfForm, type WhatIfSource } from './whatIfForm.ts';

export interface PageOptions {
  /** What the page was computed from, and by which command. */
  readonly provenance: Provenance;
  readonly title?: string;
  /** The scenario that the page can recompute. By default the page recomputes nothing. */
  readonly whatIf?: WhatIfSource | undefined;
  /** Sections of other outputs. */
  readonly more?: readonly PageSection[];
}

/** Writes the page of one report, or of several side by side. It appears under its name when it is whole. */
export async function writePage(path: string, reports: readonly RunReport[], options: PageOptions): Promise<void> {
  writePageFile(path, await pageOf(reports, options));
}

/**
 * Writes the page of a command's own sections: what `--html FILE` does in every command but `run`.
 * @throws UsageError if the file cannot be written
 */
export function writeDocument(path: string, document: Omit<PageDocument, 'format' | 'kind'>): void {
  const text = sectionPage({ format: PAGE_FORMAT, kind: 'page', ...document }, readGlossary());
  writePageFile(path, marked(text, document.provenance));
}

/** Adds the mark by which `refuseOthers` knows whose page this is. */
function marked(page: string, provenance: Provenance): string {
  return page.replace('<head>', `<head>\n<meta name="${ORIGIN_MARK}" content="${identityOf(provenance)}">`);
}

function writePageFile(path: string, text: string): void {
  try {
    makeFolders(dirname(resolve(path)));
    writeWhole(path, text);
  } catch (error) {
    const words = fileErrorWords(error);
    throw words === undefined ? error : new UsageError(`${path}: ${words}\n  Name another file.`);
  }
}

/** The page as text. It depends only on the reports, their origin, the scenario and this version of the bench. */
export async function pageOf(
  reports: readonly RunReport[],
  { provenance, title, whatIf, more = [] }: PageOptions,
): Promise<string> {
  const known = knownOf(reports);
  const sections = [...more, ...(known === undefined ? [] : [knownSection(known, reports[0]?.lines ?? [])])];
  const page = runPage(reports, {
    glossary: readGlossary(),
    known,
    ...(title === undefined ? {} : { title }),
    ...(sections.length === 0 ? {} : { more: sections }),
    ...(whatIf === undefined ? {} : { whatIf: await whatIfPart(whatIf) }),
  });
  return marked(page, provenance);
}

async function whatIfPart(source: WhatIfSource) {
  const form = whatIfForm(source);
  const worker = await packedScript(source.source === undefined ? 'worker' : 'full');
  const client = await pageScript('client');
  return {
    section: whatIfSection(form.command),
    script: client,
    data: whatIfData({ form: packed(Buffer.from(JSON.stringify(form))), worker, life: packedLife() }),
  };
}

/** What is known of the one scenario of the page beside its run; several reports are compared, and nothing is added. */
function knownOf(reports: readonly RunReport[]): KnownRanges | undefined {
  const [report, ...others] = reports;
  if (report === undefined || others.length > 0) return undefined;
  return knownRangesOf(report.scenario);
}
