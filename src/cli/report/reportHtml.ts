import { basename, join } from 'node:path';
import { Command } from 'commander';
import { MANIFEST } from '../shell/outDirectory.ts';
import type { Shell } from '../shell/command.ts';
import { type Io, writeLine } from '../shell/io.ts';
import { pageFile, whatIfOption } from '../shell/options.ts';
import { documentSections } from '../../report/html/sectionPage.ts';
import { sweepSections } from '../../report/html/sweepSections.ts';
import { readOutputFolder } from './reportFolder.ts';
import { whatIfAsked, type WhatIfKind } from './whatIfForm.ts';
import { pageOf, writePage } from './writePage.ts';
import { sha256Of } from '../output/fileHash.ts';
import { originOf } from '../output/outputOrigin.ts';
import { namedOutput, refuseOthers, replaceOption } from '../output/ownFiles.ts';

interface HtmlOptions {
  readonly out?: string;
  readonly title?: string;
  readonly replace: boolean;
  readonly whatIf: WhatIfKind;
}

/** `smets1-bench report html DIR...`: the outputs of runs as one page. */
export function reportHtmlCommand({ action }: Shell): Command {
  return new Command('html')
    .description('One page with pictures, tables and what-ifs from the folders of runs, sweeps and forecasts.')
    .argument('<dir...>', 'folders that --out wrote; runs stand side by side')
    .option('--out <file>', 'the page; left out: standard output', pageFile)
    .addOption(replaceOption())
    .option('--title <text>', "the heading; left out: the scenario's title")
    .addOption(whatIfOption())
    .addHelpText(
      'after',
      `
The page is one file: it loads nothing, sends nothing, and shows no meter point, installation, path or host. Several
folders are compared with the first; where seed and replications are equal, the differences are those of equal dice.

Examples:
  smets1-bench run scenarios/various1.yaml --out out/various1
  smets1-bench report html out/various1 --out out/various1.html
  smets1-bench report html out/various1 out/quick --out out/both.html
  smets1-bench report html out/before out/after --out out/change.html`,
    )
    .action(action(reportHtml));
}

async function reportHtml(
  io: Io,
  directories: readonly string[],
  { out, title, whatIf, replace }: HtmlOptions,
): Promise<void> {
  const folders = directories.map(readOutputFolder);
  const runs = folders.flatMap((folder) => (folder.kind === 'run' ? [folder] : []));
  const sweeps = folders.flatMap((folder) => (folder.kind === 'sweep' ? [folder.sweep] : []));
  const documents = folders.flatMap((folder) => (folder.kind === 'document' ? [folder.document] : []));
  const reports = runs.map(({ report }) => report);
  const source = runs[0]?.whatIf;
  const heading = title ?? (reports.length === 0 ? (sweeps[0]?.title ?? documents[0]?.title) : undefined);
  const options = {
    more: [
      ...sweeps.flatMap((sweep, i) => documentSections({ provenance: sweep.provenance, sections: sweepSections(sweep) }, `-${i + 1}`)), // prettier-ignore
      ...documents.flatMap((document, i) => documentSections(document, `-${sweeps.length + i + 1}`)),
    ],
    ...(heading === undefined ? {} : { title: heading }),
    whatIf: source && whatIfAsked(whatIf, source),
  };
  const [only, ...further] = folders;
  // The page of one run is the page that the run itself would have written.
  const isPageOfRun = only?.kind === 'run' && further.length === 0 && title === undefined;
  const own = isPageOfRun ? only.provenance : undefined;
  const provenance =
    own ??
    originOf(io, {
      scenarios: [
        ...reports.map(({ scenario }) => ({ name: scenario.name, hash: scenario.hash })),
        ...[...sweeps, ...documents].flatMap((one) => one.provenance.scenarios),
      ],
      inputs: directories.map((directory) => ({
        name: basename(directory),
        sha256: sha256Of(join(directory, MANIFEST)),
      })),
    });
  refuseOthers([namedOutput('--out', out)], provenance, { replace });
  if (out === undefined) io.out.write(await pageOf(reports, { ...options, provenance }));
  else {
    await writePage(out, reports, { ...options, provenance });
    writeLine(io.out, out);
  }
}
