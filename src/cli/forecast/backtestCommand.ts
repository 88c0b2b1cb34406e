import { Command } from 'commander';
import { backtest, type Backtest, type CountedPart } from '../../../sim/forecast/backtest/backtest.ts';
import { migratedSeries, type MigratedPoint } from '../../../sim/forecast/migratedSeries.ts';
import { openPool } from '../../../sim/kernel/run/pool.ts';
import { simulate } from '../../../sim/kernel/run/simulate.ts';
import { entryCurveOf } from '../../../sim/population/entryCurveOf.ts';
import type { Scenario } from '../../../sim/scenario/schema.ts';
import { designDice } from '../../../sim/sweep/sweepDice.ts';
import { parseSeries } from '../../report/published.ts';
import { decimalNumber, wholeNumber } from '../../text/numberWords.ts';
import { textTable } from '../../text/table.ts';
import { wrapped } from '../../text/wrap.ts';
import { parseDate } from '../../time.ts';
import type { Shell } from '../shell/command.ts';
import { UsageError } from '../shell/exit.ts';
import { type Io, breathe, writeAnswer } from '../shell/io.ts';
import { collect, dateOption, oneOf, threadsOf, whole, workersOption } from '../shell/options.ts';
import { progressOn } from '../shell/progress.ts';
import { loadScenarioFile, warnOfIdle, type ScenarioFile } from '../shell/scenarioFile.ts';
import { readGiven } from '../shell/readText.ts';
import { originOf, scenarioOrigin } from '../output/outputOrigin.ts';

interface BacktestOptions {
  readonly to?: string;
  readonly fitUntil: string;
  readonly draws: number;
  readonly replications: number;
  readonly seed?: string;
  readonly set: readonly string[];
  readonly workers?: number;
  readonly format: 'text' | 'json';
}

const WIDTH = 80;

/** `smets1-bench forecast backtest SCENARIO`: how a forecast of the public series would have done. */
export function backtestCommand({ action }: Shell): Command {
  return new Command('backtest')
    .description('Forecast the public series of migrated meters from its first rows, and show how far off it was.')
    .argument('<scenario>', 'scenario file (YAML), or the name of a shipped one')
    .option('--to <series.csv>', "public series (default: the scenario's publishedSeries)")
    .option('--fit-until <date>', 'last day whose rows are fitted to', dateOption, '2021-08-31')
    .option('--draws <n>', 'draws from the priors of the series', whole(100, 1_000_000), 100_000)
    .option('--replications <n>', 'replications of the simulated homes', whole(1, 100), 1)
    .option('--seed <text>', "seed (default: the scenario's)")
    .option('--set <path=value>', 'change a field of the scenario; may be repeated', collect, [])
    .addOption(workersOption())
    .option('--format <format>', 'text or json', oneOf('text', 'json'), 'text')
    .addHelpText(
      'after',
      `
It is a test of the method on the only series that is public, and shown as it comes: a forecast that misses ends with 0 too.
Each counted part of the estate migrates evenly between two days that are drawn; the scenario's own entry curves are shown
beside it, but they were drawn by eye to all rows and are no forecast. No count of exclusions after November 2021 is public.

Examples:
  smets1-bench forecast backtest various1
  smets1-bench forecast backtest various1 --fit-until 2021-11-30 --format json

Exit codes: 0 done, 1 usage, scenario or series wrong, 3 defect.`,
    )
    .action(action(run));
}

async function run(io: Io, path: string, options: BacktestOptions): Promise<void> {
  const file = loadScenarioFile(path, options.set);
  warnOfIdle(io, file);
  const { scenario } = file;
  const [from, fitUntil] = [dayOf(scenario.from), dayOf(options.fitUntil)];
  const rows = seriesOf(file, path, options.to);
  const known = rows.filter(({ day }) => day >= from && day <= fitUntil).length;
  if (known < 2) throw new UsageError(`--fit-until ${options.fitUntil}: found ${known} rows of meters from ${scenario.from} to then, expected at least 2`); // prettier-ignore
  if (!rows.some(({ day }) => day > fitUntil)) throw new UsageError(`--fit-until ${options.fitUntil}: found no later row to forecast`); // prettier-ignore
  const seed = options.seed ?? scenario.seed;
  const series = await simulatedSeries(io, file, { ...options, seed });
  const found = backtest({
    from,
    fitUntil,
    rows,
    parts: partsOf(scenario),
    // The end of a day is the start of the next.
    simulated: series.map((point) => ({ day: dayOf(point.date) + 1, meters: point.simulated })),
    draws: options.draws,
    uniformAt: designDice(seed),
  });
  const own = found.rows.map(({ date: at }) => ownAt(series, scenario, dayOf(at)));
  if (options.format === 'json') {
    const provenance = originOf(io, { ...scenarioOrigin(file), seed, replications: options.replications });
    const report = { provenance, scenario: scenario.name, hash: file.hash, seed, fitUntil: options.fitUntil, draws: options.draws, effective: found.effective, rows: found.rows.map((row, i) => ({ ...row, scenario: own[i] })) }; // prettier-ignore
    io.out.write(`${JSON.stringify(report, null, 2)}\n`);
  } else
    writeAnswer(
      io.out,
      `${backtestText(found, own, { file, seed, fitUntil: options.fitUntil, isPublic: options.to === undefined })}\n`,
    );
}

function seriesOf({ series }: ScenarioFile, path: string, to: string | undefined) {
  const parsed =
    to === undefined
      ? { ok: true as const, rows: series }
      : parseSeries(readGiven(to, 'a series of migrated meters as CSV', `--to ${to}`));
  if (!parsed.ok) throw new UsageError(`${to}: ${parsed.error}`);
  const rows = parsed.rows.filter(({ unit }) => unit === 'meters').map((row) => ({ ...row, day: dayOf(row.date) }));
  const mend =
    to === undefined ? 'give a series by --to' : 'expected rows with a date, a cumulative count and the unit meters';
  if (rows.length === 0) throw new UsageError(`${to ?? path}: found no cumulative count of meters; ${mend}`);
  return rows;
}

function dayOf(text: string): number {
  return parseDate(text) as number;
}

async function simulatedSeries(
  io: Io,
  { scenario, rules }: ScenarioFile,
  { seed, replications, workers }: Pick<BacktestOptions, 'replications' | 'workers'> & { readonly seed: string },
): Promise<readonly MigratedPoint[]> {
  const interruption = io.interruption();
  const progress = progressOn(io.err, io.env['TERM']);
  const threads = threadsOf(workers);
  const pool = await openPool(threads);
  try {
    const simulation = await simulate(scenario, rules, {
      seed,
      replications,
      workers: threads,
      pool,
      now: io.elapsed,
      onProgress: async (share) => {
        progress.update(share);
        await breathe();
        interruption.throwIfAborted();
      },
    });
    return migratedSeries(simulation);
  } finally {
    progress.stop();
    await pool.close();
  }
}

/** The counted rows of the estate, one part an entry curve; those whose curve is full at once migrated before. */
function partsOf(scenario: Scenario): readonly CountedPart[] {
  const meters = new Map<string, number>();
  for (const { installations, migratedBy } of scenario.notSimulated) {
    if (migratedBy === undefined) continue;
    meters.set(migratedBy, (meters.get(migratedBy) ?? 0) + installations * scenario.metersPerInstallation);
  }
  return [...meters].map(([name, all]) => {
    const curve = scenario.entryCurves[name];
    const isBefore = curve !== undefined && entryCurveOf(curve.firstAttempt, scenario.from).shareBy(dayOf(scenario.from)) >= 1; // prettier-ignore
    return { meters: all, isBefore };
  });
}

/** The scenario's own series on a day, between its months; null beyond the horizon. */
function ownAt(series: readonly MigratedPoint[], { horizon }: Scenario, day: number): number | null {
  if (day > dayOf(horizon)) return null;
  const next = series.findIndex((point) => dayOf(point.date) >= day);
  const [after, before] = [series[next], series[next - 1]];
  if (after === undefined) return null;
  const meters = (point: MigratedPoint): number => point.simulated + point.counted;
  if (before === undefined) return meters(after);
  const part = (day - dayOf(before.date)) / (dayOf(after.date) - dayOf(before.date));
  return meters(before) + part * (meters(after) - meters(before));
}

function backtestText(
  { rows, effective }: Backtest,
  own: readonly (number | null)[],
  { file, seed, fitUntil, isPublic }: { readonly file: ScenarioFile; readonly seed: string; readonly fitUntil: string; readonly isPublic: boolean }, // prettier-ignore
): string {
  const million = (value: number): string => decimalNumber(value / 1e6, 2);
  const later = rows.filter(({ isFitted }) => !isFitted);
  const isInside = ({ seen, p05, p95 }: (typeof rows)[number]): boolean => p05 <= seen && seen <= p95;
  const head = ['date', 'published', '5 %', '50 %', '95 %', '', 'straight', 'scenario', 'said to be'];
  const table = rows.map((row, i) => [
    row.date,
    million(row.seen),
    million(row.p05),
    million(row.p50),
    million(row.p95),
    row.isFitted ? 'fitted' : isInside(row) ? 'inside' : 'outside',
    million(row.straight),
    own[i] === null || own[i] === undefined ? '' : million(own[i]),
    row.kind.length > 24 ? `${row.kind.slice(0, 21)}...` : row.kind,
  ]);
  const widest = later.map(({ seen, p05, p95 }) => (p95 - p05) / seen);
  const width = Math.round(100 * Math.max(...widest));
  const words = [
    `Migrated meters in millions: ${file.scenario.name}#${file.hash}, seed ${seed}, fitted to the rows until ${fitUntil}, then forecast (${wholeNumber(effective)} effective draws${effective < 50 ? ': too few, take more --draws' : ''}).`, // prettier-ignore
    `Of ${later.length} later rows ${later.filter(isInside).length} lie inside the 90 % range, whose width is at most ${width} % of the row. straight: a line through the last half year before. scenario: its own curves, drawn by eye to all rows, so no forecast.`, // prettier-ignore
    isPublic ? 'The public rows do not agree among themselves (9.9 million in July 2022, 9.7 in January 2023): their errors, and the widths of the priors, are our assumption.' : 'The errors of the rows, and the widths of the priors, are our assumption.', // prettier-ignore
  ] as const;
  return [...wrapped(words[0], WIDTH), '', textTable([head, ...table], { right: [1, 2, 3, 4, 6, 7] }), '', ...wrapped(words[1], WIDTH), ...wrapped(words[2], WIDTH)].join('\n'); // prettier-ignore
}
