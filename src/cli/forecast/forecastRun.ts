import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { COHORTS } from '../../installation/cohort.ts';
import { CATEGORIES } from '../../clauses/clause.ts';
import { writeWhole } from '../../interchange/format/outputFile.ts';
import { openTable } from '../../interchange/table/tableFile.ts';
import type { TableFile } from '../../interchange/table/tableTypes.ts';
import type { PageDocument } from '../../report/html/section.ts';
import { endOfLondonDate, type Instant } from '../../time.ts';
import { thousands } from '../../text/table.ts';
import { ALARM, type Forecaster } from '../../../sim/forecast/predict/forecaster.ts';
import { forecastDays } from '../../../sim/forecast/library/libraryPlan.ts';
import type { LookAlikes } from '../../../sim/forecast/predict/lookAlikes.ts';
import { LEVELS } from '../../../sim/forecast/state/stateFacts.ts';
import { EXIT, UsageError, type ExitCode } from '../shell/exit.ts';
import { temporaryFolder } from '../shell/inputs.ts';
import { type Io, writeAnswer, writeLine } from '../shell/io.ts';
import { MANIFEST, stage, type Staging } from '../shell/outDirectory.ts';
import { commandText } from '../shell/commandText.ts';
import type { JoinInputs } from '../../interchange/history/mergeJoin.ts';
import { recordInputs } from '../shell/recordInputs.ts';
import { threadsOf } from '../shell/options.ts';
import { forecastRows, tableRow, visitRows, type PartSums } from './forecastRows.ts';
import { linesUnder, type LineOfForecast } from '../../../sim/forecast/predict/forecastLines.ts';
import { FORECAST_TABLES, type ForecastTable } from './forecastTables.ts';
import { forecastNotes } from './forecastNotes.ts';
import { forecastText } from './forecastText.ts';
import type { Answer, Support } from './forecastAnswer.ts';
import { installationRow } from './installationRow.ts';
import { fillLibrary, forecasterOf, membersOf } from '../library/libraryCells.ts';
import { forecastDocument } from '../page/forecastPage.ts';
import { PAGE_FILE } from '../report/reportFolder.ts';
import { writeDocument } from '../report/writePage.ts';
import { AS_DRAWN } from '../../report/forecast/forecastSections.ts';
import type { GivenParameter } from '../../../sim/calibrate/priors/givenParameters.ts';
import { givenOf, givenSettings, givenText } from '../library/givenOption.ts';
import { recordFilesOf } from '../library/libraryRecords.ts';
import { idleRecordOptions, idleReplace, refuseIdle } from '../output/idleOptions.ts';
import { areRecordsNamed, readRecords, refuseLateAsOf } from '../library/recordReading.ts';
import { openLibrary, refuseAsOf, type Library } from '../library/libraryFolder.ts';
import type { PortfolioSink } from './portfolioReader.ts';
import { PARTS, readPortfolio, type Part, type Portfolio } from './portfolioReader.ts';
import { priorForecast } from './priorForecast.ts';
import { whatIfRows, whatIfsOf } from './whatIfs.ts';
import { namedOutput, refuseOtherFolder, refuseOthers } from '../output/ownFiles.ts';
import type { Provenance } from '../../report/provenance.ts';
import { inputsOrigin, originOf } from '../output/outputOrigin.ts';
import { libraryOrigin } from '../library/libraryOrigin.ts';

/** The options of `forecast`, as Commander gives them. */
export interface ForecastOptions {
  readonly asOf?: string;
  readonly until?: string;
  readonly histories?: string;
  readonly installations: readonly string[];
  readonly attempts: readonly string[];
  readonly events: readonly string[];
  readonly by: readonly string[];
  readonly given: readonly string[];
  readonly whatIf: readonly string[];
  readonly out?: string;
  readonly html?: string;
  readonly replace: boolean;
  readonly workers?: number;
  readonly format: 'text' | 'json';
  readonly maxErrors: number;
  readonly timesWithoutZone?: 'utc' | 'london';
  readonly ignoreColumns: readonly string[];
  readonly renameColumn: readonly string[];
}

/** A share of installations without any counterpart above which nothing is forecast. Ours. */
const STRANGERS_MAX = 0.2;

/** What a forecast says of records that come without events. */
const NO_EVENTS = 'No --events: changes of dormancy, payment mode and supplier, Master Keys and decisions are taken as none.'; // prettier-ignore

/** Runs `forecast LIBRARY`. */
export async function runForecast(io: Io, folder: string, asked: ForecastOptions): Promise<ExitCode> {
  const library = openLibrary(folder);
  const { asOf, days, instants } = daysOf(library, asked);
  const options = { ...asked, ...recordFilesOf(asked) };
  const hasRecords = areRecordsNamed(options);
  refuseIdle(io, { ...idleRecordOptions(hasRecords), ...idleReplace(options.out, options.html) });
  const parts = PARTS.filter((part) => options.by.includes(part));
  if (!hasRecords && parts.length > 0) throw new UsageError(`--by ${parts.join(',')}: only histories tell it; name --installations and --attempts`); // prettier-ignore
  const whatIfs = whatIfsOf(library, options.whatIf);
  const given = givenOf(library, options.given);
  const set = givenSettings(given);
  const { path: temporary, remove } = temporaryFolder('forecast');
  let staging: Staging | undefined;
  try {
    const inputs = hasRecords ? await recordInputs(io, { ...options, format: undefined }, temporary) : undefined;
    const provenance: Provenance = {
      ...originOf(io, { ...libraryOrigin(library), ...(inputs && { inputs: inputsOrigin(inputs) }) }),
      set: library.head.set,
      command: commandOf(library, asked),
    };
    refuseOtherFolder(options.out, provenance, options);
    refuseOthers([namedOutput('--html', options.html)], provenance, options);
    staging = options.out === undefined ? undefined : stage(options.out);
    const workers = threadsOf(options.workers);
    const lines = linesUnder(library.priors.base.rules);
    const about = { library, given, asOf, days, instants };
    const tables = staging && new Tables(staging.folder);
    const early = inputs && options.events.length === 0 ? [NO_EVENTS] : [];
    for (const note of early) writeLine(io.err, note);
    // Records that are refused are refused before minutes go into cells that are missing.
    if (inputs && (given.length > 0 || !library.isFilled(asOf))) refuseLate(asOf, await read(io, { ...about, lines, options, parts, tables: undefined, inputs, temporary })); // prettier-ignore
    const { keys } = await fillLibrary(io, library, { asOf, workers, set });
    const members = membersOf(library, keys);
    const plain: Answer = inputs
      ? await withHistories(io, forecasterOf(library, members, given), { ...about, lines, options, parts, tables, inputs, temporary }) // prettier-ignore
      : {
          ...about,
          ...priorForecast(members, { lines, days, scale: library.head.options.scale }),
          histories: undefined,
          visits: [],
        };
    const rows = [...plain.rows];
    const states = plain.histories?.portfolio.states;
    if (given.length > 0) {
      const filled = await fillLibrary(io, library, { asOf, workers });
      rows.push(...whatIfRows(library, membersOf(library, filled.keys), { name: AS_DRAWN, lines, days, states }));
    }
    for (const { name, set: more } of whatIfs) {
      const filled = await fillLibrary(io, library, { asOf, workers, set: [...set, ...more] });
      rows.push(...whatIfRows(library, membersOf(library, filled.keys), { name, lines, days, states, given }));
    }
    const answer: Answer = { ...plain, rows, notes: [...early, ...plain.notes] };
    const page = staging || options.html !== undefined ? documentOf(answer, provenance) : undefined;
    if (staging && tables) {
      const table = tables.open('forecast.csv');
      for (const row of answer.rows) table.append(tableRow(row, instants));
      const files = tables.close();
      const sha256 = writeWhole(join(staging.folder, PAGE_FILE), `${JSON.stringify(page)}\n`);
      const named = { ...files, [PAGE_FILE]: { rows: 1, sha256 } };
      const head = { provenance, asOf, files: named, notes: answer.notes };
      writeFileSync(join(staging.folder, MANIFEST), manifestOf(library, head));
      io.interruption().throwIfAborted();
      staging.publish();
    }
    if (page && options.html !== undefined) writeDocument(options.html, page);
    if (options.format === 'json') io.out.write(jsonText(answer, provenance));
    else writeAnswer(io.out, forecastText(answer));
    for (const note of plain.notes) writeLine(io.err, note);
    return EXIT.done;
  } finally {
    staging?.discard();
    remove();
  }
}

/** The command that gives the forecast again. */
function commandOf(
  { folder }: Library,
  { asOf, until, histories, installations, attempts, events, by, given, whatIf }: ForecastOptions,
): string {
  return commandText(['forecast', folder], {
    'as-of': asOf,
    until,
    histories,
    installations,
    attempts,
    events,
    given,
    'by': by.length === 0 ? undefined : by.join(','),
    'what-if': whatIf,
  });
}

/** The forecast as a page. */
function documentOf(answer: Answer, provenance: Provenance): PageDocument {
  const { library, histories, visits } = answer;
  return forecastDocument({
    ...answer,
    given: givenText(answer.given),
    provenance,
    rules: library.priors.base.rules,
    today: histories?.portfolio.today,
    match: histories
      ? { ...histories.support, summaries: histories.forecast.scores.length, alarm: histories.forecast.alarm, isAlarm: histories.forecast.alarm > ALARM, widened: histories.forecast.widened } // prettier-ignore
      : null,
    visits: visits.map(([month, supplier, p05, p50, p95]) => ({ month: String(month), supplier: String(supplier ?? ''), p05: Number(p05), p50: Number(p50), p95: Number(p95) })), // prettier-ignore
  });
}

/** The tables of a forecast that are open. */
class Tables {
  private readonly folder: string;
  private readonly opened = new Map<ForecastTable, TableFile>();

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Opens a table; one of the same name that was open before must have been ended. */
  open(name: ForecastTable): TableFile {
    const table = openTable(join(this.folder, name), FORECAST_TABLES[name], { format: 'csv', metadata: {} });
    this.opened.set(name, table);
    return table;
  }

  /** Completes every table. */
  close(): Readonly<Record<string, { readonly rows: number; readonly sha256: string }>> {
    return Object.fromEntries([...this.opened].map(([name, table]) => [name, table.close()]));
  }
}

function manifestOf(
  library: Library,
  { provenance, asOf, files, notes }: { readonly provenance: Provenance; readonly asOf: string; readonly files: object; readonly notes: readonly string[] }, // prettier-ignore
): string {
  const { scenarioHash, priors, seed, options } = library.head;
  return `${JSON.stringify({ format: 1, kind: 'forecast', asOf, scenario: scenarioHash, priors, seed, library: options, notes, provenance, files }, null, 2)}\n`; // prettier-ignore
}

/** The as-of and the month ends that are forecast, checked against what the library has lived. */
function daysOf(
  library: Library,
  { asOf, until = library.head.horizon }: ForecastOptions,
): Pick<Answer, 'asOf' | 'days' | 'instants'> {
  if (asOf === undefined) throw new UsageError('--as-of DATE is needed: the day up to which all is known');
  refuseAsOf(library, asOf);
  const { horizon } = library.head;
  if (until <= asOf) throw new UsageError(`--until ${until}: expected a day after the as-of, ${asOf}`);
  if (until > horizon) throw new UsageError(`--until ${until}: the library ends on ${horizon}\n  Make one of a scenario with a later \`horizon\`: calibrate SCENARIO --set horizon=${until} ...`); // prettier-ignore
  const instants = forecastDays(asOf, horizon);
  const last = endOfLondonDate(until);
  const days = [...instants.keys()].filter((day) => (instants[day] as number) <= last);
  if (days.length < 2) throw new UsageError(`--until ${until}: no month ends between ${asOf} and that day; forecasts are of month ends`); // prettier-ignore
  return { asOf, days, instants };
}

interface HistoryOptions {
  readonly library: Library;
  readonly given: readonly GivenParameter[];
  readonly asOf: string;
  readonly lines: readonly LineOfForecast[];
  readonly days: readonly number[];
  readonly instants: readonly Instant[];
  readonly options: ForecastOptions;
  readonly parts: readonly Part[];
  readonly tables: Tables | undefined;
  readonly inputs: JoinInputs;
  readonly temporary: string;
}

async function withHistories(io: Io, forecaster: Forecaster, about: HistoryOptions): Promise<Answer> {
  const { library, asOf, lines, days, parts, tables } = about;
  const sink = await read(io, about, forecaster.lookAlikes);
  refuseLate(asOf, sink);
  const { portfolio } = sink;
  const support = supportOf(forecaster, portfolio);
  const { installations } = support;
  const strangers = (support.byLevel[LEVELS] as number) / installations;
  if (strangers > STRANGERS_MAX)
    throw new UsageError(`${thousands(strangers * installations)} of ${thousands(installations)} installations stand as no simulated life does, at any level: nothing is forecast\n  The library is of another kind of portfolio.`); // prettier-ignore
  const forecast = forecaster.forecast(portfolio.states);
  const whole: PartSums = { part: 'all', of: '', cohorts: forecast.sums };
  const sumsOf = (part: Part): readonly PartSums[] =>
    [...portfolio.parts[part]]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([of, states]) => ({ part, of, cohorts: forecaster.sumsOf(states) }));
  const rows = forecastRows(forecast, { lines, parts: [whole, ...parts.flatMap(sumsOf)], days });
  const visits = isShown(about) ? visitRows(forecast, { parts: sumsOf('supplier'), days, instants: about.instants }) : []; // prettier-ignore
  const visitTable = tables?.open('visits.csv');
  for (const row of visits) visitTable?.append(row);
  const notes = forecastNotes(forecaster, forecast, portfolio);
  return {
    library,
    given: about.given,
    asOf,
    days,
    instants: about.instants,
    rows,
    histories: { forecast, portfolio, support },
    visits,
    notes,
  };
}

/** True if visits by supplier are written or drawn. */
function isShown({ tables, options }: HistoryOptions): boolean {
  return tables !== undefined || options.html !== undefined;
}

/** @throws UsageError if the records hold nobody, or end too long before the as-of */
function refuseLate(asOf: string, { portfolio }: PortfolioSink): void {
  if (portfolio.states.size === 0) throw new UsageError('the histories hold no installation');
  refuseLateAsOf(asOf, portfolio.lastAt);
}

/**
 * Reads the records. A refused row ends the command, as in `decide`.
 * @param lookAlikes for the table of installations; without them no table is written
 */
async function read(io: Io, about: HistoryOptions, lookAlikes?: LookAlikes): Promise<PortfolioSink> {
  const { library, asOf, days, options, parts, tables, inputs, temporary } = about;
  const rows = tables && lookAlikes && ((): TableFile => tables.open('installations.csv'));
  let table: TableFile | undefined;
  return readRecords<PortfolioSink>(io, { asOf, undone: 'forecast' }, (progress, opened) =>
    readPortfolio(
      inputs,
      {
        asOf: endOfLondonDate(asOf),
        rules: library.priors.base.rules,
        parts: isShown(about) ? PARTS : parts,
        tips: rows !== undefined,
        temporary,
        errorsMax: options.maxErrors,
        progress,
        open: () => {
          // Files in another order are read again: what was written is void.
          table?.abort();
          table = rows?.();
          const day = days.at(-1) as number;
          return { write: (id, row) => lookAlikes && table?.append(installationRow(lookAlikes, id, row, day)) };
        },
      },
      opened,
    ),
  );
}

function supportOf({ lookAlikes }: Forecaster, { states }: Portfolio): Support {
  const byLevel = new Array<number>(LEVELS + 1).fill(0);
  const lives: [number, number][] = [];
  let installations = 0;
  for (const [state, count] of states) {
    const support = lookAlikes.support(state);
    byLevel[support.level] = (byLevel[support.level] as number) + count;
    lives.push([support.lives, count]);
    installations += count;
  }
  let passed = 0;
  const middle = lives.toSorted(([a], [b]) => a - b).find(([, count]) => (passed += count) >= installations / 2);
  return { installations, byLevel, medianLives: middle?.[0] ?? 0 };
}

function jsonText({ asOf, rows, instants, notes, histories, library, given }: Answer, provenance: Provenance): string {
  const { scenarioHash, seed, options } = library.head;
  const alarm = histories?.forecast.alarm ?? null;
  const support = histories?.support ?? null;
  const columns = FORECAST_TABLES['forecast.csv'].map(({ name }) => name);
  const forecast = rows.map((row) => tableRow(row, instants));
  const today = histories ? todayOf(histories.portfolio.today) : null;
  // prettier-ignore
  return `${JSON.stringify({ provenance, asOf, scenario: scenarioHash, seed, library: options, draws: { count: options.draws, effective: options.draws }, given: given.map(({ name, value }) => ({ name, value })), alarm, support, today, notes, columns, forecast })}\n`;
}

/** Reported at the as-of, by cohort and category. */
function todayOf(today: Float64Array): Readonly<Record<string, Readonly<Record<string, number>>>> {
  const counts = (cohort: number): Record<string, number> =>
    Object.fromEntries(CATEGORIES.map((category, i) => [category, today[cohort * CATEGORIES.length + i] as number]));
  return Object.fromEntries(COHORTS.map((cohort, i) => [cohort, counts(i)]));
}
