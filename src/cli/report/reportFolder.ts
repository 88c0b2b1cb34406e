import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { RUN_REPORT_FORMAT, type RunReport } from '../../report/runReport.ts';
import type { Provenance } from '../../report/provenance.ts';
import type { RuleSet } from '../../rules/ruleset.ts';
import type { Scenario } from '../../../sim/scenario/schema.ts';
import { PAGE_FORMAT, type PageDocument } from '../../report/html/section.ts';
import { MANIFEST } from '../shell/outDirectory.ts';
import { UsageError } from '../shell/exit.ts';
import { foundInstead, readText } from '../shell/readText.ts';
import type { SweepReport } from '../../report/html/sweepSections.ts';
import { isSweep, readSweepFolder } from './sweepFolder.ts';
import type { ScenarioSource } from '../../../sim/browser/protocol.ts';
import type { ScenarioValue, WhatIfSource } from './whatIfForm.ts';

/** The files that `run --out` left in a folder for its readers. */
export interface RunFolder {
  readonly report: RunReport;
  /** What its manifest says of its origin; undefined for a run of an earlier version. */
  readonly provenance: Provenance | undefined;
  readonly whatIf: WhatIfSource;
}

interface ScenarioFileText {
  readonly scenario: Scenario;
  readonly rules: RuleSet;
  readonly values: readonly ScenarioValue[];
  readonly source?: ScenarioSource | null;
}

/** The content of a folder of outputs, for the page. */
export type OutputFolder =
  | ({ readonly kind: 'run' } & RunFolder)
  | { readonly kind: 'sweep'; readonly sweep: SweepReport }
  | { readonly kind: 'document'; readonly document: PageDocument };

/** The file in which a command leaves its sections for `report html`. */
export const PAGE_FILE = 'page.json';

/**
 * Reads the folder of a run, of a sweep, or of a command that left its sections. A folder without its manifest is refused: it is half-written, or is no
 * output.
 */
export function readOutputFolder(directory: string): OutputFolder {
  if (!existsSync(join(directory, MANIFEST))) {
    throw new UsageError(`${directory}: found ${foundInstead(directory, MANIFEST)}, expected a folder that run --out or sweep --out wrote\n  The manifest is written last: without it the folder is not complete.`); // prettier-ignore
  }
  const manifest = jsonOf<unknown>(directory, MANIFEST);
  if (existsSync(join(directory, PAGE_FILE))) return { kind: 'document', document: documentOf(directory) };
  if (isSweep(manifest)) return { kind: 'sweep', sweep: readSweepFolder(directory, manifest) };
  const report = jsonOf<RunReport>(directory, 'report.json');
  if (report.kind !== 'run' || report.format !== RUN_REPORT_FORMAT) {
    throw new UsageError(`${join(directory, 'report.json')}: found format ${String(report.format)} of kind ${String(report.kind)}, expected format ${RUN_REPORT_FORMAT} of kind run\n  Run the scenario again with this version.`); // prettier-ignore
  }
  const { scenario, rules, values, source } = jsonOf<ScenarioFileText>(directory, 'scenario.json');
  return {
    kind: 'run',
    report,
    provenance: (manifest as { readonly provenance?: Provenance }).provenance,
    whatIf: { scenario, rules, values, seed: report.seed, command: report.command, source: source ?? undefined },
  };
}

function documentOf(directory: string): PageDocument {
  const document = jsonOf<PageDocument>(directory, PAGE_FILE);
  if (document.kind !== 'page' || document.format !== PAGE_FORMAT) {
    throw new UsageError(`${join(directory, PAGE_FILE)}: found format ${String(document.format)} of kind ${String(document.kind)}, expected format ${PAGE_FORMAT} of kind page\n  Run the command again with this version.`); // prettier-ignore
  }
  return document;
}

function jsonOf<T>(directory: string, name: string): T {
  const path = join(directory, name);
  if (!existsSync(path)) throw new UsageError(`${path}: found no such file, expected what run --out writes\n  Run the scenario again with --out ${directory} --replace.`); // prettier-ignore
  try {
    return JSON.parse(readText(path)) as T;
  } catch {
    throw new UsageError(`${path}: found no JSON, expected what run --out writes`);
  }
}
