import { Command } from 'commander';
import { percentage } from '../../text/numberWords.ts';
import { textTable } from '../../text/table.ts';
import { wrapped } from '../../text/wrap.ts';
import { HistoryEvidence, summaryAlarm } from '../../../sim/calibrate/evidence/historySummaries.ts';
import { libraryVolumes } from '../../../sim/calibrate/evidence/libraryLines.ts';
import { rankRows, ranksOf, rankSummary, type RankRow, type RankSummary } from '../../../sim/calibrate/evidence/rankCheck.ts'; // prettier-ignore
import { conditionByRidge } from '../../../sim/calibrate/evidence/ridgeCondition.ts';
import { observedLogs } from '../../../sim/calibrate/posterior/calibration.ts';
import type { Posterior } from '../../../sim/calibrate/posterior/posterior.ts';
import { drawsOf } from '../../../sim/calibrate/priors/priorDraws.ts';
import { FORECAST_WATCHERS } from '../../../sim/forecast/forecastWatchers.ts';
import { computeMember } from '../../../sim/forecast/library/computeMember.ts';
import type { Member } from '../../../sim/forecast/predict/lookAlikes.ts';
import { ALARM } from '../../../sim/forecast/predict/forecaster.ts';
import { truthCells } from '../../../sim/forecast/score/truths.ts';
import { openPool } from '../../../sim/kernel/run/pool.ts';
import { fillLibrary, membersOf } from '../library/libraryCells.ts';
import { openLibrary, refuseAsOf, type Library } from '../library/libraryFolder.ts';
import type { Shell } from '../shell/command.ts';
import { UsageError } from '../shell/exit.ts';
import { refuseIdle } from '../output/idleOptions.ts';
import { type Io, breathe, writeAnswer, writeLine } from '../shell/io.ts';
import { dateOption, oneOf, threadsOf, whole, workersOption } from '../shell/options.ts';
import { comparedDay } from './askLibrary.ts';
import {
  observationDice,
  operatorErrorOption,
  PUBLISHED,
  publishedLines,
  type AskedLine,
} from './calibrationAnswer.ts';
import { libraryOrigin } from '../library/libraryOrigin.ts';
import { originOf } from '../output/outputOrigin.ts';

interface RanksOptions {
  readonly asOf?: string;
  readonly truths: number;
  readonly seed: string;
  readonly to?: string;
  readonly operatorError: number;
  readonly workers?: number;
  readonly format: 'text' | 'json';
}

/** `calibrate coverage LIBRARY`: how often posteriors of a library hold the truth, on truths that are no part of it. */
export function ranksCommand({ action }: Shell): Command {
  return new Command('coverage')
    .description(
      'Find the parameters of simulated truths again that are no part of a library, and count how often intervals hold.',
    ) // prettier-ignore
    .argument('<library>', 'folder that calibrate has made')
    .option('--as-of <date>', 'day at which the histories of the truths are seen', dateOption)
    .option('--truths <n>', 'how many truths', whole(8, 10_000), 24)
    .option('--seed <text>', 'seed of the truths: their draws and their lives', 'truths')
    .option('--to <lines.csv>', `lines that are published of each truth (default: ${PUBLISHED}, those of the scenario)`)
    .addOption(operatorErrorOption())
    .addOption(workersOption('threads; the figures do not depend on it'))
    .option('--format <format>', 'text or json', oneOf('text', 'json'), 'text')
    .addHelpText(
      'after',
      `
A truth is a run of the scenario under a draw of its own. Its parameters are found again twice: from its histories at the
as-of, and from its published lines alone. "explained" is the share of the variance over the prior that the middles of the
posteriors explain; 0: the data say nothing. Ranks of truths within their posteriors are even where intervals hold.

Example:
  smets1-bench calibrate coverage out/library --as-of 2021-11-03 --truths 40

Exit codes: 0 done, 1 usage or library wrong.`,
    )
    .action(action(coverage));
}

/** What one kind of data says, over all truths. */
interface Found {
  readonly rows: readonly RankRow[];
  readonly summary: RankSummary;
}

type Ranks = ReturnType<typeof ranksOf>;

async function coverage(io: Io, folder: string, options: RanksOptions): Promise<void> {
  const library = openLibrary(folder);
  const { head, priors } = library;
  const { asOf, truths: count, seed } = options;
  if (asOf === undefined) throw new UsageError('--as-of DATE is needed: the day at which the histories are seen');
  refuseAsOf(library, asOf);
  if (seed === head.seed) throw new UsageError(`--seed ${seed}: the library has this seed; its truths would be its own draws`); // prettier-ignore
  const to = options.to ?? (priors.base.publishedVolumes === undefined ? undefined : PUBLISHED);
  const lines = to === undefined ? [] : publishedLines(priors, to, library.files);
  refuseIdle(io, { 'operator-error': lines.length === 0 ? 'the scenario publishes no lines: name --to LINES.csv' : undefined }); // prettier-ignore
  const day = lines.length === 0 ? 0 : comparedDay(library, asOf);
  const workers = threadsOf(options.workers);
  const { keys } = await fillLibrary(io, library, { asOf, workers });
  const members = membersOf(library, keys);
  const ask = askerOf(library, members, { lines, day, operatorError: options.operatorError, seed });
  const drawn = drawsOf({ ...priors, seed }, count);
  const signal = io.interruption();
  const pool = await openPool(workers, FORECAST_WATCHERS);
  const found: { readonly histories: Ranks; readonly lines: Ranks | undefined; readonly alarm: number }[] = [];
  try {
    for (const cell of truthCells(priors, { ...head.options, asOf, truths: count, seed, world: 'priors' })) {
      signal.throwIfAborted();
      const truth = { draw: cell.draw, table: await computeMember(cell, pool) };
      found.push(ask(truth, drawn[cell.draw]?.coordinates ?? []));
      if (found.length % 10 === 0) writeLine(io.err, `${found.length} of ${count} truths`);
      await breathe();
    }
  } finally {
    await pool.close();
  }
  const names = priors.parameters.map(({ name }) => name);
  const of = (ranks: readonly Ranks[]): Found | null => {
    if (ranks.length === 0) return null;
    const rows = rankRows(names, ranks);
    return { rows, summary: rankSummary(ranks, rows) };
  };
  const histories = of(found.map((row) => row.histories)) as Found;
  const ofLines = of(found.flatMap((row) => (row.lines === undefined ? [] : [row.lines])));
  const alarms = found.map(({ alarm }) => alarm);
  if (options.format === 'json')
    io.out.write(`${JSON.stringify({ provenance: originOf(io, libraryOrigin(library)), asOf, truths: count, seed, library: head.options, alarms, histories, lines: ofLines })}\n`); // prettier-ignore
  else writeAnswer(io.out, textOf(library, { asOf, truths: count, seed, alarms }, { histories, lines: ofLines }));
}

interface AskerOptions {
  readonly lines: readonly AskedLine[];
  readonly day: number;
  readonly operatorError: number;
  readonly seed: string;
}

/** A function that finds the parameters of a truth again, from its histories and from its lines. */
function askerOf(
  { head, priors }: Library,
  members: readonly Member[],
  { lines, day, operatorError, seed }: AskerOptions,
) {
  const evidence = new HistoryEvidence(members);
  const draws = members.map(({ draw }) => draw);
  const drawn = drawsOf(priors, head.options.draws);
  const coordinates = draws.map((draw) => drawn[draw]?.coordinates ?? []);
  const counted = { lines: lines.map(({ line }) => line), day, scale: head.options.scale };
  const seenLines = lines.map(({ seen }) => seen);
  const logsOf = (of: readonly Member[], dice: string) =>
    observedLogs({ lines: seenLines, ...libraryVolumes(of, counted), operatorError, normalAt: observationDice(dice) });
  const known = lines.length === 0 ? [] : logsOf(members, priors.seed);
  const posterior = (summaries: readonly (readonly number[])[], seen: readonly number[]): Posterior =>
    conditionByRidge({ coordinates, summaries }, seen, { draws });
  return (truth: Member, own: readonly number[]) => {
    const states = new Map(Array.from(truth.table.states, (state, i) => [state, truth.table.weight[i] as number]));
    const seen = evidence.of(states);
    const shares = members.map((_, i) => seen.map(({ values }) => values[i] as number));
    // Each truth has an error of its own in its lines.
    const [published] = lines.length === 0 ? [undefined] : logsOf([truth], `${seed}-lines-${truth.draw}`);
    return {
      histories: ranksOf(posterior(shares, seen.map(({ value }) => value)), own), // prettier-ignore
      lines: published === undefined ? undefined : ranksOf(posterior(known, published), own),
      alarm: summaryAlarm(seen),
    };
  };
}

/** A parameter is in the table if some data explain so much of it. Ours. */
const EXPLAINED_MIN = 0.1;

function textOf(
  { head }: Library,
  { asOf, truths, seed, alarms }: { readonly asOf: string; readonly truths: number; readonly seed: string; readonly alarms: readonly number[] }, // prettier-ignore
  { histories, lines }: { readonly histories: Found; readonly lines: Found | null },
): string {
  const share = (value: number | undefined): string => (value === undefined ? '' : value.toFixed(2));
  const cells = (row: RankRow | undefined): readonly string[] => [share(row?.explained), share(row?.covered90), share(row?.contraction)]; // prettier-ignore
  const rows = histories.rows
    .map((row, p) => ({ row, line: lines?.rows[p] }))
    .filter(({ row, line }) => row.explained >= EXPLAINED_MIN || (line?.explained ?? 0) >= EXPLAINED_MIN)
    .toSorted((a, b) => b.row.explained - a.row.explained)
    .map(({ row, line }) => [row.name, ...cells(row), ...(lines === null ? [] : cells(line))]);
  const top = ['', 'histories', '', '', ...(lines === null ? [] : ['lines', '', ''])];
  const three = ['explained', 'in 90 %', 'narrower'];
  const names = ['parameter', ...three, ...(lines === null ? [] : three)];
  const sorted = alarms.toSorted((a, b) => a - b);
  return [
    `Parameters of ${truths} truths found again as of ${asOf} (seed ${seed}), by a library of ${head.options.draws} draws, ${head.options.replications} runs each`, // prettier-ignore
    textTable([top, names, ...rows], { right: [1, 2, 3, 4, 5, 6] }),
    ...wrapped(`${histories.rows.length - rows.length} other parameters: less than a tenth is explained by either.`, 80), // prettier-ignore
    '',
    ...coverageWords('Histories', histories),
    ...(lines === null ? [] : coverageWords('Published lines', lines)),
    ...wrapped(`Alarms (largest |z| of each truth): median ${(sorted[Math.floor(sorted.length / 2)] ?? 0).toFixed(1)}, largest ${(sorted.at(-1) ?? 0).toFixed(1)}; above ${ALARM} intervals are widened.`, 80), // prettier-ignore
    '',
  ].join('\n');
}

function coverageWords(what: string, { summary }: Found): readonly string[] {
  const { covered50, covered90, error90, tenths, meanSquare } = summary;
  return wrapped(
    `${what}, all parameters: 50 % intervals hold ${percentage(covered50)}, 90 % intervals ${percentage(covered90)} +- ${percentage(error90)} (standard error between truths). Ranks by tenths: ${tenths.map((tenth) => percentage(tenth, 0)).join(', ')}. Mean ranks lie off 0.5 by a mean z squared of ${meanSquare.toFixed(2)} (about 1 for independent truths; less here, because truths fill each prior evenly).`, // prettier-ignore
    80,
  );
}
