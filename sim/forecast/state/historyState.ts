import { CATEGORIES } from '../../../src/clauses/clause.ts';
import type { engine } from '../../../src/exclusion/engine/engine.ts';
import { COHORTS } from '../../../src/installation/cohort.ts';
import { NO_WAN, OK, OK_ESME, type Attempt, type History, type HistoryEvent } from '../../../src/migration/history.ts';
import type { Instant } from '../../../src/londonTime.ts';
import { failureKind } from './failureKind.ts';
import { VERDICT_EFFECTIVE, VERDICT_MET, VERDICT_NONE, withVerdict, type StateCode } from './stateFacts.ts';
import { StateObserver } from './stateObserver.ts';

/** What the rules say of a real history at an as-of, as a state holds it. */
export function verdictAt(decider: ReturnType<typeof engine>, history: History, asOf: Instant): number {
  const verdict = decider.decide(history, asOf).verdicts.find(({ reported }) => reported);
  if (verdict === undefined) return VERDICT_NONE;
  return (verdict.effectiveFrom === null ? VERDICT_MET : VERDICT_EFFECTIVE) + CATEGORIES.indexOf(verdict.category);
}

const observer = new StateObserver();

/**
 * The state of a real history at an as-of. Rows after it are passed over.
 * @param verdict what the rules say of it at the as-of: see `verdictAt`
 */
export function stateOfHistory(history: History, asOf: Instant, verdict: number): StateCode {
  const { installation } = history;
  const { gas } = installation;
  observer.begin({
    cohort: COHORTS.indexOf(installation.cohort),
    esmeDormant: installation.esmeDormant,
    hasGas: gas !== null,
    gasDormant: gas?.dormant ?? false,
    electricityCredit: installation.electricityPaymentMode === 'credit',
    gasCredit: gas?.paymentMode === 'credit',
  });
  const attempts = inOrder(history.attempts);
  const events = inOrder(history.events);
  let next = 0;
  for (const attempt of attempts) {
    if (attempt.at > asOf) break;
    for (; next < events.length && (events[next] as HistoryEvent).at <= attempt.at; next += 1)
      tell(events[next] as HistoryEvent);
    tellAttempt(attempt);
  }
  for (; next < events.length && (events[next] as HistoryEvent).at <= asOf; next += 1)
    tell(events[next] as HistoryEvent);
  return withVerdict(observer.at(asOf), verdict);
}

/** Rows in the order of time. Records mostly have it already. */
function inOrder<Row extends { readonly at: Instant }>(rows: readonly Row[]): readonly Row[] {
  const isSorted = rows.every(({ at }, i) => i === 0 || (rows[i - 1] as Row).at <= at);
  return isSorted ? rows : rows.toSorted((a, b) => a.at - b.at);
}

function tell({ event, value }: HistoryEvent): void {
  observer.event(event, value === 'yes' || value === 'credit' ? 1 : 0);
}

function tellAttempt({ at, kind, outcome, cause, table510 }: Attempt): void {
  if (kind === 'instruction') observer.instruction(at, outcome === OK ? 'ok' : outcome === NO_WAN ? 'noWan' : 'other');
  else if (outcome === OK || outcome === OK_ESME) observer.migrated(at, outcome === OK_ESME);
  else observer.failed(at, cause === 'system' ? 'system' : failureKind(outcome, table510));
}
