import { Command, InvalidArgumentError } from 'commander';
import type { ExclusionCategory } from '../../clauses/clause.ts';
import { engine } from '../../exclusion/engine/engine.ts';
import type { Cohort } from '../../installation/cohort.ts';
import { DATES } from '../../regulation/parameters.ts';
import {
  CALENDAR_COLUMNS,
  calendarRows,
  calendarText,
  FUTURE_COLUMNS,
  futureCells,
  futures,
  futuresText,
} from '../../report/records/calendar.ts';
import { ReportedCounts } from '../../report/reportedCounts.ts';
import { formatInstant, parseDate } from '../../time.ts';
import { checkDirectory, openDirectory, writeCsv } from './reportFiles.ts';
import { meterPointWriter } from './reportPseudonyms.ts';
import {
  requiredAsOf,
  gather,
  withSource,
  withRecordOptions,
  type RecordOptions,
  type ReportSource,
  reportOrigin,
} from './reportRecords.ts';
import { folder } from '../shell/options.ts';
import type { Shell } from '../shell/command.ts';
import { type ExitCode } from '../shell/exit.ts';
import { type Io, writeAnswer } from '../shell/io.ts';

interface CalendarOptions extends RecordOptions {
  readonly late: string;
  readonly out?: string;
}

/** The date of a late adoption: three months after the proposed day. This is our assumption. */
const LATE = '2022-03-07';

export function calendarCommand({ action }: Shell): Command {
  return withRecordOptions(new Command('calendar'))
    .description('What is in force when, and the volumes if the re-designation is adopted, late or not adopted.')
    .option('--late <date>', 'the day of a late re-designation of the exclusions (London)', parseLate, LATE)
    .option('--out <dir>', 'where calendar.csv, volumes.csv and their manifest go', folder)
    .addHelpText(
      'after',
      `
The re-designations of the exclusions (Q11) and of the expiry (Q12) are separate: each adoption stands beside an expiry at
the end of 31 December 2021 and of 2022. Reported exclusions as of the as-of; all clauses of the rule set get the one date.
What takes effect must do so before the expiry; what qualifies does not depend on either (but under beforeInForce=ignore).
The default of --late is our assumption.`,
    )
    .action(action(calendar));
}

function parseLate(text: string): string {
  if (parseDate(text) === undefined) throw new InvalidArgumentError('Expected YYYY-MM-DD, 2012 to 2037.');
  if (text <= DATES.redesignationProposed.date)
    throw new InvalidArgumentError(`Expected a day after ${DATES.redesignationProposed.date}, the one proposed.`);
  return text;
}

/** Per future: the category that is reported (null: none), and whether it is in effect. */
interface Fact {
  readonly cohort: Cohort;
  readonly reported: readonly (readonly [ExclusionCategory, boolean] | null)[];
}

function calendar(io: Io, options: CalendarOptions): Promise<ExitCode> {
  return withSource(io, options, (source) => writeCalendar(io, options, source));
}

async function writeCalendar(io: Io, options: CalendarOptions, source: ReportSource): Promise<ExitCode> {
  const asOf = requiredAsOf(source);
  const provenance = options.out === undefined ? undefined : reportOrigin(io, source);
  if (options.out !== undefined && provenance) checkDirectory(options.out, provenance, options);
  meterPointWriter(io, options); // no meter point is written, but a missing key is still an error
  const asked = futures(source.rules, options.late).map((future) => ({ future, engine: engine(future.rules) }));
  const { report: counted, exitCode } = await gather(io, source, {
    asOf,
    factOf: (history): Fact | undefined => {
      const reported = asked.map(({ engine: decider }) => {
        const verdict = decider.decide(history, asOf).verdicts.find((row) => row.reported);
        return verdict ? ([verdict.category, verdict.effectiveFrom !== null] as const) : null;
      });
      return reported.some((row) => row !== null) ? { cohort: history.installation.cohort, reported } : undefined;
    },
    begin: () => asked.map(({ future }) => ({ future, counts: new ReportedCounts() })),
    add: (rows, { cohort, reported }) => {
      for (const [i, found] of reported.entries()) if (found) rows[i]?.counts.add(cohort, ...found);
    },
  });
  const days = calendarRows(source.rules);
  if (options.out !== undefined && provenance) {
    const directory = openDirectory(options.out);
    try {
      const cells = days.map((row) => [row.date, row.what, row.standing, row.source]);
      writeCsv(directory.path('calendar.csv'), CALENDAR_COLUMNS, cells, options);
      const volumes = counted.flatMap(({ future, counts }) => futureCells(future, counts));
      writeCsv(directory.path('volumes.csv'), FUTURE_COLUMNS, volumes, options);
      directory.commit('report calendar', provenance);
    } catch (error) {
      directory.abort();
      throw error;
    }
  }
  writeAnswer(
    io.out,
    `What is in force when (London dates; rules ${source.rules.name})\n${calendarText(days)}\n\n` +
      `In effect as of ${formatInstant(asOf)}, reported, all cohorts; gt01 in gas meters, never added to installations\n` +
      `${futuresText(counted)}\n`,
  );
  return exitCode;
}
