import { Command, Option } from 'commander';
import { engine } from '../../exclusion/engine/engine.ts';
import { Consultation, consultationCells, CONSULTATION_COLUMNS, consultationText } from '../../report/consultation.ts';
import { excludedAt } from '../../report/excluded.ts';
import { formatInstant } from '../../time.ts';
import { EXIT } from '../shell/exit.ts';
import { writeCsv, withFileErrors } from './reportFiles.ts';
import { meterPointWriter } from './reportPseudonyms.ts';
import { asOfOf, checkOut, gather, say, sourceOf, withRecordOptions, type RecordOptions } from './reportRecords.ts';

interface ConsultationOptions extends RecordOptions {
  readonly measure: 'qualifying' | 'effective';
  readonly out?: string;
}

export function consultationCommand(): Command {
  return withRecordOptions(new Command('consultation'))
    .description('Per Responsible Supplier and category: meters and installations concerned.')
    .addOption(
      new Option('--measure <measure>', 'qualifying: a category holds, in force or not; effective: it is in effect')
        .choices(['qualifying', 'effective'])
        .default('qualifying'),
    )
    .option('--out <file>', 'CSV of the rows')
    .addHelpText(
      'after',
      `
Reported exclusions, by the suppliers as they stand at the as-of. On 3 November 2021 nothing was in force: the impact of
a proposal is what qualifies. Columns: supplier (empty: not known to DCC), known_to_dcc, category, exclusion_category (the
briefing's words), installations, electricity_meters, gas_meters, dual_supplier_installations (of the installations, those
whose other fuel another supplier serves; they count on its row too).`,
    )
    .action(withFileErrors(consultation));
}

async function consultation(options: ConsultationOptions): Promise<void> {
  const source = sourceOf(options);
  const asOf = asOfOf(source);
  checkOut(options.out);
  meterPointWriter(options); // no meter point is written; a missing key is an error all the same
  const decider = engine(source.rules);
  const report = await gather(source, {
    asOf,
    factOf: (history) => excludedAt(history, decider.decide(history, asOf).verdicts, asOf),
    begin: () => new Consultation(),
    add: (sum, excluded) => {
      if (options.measure === 'qualifying' || excluded.effectiveFrom !== null) sum.add(excluded);
    },
  });
  if (!report) return;
  const faults = report.faults();
  if (faults.length > 0) {
    for (const fault of faults) say(fault);
    say('The rows do not add up; nothing was written.');
    process.exitCode = EXIT.property;
    return;
  }
  if (options.out !== undefined) {
    writeCsv(options.out, CONSULTATION_COLUMNS, report.rows().map((row) => consultationCells(row, source.rules))); // prettier-ignore
  }
  process.stdout.write(
    `Impact on Responsible Suppliers, ${options.measure} as of ${formatInstant(asOf)}, rules ${source.rules.name}\n${consultationText(report)}\n`,
  );
}
