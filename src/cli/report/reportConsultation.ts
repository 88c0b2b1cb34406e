import { Command, Option } from 'commander';
import { engine } from '../../exclusion/engine/engine.ts';
import {
  Consultation,
  consultationCells,
  CONSULTATION_COLUMNS,
  consultationText,
} from '../../report/records/consultation.ts';
import { excludedAt } from '../../report/records/excluded.ts';
import { formatInstant } from '../../time.ts';
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
import type { Shell } from '../shell/command.ts';
import { EXIT, type ExitCode } from '../shell/exit.ts';
import { type Io, writeAnswer, writeLine } from '../shell/io.ts';

interface ConsultationOptions extends RecordOptions {
  readonly measure: 'qualifying' | 'effective';
  readonly out?: string;
}

export function consultationCommand({ action }: Shell): Command {
  return withRecordOptions(new Command('consultation'))
    .description('Per Responsible Supplier and category: meters and installations concerned.')
    .addOption(
      new Option('--measure <measure>', 'qualifying: a category holds, in force or not; effective: it is in effect')
        .choices(['qualifying', 'effective'])
        .default('qualifying'),
    )
    .option('--out <file>', 'CSV of the rows; its manifest stands beside it')
    .addHelpText(
      'after',
      `
Reported exclusions, by the suppliers as they stand at the as-of. On 3 November 2021 nothing was in force: the impact of
a proposal is what qualifies. Columns: supplier (empty: not known to DCC), known_to_dcc, category, exclusion_category (the
briefing's words), installations, electricity_meters, gas_meters, dual_supplier_installations (of the installations, those
whose other fuel another supplier serves; they count on its row too).`,
    )
    .action(action(consultation));
}

function consultation(io: Io, options: ConsultationOptions): Promise<ExitCode> {
  return withSource(io, options, (source) => writeConsultation(io, options, source));
}

async function writeConsultation(io: Io, options: ConsultationOptions, source: ReportSource): Promise<ExitCode> {
  const asOf = requiredAsOf(source);
  const provenance = checkOut(io, options, source);
  meterPointWriter(io, options); // no meter point is written, but a missing key is still an error
  const decider = engine(source.rules);
  const { report, exitCode } = await gather(io, source, {
    asOf,
    factOf: (history) => excludedAt(history, decider.decide(history, asOf).verdicts, asOf),
    begin: () => new Consultation(),
    add: (sum, excluded) => {
      if (options.measure === 'qualifying' || excluded.effectiveFrom !== null) sum.add(excluded);
    },
  });
  const faults = report.faults();
  if (faults.length > 0) {
    for (const fault of faults) writeLine(io.err, fault);
    writeLine(io.err, 'The rows do not add up; nothing was written.');
    return EXIT.property;
  }
  if (options.out !== undefined && provenance !== undefined) {
    const rows = report.rows().map((row) => consultationCells(row, source.rules));
    writeReport(options.out, provenance, { ...options, kind: 'report consultation', columns: CONSULTATION_COLUMNS, rows }); // prettier-ignore
  }
  writeAnswer(
    io.out,
    `Impact on Responsible Suppliers, ${options.measure} as of ${formatInstant(asOf)}, rules ${source.rules.name}\n${consultationText(report)}\n`,
  );
  return exitCode;
}
