import { readFileSync, writeFileSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import type { CATEGORIES } from '../../clauses/clause.ts';
import { engine } from '../../exclusion/engine/engine.ts';
import { maskIdentifier } from '../../installation/identifiers.ts';
import { clauseOf, type RuleSet } from '../../rules/ruleset.ts';
import { NOT_KNOWN } from '../../report/records/excluded.ts';
import { formatMonth } from '../../report/records/replacements.ts';
import { supplierFileNames } from './reportFileNames.ts';
import {
  cutAtReplacement,
  excludedPoints,
  faultsOfMonth,
  filesOfMonth,
  pointsByCategory,
  summariesOf,
  summaryCells,
  suppliersOf,
  SUMMARY_COLUMNS,
  type ExcludedPoint,
  type FileFault,
  type MonthSummary,
} from '../../report/records/supplierFiles.ts';
import { textTable, thousands } from '../../text/table.ts';
import {
  formatDay,
  formatInstant,
  lastDayOfMonth,
  londonMidnight,
  monthOf,
  parseDate,
  type Instant,
} from '../../time.ts';
import { checkDirectory, openDirectory, writeCsv, type OutputDirectory } from './reportFiles.ts';
import { meterPointWriter } from './reportPseudonyms.ts';
import {
  gather,
  withSource,
  withRecordOptions,
  type Gathered,
  type RecordOptions,
  type ReportSource,
  reportOrigin,
} from './reportRecords.ts';
import { readReplaced, REPLACED_HELP } from './reportReplaced.ts';
import { folder } from '../shell/options.ts';
import type { Shell } from '../shell/command.ts';
import { EXIT, UsageError, type ExitCode } from '../shell/exit.ts';
import { type Io, writeAnswer, writeLine } from '../shell/io.ts';

interface SupplierFilesOptions extends RecordOptions {
  readonly fromMonth: number;
  readonly toMonth: number;
  readonly out: string;
  readonly replaced?: string;
}

const SUMMARY_FILE = 'summary.csv';

export function supplierFilesCommand({ action }: Shell): Command {
  return withRecordOptions(new Command('supplier-files'))
    .description('Per Responsible Supplier and month: the meter points that are excluded.')
    .requiredOption('--from-month <YYYY-MM>', 'the first month', parseMonth)
    .requiredOption('--to-month <YYYY-MM>', 'the last month', parseMonth)
    .requiredOption('--out <dir>', 'a directory that does not exist or is empty', folder)
    .option('--replaced <file>', 'installations replaced with SMETS2+, and when')
    .addHelpText('after', HELP)
    .action(action(supplierFiles));
}

const HELP = `
Writes <supplier>_<YYYY-MM>.csv (mpan,mprn,exclusion_category; one meter point a row, the other cell empty) for every month
and every supplier that has a meter point in any of them or the month before, with the header alone where it has none; and
${SUMMARY_FILE}: rows, added, moved_in and moved_out (the meter point was, or now is, another supplier's), removed (readmitted, out of
scope, replaced) and recategorised, against the month before. Reported exclusions that are in effect at the last second of
the month (London), by the supplier as it stands then. gt01 takes the MPRN alone. Suppliers not known to DCC get no file but
a row in the summary.

A supplier's name is made safe for a file: a-z, A-Z, 0-9 and - stand for themselves, every other byte of its UTF-8 text is %
and two hex digits. Names that differ in case alone, and those longer than 100 characters, get ~ and 16 hex digits of
their SHA-256. ${SUMMARY_FILE} has the name and the file.

The files are read again and checked: every excluded meter point stands in exactly one file per fuel, once. If not, nothing
is kept and the exit code is 4.
${REPLACED_HELP}`;

/** Reads a month, as months since January 1970. */
function parseMonth(text: string): number {
  const day = parseDate(`${text}-01`);
  if (day === undefined) throw new InvalidArgumentError('Expected YYYY-MM, 2012-01 to 2037-12.');
  return monthOf(day);
}

/** The last second of a London month. */
function endOfMonth(month: number): Instant {
  return londonMidnight(lastDayOfMonth(month) + 1) - 1;
}

function supplierFiles(io: Io, options: SupplierFilesOptions): Promise<ExitCode> {
  return withSource(io, options, (source) => writeSupplierFiles(io, options, source));
}

async function writeSupplierFiles(io: Io, options: SupplierFilesOptions, source: ReportSource): Promise<ExitCode> {
  const { fromMonth, toMonth, out } = options;
  if (fromMonth > toMonth) throw new UsageError('--from-month lies after --to-month.');
  const last = endOfMonth(toMonth);
  if (source.coveredTo !== undefined && last > source.coveredTo)
    throw new UsageError(`--to-month ${formatMonth(toMonth)}: it ends on ${formatDay(lastDayOfMonth(toMonth))}, the records at ${formatInstant(source.coveredTo)}.`); // prettier-ignore
  const provenance = reportOrigin(io, source, { files: [options.replaced] });
  checkDirectory(out, provenance, options);
  const write = meterPointWriter(io, options);
  // The month before the first is examined but not written: additions are relative to it.
  const months = Array.from({ length: toMonth - fromMonth + 2 }, (_, i) => fromMonth - 1 + i);
  const ends = months.map(endOfMonth);
  const { report: gathered, exitCode } = await gatherPoints(io, source, ends);
  const replaced = await readReplaced(io, options.replaced, new Set(gathered.map((point) => point.installationId)));
  const points = gathered.map((point): ExcludedPoint => {
    const at = replaced.get(point.installationId);
    const named = { ...point, meterPoint: write(point.fuel, point.meterPoint) };
    return at === undefined ? named : cutAtReplacement(named, at, ends);
  });
  const directory = openDirectory(out);
  try {
    const written = writeFiles(points, months, source.rules, directory, options);
    if (written.faults.length > 0) {
      directory.abort();
      writeFaults(io, written.faults);
      return EXIT.property;
    }
    directory.commit('report supplier-files', provenance);
    writeAnswer(io.out, `${textOf(points, months, written.summaries)}\n`);
    writeLine(io.err, `${thousands(written.files)} files and ${SUMMARY_FILE} in ${out}`);
    return exitCode;
  } catch (error) {
    directory.abort();
    throw error;
  }
}

async function gatherPoints(
  io: Io,
  source: ReportSource,
  ends: readonly Instant[],
): Promise<Gathered<ExcludedPoint[]>> {
  const decider = engine(source.rules);
  const asOf = ends.at(-1) as Instant;
  return gather(io, source, {
    asOf,
    factOf: (history) => {
      const points = excludedPoints(history, decider, ends);
      return points.length > 0 ? points : undefined;
    },
    begin: () => [] as ExcludedPoint[],
    add: (all, points) => void all.push(...points),
  });
}

interface Written {
  readonly files: number;
  readonly summaries: readonly MonthSummary[];
  readonly faults: readonly (FileFault & { readonly month: string })[];
}

function writeFiles(
  points: readonly ExcludedPoint[],
  months: readonly number[],
  rules: RuleSet,
  directory: OutputDirectory,
  options: Pick<SupplierFilesOptions, 'guardFormulas'>,
): Written {
  const suppliers = suppliersOf(points);
  const known = suppliers.filter((supplier) => supplier !== '');
  const names = supplierFileNames(known);
  const titleOf = (category: (typeof CATEGORIES)[number]): string => clauseOf(rules, category)?.title ?? category;
  const fileOf = (supplier: string, month: number): string =>
    supplier === '' ? '' : `${names.get(supplier)}_${formatMonth(months[month] as number)}.csv`;
  const summaries: MonthSummary[] = [];
  const faults: (FileFault & { month: string })[] = [];
  let files = 0;
  for (let month = 1; month < months.length; month += 1) {
    for (const { supplier, text } of filesOfMonth(points, month, known, titleOf)) {
      writeFileSync(directory.path(fileOf(supplier, month)), text, { flag: 'wx' }); // two suppliers never share a file
      files += 1;
    }
    const read = (supplier: string): string => readFileSync(directory.path(fileOf(supplier, month)), 'utf8');
    for (const fault of faultsOfMonth(points, month, lazily(known, read)))
      faults.push({ ...fault, month: formatMonth(months[month] as number) });
    summaries.push(...summariesOf(points, month, suppliers));
  }
  const rows = summaries.map((row) =>
    summaryCells(row, formatMonth(months[row.month] as number), fileOf(row.supplier, row.month)),
  );
  writeCsv(directory.path(SUMMARY_FILE), SUMMARY_COLUMNS, rows, options);
  return { files, summaries, faults };
}

/** Reads items one at a time, so that only one file is in memory. */
function* lazily<A, B>(items: readonly A[], read: (item: A) => B): Generator<B> {
  for (const item of items) yield read(item);
}

const FAULTS_SHOWN_MAX = 20;

function writeFaults(io: Io, faults: Written['faults']): void {
  const say = (line: string): void => writeLine(io.err, line);
  for (const { month, fuel, meterPoint, found } of faults.slice(0, FAULTS_SHOWN_MAX)) {
    const name = fuel === 'electricity' ? 'MPAN' : 'MPRN';
    say(`${month}: ${name} ${maskIdentifier(meterPoint)}: found ${found}, expected exactly one file of its fuel`);
  }
  if (faults.length > FAULTS_SHOWN_MAX) say(`... and ${thousands(faults.length - FAULTS_SHOWN_MAX)} more.`);
  say('Meter points do not stand in exactly one file per fuel; nothing was kept.');
}

function textOf(
  points: readonly ExcludedPoint[],
  months: readonly number[],
  summaries: readonly MonthSummary[],
): string {
  const table = [
    ['month', 'supplier', 'MPANs', 'MPRNs', 'added', 'moved in', 'moved out', 'removed', 'recategorised'],
    ...summaries.map((row) => [
      formatMonth(months[row.month] as number),
      row.supplier || NOT_KNOWN,
      ...[row.electricityRows, row.gasRows, row.added, row.movedIn, row.movedOut, row.removed, row.recategorised].map(
        thousands,
      ),
    ]),
  ];
  const last = months.length - 1;
  const categories = [...pointsByCategory(points, last)].filter(([, count]) => count > 0);
  return [
    'Meter points excluded in effect at the end of each month',
    textTable(table, { right: [2, 3, 4, 5, 6, 7, 8] }),
    `At the end of ${formatMonth(months[last] as number)}: ${categories.map(([category, count]) => `${category} ${thousands(count)}`).join(', ') || 'none'} (meter points).`,
    'Every one with a known supplier stands in exactly one file per fuel (checked on the files).',
  ].join('\n');
}
