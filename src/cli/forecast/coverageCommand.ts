import { Command } from 'commander';
import { textTable } from '../../text/table.ts';
import { COLUMNS } from '../../../sim/forecast/predict/lines.ts';
import { ALARM } from '../../../sim/forecast/predict/forecaster.ts';
import { outcomeOf, scoresOf, type Score } from '../../../sim/forecast/score/lineScores.ts';
import { RANK_BINS } from '../../../sim/forecast/score/rankHistogram.ts';
import { coverageRows, type CoverageRow } from '../../../sim/forecast/score/coverageTable.ts';
import { truthCells, WORLDS, type World } from '../../../sim/forecast/score/truths.ts';
import { computeMember } from '../../../sim/forecast/library/computeMember.ts';
import { openPool } from '../../../sim/kernel/run/pool.ts';
import { FORECAST_WATCHERS } from '../../../sim/forecast/forecastWatchers.ts';
import { COHORTS } from '../../installation/cohort.ts';
import type { Shell } from '../shell/command.ts';
import { UsageError } from '../shell/exit.ts';
import { type Io, breathe, writeAnswer, writeLine } from '../shell/io.ts';
import { dateOption, oneOf, threadsOf, whole, workersOption } from '../shell/options.ts';
import { fillLibrary, forecasterOf, membersOf } from '../library/libraryCells.ts';
import { givenOf, givenOption, givenSettings } from '../library/givenOption.ts';
import { openLibrary, refuseAsOf, type Library } from '../library/libraryFolder.ts';
import { dayText } from './forecastRows.ts';
import { libraryOrigin } from '../library/libraryOrigin.ts';
import { originOf } from '../output/outputOrigin.ts';

interface CoverageOptions {
  readonly asOf: readonly string[];
  readonly truths: number;
  readonly seed: string;
  readonly world: string;
  readonly given: readonly string[];
  readonly workers?: number;
  readonly format: 'text' | 'json';
}

/** `forecast coverage LIBRARY`: how often the intervals of a library hold what came, on truths that are no part of it. */
export function coverageCommand({ action }: Shell): Command {
  return new Command('coverage')
    .description('Forecast simulated truths that are no part of a library, and count how often its intervals hold.')
    .argument('<library>', 'folder that calibrate has made')
    .option(
      '--as-of <date>',
      'day at which the truths are forecast; may be repeated',
      (text, so: readonly string[] = []) => [...so, dateOption(text)],
      [] as readonly string[],
    )
    .option('--truths <n>', 'how many truths', whole(8, 10_000), 24)
    .option('--seed <text>', 'seed of the truths: their draws and their lives', 'truths')
    .option(
      '--world <name>',
      `where truths come from: ${Object.entries(WORLDS)
        .map(([name, { words }]) => `${name} (${words})`)
        .join(', ')}`,
      oneOf(...Object.keys(WORLDS)),
      'priors',
    ) // prettier-ignore
    .addOption(givenOption())
    .addOption(workersOption('threads; the figures do not depend on it'))
    .option('--format <format>', 'text or json', oneOf('text', 'json'), 'text')
    .addHelpText(
      'after',
      `
A truth is a run of the scenario under a draw of its own. CRPS is a mean error of whole distributions, as a share of what
came: of the forecast, of the priors without histories, and of persistence (nothing moves any more). Lines of one truth are
not independent: the error of a coverage is that of means over truths. A rank is the share of a forecast below what came: of an
honest forecast the ranks are even, and p is rarely small. Worlds other than priors break what the library
assumes; their figures are shown and promise nothing.

Example:
  smets1-bench forecast coverage out/library --as-of 2021-11-03 --truths 40

Exit codes: 0 done, 1 usage or library wrong.`,
    )
    .action(action(coverage));
}

/** The coverage seen from one as-of. */
interface CoverageAt {
  readonly asOf: string;
  /** The largest |z| of each truth. */
  readonly alarms: readonly number[];
  readonly rows: readonly CoverageRow[];
}

async function coverage(io: Io, folder: string, options: CoverageOptions): Promise<void> {
  const library = openLibrary(folder);
  const { asOf: asOfs, seed, world, truths, format } = options;
  if (asOfs.length === 0) throw new UsageError('--as-of DATE is needed: the day at which truths are forecast');
  for (const asOf of asOfs) refuseAsOf(library, asOf);
  if (seed === library.head.seed) throw new UsageError(`--seed ${seed}: the library has this seed; its truths would be its own members`); // prettier-ignore
  const blocks: CoverageAt[] = [];
  for (const asOf of asOfs) blocks.push(await coverageAt(io, library, asOf, options));
  if (format === 'json')
    io.out.write(`${JSON.stringify({ provenance: originOf(io, libraryOrigin(library)), world, truths, seed, given: options.given, asOfs: blocks })}\n`); // prettier-ignore
  else writeAnswer(io.out, blocks.map((block) => coverageText(block, options)).join('\n'));
}

async function coverageAt(io: Io, library: Library, asOf: string, options: CoverageOptions): Promise<CoverageAt> {
  const { priors, head } = library;
  const workers = threadsOf(options.workers);
  const given = givenOf(library, options.given);
  const set = givenSettings(given);
  const { keys } = await fillLibrary(io, library, { asOf, workers, set });
  const members = membersOf(library, keys);
  const forecaster = forecasterOf(library, members, given);
  const outcomes = members.map(({ table }) => outcomeOf(table));
  const cells = truthCells(priors, { ...head.options, asOf, truths: options.truths, seed: options.seed, set, world: options.world as World }); // prettier-ignore
  const { days } = members[0]?.table ?? { days: 1 };
  const shown = [...new Set([1, 3, 6, 9, days - 1])].filter((day) => day >= 1 && day < days);
  const signal = io.interruption();
  const pool = await openPool(workers, FORECAST_WATCHERS);
  const scores: (readonly Score[])[] = [];
  let instants: readonly number[] = [];
  try {
    for (const cell of cells) {
      signal.throwIfAborted();
      instants = cell.days;
      const table = await computeMember(cell, pool);
      scores.push(scoresOf(forecaster, { draw: cell.draw, table }, { members: outcomes, days: shown }));
      if (scores.length % 10 === 0) writeLine(io.err, `as of ${asOf}: ${scores.length} of ${options.truths} truths`);
      await breathe();
    }
  } finally {
    await pool.close();
  }
  const rows = coverageRows(scores, {
    horizon: ({ day }) => dayText(instants[day] as number),
    cohort: ({ cohort }) => COHORTS[cohort] as string,
    category: ({ column }) => COLUMNS[column]?.category || 'migrated',
  });
  return { asOf, alarms: scores.map((own) => own[0]?.alarm ?? 0), rows };
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function coverageText({ asOf, alarms, rows }: CoverageAt, { truths, seed, world, given }: CoverageOptions): string {
  const sorted = alarms.toSorted((a, b) => a - b);
  return [
    `Coverage as of ${asOf}: ${truths} truths, world ${world} (${WORLDS[world as World].words}), seed ${seed}${given.length === 0 ? '' : `, given ${given.join(', ')}`}`,
    holdsTable(rows),
    `Alarms (largest |z| of each truth): median ${(sorted[Math.floor(sorted.length / 2)] ?? 0).toFixed(1)}, largest ${(sorted.at(-1) ?? 0).toFixed(1)}; above ${ALARM} a forecast raises an alarm`, // prettier-ignore
    '',
    `Ranks of truths in their forecasts, in % by tenths. The largest error of a tenth stands beside them. A chi-square of ${RANK_BINS - 1} degrees, corrected for lines that hang together:`, // prettier-ignore
    ranksTable(rows),
    '',
  ].join('\n');
}

function holdsTable(rows: readonly CoverageRow[]): string {
  const head = ['', '', 'lines', 'in 50 %', 'in 90 %', 'error', 'CRPS', 'priors', 'persistence', 'width 90 %', 'mean rank']; // prettier-ignore
  const table = rows.map((row) => [row.by, row.of, String(row.lines), percent(row.covered50), percent(row.covered90), percent(row.error90), ...[row.crps, row.crpsPrior, row.crpsToday, row.width90, row.meanRank].map((value) => value.toFixed(3))]); // prettier-ignore
  return textTable([head, ...table], { right: [2, 3, 4, 5, 6, 7, 8, 9, 10] });
}

function ranksTable(rows: readonly CoverageRow[]): string {
  const bins = Array.from({ length: RANK_BINS }, (_, bin) => bin);
  const head = ['', '', ...bins.map((bin) => `-${((bin + 1) / RANK_BINS).toFixed(1)}`), 'error', 'chi-square', 'p'];
  const table = rows.map(({ by, of, ranks: { shares, errors, chiSquare, p } }) => [by, of, ...bins.map((bin) => (100 * (shares[bin] ?? 0)).toFixed(0)), (100 * Math.max(0, ...errors)).toFixed(0), chiSquare.toFixed(1), p.toFixed(3)]); // prettier-ignore
  return textTable([head, ...table], { right: Array.from({ length: RANK_BINS + 3 }, (_, i) => i + 2) });
}
