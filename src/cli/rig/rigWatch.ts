import type { JournalRecord, WatchState } from '../../../devices/index.ts';
import { UsageError } from '../shell/exit.ts';
import { type Io, writeAnswer, writeLine } from '../shell/io.ts';
import { ledgerFolderOf, loadRig } from './readRigFile.ts';
import { outError, prepareWatchDirectory } from '../shell/outDirectory.ts';
import { headOf } from './rigJson.ts';
import { refuseLedgersInside } from './rigRun.ts';
import { benchVersion } from '../shell/version.ts';
import { clearPartials, framesOf, writeWatchFiles } from './watchFiles.ts';
import { watchSummary } from './watchSummary.ts';
import { recordText, takenUpText } from './watchText.ts';
import { clauseLines, watchTrace } from './watchTrace.ts';

export interface WatchGiven {
  readonly out?: string;
  readonly once?: true;
  readonly format: 'text' | 'json';
}

/** `rig RIG.yaml --watch --out DIR`: probes on the calendar until the calendar ends or the watch is stopped. */
export async function watchRigFile(io: Io, path: string, { out, once, format }: WatchGiven): Promise<void> {
  if (out === undefined)
    throw new UsageError('rig --watch: --out DIR is missing; its journal and its outputs are kept there');
  const { setup, hash } = await loadRig(io, path);
  const face = await import('../../../devices/index.ts');
  const why = face.whyNotWatched(setup);
  if (why !== undefined) throw new UsageError(`${path}: ${why}`);
  const ledgerFolder = await ledgerFolderOf(io, setup);
  refuseLedgersInside(out, ledgerFolder, setup);
  try {
    prepareWatchDirectory(out);
  } catch (cause) {
    throw outError(cause, out);
  }
  const head = headOf(io, setup, { hash, clock: 'wall' });
  const note = (text: string): void => writeLine(io.err, text);
  if (setup.document.schedule.preparation) note('schedule.preparation: a watch gives no instructions; passed over');

  // The watch is stopped from outside, or because its outputs cannot be written.
  const abort = new AbortController();
  const interruption = io.interruption();
  interruption.addEventListener('abort', () => abort.abort(), { once: true });
  const files = keptFiles((state) => writeWatchFiles(out, writtenOf(state)), abort);
  function writtenOf(state: WatchState) {
    const trace = watchTrace(state, setup, face, state.lastAt);
    return { run: face.watchHistory(state), setup, head, summary: watchSummary({ state, setup, head, trace, face }) };
  }
  const tell = (record: JournalRecord, state: WatchState): void => {
    const trace = () => watchTrace(state, setup, face, state.lastAt);
    if (format === 'text') writeAnswer(io.out, recordText(record, state, { trace, face, rules: setup.rules }));
    else io.out.write(`${JSON.stringify(told(record, state, trace))}\n`);
  };
  try {
    const { end, state } = await face.watchRig(setup, {
      folder: out,
      ledgerFolder,
      stateFolder: face.defaultStateFolder(io.env),
      version: benchVersion(),
      signal: abort.signal,
      ...(once && { once }),
      onNote: note,
      recordingOf: framesOf(out),
      onTakenUp: (taken, tornBytes) => {
        clearPartials(out);
        const { summary } = writtenOf(taken);
        if (format === 'text')
          writeAnswer(io.out, takenUpText({ summary, setup, state: taken, ledgerFolder, tornBytes }));
        else io.out.write(`${JSON.stringify({ is: 'takenUp', tornBytes, ...summary })}\n`);
        files.write(taken);
      },
      onRecord: (record, of) => {
        if (OUTPUT.includes(record.is)) files.write(of);
        tell(record, of);
      },
    });
    files.write(state);
    await files.written();
    if (format === 'text')
      writeAnswer(io.out, end.end === 'over' ? `outputs: ${out}\n` : `${END_WORDS[end.end]}; outputs: ${out}\n`);
  } catch (cause) {
    await files.written().catch(() => undefined);
    if (cause instanceof face.JournalError || cause instanceof face.LedgerError) throw new UsageError(cause.message);
    throw outError(cause, out, 'Free some room and start it again: it goes on where its journal ends.');
  }
}

/** The kinds of records that change the outputs. */
const OUTPUT: readonly JournalRecord['is'][] = ['try', 'attempt', 'passed', 'unknown', 'missed', 'ended'];
const END_WORDS = { stopped: 'stopped', idle: 'nothing more is due now' } as const;

/**
 * A record as a line of JSON. An attempt is given with the clauses that count it, and without its steps, which are in
 * steps.json.
 */
function told(record: JournalRecord, state: WatchState, trace: () => ReturnType<typeof watchTrace>): object {
  if (!('steps' in record) && record.is !== 'missed') return record;
  const { steps: _steps, ...rest } = { steps: [], ...record };
  return { ...rest, clauses: clauseLines(trace(), state) };
}

/** Writes the files one at a time, always from the latest state. The first write that fails stops the watch. */
function keptFiles(write: (state: WatchState) => Promise<void>, abort: AbortController) {
  let wanted: WatchState | undefined;
  let all = Promise.resolve();
  const next = async (): Promise<void> => {
    const state = wanted;
    wanted = undefined;
    if (state) await write(state);
  };
  return {
    write(state: WatchState): void {
      wanted = state;
      all = all.then(next);
      all.catch(() => abort.abort());
    },
    written: (): Promise<void> => all,
  };
}
