import { ERROR_CODES } from '../../migration/errorCodes.ts';
import type { Attempt, EventName, HistoryEvent } from '../../migration/history.ts';
import type { RuleSet } from '../../rules/ruleset.ts';
import { INSTANT_MAX, isoWeek, londonMidnight, WEEK, type Instant } from '../../time.ts';
import { countAt, type CountingRow } from '../reference/counting.ts';
import { closedBy, instructedAt, needed, standingSince, type ClauseRow } from '../reference/holding.ts';
import { routeOf, scopeBars } from '../reference/scope.ts';
import { lacksDmc } from './missing.ts';
import { isFailure, knownAt, type Known, type Records, type State } from '../reference/state.ts';
import type { Timeline } from '../reference/timeline.ts';

/** Rows that could follow a history and make a category hold. */
export interface Added {
  readonly attempts: readonly Attempt[];
  readonly events: readonly HistoryEvent[];
  /** The instant of the last added row. */
  readonly completeAt: Instant;
}

/** The name of the supplier in a continuation that needs one. */
const SOME_SUPPLIER = 'a supplier known to DCC';
const ANOTHER_SUPPLIER = 'another supplier';

/**
 * The fewest rows after the as-of that would make a category hold, and among those the earliest. Null if no rows would.
 * The search covers all combinations of state changes, with and without a readmit, and then adds the missing failures
 * or findings as early as possible. This greedy step is optimal, because adding a failure never lowers a count.
 */
export function shortestContinuation(
  row: ClauseRow,
  { records, known }: Timeline,
  rules: RuleSet,
  asOf: Instant,
): Added | null {
  let best: Added | null = null;
  const from = asOf + 1;
  for (const changes of subsets(usefulChanges(known.state, rules))) {
    for (const readmit of [false, true]) {
      if (known.migration !== null && !readmit) continue;
      const events = readmit ? [...changes, ['readmit', ''] as const] : changes;
      const after: Records = {
        ...records,
        events: [...records.events, ...events.map(([event, value]) => ({ at: from, event, value }))],
      };
      // A readmit also cancels the rows of its own instant, so rows that are to count must come later.
      const plan = complete(row, records, after, { rules, asOf, from: readmit ? from + 1 : from });
      if (plan !== null && (best === null || shorter(plan, best))) best = plan;
    }
  }
  return best;
}

function shorter(a: Added, b: Added): boolean {
  const rows = (plan: Added) => plan.attempts.length + plan.events.length;
  return rows(a) - rows(b) < 0 || (rows(a) === rows(b) && a.completeAt < b.completeAt);
}

type Change = readonly [EventName, string];

/** Changes of state that could bring an installation into a scope or onto another route. */
function usefulChanges(state: State, rules: RuleSet): readonly Change[] {
  const { gas } = state;
  const changes: Change[] = [];
  if (!state.esmeDormant) changes.push(['esme-dormant', 'yes']);
  if (state.electricityPaymentMode !== 'credit') changes.push(['electricity-payment-mode', 'credit']);
  // A change of supplier can also cancel a migration attempt that closes 18.7.
  if (rules.readings.cosRestarts === 'yes') changes.push(['electricity-supplier', ANOTHER_SUPPLIER]);
  if (gas === null) return changes;
  changes.push(['gsme-dormant', gas.dormant ? 'no' : 'yes']);
  if (gas.paymentMode !== 'credit') changes.push(['gas-payment-mode', 'credit']);
  if (gas.supplier === '') changes.push(['gas-supplier', SOME_SUPPLIER]);
  return changes;
}

function subsets(changes: readonly Change[]): readonly (readonly Change[])[] {
  let all: (readonly Change[])[] = [[]];
  for (const change of changes) all = [...all, ...all.map((some) => [...some, change])];
  return all;
}

interface Start {
  readonly rules: RuleSet;
  readonly asOf: Instant;
  /** The first instant at which an added row can count. */
  readonly from: Instant;
}

/**
 * Adds the findings or failures that are still missing once the state is as in `after`. Returns null if that is
 * impossible.
 */
function complete(row: ClauseRow, before: Records, after: Records, { rules, asOf, from }: Start): Added | null {
  const { clause, counting } = row;
  const known = knownAt(after, from);
  if (scopeBars(clause, known.installation.cohort, known.state, rules.readings).length > 0) return null;
  const attempts: Attempt[] = [];
  const events = after.events.slice(before.events.length);
  if (counting === null) {
    if (clause.shows.type !== 'standing') return null;
    if (standingSince(clause, known) === null) {
      if (lacksDmc(clause, known)) return null;
      events.push({ at: from, event: clause.shows.holds, value: '' });
    }
  } else {
    if (closedBy(counting, known) !== null) return null;
    const route = routeOf(clause, known.state);
    const added = attemptsUntil(counting, known, needed(counting, route), from);
    if (added === null) return null;
    attempts.push(...added);
    if (route === 'active' && instructedAt(known) === null) {
      const supplier = known.state.gas?.supplier ?? '';
      if (supplier === '') return null;
      events.push({ at: from, event: 'supplier-gsme-exclusion', value: supplier });
    }
  }
  const completeAt = Math.max(asOf + 1, ...attempts.map(({ at }) => at), ...events.map(({ at }) => at));
  return completeAt <= INSTANT_MAX ? { attempts, events, completeAt } : null;
}

/** Adds failures one by one, each at the earliest instant that raises the count. */
function attemptsUntil(row: CountingRow, known: Known, need: number, from: Instant): readonly Attempt[] | null {
  const outcome = outcomeThatCounts(row);
  const added: Attempt[] = [];
  const have = () => countAt(row, { ...known, attempts: [...known.attempts, ...added] }).units;
  while (have().length < need) {
    const before = have();
    const earliest = Math.max((added.at(-1)?.at ?? from - 1) + 1, row.countsFrom);
    const last = before.at(-1)?.evidence ?? earliest;
    const instants = [earliest, nextWeek(earliest), last + WEEK].filter((at) => at >= earliest && at <= INSTANT_MAX);
    const raising = instants
      .sort((a, b) => a - b)
      .find((at) => {
        if (outcome === null) return false;
        added.push({ at, kind: row.counting.kind, outcome, cause: 'device', table510: false });
        if (have().length > before.length) return true;
        added.pop();
        return false;
      });
    if (raising === undefined) return null;
  }
  return added;
}

/** The first instant of the ISO week that follows the week of an instant. */
function nextWeek(at: Instant): Instant {
  if (at > INSTANT_MAX - 2 * WEEK) return Infinity;
  return londonMidnight((isoWeek(at) + 1) * 7 - 3);
}

/**
 * An outcome that the clause counts: the first it lists, or, if it counts any failure, the first code of the catalogue
 * that it does not leave out. Null if there is none.
 */
function outcomeThatCounts({ counting, taken }: CountingRow): string | null {
  const { outcomes } = counting;
  if (outcomes !== 'anyFailure') return outcomes.find(isFailure) ?? null;
  return ERROR_CODES.find(({ code, table510 }) => !taken.has(code) && !table510)?.code ?? null;
}
