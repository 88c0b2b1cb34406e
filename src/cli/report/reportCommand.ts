import { Command } from 'commander';
import type { Shell } from '../shell/command.ts';
import { calendarCommand } from './reportCalendar.ts';
import { consultationCommand } from './reportConsultation.ts';
import { reportHtmlCommand } from './reportHtml.ts';
import { replacementsCommand } from './reportReplacements.ts';
import { supplierFilesCommand } from './reportSupplierFiles.ts';
import { uneconomicCommand } from './reportUneconomic.ts';

/** `smets1-bench report`: writes what the exclusion process needs, from a run or from the records of another system. */
export function reportCommand(shell: Shell): Command {
  const report = new Command('report').addHelpText(
    'after',
    `
Each report takes --run DIR (what \`run --out\` wrote; its records are those of replication 0) or records as \`decide\`
takes them (--installations F --attempts F [--events F] --as-of D). A table goes to standard output, CSV to --out.
MPANs and MPRNs stand in the supplier files alone; --pseudonymise puts HMAC-SHA256 pseudonyms in their place.

Examples:
  smets1-bench report consultation --run out/various1 --as-of 2021-11-03
  smets1-bench report supplier-files --run out/various1 --from-month 2022-01 --to-month 2022-06 --out out/files
  smets1-bench report uneconomic --run out/various1 --scenario scenarios/various1.yaml
  smets1-bench report calendar --run out/various1 --late 2022-03-01
  smets1-bench report html out/various1 --out out/various1.html`,
  );
  for (const command of [
    consultationCommand(shell),
    supplierFilesCommand(shell),
    uneconomicCommand(shell),
    replacementsCommand(shell),
    calendarCommand(shell),
    reportHtmlCommand(shell),
  ])
    report.addCommand(command);
  return report;
}
