import { openOutput } from '../../interchange/format/outputFile.ts';
import { runPage } from '../../report/html/runPage.ts';
import type { RunReport } from '../../report/runReport.ts';
import type { ScenarioFile } from '../shell/scenarioFile.ts';

/** What a page can recompute. */
export type WhatIf = 'kernel' | 'full' | 'none';

export interface PageOptions {
  readonly whatIf: WhatIf;
  readonly files: readonly ScenarioFile[];
}

/** Writes the page of one report, or of several side by side; it appears under its name when it is whole. */
export function writePage(path: string, reports: readonly RunReport[], _options: PageOptions): void {
  const output = openOutput(path);
  try {
    output.write(Buffer.from(runPage(reports)));
    output.commit();
  } catch (error) {
    output.abort();
    throw error;
  }
}
