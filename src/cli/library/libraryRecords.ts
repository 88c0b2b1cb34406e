import { engine } from '../../exclusion/engine/engine.ts';
import type { RuleSet } from '../../rules/ruleset.ts';
import { joinHistories, type JoinSink } from '../../interchange/history/joinHistories.ts';
import { RefusedRows } from '../../interchange/history/refusedRows.ts';
import { endOfLondonDate, type Instant } from '../../time.ts';
import { stateOfHistory, verdictAt } from '../../../sim/forecast/state/historyState.ts';
import type { StateCode } from '../../../sim/forecast/state/stateFacts.ts';
import { UsageError } from '../shell/exit.ts';
import { temporaryFolder } from '../shell/inputs.ts';
import type { Io } from '../shell/io.ts';
import { namesOf, recordInputs, recordsIn, type RecordFiles } from '../shell/recordInputs.ts';
import { areRecordsNamed, readRecords } from './recordReading.ts';

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
  readonly refusedRows: RefusedRows;
  installations = 0;
  lastAt = 0;

  constructor(files: readonly string[], errorsMax: number) {
    this.refusedRows = new RefusedRows({ errorsMax, stopAtMax: true, path: undefined, files });
  }

  get refuse(): RefusedRows['refuse'] {
    return this.refusedRows.refuse;
  }

  emit(_id: string, { state, lastAt }: ReadState): void {
    this.states.set(state, (this.states.get(state) ?? 0) + 1);
    this.installations += 1;
    this.lastAt = Math.max(this.lastAt, lastAt);
  }

  discard(): void {
    this.refusedRows.discard();
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
  const files: RecordFiles = { ...asked, ...recordFilesOf(asked), format: undefined };
  areRecordsNamed(files);
  const { path: temporary, remove } = temporaryFolder('calibrate');
  try {
    const inputs = await recordInputs(io, files, temporary);
    const asOf = endOfLondonDate(asked.asOf);
    const sink = await readRecords<StateSink>(io, { asOf: asked.asOf, undone: 'calibrated' }, (progress, opened) =>
      joinHistories<ReadState, StateSink>(inputs, {
        asOf,
        temporary,
        progress,
        decide: (history) => ({
          state: stateOfHistory(history, asOf, verdictAt(decider, history, asOf)),
          lastAt: history.attempts.reduce((last, { at }) => Math.max(last, at), 0),
        }),
        open: () => {
          const sink = new StateSink(namesOf(inputs), asked.maxErrors);
          opened(sink);
          return sink;
        },
      }),
    );
    if (sink.installations === 0) throw new UsageError('the histories hold no installation');
    return sink;
  } finally {
    remove();
  }
}

type RecordNames = Pick<RecordFiles, 'installations' | 'attempts' | 'events'>;

/**
 * The files that a user names, as a folder or one by one.
 * @throws UsageError if both are named, or the folder does not hold the records
 */
export function recordFilesOf(asked: RecordNames & { readonly histories?: string | undefined }): RecordNames {
  const { histories, installations, attempts, events } = asked;
  if (histories === undefined) return { installations, attempts, events };
  const isNamed = installations.length > 0 || attempts.length > 0 || events.length > 0;
  if (isNamed) throw new UsageError('--histories names a folder of records; leave out --installations, --attempts and --events'); // prettier-ignore
  return recordsIn(histories);
}
