/** Turns a watch into a history: the rows of the records and of `steps.json`, in the form of the one-shot rig. */
import { isTable510 } from '../../../src/migration/errorCodes.ts';
import type { Attempt } from '../../../src/migration/history.ts';
import { STEPS } from '../../../src/migration/steps.ts';
import { formatInstant, instant, type Instant } from '../../../src/time.ts';
import { ASKED } from '../run/frameRecorder.ts';
import type { RigRun } from '../run/runRig.ts';
import { NOTHING_MEASURED, type StepRow } from '../run/stepRow.ts';
import type { RecordOf } from './journalRecord.ts';
import type { Settled, TryMade, WatchState } from './watchState.ts';

/** Returns the history so far; `partial` is true while more is due. */
export function watchHistory(state: WatchState): RigRun {
  const { settled, evidence, tries } = state;
  const contacts = evidence.map(({ at, link, source }) => ({ at, link, source }));
  const undone = settled.flatMap((one) =>
    one.is === 'passed' || one.is === 'unknown'
      ? [{ at: instant(one.at), kind: 'migration' as const, why: one.why }]
      : [],
  );
  const rows = [...contactRows(tries), ...settled.flatMap((one, i) => attemptRows(one, i + 1))];
  return {
    partial: state.ended === undefined,
    attempts: settled.flatMap((one) => attemptOf(one) ?? []),
    contacts,
    undone,
    rows: rows.toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0)),
    ledgers: [],
  };
}

/** Returns the row of the `attempts` record; undefined for an attempt that is in no record. */
export function attemptOf(settled: Settled): Attempt | undefined {
  if (settled.is === 'passed' || settled.is === 'unknown') return undefined;
  const { at, outcome } = settled;
  const cause = settled.is === 'missed' ? 'system' : settled.cause;
  return { at: instant(at), kind: 'migration', outcome, cause, table510: isTable510(outcome) };
}

function attemptRows(settled: Settled, number: number): StepRow[] {
  const steps = 'steps' in settled ? settled.steps : [];
  if (steps.length > 0) return steps.map((row) => ({ ...row, number }));
  const step = 'requestAccepted';
  const isSystem = settled.is === 'missed' || settled.is === 'attempt';
  return [
    {
      ...EMPTY,
      kind: 'migration',
      number,
      at: settled.at,
      step,
      asked: STEPS[step].meaning,
      observation: isSystem ? 'systemFault' : 'notCarriedOut',
      code: isSystem ? settled.outcome : null,
      cause: isSystem ? 'system' : null,
      why: settled.why ?? null,
    },
  ];
}

const EMPTY = { byCheck: false, readings: [], notRealised: [], measured: NOTHING_MEASURED };
const OBSERVED = {
  answered: 'answered',
  silent: 'noAnswer',
  ours: 'systemFault',
  missed: 'systemFault',
} as const satisfies Record<RecordOf<'try'>['result'], StepRow['observation']>;

function contactRows(tries: readonly TryMade[]): StepRow[] {
  const slots: Instant[] = [];
  return tries.map(({ slot, at, result, why = null }): StepRow => {
    if (slots.at(-1) !== slot) slots.push(slot);
    return {
      ...EMPTY,
      kind: 'contact',
      number: slots.length,
      at: formatInstant(at),
      step: 'contact',
      asked: ASKED.contact,
      observation: OBSERVED[result],
      code: null,
      cause: result === 'ours' || result === 'missed' ? 'system' : null,
      why,
    };
  });
}
