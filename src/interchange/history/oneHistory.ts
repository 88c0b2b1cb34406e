import type { History } from '../../migration/history.ts';
import type { Instant } from '../../time.ts';
import type { Input } from '../format/formats.ts';
import { lineOf } from '../record/rawBatch.ts';
import { DMC_PREFIX, readAttempts, readEvents, readInstallations } from './recordReaders.ts';
import type { Refuse, RefusedRow } from '../record/refusal.ts';
import { settleDmc } from './dmcEvents.ts';
import { judge, noCounts, type Group, type JoinCounts } from './judge.ts';
import { attemptAt, eventAt, INSTALLATION_ROWS_MAX, tooManyRows, type JoinInputs } from './mergeJoin.ts';

/** The history of one installation, as the files give it. */
export interface OneHistory {
  /**
   * The history. It is undefined if no row of the installation was accepted, or if one of its rows or of its DMC's rows
   * contradicts another.
   */
  readonly history: History | undefined;
  /** The refused rows of the installation and of its DMC, in the order of the files. */
  readonly refused: readonly RefusedRow[];
  /** The number of other refused rows. They concern other installations, or name none. */
  readonly refusedOthers: number;
  /** True if any row of the installations record, refused or not, has the id. */
  readonly known: boolean;
  readonly counts: JoinCounts;
}

/**
 * Reads the history of one installation from files of many. It gives the history that `joinHistories` would pass to
 * `decide`, and the installation's refused rows. Files are read from end to end, in any order, one batch at a time.
 */
export async function oneHistory(inputs: JoinInputs, id: string, asOf: Instant): Promise<OneHistory> {
  const own: RefusedRow[] = [];
  const refuse: Refuse = (row) => own.push(row);
  let others = 0;
  const counts = noCounts();

  async function gather<B extends Batch, R>(
    files: readonly Input[],
    read: (input: Input, refuse: Refuse) => AsyncGenerator<B>,
    subjectsOf: (batch: B) => readonly string[],
    isOurs: (subject: string) => boolean,
    take: (batch: B, row: number, file: number) => R,
  ): Promise<R[]> {
    const rows: R[] = [];
    for (const [file, input] of files.entries()) {
      let refused: RefusedRow[] = [];
      for await (const batch of read(input, (row) => refused.push(row))) {
        const subjects = subjectsOf(batch);
        const ours = new Set<number>();
        for (let row = 0; row < batch.rows; row += 1) {
          if (!isOurs(subjects[row] as string)) continue;
          if (batch.accepted[row] === 0) ours.add(lineOf(batch, row));
          else rows.push(take(batch, row, file));
          if (rows.length > INSTALLATION_ROWS_MAX) throw tooManyRows(input.name, lineOf(batch, row), id);
        }
        for (const row of refused) {
          if (ours.has(row.line)) own.push(row);
          else others += 1;
        }
        refused = [];
      }
      others += refused.length;
    }
    return rows;
  }

  const isId = (subject: string): boolean => subject === id;
  const installations: Group['installations'] = await gather(
    inputs.installations,
    readInstallations,
    (batch) => batch.id,
    isId,
    (batch, row, file) => ({ file, line: lineOf(batch, row), installation: batch.installation(row) }),
  );
  const known = installations.length > 0 || own.length > 0;
  const dmc = installations[0]?.installation.dmc ?? '';
  const ofDmc = `${DMC_PREFIX}${dmc}`;
  const attempts = await gather(inputs.attempts, readAttempts, (batch) => batch.id, isId, attemptAt);
  const events = await gather(
    inputs.events,
    readEvents,
    (batch) => batch.subject,
    (subject) => subject === id || (dmc !== '' && subject === ofDmc),
    (batch, row, file) => ({ subject: batch.subject[row] as string, event: eventAt(batch, row, file) }),
  );
  const eventsOf = (subject: string) => events.filter((row) => row.subject === subject).map((row) => row.event);

  const dmcHistory = settleDmc(eventsOf(ofDmc), inputs.events, { asOf, refuse, counts });
  const names = (record: keyof JoinInputs): string[] => inputs[record].map((input) => input.name);
  const history = judge(
    { id, installations, attempts, events: eventsOf(id) },
    {
      asOf,
      counts,
      refuse,
      progress: () => undefined,
      files: { installations: names('installations'), attempts: names('attempts'), events: names('events') },
      dmcs: new Map([[dmc, dmcHistory]]),
    },
  );
  return { history, refused: own, refusedOthers: others, known, counts };
}

interface Batch {
  readonly rows: number;
  readonly lines: Float64Array | number;
  readonly accepted: Uint8Array;
}
