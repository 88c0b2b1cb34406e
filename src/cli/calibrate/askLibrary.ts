import { endOfLondonDate } from '../../time.ts';
import { counted } from '../../text/table.ts';
import { HistoryEvidence, summaryAlarm } from '../../../sim/calibrate/evidence/historySummaries.ts';
import { ALARM } from '../../../sim/forecast/predict/forecaster.ts';
import { libraryVolumes } from '../../../sim/calibrate/evidence/libraryLines.ts';
import { conditionByRidge } from '../../../sim/calibrate/evidence/ridgeCondition.ts';
import { calibrateOn, type SeenSummary } from '../../../sim/calibrate/posterior/calibration.ts';
import { drawsOf } from '../../../sim/calibrate/priors/priorDraws.ts';
import { forecastDays } from '../../../sim/forecast/library/libraryPlan.ts';
import type { Member } from '../../../sim/forecast/predict/lookAlikes.ts';
import { fillLibrary, membersOf } from '../library/libraryCells.ts';
import { openLibrary, refuseAsOf, type Library } from '../library/libraryFolder.ts';
import { readStates, recordFilesOf, type RecordsAsked } from '../library/libraryRecords.ts';
import { refuseLateAsOf } from '../library/recordReading.ts';
import { commandText } from '../shell/commandText.ts';
import { UsageError, type ExitCode } from '../shell/exit.ts';
import { idleRecordOptions, idleReplace, refuseIdle } from '../output/idleOptions.ts';
import type { Io } from '../shell/io.ts';
import { threadsOf } from '../shell/options.ts';
import { observationDice, publishedLines, type AskedLine, type HistoriesRead } from './calibrationAnswer.ts';
import { giveAnswer, refuseOut, type AnswerPlaces } from './calibrationOutput.ts';
import { libraryOrigin } from '../library/libraryOrigin.ts';
import type { Provenance } from '../../report/provenance.ts';
import { filesOrigin, originOf } from '../output/outputOrigin.ts';

/** The options of holding a library against data. */
export interface LibraryAsked extends RecordsAsked, AnswerPlaces {
  readonly to?: string | undefined;
  readonly asOf: readonly string[];
  readonly operatorError: number;
  readonly workers?: number | undefined;
}

/** `calibrate LIBRARY --to LINES | --histories DIR`: what data say of the parameters of a library. */
export async function askLibrary(io: Io, folder: string, options: LibraryAsked): Promise<ExitCode> {
  const { to, operatorError } = options;
  const library = openLibrary(folder);
  const { head, priors } = library;
  const hasRecords = options.histories !== undefined || options.installations.length > 0 || options.attempts.length > 0 || options.events.length > 0; // prettier-ignore
  if (to === undefined && !hasRecords)
    throw new UsageError(`${folder}: nothing to hold it against: name --to LINES.csv, --histories DIR, or --installations F --attempts F`); // prettier-ignore
  refuseIdle(io, {
    ...idleRecordOptions(hasRecords),
    ...idleReplace(options.out, options.html),
    'operator-error': to === undefined ? 'it is the error of published lines: name --to LINES.csv' : undefined,
  });
  const asOf = asOfIn(library, options, hasRecords);
  const asked = to === undefined ? [] : publishedLines(priors, to, library.files);
  const day = asked.length === 0 ? 0 : comparedDay(library, asOf);
  const provenance = askedOrigin(io, library, options, { asOf, hasLines: asked.length > 0 });
  refuseOut(options, provenance);
  const portfolio = hasRecords ? await readStates(io, { ...options, asOf, rules: priors.base.rules }) : undefined;
  if (portfolio !== undefined) refuseLateAsOf(asOf, portfolio.lastAt);
  const { keys } = await fillLibrary(io, library, { asOf, workers: threadsOf(options.workers) });
  const members = membersOf(library, keys);
  const evidence = portfolio === undefined ? undefined : new HistoryEvidence(members);
  const histories = evidence === undefined || portfolio === undefined ? [] : evidence.of(portfolio.states);
  if (portfolio !== undefined && histories.length === 0)
    throw new UsageError(`too few of ${counted(portfolio.installations, 'installation')} for any share: a summary counts from 40 on`); // prettier-ignore
  const alarm = summaryAlarm(histories);
  const widened = Math.max(1, alarm / ALARM);
  const found = calibrated(library, members, { asked, day, histories, widened, operatorError });
  const read: HistoriesRead | null = portfolio === undefined ? null : { asOf, installations: portfolio.installations, alarm, widened }; // prettier-ignore
  const unseen = evidence === undefined || portfolio === undefined ? 0 : evidence.unseen(portfolio.states);
  const notes = unseen === 0 ? [] : [`${counted(unseen, 'installation')} of a cohort, dormancy, gas or payment mode that the library does not hold: they are in no summary`]; // prettier-ignore
  const { replications, scale } = head.options;
  return giveAnswer(
    io,
    {
      priors,
      drawn: drawsOf(priors, head.options.draws),
      rows: members.map(({ draw }, i) => ({ draw, run: i % replications })),
      scale,
      operatorError,
      found,
      histories: read,
      provenance,
      notes,
    },
    options,
  );
}

/** The origin of an answer: the library, and the files that it was held against. */
function askedOrigin(
  io: Io,
  library: Library,
  options: LibraryAsked,
  { asOf, hasLines }: { readonly asOf: string; readonly hasLines: boolean },
): Provenance {
  const { to, operatorError, histories, installations, attempts, events } = options;
  const records = recordFilesOf(options);
  const command = commandText(['calibrate', library.folder], {
    to,
    'operator-error': hasLines ? operatorError : undefined,
    'histories': histories,
    'installations': installations,
    'attempts': attempts,
    'events': events,
    'as-of': asOf,
  });
  const files = [...(to === undefined ? [] : [to]), ...Object.values(records).flat()];
  return {
    ...originOf(io, { ...libraryOrigin(library), inputs: filesOrigin(files) }),
    command,
    set: library.head.set,
  };
}

function calibrated(
  { head, priors }: Library,
  members: readonly Member[],
  { asked, day, histories, widened, operatorError }: { readonly asked: readonly AskedLine[]; readonly day: number; readonly histories: readonly SeenSummary[]; readonly widened: number; readonly operatorError: number }, // prettier-ignore
) {
  const drawn = drawsOf(priors, head.options.draws);
  const draws = members.map(({ draw }) => draw);
  return calibrateOn({
    names: priors.parameters.map(({ name }) => name),
    lines: asked.map(({ seen }) => seen),
    histories,
    coordinates: draws.map((draw) => drawn[draw]?.coordinates ?? []),
    ...libraryVolumes(members, { lines: asked.map(({ line }) => line), day, scale: head.options.scale }),
    operatorError,
    normalAt: observationDice(priors.seed),
    // The jackknife has left each draw out already: it would hold by construction. `calibrate coverage` asks others.
    checkEvery: 0,
    condition: (table, seen) => conditionByRidge(table, seen, { draws, widened }),
  });
}

/** The as-of that was asked for, or the only one that the library holds whole; lines alone take any. */
function asOfIn(library: Library, { asOf: given }: LibraryAsked, hasRecords: boolean): string {
  if (given.length > 1) throw new UsageError(`--as-of ${given.join(', ')}: data are held against a library at one day`);
  const [asOf] = given;
  if (asOf !== undefined) {
    refuseAsOf(library, asOf);
    return asOf;
  }
  const held = library.asOfs();
  const [first, ...more] = held;
  if (first === undefined) throw new UsageError(`${library.folder}: no as-of of the library is whole\n  The command that made it was stopped: run it again, or name --as-of DATE here and its cells are computed.`); // prettier-ignore
  if (more.length > 0 && hasRecords) throw new UsageError(`--as-of DATE is needed: the day at whose end the histories are looked at; the library holds ${held.join(', ')}`); // prettier-ignore
  return first;
}

/**
 * The position, among the days of the library, of the day with which published lines are compared.
 * @throws UsageError if the library does not hold that day
 */
export function comparedDay({ head, priors }: Library, asOf: string): number {
  const { comparison, horizon } = priors.base.scenario;
  const compared = comparison.operator === 'envisaged' ? horizon : comparison.dataCut;
  const day = forecastDays(asOf, head.horizon).indexOf(endOfLondonDate(compared));
  if (day < 0) throw new UsageError(`--to: lines are compared at ${compared}, and seen from ${asOf} the library holds that day and the month ends after it alone\n  Name --as-of ${compared}, or take a scenario whose horizon is a month end.`); // prettier-ignore
  return day;
}
