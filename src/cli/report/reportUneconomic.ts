import { Command } from 'commander';
import { engine } from '../../exclusion/engine/engine.ts';
import { readDmcEvents } from '../../interchange/history/dmcEvents.ts';
import { noCounts } from '../../interchange/history/judge.ts';
import type { RecordSchema } from '../../interchange/record/records.ts';
import { show } from '../../interchange/record/refusal.ts';
import { thousands } from '../../text/table.ts';
import {
  dmcMember,
  Uneconomic,
  uneconomicCells,
  UNECONOMIC_COLUMNS,
  uneconomicText,
  withoutEntry,
  type DmcMember,
  type DmcRow,
} from '../../report/records/uneconomic.ts';
import { formatInstant, parseDate } from '../../time.ts';
import { loadScenarioFile } from '../shell/scenarioFile.ts';
import { collect } from '../shell/options.ts';
import { writeReport } from './reportFiles.ts';
import { readTable } from './reportTable.ts';
import { meterPointWriter } from './reportPseudonyms.ts';
import { requiredAsOf, checkOut, gather, withSource, withRecordOptions, type RecordOptions, type ReportSource } from './reportRecords.ts'; // prettier-ignore
import type { Shell } from '../shell/command.ts';
import { UsageError, type ExitCode } from '../shell/exit.ts';
import { type Io, writeAnswer } from '../shell/io.ts';

interface UneconomicOptions extends RecordOptions {
  readonly scenario?: string;
  readonly set: readonly string[];
  readonly dmcs?: string;
  readonly out?: string;
}

const DMCS: RecordSchema = {
  name: 'dmcs',
  key: ['dmc'],
  columns: [
    { name: 'dmc', type: 'text', required: true, meaning: 'the device model combination' },
    { name: 'epcl_entry', type: 'text', required: false, meaning: 'London date of its EPCL entry; empty: none' },
    { name: 'dmct_cost_pounds', type: 'number', required: true, meaning: 'cost of the DMCT Process, pounds' },
  ],
};

export function uneconomicCommand({ action }: Shell): Command {
  return withRecordOptions(new Command('uneconomic'))
    .description('DMCs without an EPCL entry: what testing each would cost and unblock.')
    .option('--scenario <file>', "the models' costs and EPCL entries: the scenario of the run")
    .option('--set <path=value>', 'change a field of the scenario; may be repeated', collect, [])
    .option('--dmcs <file>', 'or: a file of dmc, epcl_entry (YYYY-MM-DD or empty), dmct_cost_pounds')
    .option('--out <file>', 'CSV of the rows; its manifest stands beside it')
    .addHelpText(
      'after',
      `
The DMCs named by the scenario or the file that have no EPCL entry at the as-of, cheapest first by cost per installation
unblocked. unblocked: installations of the DMC less those that have migrated, those of which another exclusion of the
installation holds, and (MOC Secure before February 2022) those the EPCL check does not hold up yet. Decisions are the
latest events of dmc:<id> in the records: the Secretary of State's, or else DCC's recommendation. A run's records carry them.`,
    )
    .action(action(uneconomic));
}

function uneconomic(io: Io, options: UneconomicOptions): Promise<ExitCode> {
  return withSource(io, options, (source) => writeUneconomic(io, options, source));
}

async function writeUneconomic(io: Io, options: UneconomicOptions, source: ReportSource): Promise<ExitCode> {
  const asOf = requiredAsOf(source);
  const { scenario, set } = options;
  const loaded = scenario === undefined ? undefined : loadScenarioFile(scenario, set);
  const others = {
    files: [options.dmcs],
    scenarios: loaded === undefined ? [] : [{ name: loaded.scenario.name, hash: loaded.hash }],
  };
  const provenance = checkOut(io, options, source, others);
  meterPointWriter(io, options); // no meter point is written, but a missing key is still an error
  const dmcs = await dmcsOf(io, options);
  const listed = withoutEntry(dmcs, asOf);
  const names = new Set(listed.map((row) => row.dmc));
  const decider = engine(source.rules);
  const { report, exitCode } = await gather(io, source, {
    asOf,
    factOf: (history): DmcMember | undefined =>
      names.has(history.installation.dmc) ? dmcMember(history, decider.decide(history, asOf), names, asOf) : undefined,
    begin: () => new Uneconomic(),
    add: (sum, member) => sum.add(member),
  });
  // Contradictory decisions were refused with the other rows, so here they are ignored.
  const events = await readDmcEvents(source.inputs.events, { asOf, refuse: () => undefined, counts: noCounts() });
  const rows = report.rows(listed, (dmc) => events.get(dmc)?.events ?? []);
  if (options.out !== undefined && provenance !== undefined)
    writeReport(options.out, provenance, { ...options, kind: 'report uneconomic', columns: UNECONOMIC_COLUMNS, rows: rows.map(uneconomicCells) }); // prettier-ignore
  writeAnswer(
    io.out,
    `DMCs without an EPCL entry as of ${formatInstant(asOf)}, rules ${source.rules.name}: ${thousands(rows.length)} of ${thousands(dmcs.length)} listed\n${uneconomicText(rows)}\n`,
  );
  return exitCode;
}

async function dmcsOf(io: Io, { scenario, set, dmcs }: UneconomicOptions): Promise<readonly DmcRow[]> {
  if ((scenario === undefined) === (dmcs === undefined))
    throw new UsageError('Say where costs and EPCL entries come from: --scenario FILE (of the run) or --dmcs FILE.');
  if (dmcs !== undefined) return readDmcs(io, dmcs);
  const { models } = loadScenarioFile(scenario as string, set).scenario;
  return Object.entries(models).map(([dmc, { epclEntry, dmctCostPounds }]) => ({ dmc, epclEntry, dmctCostPounds }));
}

async function readDmcs(io: Io, name: string): Promise<readonly DmcRow[]> {
  const rows = new Map<string, DmcRow>();
  await readTable(io, name, DMCS, (columns, row) => {
    const [dmc, entry, cost] = columns.map((column) => column[row]) as [string, string, string];
    const read: DmcRow = { dmc, epclEntry: entry || null, dmctCostPounds: Number(cost) };
    if (read.epclEntry !== null && parseDate(read.epclEntry) === undefined)
      return { column: 'epcl_entry', found: show(entry), expected: 'YYYY-MM-DD from 2012 to 2037, or nothing' };
    if (!(read.dmctCostPounds >= 0 && read.dmctCostPounds <= COST_POUNDS_MAX))
      return { column: 'dmct_cost_pounds', found: show(cost), expected: `pounds from 0 to ${COST_POUNDS_MAX}` };
    const before = rows.get(dmc) ?? read;
    rows.set(dmc, before);
    if (before.epclEntry === read.epclEntry && before.dmctCostPounds === read.dmctCostPounds) return undefined;
    return { column: 'dmc', found: 'another row of this DMC that differs', expected: 'rows of the same key to agree' };
  });
  return [...rows.values()];
}

/** The greatest cost. Sums of pence stay exact far beyond it. */
const COST_POUNDS_MAX = 1e9;
