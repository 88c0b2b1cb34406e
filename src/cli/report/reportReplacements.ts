import { Command } from 'commander';
import { engine } from '../../exclusion/engine/engine.ts';
import { DATES } from '../../regulation/parameters.ts';
import { excludedAt, type Excluded } from '../../report/records/excluded.ts';
import {
  Replacements,
  replacementCells,
  REPLACEMENT_COLUMNS,
  replacementsText,
} from '../../report/records/replacements.ts';
import { thousands } from '../../text/table.ts';
import { endOfLondonDate, formatInstant } from '../../time.ts';
import { writeReport } from './reportFiles.ts';
import { meterPointWriter } from './reportPseudonyms.ts';
import {
  requiredAsOf,
  checkOut,
  gather,
  withSource,
  withRecordOptions,
  type RecordOptions,
  type ReportSource,
} from './reportRecords.ts';
import { readReplaced, REPLACED_HELP } from './reportReplaced.ts';
import type { Shell } from '../shell/command.ts';
import { EXIT, type ExitCode } from '../shell/exit.ts';
import { type Io, writeAnswer, writeLine } from '../shell/io.ts';

interface ReplacementsOptions extends RecordOptions {
  readonly out?: string;
  readonly replaced?: string;
}

const DEADLINE = DATES.smets2Deadline.date;

export function replacementsCommand({ action }: Shell): Command {
  return withRecordOptions(new Command('replacements'))
    .description(`SMETS2+ visits due per supplier, fuel and month until ${DEADLINE}.`)
    .option('--replaced <file>', 'installations replaced already, and when')
    .option('--out <file>', 'CSV of the rows; its manifest stands beside it')
    .addHelpText(
      'after',
      `
Reported exclusions in effect at the as-of, by the suppliers as they stand then: a visit a meter, gas meters included. Of
these, joint are those on which one supplier replaces both fuels. The spread is ours: the meters of an exclusion that took
effect in a month are due in equal whole parts from the next month to that of the deadline (in the month itself where none is
left). Columns: supplier (empty: not known to DCC), known_to_dcc, fuel, month, visits, joint.
${REPLACED_HELP}`,
    )
    .action(action(replacements));
}

function replacements(io: Io, options: ReplacementsOptions): Promise<ExitCode> {
  return withSource(io, options, (source) => writeReplacements(io, options, source));
}

async function writeReplacements(io: Io, options: ReplacementsOptions, source: ReportSource): Promise<ExitCode> {
  const asOf = requiredAsOf(source);
  const provenance = checkOut(io, options, source, { files: [options.replaced] });
  meterPointWriter(io, options); // no meter point is written, but a missing key is still an error
  const decider = engine(source.rules);
  const { report: excluded, exitCode } = await gather(io, source, {
    asOf,
    factOf: (history) => {
      const found = excludedAt(history, decider.decide(history, asOf).verdicts, asOf);
      return found && found.effectiveFrom !== null ? found : undefined;
    },
    begin: () => [] as Excluded[],
    add: (all, found) => void all.push(found),
  });
  const replaced = await readReplaced(io, options.replaced, new Set(excluded.map((row) => row.installationId)));
  const report = new Replacements(endOfLondonDate(DEADLINE));
  for (const row of excluded) {
    const at = replaced.get(row.installationId);
    if (at === undefined || at > asOf) report.add(row);
  }
  const rows = report.rows();
  const visits = rows.reduce((sum, row) => sum + row.visits, 0);
  if (visits !== report.meters) {
    writeLine(io.err, `${visits} visits over all months, expected ${report.meters}, one a meter; nothing was written.`);
    return EXIT.property;
  }
  if (options.out !== undefined && provenance !== undefined)
    writeReport(options.out, provenance, { ...options, kind: 'report replacements', columns: REPLACEMENT_COLUMNS, rows: rows.map(replacementCells) }); // prettier-ignore
  writeAnswer(
    io.out,
    `SMETS2+ visits due by ${DEADLINE}, from exclusions in effect as of ${formatInstant(asOf)}, rules ${source.rules.name}\n` +
      `${replacementsText(rows)}\n` +
      `${thousands(visits)} meters; where one supplier replaces both fuels one visit does for two: ${thousands(visits - rows.reduce((sum, row) => sum + row.joint, 0) / 2)} visits.\n` +
      'Spread in equal parts from the month after the exclusion took effect to the deadline (our assumption).\n',
  );
  return exitCode;
}
