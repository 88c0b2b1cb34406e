import { trace, type ClauseTrace, type Trace } from '../../exclusion/explain/trace.ts';
import type { History, HistoryEvent } from '../../migration/history.ts';
import { formatInstant, instant, type Instant } from '../../time.ts';
import type { WatchFace } from './watchFace.ts';
import type { RigSetup, WatchState } from '../../../devices/index.ts';

/** The recorded history of a watch, with the events that its rig file states. */
export function historyOf(state: WatchState, setup: RigSetup, { watchHistory }: WatchFace): History {
  const { installation, document } = setup;
  const events = document.events.map(({ at, event, value }): HistoryEvent => ({ at: instant(at), event, value }));
  return { installation, attempts: watchHistory(state).attempts, events };
}

/** The trace of that history by the clauses. */
export function watchTrace(state: WatchState, setup: RigSetup, face: WatchFace, asOf: Instant): Trace {
  return trace(historyOf(state, setup, face), setup.rules, asOf);
}

/** The instants of attempts that found nothing wrong and did not migrate, because the watch only reads. */
export function passedAt(state: WatchState): readonly Instant[] {
  return state.settled.flatMap((one) => (one.is === 'passed' ? [instant(one.at)] : []));
}

/**
 * Explains why a clause is doubtful: it rests on attempts after one that only read and found nothing wrong. A migration
 * would have continued from there and might have ended the history. Undefined if that is not so.
 */
export function whyDoubtful({ holds, units }: ClauseTrace, state: WatchState): string | undefined {
  const first = passedAt(state)[0];
  const last = units.at(-1)?.attempts.at(-1);
  if (!holds || first === undefined || last === undefined || last < first) return undefined;
  return `it rests on attempts after that of ${formatInstant(first)}, which only read and found nothing wrong: a migration would have gone on from there, and might have ended this history`;
}

/** One line for each clause that holds or counts something, in the words of `explain`. */
export function clauseLines({ clauses }: Trace, state: WatchState): string[] {
  return clauses.flatMap((clause) => {
    const { category, holds, have, verdict, missing } = clause;
    const name = `${category} (${clause.clause.clause})`;
    if (holds && verdict) {
      const effective = verdict.effectiveFrom === null ? clause.effectiveBecause : formatInstant(verdict.effectiveFrom);
      const doubt = whyDoubtful(clause, state);
      return [
        `${name}: HOLDS, met ${formatInstant(verdict.metAt)}, effective: ${effective}${verdict.reported ? '; reported' : ''}`,
        ...(doubt === undefined ? [] : [`  but ${doubt}`]),
      ];
    }
    return have !== null && have > 0 ? [`${name}: ${missing}`] : [];
  });
}
