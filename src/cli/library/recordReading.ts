import type { JoinCounts } from '../../interchange/history/judge.ts';
import { TooManyRefused, type RefusedRows } from '../../interchange/history/refusedRows.ts';
import { FileRefused, formatRefusal } from '../../interchange/record/refusal.ts';
import { counted, thousands } from '../../text/table.ts';
import { DAY, endOfLondonDate, formatInstant, type Instant } from '../../time.ts';
import { EXIT, ExitWith, UsageError } from '../shell/exit.ts';
import { writeLine, type Io } from '../shell/io.ts';
import { rowProgress } from '../shell/progress.ts';
import type { RecordFiles } from '../shell/recordInputs.ts';

type RecordNames = Pick<RecordFiles, 'installations' | 'attempts' | 'events'>;

/**
 * True if files of records are named.
 * @throws UsageError if installations or attempts are named without the other
 */
export function areRecordsNamed({ installations, attempts, events }: RecordNames): boolean {
  if (installations.length > 0 && attempts.length > 0) return true;
  if (installations.length === 0 && attempts.length === 0 && events.length === 0) return false;
  throw new UsageError('histories are --installations and --attempts together, and --events where there are any');
}

/** Days past the last row that an as-of may lie: of a later day nothing is known. Ours. */
const DAYS_PAST_MAX = 7;

/** @throws UsageError if the records end too long before the as-of. `lastAt` is the last attempt of all; 0: none */
export function refuseLateAsOf(asOf: string, lastAt: Instant): void {
  if (endOfLondonDate(asOf) - lastAt <= DAYS_PAST_MAX * DAY) return;
  const last = lastAt === 0 ? 'they have no attempt' : `their last attempt is of ${formatInstant(lastAt)}`;
  throw new UsageError(`--as-of ${asOf}: nothing is known of the days before it: ${last}\n  Name a day at most ${DAYS_PAST_MAX} days past the last row.`); // prettier-ignore
}

/** What reads records: it tells of the rows it has read, and of each sink that it opens. */
type Read<Sink> = (
  progress: (rows: number) => void,
  opened: (sink: Sink) => void,
) => Promise<{ readonly sink: Sink; readonly counts: JoinCounts }>;

/**
 * Reads records, with progress, and says how many rows were read.
 * @param undone what is not done if a row is refused, as in "nothing was forecast"
 * @throws ExitWith(EXIT.refused) if rows are refused, which it names first
 */
export async function readRecords<Sink extends { readonly refusedRows: RefusedRows }>(
  io: Io,
  { asOf, undone }: { readonly asOf: string; readonly undone: string },
  read: Read<Sink>,
): Promise<Sink> {
  const interruption = io.interruption();
  const progress = rowProgress(io.err, { term: io.env['TERM'], now: io.now, text: (rows) => `${thousands(rows)} rows read` }); // prettier-ignore
  let current: Sink | undefined;
  try {
    const { sink, counts } = await read(
      (rows) => {
        interruption.throwIfAborted();
        progress.add(rows);
      },
      (opened) => (current = opened),
    );
    if (sink.refusedRows.count > 0) throw new TooManyRefused();
    progress.end();
    writeLine(io.err, `${counted(counts.installations, 'installation')}, ${counted(counts.attempts, 'attempt')}, ${counted(counts.events, 'event')} as of ${asOf}`); // prettier-ignore
    if (counts.duplicates > 0)
      writeLine(io.err, `${counted(counts.duplicates, 'row')} more than once; each counts once.`);
    if (counts.afterAsOf > 0) writeLine(io.err, `${counted(counts.afterAsOf, 'row')} after the as-of, ignored.`);
    if (counts.undecided > 0) writeLine(io.err, `${counted(counts.undecided, 'installation')} left out: a row contradicts another.`); // prettier-ignore
    for (const line of counts.remarks.lines()) writeLine(io.err, line);
    return sink;
  } catch (error) {
    progress.end();
    if (!(error instanceof TooManyRefused || error instanceof FileRefused)) throw error;
    for (const row of current?.refusedRows.first ?? []) writeLine(io.err, formatRefusal(row));
    const count = current?.refusedRows.count ?? 0;
    writeLine(io.err, error instanceof FileRefused ? error.message : `${counted(count, 'row')} refused; nothing was ${undone}.`); // prettier-ignore
    throw new ExitWith(EXIT.refused);
  }
}
