import { engine } from '../../exclusion/engine/engine.ts';
import type { RuleSet } from '../../rules/ruleset.ts';
import { joinHistories, type JoinSink } from '../../interchange/history/joinHistories.ts';
import { FileRefused, formatRefusal } from '../../interchange/record/refusal.ts';
import { RefusedRows, TooManyRefused } from '../../interchange/history/refusedRows.ts';
import { counted, thousands } from '../../text/table.ts';
import { endOfLondonDate, type Instant } from '../../time.ts';
import { stateOfHistory, verdictAt } from '../../../sim/forecast/state/historyState.ts';
import type { StateCode } from '../../../sim/forecast/state/stateFacts.ts';
import { EXIT, ExitWith, UsageError } from '../shell/exit.ts';
import { temporaryFolder } from '../shell/inputs.ts';
import { writeLine, type Io } from '../shell/io.ts';
import { rowProgress } from '../shell/progress.ts';
import { recordInputs, recordsIn, type RecordFiles } from '../shell/recordInputs.ts';

/** Records as a user names them: a folder, or file by file. */
export interface RecordsAsked extends Omit<RecordFiles, 'format'> {
  readonly histories?: string | undefined;
  readonly maxErrors: number;
}

/** Where the installations of a portfolio stand. */
export interface PortfolioStates {
  readonly states: ReadonlyMap<StateCode, number>;
  readonly installations: number;
  /** The last attempt of all; 0 if there is none. */
  readonly lastAt: Instant;
}

interface ReadState {
  readonly state: StateCode;
  readonly lastAt: Instant;
}

/** Counts installations by state. A file that is read again begins anew. */
class StateSink implements JoinSink<ReadState> {
  readonly states = new Map<StateCode, number>();
  readonly refused: RefusedRows;
  installations = 0;
  lastAt = 0;

  constructor(files: readonly string[], errorsMax: number) {
    this.refused = new RefusedRows({ errorsMax, stopAtMax: true, path: undefined, files });
  }

  get refuse(): RefusedRows['refuse'] {
    return this.refused.refuse;
  }

  emit(_id: string, { state, lastAt }: ReadState): void {
    this.states.set(state, (this.states.get(state) ?? 0) + 1);
    this.installations += 1;
    this.lastAt = Math.max(this.lastAt, lastAt);
  }

  discard(): void {
    this.refused.discard();
    this.states.clear();
    this.installations = this.lastAt = 0;
  }
}

/**
 * Reads histories into states at an as-of.
 * @throws UsageError if the files are not there; ExitWith(EXIT.refused) if rows are refused, which it names first
 */
export async function readStates(
  io: Io,
  asked: RecordsAsked & { readonly asOf: string; readonly rules: RuleSet },
): Promise<PortfolioStates> {
  const decider = engine(asked.rules);
  const files = filesOf(asked);
  const interruption = io.interruption();
  const { path: temporary, remove } = temporaryFolder('calibrate');
  const progress = rowProgress(io.err, { term: io.env['TERM'], now: io.now, text: (rows) => `${thousands(rows)} rows read` }); // prettier-ignore
  let current: StateSink | undefined;
  try {
    const inputs = await recordInputs(io, files, temporary);
    const names = [...inputs.installations, ...inputs.attempts, ...inputs.events].map(({ name }) => name);
    const asOf = endOfLondonDate(asked.asOf);
    const { sink, counts } = await joinHistories<ReadState, StateSink>(inputs, {
      asOf,
      temporary,
      decide: (history) => ({
        state: stateOfHistory(history, asOf, verdictAt(decider, history, asOf)),
        lastAt: history.attempts.reduce((last, { at }) => Math.max(last, at), 0),
      }),
      open: () => (current = new StateSink(names, asked.maxErrors)),
      progress: (rows) => {
        interruption.throwIfAborted();
        progress.add(rows);
      },
    });
    if (sink.refused.count > 0) throw new TooManyRefused();
    progress.end();
    writeLine(io.err, `${counted(counts.installations, 'installation')}, ${counted(counts.attempts, 'attempt')}, ${counted(counts.events, 'event')} as of ${asked.asOf}`); // prettier-ignore
    if (counts.afterAsOf > 0) writeLine(io.err, `${counted(counts.afterAsOf, 'row')} after the as-of, ignored.`);
    if (counts.undecided > 0) writeLine(io.err, `${counted(counts.undecided, 'installation')} left out: a row contradicts another.`); // prettier-ignore
    if (sink.installations === 0) throw new UsageError('the histories hold no installation');
    return sink;
  } catch (error) {
    progress.end();
    if (!(error instanceof TooManyRefused || error instanceof FileRefused)) throw error;
    for (const row of current?.refused.first ?? []) writeLine(io.err, formatRefusal(row));
    const count = current?.refused.count ?? 0;
    writeLine(io.err, error instanceof FileRefused ? error.message : `${counted(count, 'row')} refused; nothing was calibrated.`); // prettier-ignore
    throw new ExitWith(EXIT.refused);
  } finally {
    remove();
  }
}

function filesOf(asked: RecordsAsked): RecordFiles {
  const { histories, installations, attempts, events } = asked;
  const isNamed = installations.length > 0 || attempts.length > 0 || events.length > 0;
  if (histories !== undefined) {
    if (isNamed) throw new UsageError('--histories names a folder of records; leave out --installations, --attempts and --events'); // prettier-ignore
    return { ...asked, format: undefined, ...recordsIn(histories) };
  }
  if (installations.length === 0 || attempts.length === 0)
    throw new UsageError('histories are --installations and --attempts together, and --events where there are any');
  return { ...asked, format: undefined };
}
